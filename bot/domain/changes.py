"""What differs between two looks at a long task."""

import re
from collections.abc import Mapping

from msgspec import Struct

from bot.domain.outcome import outcome_of
from bot.domain.snapshot import Finding, Snapshot, StatusMessage
from bot.domain.states import Outcome
from bot.domain.status_keys import Phase, phase


class Progressed(Struct, frozen=True, kw_only=True, tag=True):
    """Percent or pages moved, forwards or back."""

    before: float | None
    #: percent; None where Confluence does not say
    after: float | None
    done: int | None = None
    total: int | None = None


class PhaseChanged(Struct, frozen=True, kw_only=True, tag=True):
    """The long task does something else now."""

    before: StatusMessage | None
    after: StatusMessage


class Found(Struct, frozen=True, kw_only=True, tag=True):
    """A distinct warning or error that was not known."""

    finding: Finding


class Grown(Struct, frozen=True, kw_only=True, tag=True):
    """A known warning or error speaks of more pages now."""

    finding: Finding
    before: int | None


class Vanished(Struct, frozen=True, kw_only=True, tag=True):
    """Confluence answers 404 for a long task that was there."""


class CameBack(Struct, frozen=True, kw_only=True, tag=True):
    """It is there again."""


class Finished(Struct, frozen=True, kw_only=True, tag=True):
    """The long task is over."""

    outcome: Outcome


Change = Progressed | PhaseChanged | Found | Grown | Vanished | CameBack | Finished


def changes(
    before: Snapshot | None,
    after: Snapshot | None,
    *,
    findings: tuple[Finding, ...] | None,
    known: Mapping[str, int | None],
    was_missing: bool = False,
    unchanged_seconds: float = 0.0,
) -> tuple[Change, ...]:
    """What is new since the look before.

    `after`: None where this look was answered with 404, `was_missing` where the one before was. `findings`: those of
    this look, None where they are the same as before. `known`: identity and count of every finding seen so far, listed
    still or not. `unchanged_seconds`: how long nothing had moved at this look, for ends that only show by standing
    still; where something did move now it does not matter.

    A phase is not said to have changed when it changed by ending: `Finished` says that, and always comes last.
    """
    if after is None:
        return () if was_missing or before is None else (Vanished(),)
    news: list[Change] = [CameBack()] if was_missing else []
    news += _progress(before, after)
    stage = _phase(before, after)
    found = _found(findings or (), known)
    moved = bool(news or stage or found)
    ended = outcome_of(
        after,
        problems=bool(known or found or after.findings_count),
        unchanged_seconds=0.0 if moved else unchanged_seconds,
    )
    if ended is None:
        news += stage
    news += found
    if ended is not None:
        news.append(Finished(outcome=ended))
    return tuple(news)


def _progress(before: Snapshot | None, after: Snapshot) -> list[Change]:
    old = before if before is not None else Snapshot()
    # What an answer leaves out has not changed.
    pairs = ((old.percent, after.percent), (old.done, after.done), (old.total, after.total))
    if all(new is None or new == was for was, new in pairs):
        return []
    return [Progressed(before=old.percent, after=after.percent, done=after.done, total=after.total)]


def _phase(before: Snapshot | None, after: Snapshot) -> list[Change]:
    old = before.status if before is not None else None
    if after.status is None or _stage(old) == _stage(after.status):
        return []
    return [PhaseChanged(before=old, after=after.status)]


def _stage(message: StatusMessage | None) -> str | None:
    """What makes two statuses the same phase: the phase, an unknown key, or the words without their numbers."""
    if message is None:
        return None
    known_phase = phase(message)
    if known_phase is not Phase.UNKNOWN:
        return known_phase
    return message.key or re.sub(r"\d+", "", message.text or "")


def _found(findings: tuple[Finding, ...], known: Mapping[str, int | None]) -> list[Change]:
    news: list[Change] = []
    for finding in findings:
        if finding.identity not in known:
            news.append(Found(finding=finding))
            continue
        count = known[finding.identity]
        if finding.count is not None and (count is None or finding.count > count):
            news.append(Grown(finding=finding, before=count))
    return news
