"""Compare two snapshots of a long task."""

import re
from collections.abc import Mapping

from msgspec import Struct

from bot.domain.outcome import outcome_of
from bot.domain.snapshot import Finding, Snapshot, StatusMessage
from bot.domain.states import Outcome
from bot.domain.status_keys import Phase, phase_of


class Progressed(Struct, frozen=True, kw_only=True, tag=True):
    """The percentage (None if a snapshot has none) or the number of pages moved, forwards or backwards."""

    before: float | None
    after: float | None
    done: int | None = None
    total: int | None = None


class PhaseChanged(Struct, frozen=True, kw_only=True, tag=True):
    """The long task entered another phase."""

    before: StatusMessage | None
    after: StatusMessage


class Found(Struct, frozen=True, kw_only=True, tag=True):
    """A warning or error appeared for the first time."""

    finding: Finding


class Grown(Struct, frozen=True, kw_only=True, tag=True):
    """A known warning or error concerns more pages than before."""

    finding: Finding
    before: int | None


class Finished(Struct, frozen=True, kw_only=True, tag=True):
    """The long task ended."""

    outcome: Outcome


Change = Progressed | PhaseChanged | Found | Grown | Finished


def changes(
    before: Snapshot | None, after: Snapshot, *, findings: tuple[Finding, ...] | None, known: Mapping[str, int | None]
) -> tuple[Change, ...]:
    """Return what `after` says that `before` did not; `Finished` comes last.

    `findings`: those of `after`, None if they are the same as before. `known`: identity and count of every finding
    seen so far, still listed or not.

    A phase that changes by ending is reported as `Finished` only. An end that shows by time passing without a change
    (see `outcome_of`) is no difference between two snapshots and is not reported here.
    """
    progress, phase, found = _progress(before, after), _phase(before, after), _found(findings or (), known)
    ended = outcome_of(after, problems=bool(known or found or after.findings_count), unchanged_seconds=0.0)
    if ended is None:
        return (*progress, *phase, *found)
    return (*progress, *found, Finished(outcome=ended))


def _progress(before: Snapshot | None, after: Snapshot) -> list[Change]:
    old = before if before is not None else Snapshot()
    pairs = ((old.percent, after.percent), (old.done, after.done), (old.total, after.total))
    # A value that a response leaves out has not changed.
    if all(new is None or new == earlier for earlier, new in pairs):
        return []
    return [Progressed(before=old.percent, after=after.percent, done=after.done, total=after.total)]


def _phase(before: Snapshot | None, after: Snapshot) -> list[Change]:
    old = before.status if before is not None else None
    if after.status is None or _phase_key(old) == _phase_key(after.status):
        return []
    return [PhaseChanged(before=old, after=after.status)]


def _phase_key(status: StatusMessage | None) -> str | None:
    """What two statuses of the same phase share: the phase, an unknown key, or the text without its numbers."""
    if status is None:
        return None
    phase = phase_of(status)
    if phase is not Phase.UNKNOWN:
        return phase
    return status.key or re.sub(r"\d+", "", status.text or "")


def _found(findings: tuple[Finding, ...], known: Mapping[str, int | None]) -> list[Change]:
    found: list[Change] = []
    for finding in findings:
        if finding.identity not in known:
            found.append(Found(finding=finding))
            continue
        count = known[finding.identity]
        if finding.count is not None and (count is None or finding.count > count):
            found.append(Grown(finding=finding, before=count))
    return found
