"""The root message and the card say how it stands, and change only when that changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bot.domain.snapshot import Kind, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import Outcome, Titles, Trouble
from bot.render.card import card, digest, fingerprint, plain, root
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView

BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
ACTIONS = ("stop", "notify_me", "check_now", "follow_again", "open")
COPYING = Snapshot(
    kind=Kind.COPY,
    percent=38.0,
    status=Status(key="STATUS_COPIED_PAGES", args=("778", "2000")),
    done=778,
    total=2000,
    destination_id="98765433",
    destination_url="/spaces/DEST/pages/98765433/Team+handbook",
)
VIEW = ThreadView(
    remote_id="3145728001",
    outcome=Outcome.FOLLOWING,
    snapshot=COPYING,
    owner_id="U0ANNA",
    site_url="https://acme.atlassian.net/wiki",
    started_at=BEGAN,
    checked_at=BEGAN + timedelta(minutes=11),
    expected_end=BEGAN + timedelta(minutes=30),
    finding_counts={"WARN_RENAME_PAGE": 3, "ERROR_COPY_PAGE": 1},
)


def ended(outcome: Outcome, **changes: object) -> ThreadView:
    return replace(VIEW, outcome=outcome, ended_at=BEGAN + timedelta(minutes=24), **changes)  # type: ignore[arg-type] -- a field by its name


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def labels(message: Message) -> list[tuple[str, str | None, str | None]]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [(one["action_id"], one.get("value"), one.get("url")) for row in rows for one in row]


def test_the_root_says_who_follows_what_and_how_it_stands(en: Texts) -> None:
    assert root(en, VIEW) == Message(
        text=(
            "*Following*: Copying pages (long task 3145728001)\nFollowed by <@U0ANNA>. Progress is shown in the thread."
        ),
        blocks=(
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "*Following*: Copying pages (long task 3145728001)",
                    "verbatim": True,
                },
            },
            {
                "type": "context",
                "elements": [
                    {
                        "type": "mrkdwn",
                        "text": "Followed by <@U0ANNA>. Progress is shown in the thread.",
                        "verbatim": True,
                    }
                ],
            },
        ),
    )


@pytest.mark.parametrize(
    ("outcome", "headline"),
    [
        (Outcome.FINISHED, "*Finished*: Copying pages (long task 3145728001)"),
        (Outcome.PROBLEMS, "*Finished with problems*: Copying pages (long task 3145728001)"),
        (Outcome.FAILED, "*Failed*: Copying pages (long task 3145728001)"),
        (Outcome.UNKNOWN, "*Result unknown*: Copying pages (long task 3145728001)"),
        (Outcome.STOPPED, "*Stopped*: Copying pages (long task 3145728001)"),
    ],
)
def test_the_root_names_each_outcome(en: Texts, outcome: Outcome, headline: str) -> None:
    assert root(en, ended(outcome)).text.splitlines()[0] == headline


def test_the_root_changes_with_the_outcome_only(en: Texts) -> None:
    later = replace(
        VIEW,
        snapshot=msgspec.structs.replace(COPYING, percent=90.0),
        checked_at=BEGAN + timedelta(hours=1),
        trouble=Trouble.DOWN,
        finding_counts={},
    )
    assert root(en, later) == root(en, VIEW)


def test_an_unknown_long_task_is_called_by_confluences_name_where_titles_may_be_shown(en: Texts) -> None:
    view = replace(VIEW, snapshot=Snapshot(name_text="Reindex <DOCS>"))
    headlines = [root(en, replace(view, titles=titles)).text.splitlines()[0] for titles in Titles]
    assert headlines == [
        "*Following*: “Reindex &lt;DOCS&gt;” (long task 3145728001)",
        "*Following*: long task 3145728001",
    ]


def test_the_card_carries_every_fact_in_its_text(en: Texts) -> None:
    assert card(en, VIEW).text == (
        "Copying pages · 38%\n"
        "778 of 2,000 pages · 1 error and 3 warnings\n"
        f"Started {en.time(BEGAN)} · Expected to end about {en.time(BEGAN + timedelta(minutes=30))}"
        f" · Last checked {en.time(BEGAN + timedelta(minutes=11))}"
    )


def test_the_card_shows_phase_bar_and_percentage_first(en: Texts) -> None:
    message = card(en, VIEW)
    assert message.blocks[0]["text"]["text"] == "*Copying pages*\n████░░░░░░░░  38%"
    assert kinds(message) == ["section", "context", "actions"]


def test_trouble_stands_on_the_card_while_it_lasts_and_no_end_is_expected_meanwhile(en: Texts) -> None:
    view = replace(VIEW, trouble=Trouble.DOWN, trouble_since=BEGAN)
    assert card(en, view).text.splitlines()[1:] == [
        (
            "Confluence is not answering. The long task itself may well be going on; "
            f"this thread continues as soon as Confluence answers. Since {en.time(BEGAN)}."
        ),
        "778 of 2,000 pages · 1 error and 3 warnings",
        f"Started {en.time(BEGAN)} · Last checked {en.time(BEGAN + timedelta(minutes=11))}",
    ]


@pytest.mark.parametrize(
    ("outcome", "changes", "lines"),
    [
        (Outcome.PROBLEMS, {}, ["Finished with problems: Copying pages · 100%"]),
        (
            Outcome.FAILED,
            {},
            [
                "Failed: Copying pages · 38%",
                "Confluence says that it failed. Look there how far it came before you start it again.",
            ],
        ),
        (
            Outcome.STOPPED,
            {"stopped_by": "U0PAULA"},
            [
                "Stopped: Copying pages · 38%",
                "<@U0PAULA> stopped following it here. The long task itself goes on in Confluence.",
            ],
        ),
        (
            Outcome.UNKNOWN,
            {"checked_at": None},
            [
                "Result unknown: Copying pages · 38%",
                "The end could not be seen. Look in Confluence how it ended.",
            ],
        ),
    ],
)
def test_the_card_shows_how_it_ended(en: Texts, outcome: Outcome, changes: dict[str, object], lines: list[str]) -> None:
    shown = card(en, ended(outcome, **changes)).text.splitlines()
    assert shown[:-2] == lines


def test_an_end_that_was_not_seen_says_what_was_seen_last_and_when(en: Texts) -> None:
    assert card(en, ended(Outcome.UNKNOWN)).text.splitlines()[1] == (
        f"The end could not be seen. Last seen: 38%, {en.time(BEGAN + timedelta(minutes=11))}. "
        "Look in Confluence how it ended."
    )


def test_buttons_are_offered_while_they_can_do_something(en: Texts) -> None:
    address = "https://acme.atlassian.net/wiki/spaces/DEST/pages/98765433/Team+handbook"
    shown = {
        outcome: labels(card(en, replace(VIEW, outcome=outcome), ACTIONS, subscription_id="7"))
        for outcome in (Outcome.FOLLOWING, Outcome.FINISHED, Outcome.UNKNOWN)
    }
    assert shown == {
        Outcome.FOLLOWING: [
            ("stop", "7", None),
            ("notify_me", "7", None),
            ("check_now", "7", None),
            ("open", None, address),
        ],
        Outcome.FINISHED: [("open", None, address)],
        Outcome.UNKNOWN: [("follow_again", "7", None), ("open", None, address)],
    }


def test_without_a_known_destination_there_is_no_row_of_buttons(en: Texts) -> None:
    snapshot = msgspec.structs.replace(COPYING, destination_id=None, destination_url="https://evil.example/")
    assert kinds(card(en, replace(VIEW, snapshot=snapshot))) == ["section", "context"]


def test_where_titles_are_not_shown_the_destination_is_named_by_its_id(en: Texts) -> None:
    view = replace(VIEW, titles=Titles.COUNTS)
    assert labels(card(en, view)) == [
        ("open", None, "https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=98765433")
    ]


def test_when_it_was_last_checked_is_no_reason_for_an_edit(en: Texts) -> None:
    later = replace(VIEW, checked_at=BEGAN + timedelta(hours=3))
    assert fingerprint(en, later) == fingerprint(en, VIEW)
    assert digest(card(en, later)) != digest(card(en, VIEW))


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": Outcome.FINISHED},
        {"snapshot": msgspec.structs.replace(COPYING, percent=39.0)},
        {"snapshot": msgspec.structs.replace(COPYING, done=779)},
        {"trouble": Trouble.DOWN},
        {"expected_end": None},
        {"finding_counts": {"WARN_RENAME_PAGE": 4, "ERROR_COPY_PAGE": 1}},
        {"titles": Titles.COUNTS},
    ],
)
def test_whatever_else_is_seen_is_a_reason_for_an_edit(en: Texts, change: dict[str, object]) -> None:
    assert fingerprint(en, replace(VIEW, **change)) != fingerprint(en, VIEW)  # type: ignore[arg-type] -- a field by its name


def test_other_buttons_or_another_language_are_a_reason_for_an_edit(en: Texts, texts: Texts) -> None:
    assert fingerprint(en, VIEW, ACTIONS, subscription_id="7") != fingerprint(en, VIEW)
    assert (fingerprint(texts, VIEW) == fingerprint(en, VIEW)) == (texts.language == "en")


def test_a_change_too_small_to_be_seen_is_no_reason_for_an_edit(en: Texts) -> None:
    snapshot = msgspec.structs.replace(COPYING, percent=38.4, elapsed_ms=5)
    view = replace(VIEW, snapshot=snapshot, started_at=BEGAN + timedelta(seconds=20))
    assert fingerprint(en, view) == fingerprint(en, VIEW)


def test_the_plain_form_has_the_same_text_and_no_blocks(en: Texts) -> None:
    message = card(en, VIEW)
    assert plain(message) == Message(text=message.text)


def test_the_card_keeps_to_one_family_of_blocks(en: Texts, breaches: Callable[[Message], list[str]]) -> None:
    for outcome in Outcome:
        message = card(en, replace(VIEW, outcome=outcome), ACTIONS, subscription_id="7")
        assert set(kinds(message)) <= {"section", "context", "actions"}
        assert breaches(message) == []


def test_what_has_finished_is_at_a_hundred_percent_even_where_confluence_stopped_counting(en: Texts) -> None:
    shown = card(en, ended(Outcome.FINISHED))
    assert shown.blocks[0]["text"]["text"] == "*Finished: Copying pages*\n████████████  100%"


def test_what_ended_without_a_percentage_shows_none(en: Texts) -> None:
    shown = card(en, ended(Outcome.FAILED, snapshot=Snapshot(kind=Kind.COPY)))
    assert shown.blocks[0]["text"]["text"] == "*Failed: Copying pages*"


def test_confluences_own_words_are_quoted_until_it_has_finished(en: Texts) -> None:
    view = replace(VIEW, snapshot=Snapshot(kind=Kind.SPACE_DELETE, percent=50, status=Status(text="Deleting <DOCS>")))
    quoted = "Confluence says: “Deleting &lt;DOCS&gt;”"
    lines = {outcome: quoted in card(en, replace(view, outcome=outcome)).text.splitlines() for outcome in Outcome}
    assert lines == {outcome: outcome not in {Outcome.FINISHED, Outcome.PROBLEMS} for outcome in Outcome}
