"""The card shows the present state, and is edited only if that changes visibly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.domain.snapshot import Kind, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import Outcome, Titles, Trouble
from bot.render.card import card, fingerprint
from bot.render.i18n import Texts
from bot.render.message import Message, digest, plain
from bot.render.thread import ThreadView
from tests.support.views import BEGAN, COPY, COPYING, ended


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def test_the_card_carries_every_fact_in_its_text(en: Texts) -> None:
    assert card(en, COPYING).text == (
        "Copying pages · 38%\n"
        "778 of 2,000 pages · 1 error and 3 warnings\n"
        f"Started {en.time(BEGAN)} · Expected to end about {en.time(BEGAN + timedelta(minutes=30))}"
        f" · Last checked {en.time(BEGAN + timedelta(minutes=11))}"
    )


def test_the_card_shows_phase_bar_and_percentage_first(en: Texts) -> None:
    message = card(en, COPYING)
    assert message.blocks[0]["text"]["text"] == "*Copying pages*\n████░░░░░░░░  38%"
    assert kinds(message) == ["section", "context", "actions"]


def test_the_card_shows_trouble_instead_of_an_expected_end_while_it_lasts(en: Texts) -> None:
    view = replace(COPYING, trouble=Trouble.DOWN, trouble_since=BEGAN)
    assert card(en, view).text.splitlines()[1:] == [
        (
            "Confluence is not answering. The long task itself may well be going on; "
            f"this thread continues as soon as Confluence answers. Since {en.time(BEGAN)}."
        ),
        "778 of 2,000 pages · 1 error and 3 warnings",
        f"Started {en.time(BEGAN)} · Last checked {en.time(BEGAN + timedelta(minutes=11))}",
    ]


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (ended(COPYING, Outcome.PROBLEMS), ["Finished with problems: Copying pages · 100%"]),
        (
            ended(COPYING, Outcome.FAILED),
            [
                "Failed: Copying pages · 38%",
                "Confluence says that it failed. Look there how far it came before you start it again.",
            ],
        ),
        (
            replace(ended(COPYING, Outcome.STOPPED), stopped_by="U0PAULA"),
            [
                "Stopped: Copying pages · 38%",
                "<@U0PAULA> stopped following it here. The long task itself goes on in Confluence.",
            ],
        ),
        (
            replace(ended(COPYING, Outcome.UNKNOWN), checked_at=None),
            [
                "Result unknown: Copying pages · 38%",
                "The end could not be seen. Look in Confluence how it ended.",
            ],
        ),
    ],
)
def test_the_card_shows_how_it_ended(en: Texts, view: ThreadView, lines: list[str]) -> None:
    assert card(en, view).text.splitlines()[:-2] == lines


def test_the_card_shows_what_was_seen_last_if_the_end_was_not(en: Texts) -> None:
    assert card(en, ended(COPYING, Outcome.UNKNOWN)).text.splitlines()[1] == (
        f"The end could not be seen. Last seen: 38%, {en.time(BEGAN + timedelta(minutes=11))}. "
        "Look in Confluence how it ended."
    )


def test_the_time_of_the_last_check_is_no_reason_for_an_edit(en: Texts) -> None:
    later = replace(COPYING, checked_at=BEGAN + timedelta(hours=3))
    assert fingerprint(en, later) == fingerprint(en, COPYING)
    assert digest(card(en, later)) != digest(card(en, COPYING))


@pytest.mark.parametrize(
    "view",
    [
        replace(COPYING, outcome=Outcome.FINISHED),
        replace(COPYING, snapshot=msgspec.structs.replace(COPY, percent=39.0)),
        replace(COPYING, snapshot=msgspec.structs.replace(COPY, done=779)),
        replace(COPYING, trouble=Trouble.DOWN),
        replace(COPYING, expected_end=None),
        replace(COPYING, finding_counts={"WARN_RENAME_PAGE": 4, "ERROR_COPY_PAGE": 1}),
        replace(COPYING, titles=Titles.COUNTS),
    ],
)
def test_every_other_visible_change_is_a_reason_for_an_edit(en: Texts, view: ThreadView) -> None:
    assert fingerprint(en, view) != fingerprint(en, COPYING)


def test_a_card_says_in_one_line_if_only_a_missing_scope_hides_titles(en: Texts) -> None:
    line = (
        "Page titles are hidden, because this bot lacks the Slack scope to see whether other organizations read this "
        "channel."
    )
    lacking = card(en, replace(COPYING, titles=Titles.COUNTS, scope_missing=True))
    assert lacking.text.splitlines().count(line) == 1
    assert [element["text"] for element in lacking.blocks[-1]["elements"]].count(line) == 1
    assert line not in card(en, replace(COPYING, titles=Titles.COUNTS)).text


def test_a_change_too_small_to_see_is_no_reason_for_an_edit(en: Texts) -> None:
    snapshot = msgspec.structs.replace(COPY, percent=38.4, elapsed_ms=5)
    view = replace(COPYING, snapshot=snapshot, started_at=BEGAN + timedelta(seconds=20))
    assert fingerprint(en, view) == fingerprint(en, COPYING)


def test_the_card_keeps_to_one_family_of_blocks(en: Texts, breaches: Callable[[Message], list[str]]) -> None:
    for outcome in Outcome:
        message = card(en, replace(COPYING, outcome=outcome), subscription_id="7")
        assert set(kinds(message)) <= {"section", "context", "actions"}
        assert breaches(message) == []


def test_a_finished_long_task_is_at_100_percent_even_if_confluence_stopped_counting(en: Texts) -> None:
    shown = card(en, ended(COPYING, Outcome.FINISHED))
    assert shown.blocks[0]["text"]["text"] == "*Finished: Copying pages*\n████████████  100%"


def test_a_long_task_that_ended_without_a_percentage_shows_none(en: Texts) -> None:
    shown = card(en, replace(ended(COPYING, Outcome.FAILED), snapshot=Snapshot(kind=Kind.COPY)))
    assert shown.blocks[0]["text"]["text"] == "*Failed: Copying pages*"


def test_confluences_own_sentence_is_quoted_until_it_has_finished(en: Texts) -> None:
    view = replace(
        COPYING, snapshot=Snapshot(kind=Kind.SPACE_DELETE, percent=50, status=Status(text="Deleting <DOCS>"))
    )
    quoted = "Confluence says: “Deleting &lt;DOCS&gt;”"
    lines = {outcome: quoted in card(en, replace(view, outcome=outcome)).text.splitlines() for outcome in Outcome}
    assert lines == {outcome: outcome not in {Outcome.FINISHED, Outcome.PROBLEMS} for outcome in Outcome}


def test_another_subscription_or_another_language_is_a_reason_for_an_edit(en: Texts, texts: Texts) -> None:
    assert fingerprint(en, COPYING, subscription_id="7") != fingerprint(en, COPYING, subscription_id="8")
    assert (fingerprint(texts, COPYING) == fingerprint(en, COPYING)) == (texts.language == "en")


def test_the_plain_form_has_the_same_text_and_no_blocks(en: Texts) -> None:
    message = card(en, COPYING)
    assert plain(message) == Message(text=message.text)
