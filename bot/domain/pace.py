"""Measure how many pages a minute a long task does, if that can be said at all."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.samples import Sample, usual_step

#: the newest changes, from which the present pace is read
NEWEST = 8
#: changes and seconds from which a pace can be read
MIN_SAMPLES = 4
MIN_SECONDS = 60.0
#: the older and the newer half may differ by at most this factor
MAX_SWING = 2.0
#: usual steps without a change after which the pace so far says nothing any more
MAX_IDLE_STEPS = 3.0


def pages_per_minute(samples: Sequence[Sample], *, now: datetime, moved_at: datetime) -> int | None:
    """Return the pace to two digits; None if it would be a guess: early, uneven, idle, or no pages are being done."""
    counted = _counted(samples[-NEWEST:])
    if len(counted) < MIN_SAMPLES or counted[-1][0] - counted[0][0] < MIN_SECONDS:
        return None
    if (now - moved_at).total_seconds() > MAX_IDLE_STEPS * (usual_step(samples) or 0.0):
        return None
    older, newer = _pace(counted[: len(counted) // 2 + 1]), _pace(counted[len(counted) // 2 :])
    if newer <= 0 or not 1 / MAX_SWING <= older / newer <= MAX_SWING:
        return None
    return _two_digits(_pace(counted)) or None


def _counted(samples: Sequence[Sample]) -> list[tuple[float, int]]:
    """Return seconds and pages of the newest samples up to which the pages have only grown."""
    counted: list[tuple[float, int]] = []
    for sample in reversed(samples):
        if sample.done is None or (counted and sample.done > counted[0][1]):
            break
        if len(counted) == 1 and sample.done == counted[0][1]:
            # Another phase goes on, which does no pages.
            break
        counted.insert(0, (sample.at, sample.done))
    return counted


def _pace(counted: Sequence[tuple[float, int]]) -> float:
    """Return the pages a minute from the first to the last."""
    seconds = counted[-1][0] - counted[0][0]
    return (counted[-1][1] - counted[0][1]) * 60 / seconds if seconds > 0 else 0.0


def _two_digits(pace: float) -> int:
    unit = 1
    while pace / unit >= 100:
        unit *= 10
    return round(pace / unit) * unit
