"""How much longer a long task takes, and whether that can be said."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import inf, sqrt
from statistics import fmean, median, stdev

from msgspec import Struct

from bot.domain.samples import NEWEST_WHOLE, TURNS, Sample, usual_step

#: changes that must have been seen, and points gained, before anything is said
FEWEST_SAMPLES = 4
LEAST_PERCENT = 12.0
#: usual steps without a change after which the course is not what it was
QUIET_STEPS = 3.0
#: usual steps that must be left: a finer end would be a guess
LEAST_STEPS = 2.0
#: a fall by more points than this begins the course anew
GREAT_FALL = 5.0
#: points up to a turn in which only earlier long tasks can tell, since most of what is left is in another phase
NEAR_TURN = 9.0
#: how far apart the ends expected along the way may lie, as a share of the time left
SWING = 0.8
#: how uncertain the time left may be, judged by how unlike each other the steps are
UNSURE = 0.37
#: an end too late by half is as wrong as one too early by half, but the former happens more: long tasks end early
CAUTION = 0.85
#: earlier long tasks that are enough to learn the shape from
ENOUGH = 3
#: how far apart the middle half of what earlier long tasks say may lie, as a share of its median
DISAGREEMENT = 0.8


class Basis(StrEnum):
    """What a forecast was made from."""

    OWN = "own"
    EARLIER = "earlier"


class Forecast(Struct, frozen=True, kw_only=True):
    """When a long task is expected to end."""

    #: UTC
    ends_at: datetime
    basis: Basis


class Earlier(Struct, frozen=True, kw_only=True):
    """An ended long task of the same kind on the same site."""

    #: from its first sample to its end
    seconds: float
    samples: tuple[Sample, ...] = ()


def forecast(
    samples: Sequence[Sample], *, now: datetime, earlier: Sequence[Earlier] = (), moved_at: datetime
) -> Forecast | None:
    """The expected end; None where it would be a guess (early, stalled, swinging, or due before the next change).

    The ratio of what is left to what is done comes from earlier long tasks of the same kind on this site where
    there are ENOUGH, since the phases of a long task differ in pace; else every percent point takes as long.
    """
    course = _course(samples)
    if len(course) < FEWEST_SAMPLES or course[-1].percent - course[0].percent < LEAST_PERCENT:
        return None
    shapes = [task for task in earlier if len(task.samples) >= FEWEST_SAMPLES]
    basis = Basis.EARLIER if len(shapes) >= ENOUGH else Basis.OWN
    if basis is Basis.OWN and any(turn - NEAR_TURN <= course[-1].percent <= turn for turn in TURNS):
        return None
    step = usual_step(course) or 0.0
    quiet = (now - moved_at).total_seconds()
    ends = _ends(course, shapes if basis is Basis.EARLIER else ())
    if ends is None or quiet > QUIET_STEPS * step or ends - now.timestamp() < LEAST_STEPS * step:
        return None
    return Forecast(ends_at=datetime.fromtimestamp(ends, UTC), basis=basis)


def rounded_end(forecast: Forecast, now: datetime, shown: datetime | None = None) -> datetime:
    """The expected end as people would say it: to the minute, to five minutes, to the quarter of an hour (UTC).

    `shown` is the end that is being shown: it stays while the expected one is less than one rounding away from it.
    """
    left = forecast.ends_at - now
    if left < timedelta(minutes=10):
        unit = timedelta(minutes=1)
    elif left < timedelta(hours=1):
        unit = timedelta(minutes=5)
    else:
        unit = timedelta(minutes=15)
    if shown is not None and shown > now and abs(forecast.ends_at - shown) < unit:
        return shown
    epoch = datetime.fromtimestamp(0, UTC)
    units = -((epoch - forecast.ends_at) // unit)
    return epoch + units * unit


def _course(samples: Sequence[Sample]) -> Sequence[Sample]:
    """The samples since the last great fall of the percentage."""
    begin = 0
    for index in range(1, len(samples)):
        if samples[index].percent < samples[index - 1].percent - GREAT_FALL:
            begin = index
    return samples[begin:]


def _ends(course: Sequence[Sample], shapes: Sequence[Earlier]) -> float | None:
    """The expected end in epoch seconds; None where what is known does not agree with itself."""
    last = course[-1]
    expected = [_end(course[: index + 1], shapes) for index in _cuts(len(course))]
    if any(end is None for end in expected):
        return None
    ends = [end for end in expected if end is not None]
    left = ends[-1] - last.at
    agree = left > 0 and max(ends) - min(ends) <= SWING * left
    return ends[-1] if agree and _uncertainty(course) <= UNSURE else None


def _uncertainty(course: Sequence[Sample]) -> float:
    """The relative error to expect of the time left, if the steps to come are as unlike each other as those before."""
    newest = course[-NEWEST_WHOLE:]
    paces = [
        (after.at - before.at) / (after.percent - before.percent)
        for before, after in pairwise(newest)
        if after.percent > before.percent
    ]
    if len(paces) < 2:
        return inf
    to_come = max((100.0 - newest[-1].percent) * len(paces) / (newest[-1].percent - newest[0].percent), 1.0)
    return stdev(paces) / fmean(paces) * sqrt(1 / len(paces) + 1 / to_come)


def _cuts(count: int) -> list[int]:
    """The samples at which to look back: the newest one, and those at two thirds and five sixths of the way."""
    return [count * 2 // 3, count * 5 // 6, count - 1]


def _end(course: Sequence[Sample], shapes: Sequence[Earlier]) -> float | None:
    """The end that was expected when the last of these samples was taken.

    Half of it is judged by the whole course, half by its newer half.
    """
    last = course[-1]
    left = [_left(before, last, shapes) for before in (course[0], course[len(course) // 2])]
    known = [seconds for seconds in left if seconds is not None]
    return last.at + sum(known) / len(known) if known else None


def _left(before: Sample, last: Sample, shapes: Sequence[Earlier]) -> float | None:
    """Seconds left after the last sample, judged by the stretch before it; None where that tells nothing."""
    if last.percent <= before.percent:
        return None
    done = last.at - before.at
    if not shapes:
        return done * (100.0 - last.percent) / (last.percent - before.percent) * CAUTION
    ratios = sorted(_left_by_done(task, before.percent, last.percent) for task in shapes)
    middle = median(ratios)
    count = len(ratios)
    if ratios[count * 3 // 4] - ratios[count // 4] > DISAGREEMENT * middle:
        return None
    return middle * done


def _left_by_done(task: Earlier, first: float, last: float) -> float:
    """Seconds an earlier long task still took from `last` percent on, for each second from `first` percent to there."""
    at_first, at_last = _reached(task, first), _reached(task, last)
    return (task.seconds - at_last) / max(at_last - at_first, 1e-3)


def _reached(task: Earlier, percent: float) -> float:
    """Seconds after which an earlier long task had reached a percentage, between its samples by proportion."""
    begin = task.samples[0].at
    before = task.samples[0]
    for sample in task.samples:
        if sample.percent >= percent:
            rise = sample.percent - before.percent
            share = (percent - before.percent) / rise if rise > 0 else 1.0
            return before.at - begin + max(share, 0.0) * (sample.at - before.at)
        before = sample
    return task.seconds
