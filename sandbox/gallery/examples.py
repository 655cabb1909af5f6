"""Define examples that together show every message, for the gallery and the golden tests."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec

from bot.domain import command
from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import LostReason, Outcome, Titles, Trouble
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView
from bot.render.warnings import warnings
from sandbox.gallery.hooks import hooks
from sandbox.gallery.modals import as_messages
from sandbox.gallery.presses import presses
from sandbox.gallery.refusals import EXAMPLE, checks, misread, reasons, refusals
from sandbox.gallery.running import running
from sandbox.gallery.samples import (
    BEGAN,
    TASK,
    counts,
    ended_view,
    example_findings,
    followed_view,
    snapshot_of,
    troubled_view,
)
from sandbox.gallery.situations import Situation
from sandbox.gallery.watches import watches

_THREAD = "https://acme.slack.com/archives/C0DOCS/p1795424520000100"


def examples() -> tuple[Situation, ...]:
    """Return situations that together lead to every message of a thread."""
    return (
        *_on_the_way(),
        *_at_the_end(),
        *(Situation(name=f"trouble: {trouble}", view=troubled_view(trouble)) for trouble in Trouble),
    )


def _on_the_way() -> Iterator[Situation]:
    yield Situation(name="before the first answer", view=replace(followed_view(None), checked_at=None))
    started = snapshot_of(Kind.COPY, 0, Status(key="INITIALIZING_TASK"))
    yield Situation(name="just started", view=followed_view(started))
    copying = snapshot_of(Kind.COPY, 38, Status(key="STATUS_COPIED_PAGES", args=("778", "2000")), done=778, total=2000)
    moving_on = replace(
        followed_view(copying),
        expected_end=BEGAN + timedelta(minutes=23),
        reckoned_at=BEGAN + timedelta(minutes=10, seconds=48),
        pages_per_minute=100,
    )
    yield Situation(name="copying", view=moving_on)
    yield from _three_copies(moving_on)
    yield Situation(name="owner gone", view=replace(moving_on, followers=("U0PAULA",), owner_is_gone=True))
    many = tuple(f"U0READER{number}" for number in range(1, 9))
    yield Situation(name="found by a watch", view=replace(moving_on, owner_id=None, followers=()))
    yield Situation(name="followed by many", view=replace(moving_on, followers=("U0ANNA", *many)))
    yield Situation(name="followed by a script", view=replace(moving_on, by_script=True))
    yield Situation(name="copying, numbers only", view=replace(moving_on, titles=Titles.COUNTS, label="Relaunch"))
    relinking = snapshot_of(Kind.COPY, 84, Status(key="STATUS_RELINK_PAGES"), done=2000, total=2000)
    yield Situation(name="updating links", view=followed_view(relinking))
    deleting = snapshot_of(Kind.DELETE, 45, Status(key="STATUS_DELETING_PAGES", args=("9", "20")), done=9, total=20)
    yield Situation(name="deleting", view=followed_view(deleting))
    moving = snapshot_of(Kind.DELETE, 93, Status(key="STATUS_MOVING_PAGES"), done=20, total=20)
    yield Situation(name="moving what stays", view=followed_view(moving))
    space = snapshot_of(Kind.SPACE_DELETE, 60, Status(text="Deleting space <DOCS> & its *pages*"))
    yield Situation(name="Confluence's own words", view=followed_view(space))
    unknown = snapshot_of(Kind.OTHER, 10, Status(key="STATUS_SOMETHING_NEW", args=("7",)))
    yield Situation(
        name="an unknown key",
        view=replace(followed_view(unknown), finding_counts={"WARN_SOMETHING_NEW": 1}),
        findings=(Finding(key="WARN_SOMETHING_NEW", args=("a", "b")),),
    )
    archiving = snapshot_of(Kind.ARCHIVE, None, None)
    yield Situation(name="no percentage", view=followed_view(archiving))


def _three_copies(view: ThreadView) -> Iterator[Situation]:
    """Yield copies in one channel, of which two go to the same space and one has a name of its own."""
    snapshot = view.snapshot or Snapshot()
    elsewhere = "/spaces/DEST/pages/98765440/Onboarding+%E2%80%93+checklists"
    yield Situation(
        name="a second copy in the channel",
        view=replace(
            view, remote_id="3145728002", snapshot=msgspec.structs.replace(snapshot, destination_url=elsewhere)
        ),
    )
    yield Situation(
        name="a third copy in the channel, with a label",
        view=replace(view, remote_id="3145728003", label="Relaunch: <handbook> for Berlin"),
    )


def _at_the_end() -> Iterator[Situation]:
    done = snapshot_of(Kind.COPY, 100, Status(key="STATUS_COPIED_PAGES", args=("42",)), done=42, total=42)
    yield Situation(name="finished", view=ended_view(done, Outcome.FINISHED))
    found = example_findings()
    partly = snapshot_of(Kind.COPY, 100, Status(key="STATUS_COPIED_PAGES", args=("41",)), done=41, total=42)
    view = ended_view(partly, Outcome.PROBLEMS, found)
    yield Situation(name="finished with problems", view=view, findings=found)
    yield Situation(name="problems seen at the end", view=view, at_end=found)
    numbers_only = replace(view, titles=Titles.COUNTS)
    yield Situation(name="numbers only", view=numbers_only, findings=found[:5], at_end=found[5:])
    many = tuple(
        Finding(key="WARN_RENAME_PAGE", args=(f"Minutes {number}", f"Copy of Minutes {number}"), identity=str(number))
        for number in range(1, 341)
    )
    copying = snapshot_of(
        Kind.COPY, 61, Status(key="STATUS_COPIED_PAGES", args=("1220", "2000")), done=1220, total=2000
    )
    half = replace(followed_view(copying), finding_counts=counts(many[:150]))
    yield Situation(name="many findings so far", view=half, findings=many[:150])
    copied = snapshot_of(Kind.COPY, 100, Status(key="STATUS_COPIED_PAGES", args=("2000",)), done=2000, total=2000)
    yield Situation(name="many findings", view=ended_view(copied, Outcome.PROBLEMS, many), findings=many)
    left = (
        Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("1",), count=1),
        Finding(key="WARN_IGNORE_EDIT_RESTRICTED", args=("12",), count=12),
        Finding(key="WARN_IGNORE_DELETE_PAGE"),
    )
    deleted = snapshot_of(Kind.DELETE, 100, Status(key="STATUS_DELETED_PAGES", args=("1204",)), done=1204)
    yield Situation(name="deleted, some left", view=ended_view(deleted, Outcome.PROBLEMS, left), at_end=left)
    locked = (Finding(key="ERROR_LOCK_FAILED", args=("DOCS",), severity=Severity.ERROR),)
    refused = snapshot_of(Kind.COPY, 0, Status(key="STATUS_COPIED_PAGES", args=("0",)), done=0)
    at_once = replace(
        ended_view(refused, Outcome.FAILED, locked),
        checked_at=BEGAN + timedelta(seconds=5),
        ended_at=BEGAN + timedelta(seconds=5),
    )
    yield Situation(name="failed: locked", view=at_once, at_end=locked)
    broken = (Finding(key="ERROR_UNKNOWN", severity=Severity.ERROR),)
    failed = snapshot_of(Kind.COPY, 61, Status(key="ERROR_UNKNOWN"), done=1220, total=2000)
    yield Situation(name="failed: unknown", view=ended_view(failed, Outcome.FAILED, broken), at_end=broken)
    unexplained = snapshot_of(Kind.SPACE_DELETE, 40, Status(text="The space is read-only"))
    yield Situation(name="failed: Confluence's own words", view=ended_view(unexplained, Outcome.FAILED))
    page = (
        Finding(
            key="ERROR_COPY_PAGE", args=("Budget 2026", "12345679", "/display/SRC/Budget+2026"), severity=Severity.ERROR
        ),
        Finding(key="WARN_RENAME_PAGE", args=("Team handbook", "Copy of Team handbook")),
    )
    yield Situation(name="failed: a page, with a label", view=_labelled(failed, page), at_end=page)
    vanished = snapshot_of(Kind.COPY, 97, Status(key="STATUS_RELINK_PAGES"), done=2000, total=2000)
    yield Situation(name="result unknown", view=ended_view(vanished, Outcome.UNKNOWN))
    stopped = replace(ended_view(vanished, Outcome.STOPPED), stopped_by="U0PAULA")
    yield Situation(name="stopped", view=stopped)


def _labelled(snapshot: Snapshot, found: Sequence[Finding]) -> ThreadView:
    return replace(ended_view(snapshot, Outcome.FAILED, found), label="Relaunch")


def answers(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield the name and content of every answer to one person."""
    view, ended = (
        troubled_view(Trouble.DOWN),
        ended_view(snapshot_of(Kind.COPY, 100, None, done=42, total=42), Outcome.FINISHED),
    )
    yield "help", replies.help(texts, "/longtask", EXAMPLE)
    yield "coming", replies.coming(texts, [TASK])
    yield "several coming", replies.coming(texts, [TASK, "3145728002"], not_found=["4711"])
    yield "several not found yet", replies.coming(texts, [], not_found=["4711", "4712"])
    yield "arrived", replies.arrived(texts, [replies.Followed(remote_id=TASK, link=_THREAD)])
    yield "followed in a DM", replies.followed_in_dm(texts)
    yield "coming in a thread", replies.coming(texts, [TASK], in_thread=True)
    yield "several coming in a thread", replies.coming(texts, [TASK, "3145728002"], in_thread=True)
    yield (
        "already following",
        replies.naming(texts, replies.already_following(texts, TASK, _THREAD), replace(view, trouble=None)),
    )
    yield "already following elsewhere", replies.already_following(texts, TASK, _THREAD, asked_in_thread=True)
    yield "already following here", replies.already_here(texts, TASK)
    yield "ended", replies.ended(texts, ended)
    yield "status", replies.status(texts, replace(view, trouble=None))
    yield from _lists(texts, view)
    yield from running(texts, view)
    yield from watches(texts, view)
    yield (
        "stopped",
        replies.naming(texts, replies.stopped(texts, TASK, _THREAD), replace(view, trouble=None)),
    )
    yield "stopped all", replies.stopped_all(texts, 3)
    yield "stopped all, which is one", replies.stopped_all(texts, 1)
    yield "nothing of yours to stop", replies.stopped_all(texts, 0)
    yield "nothing to stop", replies.nothing_to_stop(texts)
    yield "not followed here", replies.not_followed_here(texts, TASK)
    yield "left over", replies.left_over(texts, TASK, _THREAD)
    yield from presses(texts, troubled_view(Trouble.STALLED), at=BEGAN + timedelta(minutes=11))
    yield from hooks(texts)
    yield from misread(texts)
    yield from refusals(texts)
    yield from reasons(texts)
    yield from checks(texts)
    yield from _directs(texts)
    yield from as_messages(texts, view)
    found = example_findings()[:1]
    yield "warnings, perhaps again", warnings(texts, view, found, may_repeat=True)
    yield "warnings, earlier", warnings(texts, view, found, earlier=True)


def _lists(texts: Texts, view: ThreadView) -> Iterator[tuple[str, Message]]:
    row = replies.ListLine(subscription_id=1, view=view, link=_THREAD)
    deleting = replace(
        followed_view(snapshot_of(Kind.DELETE, 45, None)),
        remote_id="3145728002",
        finding_counts={"WARN_IGNORE_DELETE_PAGE": 1},
    )
    named = replace(view, remote_id="3145728003", label="Relaunch", owner_id="U0PAULA")
    rows = [row, replace(row, subscription_id=2, view=deleting, channel_id="C0DOCS"), replace(row, view=named)]
    yield "list", replies.followed_list(texts, rows, 1, 2)
    for scope in (command.Scope.MINE, command.Scope.CHANNEL):
        yield f"list of {scope}, last page", replies.followed_list(texts, rows[:1], 2, 2, scope=scope)
    yield "empty list", replies.followed_list(texts, [])
    yield "no such page", replies.no_such_page(texts, 9, 2, scope=command.Scope.ALL, command="/longtask")
    yield "which to stop", replies.which_to_stop(texts, rows, "/longtask")
    yield "which of many to stop", replies.which_to_stop(texts, [row] * 9, "/longtask")


def _directs(texts: Texts) -> Iterator[tuple[str, Message]]:
    view, here = troubled_view(Trouble.DOWN), "C0DOCS"
    stopped = replace(view, outcome=Outcome.STOPPED)
    yield "stopped by other", replies.stopped_by_other(texts, stopped, person_id="U0PAULA", channel_id=here)
    for lost in LostReason:
        yield f"thread lost: {lost}", replies.thread_lost(texts, view, lost, channel_id=here)
    yield "thread lost, direct messages", replies.thread_lost(texts, view, LostReason.DELETED, channel_id="D0ANNA")
    yield "task set aside", replies.task_set_aside(texts, TASK)
