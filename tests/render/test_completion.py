"""The completion says how it ended and what is to be done, and mentions those who follow it last."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import Outcome, Titles
from bot.domain.summary import summarize
from bot.render.completion import completion
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView
from sandbox.gallery.samples import counts
from tests.support.views import BEGAN, COPY, PLACE, RELINKING, SITE_URL

FOLLOWERS = "<@U0ANNA> <@U0PAULA>"
LOCKED = Finding(key="ERROR_LOCK_FAILED", args=("DEST",), severity=Severity.ERROR)
NOT_COPIED = Finding(key="ERROR_COPY_PAGE", args=("Budget", "77", "/x"), severity=Severity.ERROR)
RENAMED = Finding(key="WARN_RENAME_PAGE", args=("A1", "B1"))


def ended(snapshot: Snapshot, outcome: Outcome, *findings: Finding, minutes: float = 3) -> ThreadView:
    samples = tuple((60.0 * minute, 100 * minute / minutes) for minute in range(int(minutes) + 1))
    return replace(
        RELINKING,
        snapshot=snapshot,
        outcome=outcome,
        checked_at=BEGAN + timedelta(minutes=minutes),
        ended_at=BEGAN + timedelta(minutes=minutes),
        finding_counts=counts(findings),
        samples=samples,
    )


def shown(
    texts: Texts, view: ThreadView, *findings: Finding, subscription_id: str | None = None, has_card: bool = True
) -> Message:
    summary = summarize(view.snapshot, findings, view.outcome)
    return completion(texts, view, summary, findings, subscription_id=subscription_id, has_card=has_card)


def lines(texts: Texts, view: ThreadView, *findings: Finding) -> list[str]:
    return shown(texts, view, *findings).text.splitlines()


def small(texts: Texts, minutes: float = 3) -> str:
    end = BEGAN + timedelta(minutes=minutes)
    taken = texts.duration(timedelta(minutes=minutes))
    return f"Started {texts.time(BEGAN)} · Ended {texts.time(end)} · Took {taken} · Confluence task 3145728001"


def test_the_completion_begins_with_outcome_and_place_and_mentions_the_followers_last(en: Texts) -> None:
    findings = (
        RENAMED,
        Finding(key="WARN_RENAME_PAGE", args=("A2", "B2")),
        Finding(key="WARN_IGNORE_COPY_PERMISSION"),
        NOT_COPIED,
        Finding(key="WARN_SOMETHING_NEW"),
    )
    snapshot = msgspec.structs.replace(COPY, percent=100.0, done=41, total=42)
    view = ended(snapshot, Outcome.PROBLEMS, *findings, minutes=38)
    message = shown(en, view, *findings)
    assert message.text.splitlines() == [
        f"*Finished with problems*: copying pages → {PLACE}",
        "41 pages copied",
        "4 things need attention:",
        "• 1 page and its child pages not copied",
        "• 2 copies renamed",
        "• Page restrictions not copied",
        "• Other: 1 warning",
        "Progress: 26% after 10 min, 50% after 19 min, 76% after 29 min, 100% after 38 min",
        small(en, 38),
        FOLLOWERS,
    ]
    assert [block["type"] for block in message.blocks] == [
        *("section", "section", "data_visualization", "context", "section")
    ]
    assert message.blocks[0]["text"]["text"].startswith(":warning: *Finished with problems*: ")


def test_nothing_is_said_of_problems_where_there_are_none(en: Texts) -> None:
    view = ended(msgspec.structs.replace(COPY, done=42, total=42), Outcome.FINISHED)
    assert lines(en, view) == [f"*Finished*: copying pages → {PLACE}", "42 pages copied", small(en), FOLLOWERS]


@pytest.mark.parametrize(("minutes", "charts"), [(4.99, 0), (5, 1)])
def test_there_is_a_chart_from_five_minutes_on(en: Texts, minutes: float, charts: int) -> None:
    view = replace(
        ended(COPY, Outcome.FINISHED, minutes=minutes), samples=tuple((n * 60.0, 20.0 * n) for n in range(6))
    )
    message = shown(en, view)
    assert sum(block["type"] == "data_visualization" for block in message.blocks) == charts
    assert message.text.count("Progress: ") == charts


def test_a_failure_says_the_errors_own_sentence_what_it_names_and_what_to_do(en: Texts) -> None:
    # Confluence answers with 100 % and 0 pages here.
    view = ended(Snapshot(kind=Kind.COPY, percent=100.0, done=0), Outcome.FAILED, LOCKED)
    assert lines(en, view, LOCKED) == [
        "*Failed*: copying pages",
        "Nothing was done, because another copy or deletion was already running in the space “DEST”.",
        "Wait until the other one has ended, then start this one again.",
        small(en),
        FOLLOWERS,
    ]


def test_a_failure_says_how_far_it_came_and_what_else_was_found(en: Texts) -> None:
    snapshot = msgspec.structs.replace(COPY, percent=61.0, done=1220)
    view = ended(snapshot, Outcome.FAILED, NOT_COPIED, RENAMED)
    assert lines(en, view, NOT_COPIED, RENAMED)[1:-2] == [
        "1 page and its child pages could not be copied.",
        f"• <{SITE_URL}/pages/viewpage.action?pageId=77|“Budget”>",
        "Done before it failed: 61% · 1,220 of 2,000 pages",
        (
            "Open the original to see what is in the way, then copy it again with its child pages. "
            "The copy ended there: compare it with the original for what is missing."
        ),
        "• 1 copy renamed",
    ]


@pytest.mark.parametrize(
    ("pages_done", "progress"), [(None, "49%"), (80, "49% · 80 of 130 pages"), (140, "49% · 140 pages")]
)
def test_pages_in_all_are_not_said_to_be_done_before_a_failure(
    en: Texts, pages_done: int | None, progress: str
) -> None:
    view = ended(Snapshot(kind=Kind.COPY, percent=49.0, total=130), Outcome.FAILED)
    assert lines(en, replace(view, pages_done=pages_done))[2] == f"Done before it failed: {progress}"


@pytest.mark.parametrize(
    ("finding", "status", "titles", "sentence"),
    [
        (None, Status(text="The space is read-only"), Titles.SHOWN, "Confluence says: “The space is read-only”"),
        (None, Status(text="The space is read-only"), Titles.COUNTS, "Confluence does not say why."),
        (None, None, Titles.SHOWN, "Confluence does not say why."),
        (Finding(key="", text="No", severity=Severity.ERROR), None, Titles.SHOWN, "Confluence says: “No”"),
        (Finding(key="ERROR_NEW_ONE", severity=Severity.ERROR), None, Titles.SHOWN, "Confluence says: “New one”"),
    ],
)
def test_a_failure_that_this_bot_cannot_explain_is_quoted(
    en: Texts, finding: Finding | None, status: Status | None, titles: Titles, sentence: str
) -> None:
    found = (finding,) if finding else ()
    view = ended(Snapshot(kind=Kind.SPACE_DELETE, percent=40.0, status=status), Outcome.FAILED, *found)
    assert lines(en, replace(view, titles=titles), *found)[1:4] == [
        sentence,
        "Done before it failed: 40%",
        "Check in Confluence how far it got before you start it again.",
    ]


def test_an_unfinished_copy_is_to_be_deleted_before_the_next_one(en: Texts) -> None:
    unfinished = "Delete what was copied before you copy again, so that the new pages keep their titles."
    unknown = Finding(key="ERROR_UNKNOWN", severity=Severity.ERROR)
    for kind, is_said in ((Kind.COPY, True), (Kind.DELETE, False)):
        for found in ((), (unknown,)):
            view = ended(Snapshot(kind=kind, percent=40.0), Outcome.FAILED, *found)
            said = [line for line in lines(en, view, *found) if line.endswith(unfinished)]
            assert bool(said) is is_said


def test_an_end_that_was_not_seen_says_what_was_last_seen(en: Texts) -> None:
    view = ended(msgspec.structs.replace(COPY, percent=97.0), Outcome.UNKNOWN)
    assert lines(en, view)[:3] == [
        f"*Result unknown*: copying pages → {PLACE}",
        "This bot could not see how it ended. Check the result in Confluence.",
        f"Last seen {en.time(BEGAN + timedelta(minutes=3))}: 97% · 778 of 2,000 pages",
    ]


def test_without_a_card_the_completion_has_its_buttons_and_says_the_link_once(en: Texts) -> None:
    snapshot = Snapshot(kind=Kind.COPY, percent=100, destination_id="7")
    view = ended(snapshot, Outcome.FINISHED)
    with_card, without = shown(en, view), shown(en, view, subscription_id="7", has_card=False)
    assert without.text == with_card.text
    said = [
        [("Open in Confluence" in block["text"]["text"]) for block in message.blocks if block["type"] == "section"]
        for message in (with_card, without)
    ]
    assert said == [[False, True, False], [False, False]]
    (actions,) = (block for block in without.blocks if block["type"] == "actions")
    assert [button["action_id"] for button in actions["elements"]] == ["open"]


def test_what_has_no_reply_is_named_with_its_next_step_and_said_once(en: Texts) -> None:
    replied = [Finding(key="WARN_RENAME_PAGE", args=("A1", "B1")), Finding(key="WARN_RENAME_PAGE", args=("A2", "B2"))]
    named = [Finding(key="WARN_IGNORE_COPY_PERMISSION"), NOT_COPIED]
    snapshot = Snapshot(kind=Kind.COPY, percent=100, done=41)
    view = ended(snapshot, Outcome.PROBLEMS, *replied, *named)
    summary = summarize(snapshot, replied, Outcome.PROBLEMS)
    message = completion(en, view, summary, [*replied, *named], named=named)
    assert message.text.splitlines()[1:] == [
        "41 pages copied",
        "3 things need attention:",
        "• 2 copies renamed",
        "*1 page and its child pages could not be copied.*",
        f"• <{SITE_URL}/pages/viewpage.action?pageId=77|“Budget”>",
        "Open the original to see what is in the way, then copy it again with its child pages.",
        (
            "*Page restrictions were not copied, "
            "because the person who started the copy is not allowed to set them in the destination space.*"
        ),
        (
            "Everyone who can see the destination space may be able to see the copies of restricted pages. "
            "Check these copies, and ask someone who may set restrictions to set them again."
        ),
        small(en),
        FOLLOWERS,
    ]


def test_the_cause_of_a_failure_is_said_once(en: Texts) -> None:
    snapshot = Snapshot(kind=Kind.COPY, percent=0)
    view = ended(snapshot, Outcome.FAILED, LOCKED)
    message = completion(en, view, summarize(snapshot, [], Outcome.FAILED), [LOCKED], named=[LOCKED])
    assert message.text == shown(en, view, LOCKED).text


WHICH_PAGES = "Confluence doesn't say which pages."
MOVED_UP = "The pages that are left have moved up one level."


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.DELETE, WHICH_PAGES),
        (Kind.ARCHIVE, WHICH_PAGES),
        (Kind.MOVE, WHICH_PAGES),
        (Kind.SPACE_DELETE, "Confluence doesn't say which space."),
        (Kind.COPY, None),
    ],
)
def test_a_completion_without_a_place_says_that_confluence_names_none(en: Texts, kind: Kind, said: str | None) -> None:
    nowhere = Snapshot(kind=kind, percent=100.0, done=3)
    somewhere = msgspec.structs.replace(nowhere, destination_url="/spaces/DOCS/pages/7/Handbook")
    quoted = msgspec.structs.replace(nowhere, status=Status(text="Deleting the space DOCS"))
    view = ended(nowhere, Outcome.FINISHED)
    assert [line for line in lines(en, view) if line.startswith("Confluence doesn't say")] == ([said] if said else [])
    for named in (
        replace(view, label="Clean-up"),
        replace(view, snapshot=somewhere),
        replace(view, snapshot=somewhere, titles=Titles.COUNTS),
        replace(view, snapshot=quoted),
    ):
        assert "Confluence doesn't say" not in shown(en, named).text


def test_where_the_pages_are_that_a_deletion_left_is_said_once_at_the_end(en: Texts) -> None:
    left = [
        Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("1",), count=1),
        Finding(key="WARN_IGNORE_EDIT_RESTRICTED", args=("12",), count=12),
    ]
    snapshot = Snapshot(kind=Kind.DELETE, percent=100.0, done=7)
    view = ended(snapshot, Outcome.PROBLEMS, *left)
    message = completion(en, view, summarize(snapshot, [], Outcome.PROBLEMS), left, named=left)
    assert message.text.splitlines()[-6:] == [
        "*12 pages were not deleted, because the person who started the deletion is not allowed to.*",
        "If they should go, too, ask someone who is allowed to delete them.",
        MOVED_UP,
        WHICH_PAGES,
        small(en),
        FOLLOWERS,
    ]
    assert message.text.count(MOVED_UP) == 1
    assert MOVED_UP not in shown(en, ended(snapshot, Outcome.FINISHED)).text
