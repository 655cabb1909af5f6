"""How far a long task was when: the remembered course of its progress."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct

#: a long task's samples are one column of its row
MOST = 64
#: the newest samples stay whole, since pace and usual step are read from them
NEWEST_WHOLE = 24
#: percentages at which a long task may change its pace or end: a copy re-links from 80 % on, or ends there where it
#: skips its links; a delete moves what it left in place from 90 % on
TURNS = (80.0, 90.0, 100.0)


class Sample(Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """A look that found a change."""

    #: seconds since the epoch, UTC
    at: float
    #: 0 to 100
    percent: float
    #: pages done, where known
    done: int | None = None


def added(samples: tuple[Sample, ...], sample: Sample) -> tuple[Sample, ...]:
    """The samples with one more, if it moved and is not older than the last; at most MOST of them are kept.

    Percent going backwards is movement too.
    """
    if samples:
        last = samples[-1]
        if sample.at < last.at or (sample.percent == last.percent and sample.done == last.done):
            return samples
    longer = (*samples, sample)
    return longer if len(longer) <= MOST else _thinned(longer)


def usual_step(samples: Sequence[Sample]) -> float | None:
    """Seconds that usually pass between two changes; None before there were two."""
    newest = samples[-NEWEST_WHOLE:]
    steps = [after.at - before.at for before, after in pairwise(newest)]
    return median(steps) if steps else None


def _thinned(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Without the inner sample, among the older ones, that the shape of the curve misses least."""
    seconds = samples[-1].at - samples[0].at or 1.0
    older = range(1, len(samples) - NEWEST_WHOLE)
    least = min(older, key=lambda i: _missed(samples[i - 1], samples[i], samples[i + 1], seconds))
    return samples[:least] + samples[least + 1 :]


def _missed(before: Sample, sample: Sample, after: Sample, seconds: float) -> float:
    """Twice the area of the triangle that three samples span (Visvalingam's measure), plus a little of its width.

    On a straight stretch every triangle is flat; there the width keeps the samples evenly spread.
    """
    width = (after.at - before.at) / seconds
    rise = after.percent - before.percent
    area = abs((sample.at - before.at) / seconds * rise - width * (sample.percent - before.percent))
    return area + width * 0.01
