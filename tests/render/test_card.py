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
from bot.render.mrkdwn import Mrkdwn, on_one_line
from bot.render.thread import ThreadView
from tests.support.views import BEGAN, COPY, COPYING, PLACE, RELINKING, ended


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


LAST_CHECKED = BEGAN + timedelta(minutes=11)


def small(texts: Texts) -> str:
    checked = texts.time_with_seconds(LAST_CHECKED)
    return f"Started {texts.time(BEGAN)} · Last checked {checked} · Confluence task 3145728001"


def test_the_card_carries_every_fact_in_its_text(en: Texts) -> None:
    reckoned = BEGAN + timedelta(minutes=10, seconds=48)
    view = replace(COPYING, reckoned_at=reckoned, pages_per_minute=80, followers=("U0ANNA", "U0PAULA"))
    assert card(en, view).text.splitlines() == [
        f"*Copying pages* → {PLACE} · 38% · 778 of 2,000 pages",
        (
            f"At {en.time_of_day(reckoned)}: about 19 min left · "
            f"Expected to end about {en.time(BEGAN + timedelta(minutes=30))} · 80 pages a minute"
        ),
        "1 error and 3 warnings · 2 people will be notified: <@U0ANNA> <@U0PAULA>",
        small(en),
    ]


def test_the_card_shows_work_place_phase_bar_and_percentage_first(en: Texts) -> None:
    message = card(en, COPYING)
    assert message.blocks[0]["text"]["text"] == (
        f":hourglass_flowing_sand: *Copying pages* → {PLACE}\n▰▰▰▱▱▱▱▱▱▱  38% · 778 of 2,000 pages"
    )
    assert kinds(message) == ["section", "context", "actions"]
    relinking = card(en, replace(RELINKING, label="Relaunch"))
    assert relinking.blocks[0]["text"]["text"].splitlines() == [
        ":hourglass_flowing_sand: *Relaunch* · Copying pages",
        "Updating the links between the copied pages",
        "▰▰▰▰▰▰▰▰▱▱  84% · 42 of 42 pages",
    ]


@pytest.mark.parametrize(
    ("followers", "said"),
    [
        ((), None),
        (("U0ANNA",), "1 person will be notified"),
        (("U0PAULA",), "1 person will be notified: <@U0PAULA>"),
        (("U0ANNA", "U0PAULA", "U0ANNA"), "2 people will be notified: <@U0ANNA> <@U0PAULA>"),
        (
            tuple(f"U{number}" for number in range(8)),
            "8 people will be notified: <@U0> <@U1> <@U2> <@U3> <@U4> and 3 others",
        ),
    ],
)
def test_the_card_says_who_will_be_notified_and_names_the_owner_with_others_only(
    en: Texts, followers: tuple[str, ...], said: str | None
) -> None:
    counts = on_one_line([Mrkdwn("1 error and 3 warnings"), Mrkdwn(said) if said else None])
    assert card(en, replace(COPYING, followers=followers)).text.splitlines()[2] == counts


def test_a_card_that_is_posted_names_nobody_since_that_would_notify_them(en: Texts) -> None:
    view = replace(COPYING, followers=("U0ANNA", "U0PAULA"))
    message = card(en, view, people_named=False)
    assert message.text.splitlines()[2] == "1 error and 3 warnings · 2 people will be notified"
    assert "<@" not in str(message.blocks)


def test_the_card_shows_trouble_instead_of_an_expected_end_while_it_lasts(en: Texts) -> None:
    view = replace(COPYING, trouble=Trouble.DOWN, trouble_since=BEGAN, reckoned_at=BEGAN, pages_per_minute=80)
    assert card(en, view).text.splitlines()[1:] == [
        (
            "Confluence is not answering. The task itself is probably going on; "
            "this thread continues as soon as Confluence answers."
        ),
        f"Since {en.time(BEGAN)}.",
        "1 error and 3 warnings",
        small(en),
    ]


def test_the_card_says_when_the_next_check_is_while_checks_are_seldom(en: Texts) -> None:
    view = replace(COPYING, trouble=Trouble.STALLED, next_check_at=BEGAN + timedelta(minutes=26))
    facts = card(en, view).text.splitlines()[-1].split(" · ")
    assert facts[2] == f"Next check {en.time(BEGAN + timedelta(minutes=26))}"


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (
            ended(COPYING, Outcome.PROBLEMS),
            [f"*Finished with problems*: copying pages → {PLACE} · 100% · 778 of 2,000 pages"],
        ),
        (
            replace(ended(COPYING, Outcome.STOPPED), stopped_by="U0PAULA"),
            [
                f"*No longer followed*: copying pages → {PLACE} · 38% · 778 of 2,000 pages",
                "<@U0PAULA> stopped following it here. The task itself goes on in Confluence.",
            ],
        ),
        (
            ended(COPYING, Outcome.UNKNOWN),
            [
                f"*Result unknown*: copying pages → {PLACE} · 38% · 778 of 2,000 pages",
                "This bot could not see how it ended. Check the result in Confluence.",
            ],
        ),
        (
            ended(COPYING, Outcome.FAILED),
            [
                f"*Failed*: copying pages → {PLACE} · 38% · 778 of 2,000 pages",
                "1 page and its child pages could not be copied.",
            ],
        ),
    ],
)
def test_the_card_shows_how_it_ended(en: Texts, view: ThreadView, lines: list[str]) -> None:
    assert card(en, view).text.splitlines()[:-2] == lines


def test_the_card_shows_when_the_task_was_last_seen_if_the_end_was_not(en: Texts) -> None:
    facts = card(en, ended(COPYING, Outcome.UNKNOWN)).text.splitlines()[-1].split(" · ")
    assert facts[1] == f"Last seen {en.time_with_seconds(LAST_CHECKED)}"


def test_a_failure_at_100_percent_shows_no_percentage(en: Texts) -> None:
    snapshot = Snapshot(kind=Kind.COPY, percent=100.0, done=0)
    view = replace(ended(COPYING, Outcome.FAILED), snapshot=snapshot, finding_counts={"ERROR_LOCK_FAILED": 1})
    assert card(en, view).text.splitlines()[:-1] == [
        "*Failed*: copying pages",
        "Nothing was done, because another copy or deletion was already running in the space.",
    ]


def test_what_changes_with_every_look_is_no_reason_for_an_edit(en: Texts) -> None:
    later = replace(
        COPYING,
        checked_at=BEGAN + timedelta(hours=3),
        next_check_at=BEGAN + timedelta(hours=4),
        reckoned_at=BEGAN + timedelta(minutes=12),
        pages_per_minute=80,
    )
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
        replace(COPYING, followers=("U0ANNA", "U0PAULA")),
        replace(COPYING, label="Relaunch"),
    ],
)
def test_every_other_visible_change_is_a_reason_for_an_edit(en: Texts, view: ThreadView) -> None:
    assert fingerprint(en, view) != fingerprint(en, COPYING)


def test_a_card_says_in_one_line_if_only_a_missing_scope_hides_titles(en: Texts) -> None:
    line = (
        "Page titles are hidden, because this bot lacks the Slack scope to see whether other organizations read this "
        "channel. Ask this bot's administrator to add it."
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
    assert shown.blocks[0]["text"]["text"] == (
        f":white_check_mark: *Finished*: copying pages → {PLACE}\n▰▰▰▰▰▰▰▰▰▰  100% · 778 of 2,000 pages"
    )


def test_a_long_task_that_ended_without_a_percentage_shows_none(en: Texts) -> None:
    shown = card(en, replace(ended(COPYING, Outcome.FAILED), snapshot=Snapshot(kind=Kind.COPY)))
    assert shown.blocks[0]["text"]["text"] == ":x: *Failed*: copying pages"


def test_confluences_own_sentence_is_quoted_until_it_has_finished(en: Texts) -> None:
    view = replace(
        COPYING,
        snapshot=Snapshot(kind=Kind.SPACE_DELETE, percent=50, status=Status(text="Deleting <DOCS>")),
        finding_counts={},
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
