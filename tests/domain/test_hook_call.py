"""A call of a script is read by the parser of commands, within bounds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.command import Follow, ForeignSite, Misread, NotUnderstood, Reference, SiteName, WhichSite
from bot.domain.hook_call import BadCall, CallFault, decode, encode, parse_call
from bot.domain.label import MAX_LABEL
from bot.domain.states import Verbosity

ACME = SiteName(site_id=1, alias="acme", host="acme.example", base_url="https://acme.example")
DOCS = SiteName(site_id=2, alias="docs", host="docs.example", base_url="https://docs.example/wiki")
REF = Reference(site_id=1, remote_id="3145728001")
UUID = "3f0c6a52-7d0e-4b21-9a77-0f5f1c0f9e11"


def parse(body: object, **query: str) -> object:
    """Parse a call with these values in its query."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_call(data, query, sites=[ACME])


@pytest.mark.parametrize(
    "body",
    [
        {"id": "3145728001", "links": {"status": "/rest/api/longtask/3145728001"}},
        {"id": 3145728001},
        {"taskId": "3145728001"},
        {"longTaskId": "3145728001"},
        {"links": {"status": "/rest/api/longtask/3145728001"}},
        {"ari": "ari:cloud:confluence::longtask/3145728001"},
        {"task": "3145728001"},
        {"task": 3145728001},
        {"task": "acme:3145728001"},
        {"task": "https://acme.example/rest/api/longtask/3145728001"},
        {"task": {"id": "3145728001", "links": {}}},
        {"task": '{"id": "3145728001"}'},
        {"task": " 3145728001\n"},
        b'\xef\xbb\xbf {"id": "3145728001"}\r\n',
    ],
)
def test_every_form_of_an_answer_or_a_reference_is_understood(body: object) -> None:
    assert parse(body) == Follow(refs=(REF,))


def test_the_id_of_a_data_center_is_understood() -> None:
    assert parse({"task": UUID.upper()}) == Follow(refs=(Reference(site_id=1, remote_id=UUID),))


@pytest.mark.parametrize(
    ("body", "query", "label", "verbosity"),
    [
        ({"task": "3145728001", "label": "Team handbook", "verbosity": "quiet"}, {}, "Team handbook", Verbosity.QUIET),
        ({"task": "3145728001", "label": None, "verbosity": None}, {}, None, None),
        ({"id": "3145728001"}, {"label": "Team handbook", "verbosity": "ALL"}, "Team handbook", Verbosity.ALL),
        ({"task": "3145728001", "label": "a"}, {"label": "b", "verbosity": "leise"}, "a", Verbosity.QUIET),
        ({"task": "3145728001", "label": 7}, {}, "7", None),
        ({"task": "3145728001", "label": " \n"}, {"label": ""}, None, None),
        ({"task": "3145728001", "label": "a\u0000b\ud800\n c"}, {}, "ab c", None),
        ({"task": "3145728001", "label": "x" * 200}, {}, "x" * MAX_LABEL, None),
        # What Confluence answers may have such fields, too, and means something else by them.
        ({"id": "3145728001", "label": ["not ours"], "verbosity": 7}, {}, None, None),
        ({"task": "3145728001 quiet as Handbook"}, {}, "Handbook", Verbosity.QUIET),
    ],
)
def test_label_and_verbosity_come_in_the_body_or_in_the_query(
    body: object, query: dict[str, str], label: str | None, verbosity: Verbosity | None
) -> None:
    assert parse(body, **query) == Follow(refs=(REF,), label=label, verbosity=verbosity)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", BadCall(fault=CallFault.BODY)),
        (b"3145728001", BadCall(fault=CallFault.BODY)),
        (b'["3145728001"]', BadCall(fault=CallFault.BODY)),
        (b'{"id": "3145728001"', BadCall(fault=CallFault.BODY)),
        (b'{"id": "\xff"}', BadCall(fault=CallFault.BODY)),
        (b"[" * 60_000, BadCall(fault=CallFault.BODY)),
        (b'{"id": ' + b"9" * 5_000 + b"}", BadCall(fault=CallFault.BODY)),
        ({}, BadCall(fault=CallFault.BODY)),
        ({"message": "no permission"}, BadCall(fault=CallFault.BODY)),
        ({"task": ""}, BadCall(fault=CallFault.BODY)),
        ({"task": True}, BadCall(fault=CallFault.BODY)),
        ({"task": "release notes"}, BadCall(fault=CallFault.TASK, what="release")),
        ({"task": "help"}, BadCall(fault=CallFault.TASK, what="help")),
        ({"task": "stop 3145728001"}, BadCall(fault=CallFault.TASK, what="stop 3145728001")),
        ({"task": "3145728001 3145728002"}, NotUnderstood(reason=Misread.ONE_REFERENCE, what="task")),
        ({"task": "https://evil.example/rest/api/longtask/1"}, ForeignSite(host="evil.example")),
        ({"task": "3145728001", "label": ["a"]}, BadCall(fault=CallFault.LABEL)),
        ({"task": "3145728001", "label": False}, BadCall(fault=CallFault.LABEL)),
        ({"task": "3145728001", "verbosity": "loud"}, BadCall(fault=CallFault.VERBOSITY, what="loud")),
        ({"task": "3145728001", "verbosity": "stop"}, BadCall(fault=CallFault.VERBOSITY, what="stop")),
        ({"task": "3145728001", "verbosity": {}}, BadCall(fault=CallFault.VERBOSITY)),
    ],
)
def test_what_cannot_be_read_says_why(body: object, problem: object) -> None:
    assert parse(body) == problem


def test_of_several_sites_one_has_to_be_named() -> None:
    body = b'{"task": "3145728001"}'

    found = parse_call(body, {}, sites=[ACME, DOCS])

    assert isinstance(found, WhichSite)
    assert (found.remote_id, found.aliases) == ("3145728001", ("acme", "docs"))
    named = parse_call(b'{"task": "docs:3145728001"}', {}, sites=[ACME, DOCS])
    assert named == Follow(refs=(Reference(site_id=2, remote_id="3145728001"),))


def test_a_parsed_call_is_stored_and_read_back() -> None:
    follow = Follow(refs=(REF,), label="Team “handbook”", verbosity=Verbosity.ALL)

    assert decode(encode(follow)) == follow


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
fields = st.sampled_from(["task", "id", "taskId", "label", "verbosity", "links", "ari"])


@given(
    st.binary(max_size=200) | st.dictionaries(fields, json_values).map(lambda body: json.dumps(body).encode()),
    st.dictionaries(st.sampled_from(["label", "verbosity"]), st.text(max_size=100)),
)
def test_whatever_comes_is_one_long_task_or_a_problem(body: bytes, query: dict[str, str]) -> None:
    found = parse_call(body, query, sites=[ACME])

    if isinstance(found, Follow):
        assert len(found.refs) == 1
        assert found.label is None or 0 < len(found.label) <= MAX_LABEL
        assert decode(encode(found)) == found
    else:
        assert found is not None


@given(st.text(max_size=120))
def test_any_text_as_a_label_becomes_one_short_line_or_none(label: str) -> None:
    found = parse({"task": "3145728001", "label": label})

    assert isinstance(found, Follow)
    assert found.label is None or found.label == " ".join(found.label.split())[:MAX_LABEL]
