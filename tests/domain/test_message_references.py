"""Which long tasks a message of Slack names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.command import Follow, Reference, SiteKind, SiteName
from bot.domain.command_parser import parse_command
from bot.domain.message_references import MAX_FOUND, MAX_TEXT, command_text, find_references

CLOUD = SiteName(
    site_id=1, alias="acme", host="acme.atlassian.net", base_url="https://acme.atlassian.net", kind=SiteKind.CLOUD
)
SERVER = SiteName(
    site_id=2,
    alias="wiki",
    host="wiki.example.com",
    base_url="https://wiki.example.com/confluence",
    kind=SiteKind.DATACENTER,
)
UUID = "2b6dd0a9-39d3-4eb0-a3b2-b28d0f5a1a3c"
ADDRESS = "https://acme.atlassian.net/wiki/rest/api/longtask/3145728001"


def found(message: dict[str, Any], *sites: SiteName) -> list[str]:
    """The ids of the long tasks that a message names."""
    return [reference.remote_id for reference in find_references(message, sites=sites or (CLOUD,))]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # nothing but a command
        ("42", ["42"]),
        ("42 43 quiet", ["42", "43"]),
        ("follow acme:42", ["42"]),
        # addresses in sentences
        (f"<{ADDRESS}>", ["3145728001"]),
        (f"I started <{ADDRESS}|this>, look!", ["3145728001"]),
        (f"see ({ADDRESS}).", ["3145728001"]),
        ("started /wiki/rest/api/longtask/77, it takes long", ["77"]),
        (f"[task]({ADDRESS}) is running", ["3145728001"]),
        ("task ari:cloud:confluence::longtask/88 hm", ["88"]),
        # answers of Confluence
        ('it said ```{"id": "77", "links": {"status": "/rest/api/longtask/77"}}``` and then?', ["77"]),
        ('{"results": [{"id": "1"}, {"id": "2"}], "size": 2}', ["1", "2"]),
        ("`{“taskId”: “99”}` there", ["99"]),
        # ids beside words, if nothing else is named
        ("please watch 3145728001: thanks", ["3145728001"]),
        ("task 3145728001.", ["3145728001"]),
        (f"3145728002 or <{ADDRESS}>", ["3145728001"]),
        # what is no id
        ("42 pages copied", []),
        ("call +4915112345678", []),
        ("on 2026-11-26 at 10:30:00 it was v123456.7", []),
        ("https://example.com/123456789 and #123456789 and <!date^1795424520^{time}|then>", []),
        ("<@U123456789> <#C123456789>", []),
        ("pageId=123456789", []),
        # another host
        ("https://evil.example/wiki/rest/api/longtask/3145728001", []),
        ("https://acme.atlassian.net/wiki/spaces/DOCS/pages/98765433", []),
        ("", []),
    ],
)
def test_what_a_text_names(text: str, ids: list[str]) -> None:
    assert found({"text": text}) == ids


def test_a_data_centers_ids_are_found_beside_words() -> None:
    assert found({"text": f"please watch {UUID.upper()}, thanks"}, SERVER) == [UUID]


def test_each_site_is_known_by_its_address() -> None:
    text = f"{ADDRESS} https://wiki.example.com/confluence/rest/api/longtask/{UUID} both"

    assert find_references({"text": text}, sites=[CLOUD, SERVER]) == (
        Reference(site_id=1, remote_id="3145728001"),
        Reference(site_id=2, remote_id=UUID),
    )


@pytest.mark.parametrize(
    "part",
    [
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"<{ADDRESS}>"}}]},
        {"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": f"task\n{ADDRESS}"}]}]},
        {"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "task 3145728001"}]}]},
        {
            "blocks": [
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_list",
                            "elements": [
                                {
                                    "type": "rich_text_section",
                                    "elements": [{"type": "link", "url": ADDRESS, "text": "x"}],
                                }
                            ],
                        }
                    ],
                }
            ]
        },
        {
            "blocks": [
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_preformatted",
                            "elements": [
                                {"type": "text", "text": '{"links": {"status": "'},
                                {"type": "link", "url": ADDRESS},
                                {"type": "text", "text": '"}}'},
                            ],
                        }
                    ],
                }
            ]
        },
        {"attachments": [{"fallback": "job", "title": "Copy", "title_link": ADDRESS}]},
        {"attachments": [{"fields": [{"title": "Task", "value": "3145728001", "short": True}]}]},
        {"attachments": [{"message_blocks": [{"message": {"blocks": [{"text": {"text": ADDRESS}}]}}]}]},
        {"files": [{"id": "F1", "title": "longtask 3145728001.json", "name": "x"}]},
        {"files": [{"id": "F1", "title": "answer", "preview": '{"id": "3145728001"}'}]},
    ],
)
def test_it_is_found_in_every_part_that_people_read(part: dict[str, Any]) -> None:
    assert found({"text": "look at this", **part}) == ["3145728001"]


@pytest.mark.parametrize(
    "part",
    [
        {"bot_id": "3145728001", "ts": "3145728001.000100", "metadata": {"event_payload": {"id": "3145728001"}}},
        {"blocks": [{"type": "actions", "elements": [{"type": "button", "value": "1/3145728001"}]}]},
        {"files": [{"id": "3145728001", "permalink": "https://acme.slack.com/files/3145728001"}]},
    ],
)
def test_what_people_do_not_read_names_nothing(part: dict[str, Any]) -> None:
    assert found({"text": "look at this", **part}) == []


def test_the_same_task_counts_once_and_there_is_a_limit() -> None:
    many = " ".join(f"/rest/api/longtask/{number}" for number in range(1, 100))

    assert found({"text": f"twice: {ADDRESS} {ADDRESS}"}) == ["3145728001"]
    assert found({"text": f"many: {many}"}) == [str(number) for number in range(1, MAX_FOUND + 1)]


def test_what_is_beyond_the_bounds_is_not_read() -> None:
    assert found({"text": "x" * MAX_TEXT + f" {ADDRESS}"}) == []
    nested: dict[str, Any] = {"text": ADDRESS}
    for _ in range(100):
        nested = {"blocks": [nested]}
    assert found(nested) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "blocks", "elements", "attachments", "files", "title", "value", "url"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "files"]), JSON, max_size=4))
def test_no_message_makes_it_raise_and_what_is_found_belongs_to_a_site(message: dict[str, Any]) -> None:
    references = find_references(message, sites=[CLOUD, SERVER])

    assert {reference.site_id for reference in references} <= {1, 2}
    assert len(set(references)) == len(references) <= MAX_FOUND


@given(
    st.lists(
        st.builds(
            Reference,
            site_id=st.sampled_from([1, 2]),
            remote_id=st.from_regex(r"[A-Z0-9:_-]{1,128}", fullmatch=True),
        ),
        min_size=1,
        max_size=10,
        unique=True,
    )
)
def test_the_command_that_is_written_follows_what_was_found(references: list[Reference]) -> None:
    command = parse_command(command_text(references, sites=[CLOUD, SERVER]), sites=[CLOUD, SERVER])

    assert command == Follow(refs=tuple(references))
