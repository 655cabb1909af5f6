"""What is remembered of a long task between looks, and what follows from one."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.domain.changes import Change
from bot.domain.poll_result import PauseScope
from bot.domain.samples import Sample
from bot.domain.snapshot import Finding, Snapshot
from bot.domain.states import Outcome, Trouble


class TaskState(Struct, frozen=True, kw_only=True):
    """What is remembered of a long task between looks. Times are UTC."""

    remote_id: str
    created_at: datetime
    snapshot: Snapshot | None = None
    samples: tuple[Sample, ...] = ()
    outcome: Outcome = Outcome.FOLLOWING
    #: distinct warnings and errors found so far
    found: int = 0
    checked_at: datetime | None = None
    moved_at: datetime | None = None
    #: since when the snapshot is the same, to the last argument
    unchanged_since: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    misses: int = 0
    missed_since: datetime | None = None
    trouble: Trouble | None = None
    trouble_since: datetime | None = None
    crashes: int = 0


class TroubleStarted(Struct, frozen=True, kw_only=True):
    """Said once in the thread."""

    trouble: Trouble


class TroubleOver(Struct, frozen=True, kw_only=True):
    """Said once in the thread, where its beginning was."""

    trouble: Trouble
    since: datetime


class Pause(Struct, frozen=True, kw_only=True):
    """Confluence asked for a rest."""

    scope: PauseScope
    until: datetime
    reason: str


class Decision(Struct, frozen=True, kw_only=True):
    """What follows from one answer."""

    after: TaskState
    #: none: it has ended
    due_at: datetime | None
    changes: tuple[Change, ...] = ()
    #: findings as read, where they differ from those of the look before
    findings: tuple[Finding, ...] | None = None
    troubles: tuple[TroubleStarted | TroubleOver, ...] = ()
    #: whether a card says something else now
    visible: bool = False
    #: whether the site answered as a site that is well; none where the answer says nothing about that
    site_well: bool | None = None
    #: whether the account's credential was taken; none where the answer says nothing about that
    account_well: bool | None = None
    pause: Pause | None = None
    error: str | None = None


def says_the_same(before: Snapshot, after: Snapshot) -> bool:
    """Whether only the clock has moved on."""
    return replace(before, elapsed_ms=None) == replace(after, elapsed_ms=None)


def found_nothing_new(before: TaskState, after: TaskState) -> bool:
    """Whether only the time of the look and Confluence's own stopwatch differ."""
    if before.snapshot is None or after.snapshot is None or not says_the_same(before.snapshot, after.snapshot):
        return False
    return replace(before, snapshot=None, checked_at=None) == replace(after, snapshot=None, checked_at=None)
