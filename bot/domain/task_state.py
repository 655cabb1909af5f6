"""State of a long task between looks, and the decision that follows from one look."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.domain.changes import Change
from bot.domain.message_facts import TroubleOver, TroubleStarted
from bot.domain.poll_result import PauseScope
from bot.domain.samples import Sample
from bot.domain.snapshot import Finding, Snapshot
from bot.domain.states import Outcome, Trouble


class TaskHistory(Struct, frozen=True, kw_only=True):
    """What the looks at a long task have shown so far, without its progress. Times are UTC."""

    outcome: Outcome = Outcome.FOLLOWING
    checked_at: datetime | None = None  #: last look that was answered
    moved_at: datetime | None = None  #: last look that found a change
    unchanged_since: datetime | None = None  #: since when snapshots have been equal to the last argument
    failures: int = 0  #: failed looks in a row
    failing_since: datetime | None = None
    misses: int = 0  #: answers 404 in a row
    missed_since: datetime | None = None
    trouble: Trouble | None = None
    trouble_since: datetime | None = None
    crashes: int = 0  #: unexpected exceptions in a row


class TaskState(TaskHistory, frozen=True, kw_only=True):
    """What is remembered of a long task between looks."""

    remote_id: str
    created_at: datetime
    snapshot: Snapshot | None = None
    samples: tuple[Sample, ...] = ()
    found: int = 0  #: distinct warnings and errors found so far


class Pause(Struct, frozen=True, kw_only=True):
    """A pause that Confluence asked for, until a time (UTC)."""

    scope: PauseScope
    until: datetime
    reason: str


class Decision(Struct, frozen=True, kw_only=True):
    """What follows from one look."""

    after: TaskState
    due_at: datetime | None  #: time of the next look (UTC); None: the long task has ended
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] | None = None  #: findings of this look; None if they are those of the look before
    troubles: tuple[TroubleStarted | TroubleOver, ...] = ()
    card_changed: bool = False  #: whether the card of each thread is to be edited
    site_healthy: bool | None = None  #: whether the site works; None if the look does not show that
    #: whether Confluence accepted the credential; None if the look does not show that
    credential_accepted: bool | None = None
    pause: Pause | None = None
    error: str | None = None  #: why the look brought no snapshot


def is_same(before: Snapshot, after: Snapshot) -> bool:
    """Whether two snapshots differ at most in the elapsed time."""
    return replace(before, elapsed_ms=None) == replace(after, elapsed_ms=None)


def found_nothing_new(before: TaskState, after: TaskState) -> bool:
    """Whether two states differ at most in the time of the look and the elapsed time."""
    if before.snapshot is None or after.snapshot is None or not is_same(before.snapshot, after.snapshot):
        return False
    return replace(before, snapshot=None, checked_at=None) == replace(after, snapshot=None, checked_at=None)
