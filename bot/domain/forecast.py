"""Forecast when a long task ends, if that can be said at all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf, sqrt
from statistics import fmean, median, stdev

from msgspec import Struct

from bot.domain.samples import NEWEST_KEPT, PHASE_ENDS, Sample, usual_step

#: changes seen and percent points gained before there is a forecast
MIN_SAMPLES = 4
MIN_PERCENT_GAINED = 12.0
#: usual steps without a change after which the pace so far says nothing any more
MAX_IDLE_STEPS = 3.0
#: usual steps that must be left: nothing finer can be predicted
MIN_STEPS_LEFT = 2.0
#: a fall by more percent points than this starts the count again
RESTART_FALL = 5.0
#: so few percent points before a phase ends, only earlier long tasks say how long the next phase takes
NEAR_PHASE_END = 9.0
#: the ends predicted along the way may differ by at most this share of the time left
MAX_SWING = 0.8
#: the largest relative error of the time left that is expected from how much the steps vary
MAX_UNCERTAINTY = 0.37
#: the time left is shortened by this factor: an end predicted too late by half is as wrong as one too early by half,
#: but happens more often, since long tasks end early
BIAS = 0.85
#: earlier long tasks needed to learn the shape of the curve from
MIN_EARLIER_TASKS = 3
#: an end further away would be a guess, and might not be a date at all
FURTHEST_END = timedelta(days=30)
#: the middle half of what earlier long tasks predict may spread over at most this share of the median
MAX_SPREAD = 0.8


class EarlierTask(Struct, frozen=True, kw_only=True):
    """An ended long task of the same kind on the same site."""

    seconds: float  #: from its first sample to its end
    samples: tuple[Sample, ...] = ()


def forecast(
    samples: Sequence[Sample], *, now: datetime, earlier: Sequence[EarlierTask] = (), moved_at: datetime
) -> datetime | None:
    """Return the expected end (UTC); None if it would be a guess (early, stalled, swinging, or almost over).

    The ratio of time left to time spent comes from earlier long tasks of the same kind on this site if there are at
    least MIN_EARLIER_TASKS, since the phases of a long task differ in pace; else every percent point takes equally
    long.
    """
    samples = _since_restart(samples)
    if len(samples) < MIN_SAMPLES or samples[-1].percent - samples[0].percent < MIN_PERCENT_GAINED:
        return None
    shapes = [task for task in earlier if len(task.samples) >= MIN_SAMPLES]
    if len(shapes) < MIN_EARLIER_TASKS:
        shapes = []
        if any(end - NEAR_PHASE_END <= samples[-1].percent <= end for end in PHASE_ENDS):
            return None
    step = usual_step(samples) or 0.0
    idle = (now - moved_at).total_seconds()
    end = _agreed_end(samples, shapes)
    if end is None or idle > MAX_IDLE_STEPS * step:
        return None
    if not MIN_STEPS_LEFT * step <= end - now.timestamp() <= FURTHEST_END.total_seconds():
        return None
    return datetime.fromtimestamp(end, UTC)


def rounded_end(expected: datetime, now: datetime, shown: datetime | None = None) -> datetime:
    """Round an expected end up to the minute, to five minutes or to a quarter of an hour (UTC), by the time left.

    `shown`: the end on display; it is kept while the expected one is less than one rounding away from it.
    """
    left = expected - now
    if left < timedelta(minutes=10):
        unit = timedelta(minutes=1)
    elif left < timedelta(hours=1):
        unit = timedelta(minutes=5)
    else:
        unit = timedelta(minutes=15)
    if shown is not None and shown > now and abs(expected - shown) < unit:
        return shown
    epoch = datetime.fromtimestamp(0, UTC)
    units = -((epoch - expected) // unit)
    return epoch + units * unit


def time_left(end: datetime, reckoned_at: datetime) -> timedelta | None:
    """Return how long it takes until then, in whole minutes, from an hour on in fives; None if that is over."""
    left = end - reckoned_at
    if left <= timedelta(0):
        return None
    unit = timedelta(minutes=1) if left < timedelta(hours=1) else timedelta(minutes=5)
    return max(1, round(left / unit)) * unit


def _since_restart(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Return the samples since the percentage last fell far."""
    first = 0
    for index, (before, after) in enumerate(pairwise(samples), start=1):
        if after.percent < before.percent - RESTART_FALL:
            first = index
    return samples[first:]


def _agreed_end(samples: Sequence[Sample], shapes: Sequence[EarlierTask]) -> float | None:
    """Return the expected end in epoch seconds; None if predictions along the way disagree or the pace varies."""
    last = samples[-1]
    predicted = [_end(samples[: index + 1], shapes) for index in _checkpoints(len(samples))]
    ends = [end for end in predicted if end is not None]
    if len(ends) < len(predicted):
        return None
    left = ends[-1] - last.at
    agree = max(ends) - min(ends) <= MAX_SWING * left
    return ends[-1] if agree and _uncertainty(samples) <= MAX_UNCERTAINTY else None


def _uncertainty(samples: Sequence[Sample]) -> float:
    """Return the relative error to expect of the time left, if coming steps vary as much as those so far."""
    newest = samples[-NEWEST_KEPT:]
    paces = [
        (after.at - before.at) / (after.percent - before.percent)
        for before, after in pairwise(newest)
        if after.percent > before.percent
    ]
    gained = newest[-1].percent - newest[0].percent
    if len(paces) < 2 or gained <= 0:
        return inf
    to_come = max((100.0 - newest[-1].percent) * len(paces) / gained, 1.0)
    return stdev(paces) / fmean(paces) * sqrt(1 / len(paces) + 1 / to_come)


def _checkpoints(count: int) -> list[int]:
    """Return the indices to predict from: two thirds and five sixths of the way, and the newest sample."""
    return [count * 2 // 3, count * 5 // 6, count - 1]


def _end(samples: Sequence[Sample], shapes: Sequence[EarlierTask]) -> float | None:
    """Predict the end from these samples only: the mean of what all of them and what the newer half of them say."""
    last = samples[-1]
    predicted = [_left(first, last, shapes) for first in (samples[0], samples[len(samples) // 2])]
    known = [seconds for seconds in predicted if seconds is not None]
    return last.at + sum(known) / len(known) if known else None


def _left(first: Sample, last: Sample, shapes: Sequence[EarlierTask]) -> float | None:
    """Predict the seconds left after `last` from the pace since `first`; None if that says nothing."""
    if last.percent <= first.percent:
        return None
    spent = last.at - first.at
    if not shapes:
        return spent * (100.0 - last.percent) / (last.percent - first.percent) * BIAS
    ratios = sorted(_left_by_spent(task, first.percent, last.percent) for task in shapes)
    middle = median(ratios)
    count = len(ratios)
    if ratios[count * 3 // 4] - ratios[count // 4] > MAX_SPREAD * middle:
        return None
    return middle * spent


def _left_by_spent(task: EarlierTask, first: float, last: float) -> float:
    """Return an earlier long task's seconds from `last` percent to its end, per second from `first` to `last`."""
    at_first, at_last = _reached(task, first), _reached(task, last)
    return (task.seconds - at_last) / max(at_last - at_first, 1e-3)


def _reached(task: EarlierTask, percent: float) -> float:
    """Return the seconds after which an earlier long task reached a percentage, interpolated between its samples."""
    first = task.samples[0]
    if first.percent >= percent:
        return 0.0
    for before, after in pairwise(task.samples):
        if after.percent >= percent:
            share = (percent - before.percent) / (after.percent - before.percent)
            return before.at - first.at + share * (after.at - before.at)
    return task.seconds
