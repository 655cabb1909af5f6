"""How a long task ended."""

from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome
from bot.domain.status_keys import is_final

#: How long a last report stands unchanged below 100 % before it counts as the end. Data Center never reaches 100 %
#: where the copied pages need no new links, and a report of more pages to come may look like the last for a while.
SETTLED_SECONDS = 120.0


def outcome_of(snapshot: Snapshot, *, problems: bool, unchanged_seconds: float) -> Outcome | None:
    """How the long task ended, None while it runs.

    `problems`: whether any warning or error has been found so far. `unchanged_seconds`: since percent, status and
    findings last changed. `finished` decides where Confluence says it; `successful` means nothing before the end,
    except that without `finished` (Data Center) it starts true and turns false only by failing, at whatever percent.
    """
    if snapshot.finished is False:
        return None
    if snapshot.finished is None and not _over(snapshot, unchanged_seconds):
        return None
    if snapshot.successful is False:
        return Outcome.FAILED
    if snapshot.successful is None and not _complete(snapshot):
        # It is over, and nothing in the answer says how: better said than guessed.
        return Outcome.UNKNOWN
    return Outcome.PROBLEMS if problems else Outcome.FINISHED


def _over(snapshot: Snapshot, unchanged_seconds: float) -> bool:
    if snapshot.successful is False or _at_the_end(snapshot):
        return True
    return is_final(snapshot.status) and unchanged_seconds >= SETTLED_SECONDS


def _complete(snapshot: Snapshot) -> bool:
    return _at_the_end(snapshot) or is_final(snapshot.status)


def _at_the_end(snapshot: Snapshot) -> bool:
    return snapshot.percent is not None and snapshot.percent >= 100
