"""What one look means: the long task as it stands now, what to tell, and when to look again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.domain import poll_interval
from bot.domain.changes import Change, Found, PhaseChanged, changes
from bot.domain.outcome import outcome_of
from bot.domain.poll_result import (
    AccessDenied,
    Misconfigured,
    NotFound,
    PollResult,
    RateLimited,
    Seen,
    Unavailable,
    Unreadable,
)
from bot.domain.samples import Sample, added
from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Trouble
from bot.domain.task_state import Decision, Pause, TaskState, TroubleOver, TroubleStarted, says_the_same

#: 404 after good looks: so many in a row, over at least so long, mean that Confluence has forgotten it
MISSES = 3
MISSED_FOR = timedelta(seconds=30)
#: a failing site or long task is spoken of after this
TOLD_AFTER = timedelta(minutes=5)
#: a pause shorter than this is nobody's business
PAUSE_TOLD = timedelta(minutes=1)
#: even where a 429 says that nothing need be waited for
PAUSE_SHORTEST = timedelta(seconds=2)
#: where a 429 does not say how long
PAUSE_DEFAULT = timedelta(seconds=30)
#: unexpected exceptions after which a long task is set aside
CRASHES = 5


def decide(
    before: TaskState,
    answer: PollResult,
    *,
    known: Mapping[str, int | None],
    now: datetime,
    bounds: poll_interval.Bounds,
    jitter: float,
    site_down: bool = False,
) -> Decision:
    """Decide what an answer means; one that comes after the end means nothing.

    `known` maps the identities of findings told of before to their counts (needed only where the answer brings
    findings); `jitter` is a random number from 0 to 1; `site_down`: the threads are told of the whole site, so this
    long task does not speak for itself, and the site's probes say when to look.
    """
    if before.outcome is not Outcome.FOLLOWING:
        return Decision(after=before, due_at=None)
    if isinstance(answer, Seen):
        return _seen(before, answer, known=known, now=now, bounds=bounds, jitter=jitter)
    if isinstance(answer, NotFound):
        return _missed(before, now)
    if isinstance(answer, RateLimited):
        return _rate_limited(before, answer, now)
    if isinstance(answer, AccessDenied):
        due_at = now + poll_interval.LONGEST
        return Decision(after=before, due_at=due_at, account_well=False, site_well=True, error=f"HTTP {answer.status}")
    return _failed(before, answer, now=now, bounds=bounds, jitter=jitter, site_down=site_down)


def _seen(
    before: TaskState,
    answer: Seen,
    *,
    known: Mapping[str, int | None],
    now: datetime,
    bounds: poll_interval.Bounds,
    jitter: float,
) -> Decision:
    snapshot = answer.snapshot
    found = changes(before.snapshot, snapshot, findings=answer.findings, known=known)
    moved = bool(found) or before.moved_at is None
    after = _remembered(before, snapshot, found=found, moved=moved, now=now)
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
            waiting=False,
            jitter=jitter,
        )
    else:
        after = replace(after, outcome=ended)
    return Decision(
        after=after,
        due_at=due_at,
        changes=found,
        findings=answer.findings,
        troubles=troubles,
        visible=moved or bool(troubles) or ended is not None,
        site_well=True,
        account_well=True,
    )


def _remembered(
    before: TaskState, snapshot: Snapshot, *, found: tuple[Change, ...], moved: bool, now: datetime
) -> TaskState:
    """The long task with a new snapshot; a good look ends every count of failures."""
    samples = before.samples
    if snapshot.percent is not None:
        samples = added(samples, Sample(at=now.timestamp(), percent=snapshot.percent, done=snapshot.done))
    same = before.snapshot is not None and says_the_same(before.snapshot, snapshot)
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
        return stalled, (TroubleStarted(trouble=Trouble.STALLED),)
    return after, ()


def _missed(before: TaskState, now: datetime) -> Decision:
    """404: three in a row over half a minute mean that its end can no longer be seen."""
    since = before.missed_since or now
    after = replace(before, misses=before.misses + 1, missed_since=since, failures=0, failing_since=None)
    if after.misses >= MISSES and now - since >= MISSED_FOR:
        after = replace(after, outcome=Outcome.UNKNOWN, trouble=Trouble.MISSING, trouble_since=since)
        return Decision(after=after, due_at=None, visible=True, site_well=True, account_well=True, error="HTTP 404")
    due_at = now + MISSED_FOR / (MISSES - 1)
    return Decision(after=after, due_at=due_at, site_well=True, account_well=True, error="HTTP 404")


def _rate_limited(before: TaskState, answer: RateLimited, now: datetime) -> Decision:
    """429: the scope it speaks of rests for as long as Confluence says."""
    pause = pause_of(answer, now=now)
    return Decision(after=before, due_at=pause.until, pause=pause, error="HTTP 429")


def pause_of(answer: RateLimited, *, now: datetime) -> Pause:
    """The rest that a 429 asks for."""
    rest = PAUSE_DEFAULT if answer.retry_after is None else timedelta(seconds=answer.retry_after)
    rest = max(rest, PAUSE_SHORTEST)
    return Pause(scope=answer.scope, until=now + rest, reason=answer.reason or "HTTP 429")


def _failed(
    before: TaskState,
    answer: Unavailable | Unreadable | Misconfigured,
    *,
    now: datetime,
    bounds: poll_interval.Bounds,
    jitter: float,
    site_down: bool,
) -> Decision:
    """The site failed: back off; a long task that alone keeps failing is spoken of after five minutes."""
    before = replace(before, misses=0, missed_since=None)
    if site_down:
        # Behind the others, so that the probes take turns among the long tasks.
        due_at = now + timedelta(seconds=bounds.min_seconds)
        return Decision(after=before, due_at=due_at, site_well=False, error=reason_of(answer))
    since = before.failing_since or now
    after = replace(before, failures=before.failures + 1, failing_since=since)
    wait = timedelta(seconds=poll_interval.backoff(after.failures, bounds=bounds, jitter=jitter))
    if isinstance(answer, Unavailable) and answer.retry_after is not None:
        wait = max(wait, timedelta(seconds=answer.retry_after))
    troubles: tuple[TroubleStarted | TroubleOver, ...] = ()
    if after.trouble is None and now - since >= TOLD_AFTER:
        trouble = trouble_of(answer)
        after = replace(after, trouble=trouble, trouble_since=since)
        troubles = (TroubleStarted(trouble=trouble),)
    return Decision(
        after=after,
        due_at=now + wait,
        troubles=troubles,
        visible=bool(troubles),
        site_well=False,
        error=reason_of(answer),
    )


def trouble_of(answer: Unavailable | Unreadable | Misconfigured) -> Trouble:
    """What a failing site is called in a thread."""
    if isinstance(answer, Misconfigured):
        return Trouble.MISCONFIGURED
    return Trouble.UNREADABLE if isinstance(answer, Unreadable) else Trouble.DOWN


def reason_of(answer: Unavailable | Unreadable | Misconfigured) -> str:
    """A failing answer in a few words, for the operator."""
    return f"HTTP {answer.status}" if isinstance(answer, Misconfigured) else answer.reason


def decide_after_crash(before: TaskState, *, now: datetime, bounds: poll_interval.Bounds, jitter: float) -> Decision:
    """An unexpected exception: try again later; after the fifth the long task is set aside, its end unseen."""
    if before.outcome is not Outcome.FOLLOWING:
        return Decision(after=before, due_at=None)
    after = replace(before, crashes=before.crashes + 1)
    if after.crashes < CRASHES:
        wait = timedelta(seconds=poll_interval.backoff(after.crashes, bounds=bounds, jitter=jitter))
        return Decision(after=after, due_at=now + wait, error="unexpected exception")
    after = replace(after, outcome=Outcome.UNKNOWN, trouble=Trouble.SET_ASIDE, trouble_since=now)
    return Decision(after=after, due_at=None, visible=True, error="set aside after unexpected exceptions")


def phase_changed(found: tuple[Change, ...]) -> bool:
    """Whether a thread that wants everything is told of a new phase."""
    return any(isinstance(change, PhaseChanged) for change in found)
