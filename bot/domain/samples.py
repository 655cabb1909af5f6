"""Keep a bounded record of a long task's progress over time."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct

#: the samples of a long task are one column of its row
MAX_SAMPLES = 64
#: the newest samples are never thinned, since pace and usual step are read from them
NEWEST_KEPT = 24
#: percentages at which a phase may end, and with it the pace or the long task: a copy updates links from 80 % on, or
#: ends there if it skips them; a delete moves what it left in place from 90 % on
PHASE_ENDS = (80.0, 90.0, 100.0)


class Sample(Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """The progress at one poll that found a change."""

    at: float  #: seconds since the epoch, UTC
    percent: float  #: 0 to 100
    done: int | None = None  #: pages done, if known


def done_at(samples: Sequence[Sample], percent: float | None) -> int | None:
    """Return how many pages were done when the progress reached a percentage; None if no sample of it says so."""
    return next((each.done for each in reversed(samples) if each.done is not None and each.percent == percent), None)


def add_sample(samples: tuple[Sample, ...], sample: Sample) -> tuple[Sample, ...]:
    """Return the samples with one more, if it differs from the last and is not older; at most MAX_SAMPLES are kept.

    A percentage that goes backwards is a change, too.
    """
    if samples:
        last = samples[-1]
        if sample.at < last.at or (sample.percent == last.percent and sample.done == last.done):
            return samples
    longer = (*samples, sample)
    return longer if len(longer) <= MAX_SAMPLES else _thinned(longer)


def usual_step(samples: Sequence[Sample]) -> float | None:
    """Return the median seconds between two changes; None if there were fewer than two."""
    newest = samples[-NEWEST_KEPT:]
    steps = [after.at - before.at for before, after in pairwise(newest)]
    return median(steps) if steps else None


def _thinned(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Drop the one older sample, never the first, that adds least to the shape of the curve."""
    older = range(1, len(samples) - NEWEST_KEPT)
    least = min(older, key=lambda i: _weight(samples[i - 1], samples[i], samples[i + 1]))
    return samples[:least] + samples[least + 1 :]


def _weight(before: Sample, sample: Sample, after: Sample) -> float:
    """Twice the area of the triangle that three samples span (Visvalingam's measure), plus a little of its width.

    On a straight stretch every triangle is flat; there the width keeps the samples evenly spread.
    """
    width = after.at - before.at
    rise = after.percent - before.percent
    area = abs((sample.at - before.at) * rise - width * (sample.percent - before.percent))
    return area + width * 0.01
