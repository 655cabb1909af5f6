"""The root says what runs, where and for whom, and at the end the result; it changes with the outcome only."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.states import Outcome, Titles, Trouble
from bot.domain.summary import summarize
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.root import root
from bot.render.thread import ThreadView
from tests.support.views import BEGAN, COPY, COPYING, PLACE, ended

SMALL = "Followed by <@U0ANNA> · details in the thread · Confluence task 3145728001"
SMALL_AT_THE_END = f"Was f{SMALL[1:]}"
FOUND = (
    Finding(key="WARN_RENAME_PAGE", args=("A", "B")),
    Finding(key="WARN_RENAME_PAGE", args=("C", "D")),
    Finding(key="WARN_IGNORE_COPY_PERMISSION"),
)
COUNTS = {"WARN_RENAME_PAGE": 2, "WARN_IGNORE_COPY_PERMISSION": 1}


def shown(texts: Texts, view: ThreadView, found: tuple[Finding, ...] = ()) -> Message:
    return root(texts, view, summarize(view.snapshot, found, view.outcome))


def lines(texts: Texts, view: ThreadView, found: tuple[Finding, ...] = ()) -> list[str]:
    return shown(texts, view, found).text.splitlines()


def test_the_root_says_what_runs_where_and_for_whom(en: Texts) -> None:
    line = f"*Copying pages* → {PLACE}"
    assert shown(en, COPYING) == Message(
        text=f"{line}\n{SMALL}",
        blocks=(
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": f":hourglass_flowing_sand: {line}", "verbatim": True},
            },
            {"type": "context", "elements": [{"type": "mrkdwn", "text": SMALL, "verbatim": True}]},
        ),
    )


def test_a_label_comes_before_work_and_place(en: Texts) -> None:
    view = replace(COPYING, label="<Relaunch> *now*")
    assert lines(en, view)[0] == f"*&lt;Relaunch&gt; ∗now∗* · Copying pages → {PLACE}"
    assert lines(en, ended(view, Outcome.FINISHED))[0] == (
        f"*Finished*: &lt;Relaunch&gt; ∗now∗ · copying pages → {PLACE}"
    )


def test_a_channel_that_sees_numbers_only_sees_a_label_and_no_place(en: Texts) -> None:
    view = replace(COPYING, titles=Titles.COUNTS, label="Relaunch")
    assert lines(en, view)[0] == "*Relaunch* · Copying pages"
    assert lines(en, replace(view, label=None))[0] == "*Copying pages*"


@pytest.mark.parametrize(
    ("outcome", "mark", "said"),
    [
        (Outcome.FINISHED, ":white_check_mark:", ["*Finished*: copying pages", "42 pages copied"]),
        (
            Outcome.PROBLEMS,
            ":warning:",
            ["*Finished with problems*: copying pages", "42 pages copied · 2 renamed · restrictions lost"],
        ),
        (Outcome.FAILED, ":x:", ["*Failed*: copying pages", "Done before it failed: 61% · 42 of 42 pages"]),
        (
            Outcome.STOPPED,
            ":black_square_for_stop:",
            [
                "*No longer followed*: copying pages",
                "<@U0PAULA> stopped following it here. The task itself goes on in Confluence.",
            ],
        ),
    ],
)
def test_the_root_carries_the_outcome_and_the_result(en: Texts, outcome: Outcome, mark: str, said: list[str]) -> None:
    snapshot = msgspec.structs.replace(COPY, percent=61.0, done=42, total=42, destination_id=None, destination_url=None)
    found = FOUND if outcome is Outcome.PROBLEMS else ()
    counts = COUNTS if found else {}
    view = replace(
        ended(COPYING, outcome), snapshot=snapshot, stopped_by="U0PAULA", finding_counts=counts, titles=Titles.SHOWN
    )
    message = shown(en, view, found)
    assert message.text.splitlines() == [*said, SMALL_AT_THE_END]
    assert message.blocks[0]["text"]["text"] == "\n".join([f"{mark} {said[0]}", *said[1:]])


def test_a_failure_is_named_on_the_root(en: Texts) -> None:
    locked = (Finding(key="ERROR_LOCK_FAILED", args=("DEST",), severity=Severity.ERROR),)
    snapshot = Snapshot(kind=Kind.COPY, percent=100.0, done=0)
    view = replace(ended(COPYING, Outcome.FAILED), snapshot=snapshot, finding_counts={"ERROR_LOCK_FAILED": 1})
    assert lines(en, view, locked) == [
        "*Failed*: copying pages",
        "Another copy or deletion was running in the space “DEST”",
        SMALL_AT_THE_END,
    ]


def test_what_was_last_seen_is_on_the_root_if_the_end_was_not(en: Texts) -> None:
    assert lines(en, ended(COPYING, Outcome.UNKNOWN)) == [
        f"*Result unknown*: copying pages → {PLACE}",
        f"Last seen {en.time(BEGAN + timedelta(minutes=11))}: 38% · 778 of 2,000 pages",
        SMALL_AT_THE_END,
    ]


def test_the_root_changes_with_the_outcome_only(en: Texts) -> None:
    later = replace(
        COPYING,
        snapshot=msgspec.structs.replace(COPY, percent=90.0),
        checked_at=BEGAN + timedelta(hours=1),
        trouble=Trouble.DOWN,
        finding_counts={},
    )
    assert shown(en, later) == shown(en, COPYING)


def test_a_long_task_of_unknown_kind_has_confluences_name_if_titles_may_be_shown(en: Texts) -> None:
    view = replace(COPYING, snapshot=Snapshot(name_text="Reindex <DOCS>"))
    headlines = [lines(en, replace(view, titles=titles))[0] for titles in Titles]
    assert headlines == ["*“Reindex &lt;DOCS&gt;”*", "*Confluence task running*"]


def test_pages_that_were_not_copied_are_counted_with_their_child_pages(en: Texts) -> None:
    found = (Finding(key="ERROR_COPY_PAGE", args=("Budget", "77", "/x"), severity=Severity.ERROR),)
    view = replace(ended(COPYING, Outcome.PROBLEMS), finding_counts={"ERROR_COPY_PAGE": 1})
    assert lines(en, view, found)[1] == "778 pages copied · 1 page and its child pages not copied"


def test_a_space_is_not_named_where_numbers_only_are_shown(en: Texts) -> None:
    locked = (Finding(key="ERROR_LOCK_FAILED", args=("DEST",), severity=Severity.ERROR),)
    view = replace(ended(COPYING, Outcome.FAILED), titles=Titles.COUNTS, finding_counts={"ERROR_LOCK_FAILED": 1})
    assert lines(en, view, locked)[1].startswith("Another copy or deletion was running in the space ·")


def test_a_script_that_followed_is_named_in_the_past_at_the_end(en: Texts) -> None:
    view = replace(COPYING, by_script=True)
    said = [lines(en, each)[-1].split(" · ")[0] for each in (view, ended(view, Outcome.STOPPED))]
    assert said == [
        "Followed by a script (hook made by <@U0ANNA>)",
        "Was followed by a script (hook made by <@U0ANNA>)",
    ]
