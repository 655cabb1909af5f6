"""Decide what the result of a look means: the new state, what to announce, when to look again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never

from msgspec.structs import replace

from bot.domain import poll_interval, poll_result
from bot.domain.changes import Change, Found, PhaseChanged, changes
from bot.domain.message_facts import TroubleOver, TroubleStarted
from bot.domain.outcome import outcome_of
from bot.domain.samples import Sample, add_sample
from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Trouble
from bot.domain.task_state import Decision, Pause, TaskState, is_same

#: answers 404 in a row, over at least `MISSING_AFTER`, that mean that Confluence has forgotten a long task
MAX_MISSES = 3
MISSING_AFTER = timedelta(seconds=30)
#: the threads get a message about a site or long task that has been failing for so long
ANNOUNCED_AFTER = timedelta(minutes=5)
#: the threads get no message about a shorter pause
SHORTEST_ANNOUNCED_PAUSE = timedelta(minutes=1)
#: even if a 429 says that no wait is needed
SHORTEST_PAUSE = timedelta(seconds=2)
#: if a 429 does not say how long
DEFAULT_PAUSE = timedelta(seconds=30)
#: unexpected exceptions in a row after which a long task is set aside
MAX_CRASHES = 5

#: the site does not work, or not as a Confluence site
Failure = poll_result.Unavailable | poll_result.Unreadable | poll_result.Misconfigured


def decide(
    before: TaskState,
    result: poll_result.PollResult,
    *,
    known: Mapping[str, int | None],
    now: datetime,
    bounds: poll_interval.Bounds,
    jitter: float,
    site_down: bool = False,
) -> Decision:
    """Decide what the result of a look means. A result that arrives after the end changes nothing.

    `known` maps the identity of each stored finding to its count (only needed if the result brings findings).
    `jitter` is a random number from 0 to 1. While the site is down (`site_down`) its threads get one message about the
    site, so none about this long task, and the probes of the site decide when to look again.
    """
    if before.outcome is not Outcome.FOLLOWING:
        return Decision(after=before, due_at=None)
    match result:
        case poll_result.Seen():
            return _seen(before, result, known=known, now=now, bounds=bounds, jitter=jitter)
        case poll_result.NotFound():
            return _not_found(before, result, now)
        case poll_result.RateLimited():
            pause = pause_of(result, now=now)
            return Decision(after=before, due_at=pause.until, pause=pause, error="HTTP 429")
        case poll_result.AccessDenied():
            return _refused(before, now, credential_accepted=False, error=f"HTTP {result.status}")
        case poll_result.Unavailable() | poll_result.Unreadable() | poll_result.Misconfigured():
            if site_down:
                return _failed_with_site(before, result, now=now, bounds=bounds)
            return _failed(before, result, now=now, bounds=bounds, jitter=jitter)
        case _:
            assert_never(result)


def _seen(
    before: TaskState,
    result: poll_result.Seen,
    *,
    known: Mapping[str, int | None],
    now: datetime,
    bounds: poll_interval.Bounds,
    jitter: float,
) -> Decision:
    snapshot = result.snapshot
    found = changes(before.snapshot, snapshot, findings=result.findings, known=known)
    moved = bool(found) or before.moved_at is None
    after = _with_snapshot(before, snapshot, found=found, moved=moved, now=now)
    unchanged = now - (after.unchanged_since or now)
    ended = outcome_of(snapshot, problems=after.found > 0, unchanged_seconds=unchanged.total_seconds())
    after, troubles = _troubles(after, moved=moved or ended is not None, now=now)
    moved_at = after.moved_at or now
    if ended is None and poll_interval.given_up(now, moved_at):
        ended = Outcome.UNKNOWN
    due_at = None
    if ended is None:
        due_at = poll_interval.next_look(
            now=now,
            started_at=before.created_at,
            samples=after.samples,
            percent=snapshot.percent,
            moved_at=moved_at,
            bounds=bounds,
            jitter=jitter,
        )
    else:
        after = replace(after, outcome=ended)
    return Decision(
        after=after,
        due_at=due_at,
        changes=found,
        findings=result.findings,
        troubles=troubles,
        card_changed=moved or bool(troubles) or ended is not None or _place(before.snapshot) != _place(snapshot),
        site_healthy=True,
        credential_accepted=True,
    )


def _place(snapshot: Snapshot | None) -> tuple[str | None, str | None]:
    """Where the pages go, to which the card links."""
    return (None, None) if snapshot is None else (snapshot.destination_url, snapshot.destination_id)


def _with_snapshot(
    before: TaskState, snapshot: Snapshot, *, found: tuple[Change, ...], moved: bool, now: datetime
) -> TaskState:
    """The state with a new snapshot; a good look ends every count of failures."""
    samples = before.samples
    if snapshot.percent is not None:
        samples = add_sample(samples, Sample(at=now.timestamp(), percent=snapshot.percent, done=snapshot.done))
    same = before.snapshot is not None and is_same(before.snapshot, snapshot)
    return replace(
        before,
        snapshot=snapshot,
        samples=samples,
        found=before.found + sum(isinstance(change, Found) for change in found),
        checked_at=now,
        moved_at=now if moved else before.moved_at,
        unchanged_since=(before.unchanged_since or now) if same else now,
        failures=0,
        failing_since=None,
        misses=0,
        missed_since=None,
        crashes=0,
    )


def _troubles(
    after: TaskState, *, moved: bool, now: datetime
) -> tuple[TaskState, tuple[TroubleStarted | TroubleOver, ...]]:
    """A good look ends every trouble but a stall, which only movement ends; no movement for long begins one."""
    trouble = after.trouble
    if trouble is not None and (moved or trouble is not Trouble.STALLED):
        over = TroubleOver(trouble=trouble, since=after.trouble_since or now)
        return replace(after, trouble=None, trouble_since=None), (over,)
    if trouble is None and not moved and poll_interval.stalled(now, after.moved_at or now, after.samples):
        stalled = replace(after, trouble=Trouble.STALLED, trouble_since=after.moved_at)
        return stalled, (TroubleStarted(trouble=Trouble.STALLED, since=after.moved_at),)
    return after, ()


def _not_found(before: TaskState, result: poll_result.NotFound, now: datetime) -> Decision:
    """404: three in a row over half a minute mean that the end of the long task cannot be seen any more.

    One that not every account got does not count: the account that may still see it is refused or paused.
    """
    if not result.by_all:
        return _refused(before, now, credential_accepted=True, error="HTTP 404")
    since = before.missed_since or now
    after = replace(before, misses=before.misses + 1, missed_since=since, failures=0, failing_since=None)
    gone = after.misses >= MAX_MISSES and now - since >= MISSING_AFTER
    if gone:
        after = replace(after, outcome=Outcome.UNKNOWN, trouble=Trouble.MISSING, trouble_since=since)
    return Decision(
        after=after,
        due_at=None if gone else now + MISSING_AFTER / (MAX_MISSES - 1),
        card_changed=gone,
        site_healthy=True,
        credential_accepted=True,
        error="HTTP 404",
    )


def _refused(before: TaskState, now: datetime, *, credential_accepted: bool, error: str) -> Decision:
    """Look again in half a minute, later the longer that goes on; announced if it lasts, and alone if it is alone.

    Whether the account is refused for every long task is seen from the results of all of them.
    """
    since = before.failing_since or now
    after = replace(before, misses=0, missed_since=None, failing_since=since)
    after, troubles = _lasting(after, Trouble.ACCESS_LOST, now=now)
    return Decision(
        after=after,
        due_at=now + poll_interval.refused_task_wait(now - since),
        troubles=troubles,
        card_changed=bool(troubles),
        site_healthy=True,
        credential_accepted=credential_accepted,
        error=error,
    )


def _lasting(after: TaskState, trouble: Trouble, *, now: datetime) -> tuple[TaskState, tuple[TroubleStarted, ...]]:
    """Announce the trouble of a long task whose looks have been failing for `ANNOUNCED_AFTER`."""
    since = after.failing_since or now
    if after.trouble is not None or now - since < ANNOUNCED_AFTER:
        return after, ()
    return replace(after, trouble=trouble, trouble_since=since), (TroubleStarted(trouble=trouble, since=since),)


def pause_of(result: poll_result.RateLimited, *, now: datetime) -> Pause:
    """The pause that a 429 asks for."""
    seconds = DEFAULT_PAUSE if result.retry_after is None else timedelta(seconds=result.retry_after)
    until = now + max(seconds, SHORTEST_PAUSE)
    return Pause(scope=result.scope, until=until, reason=result.reason or "HTTP 429")


def _failed(
    before: TaskState, result: Failure, *, now: datetime, bounds: poll_interval.Bounds, jitter: float
) -> Decision:
    """Back off; a long task that alone keeps failing is announced after `ANNOUNCED_AFTER`."""
    since = before.failing_since or now
    after = replace(before, misses=0, missed_since=None, failures=before.failures + 1, failing_since=since)
    wait = timedelta(seconds=poll_interval.backoff(after.failures, bounds=bounds, jitter=jitter))
    if isinstance(result, poll_result.Unavailable) and result.retry_after is not None:
        wait = max(wait, timedelta(seconds=result.retry_after))
    after, troubles = _lasting(after, trouble_of(result), now=now)
    return Decision(
        after=after,
        due_at=now + wait,
        troubles=troubles,
        card_changed=bool(troubles),
        site_healthy=False,
        error=reason_of(result),
    )


def _failed_with_site(before: TaskState, result: Failure, *, now: datetime, bounds: poll_interval.Bounds) -> Decision:
    """Put the long task behind the others, so that the probes of the site take turns among them."""
    after = replace(before, misses=0, missed_since=None)
    due_at = now + timedelta(seconds=bounds.min_seconds)
    return Decision(after=after, due_at=due_at, site_healthy=False, error=reason_of(result))


def trouble_of(result: Failure) -> Trouble:
    """The trouble of a long task whose site fails."""
    match result:
        case poll_result.Misconfigured():
            return Trouble.MISCONFIGURED
        case poll_result.Unreadable():
            return Trouble.UNREADABLE
        case poll_result.Unavailable():
            return Trouble.DOWN
        case _:
            assert_never(result)


def reason_of(result: Failure) -> str:
    """A failure in a few words, for the operator."""
    return f"HTTP {result.status}" if isinstance(result, poll_result.Misconfigured) else result.reason


def decide_after_crash(before: TaskState, *, now: datetime, bounds: poll_interval.Bounds, jitter: float) -> Decision:
    """Decide what an unexpected exception means: back off, and after `MAX_CRASHES` in a row set the long task aside."""
    if before.outcome is not Outcome.FOLLOWING:
        return Decision(after=before, due_at=None)
    after = replace(before, crashes=before.crashes + 1)
    if after.crashes < MAX_CRASHES:
        wait = timedelta(seconds=poll_interval.backoff(after.crashes, bounds=bounds, jitter=jitter))
        return Decision(after=after, due_at=now + wait, error="unexpected exception")
    after = replace(after, outcome=Outcome.UNKNOWN, trouble=Trouble.SET_ASIDE, trouble_since=now)
    return Decision(after=after, due_at=None, card_changed=True, error="set aside after unexpected exceptions")


def phase_changed(found: tuple[Change, ...]) -> bool:
    """Whether a new phase is among the changes."""
    return any(isinstance(change, PhaseChanged) for change in found)
