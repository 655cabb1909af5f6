"""Decide whether and how a long task ended."""

from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome
from bot.domain.status_keys import is_final

#: Seconds for which a last report below 100 % must stay unchanged before it counts as the end. Data Center never
#: reaches 100 % if the copied pages need no new links, and a report of more pages to come may look like the last one
#: for a while.
SETTLED_SECONDS = 120.0


def outcome_of(snapshot: Snapshot, *, problems: bool, unchanged_seconds: float) -> Outcome | None:
    """Return how the long task ended, or None while it runs.

    `problems`: any warning or error was found so far. `unchanged_seconds`: since percent, status and findings last
    changed. `finished` decides if Confluence sends it. `successful` means nothing before the end, with one exception:
    without `finished` (Data Center) it starts as true and turns false only by failing, at whatever percent.
    """
    if snapshot.finished is False:
        return None
    if snapshot.finished is None and not _has_ended(snapshot, unchanged_seconds):
        return None
    if snapshot.successful is False:
        return Outcome.FAILED
    if snapshot.successful is None and not _is_complete(snapshot):
        # It ended, and nothing in the response says how: unknown is better than a guess.
        return Outcome.UNKNOWN
    return Outcome.PROBLEMS if problems else Outcome.FINISHED


def _has_ended(snapshot: Snapshot, unchanged_seconds: float) -> bool:
    if snapshot.successful is False or _is_at_100_percent(snapshot):
        return True
    return is_final(snapshot.status) and unchanged_seconds >= SETTLED_SECONDS


def _is_complete(snapshot: Snapshot) -> bool:
    return _is_at_100_percent(snapshot) or is_final(snapshot.status)


def _is_at_100_percent(snapshot: Snapshot) -> bool:
    return snapshot.percent is not None and snapshot.percent >= 100
