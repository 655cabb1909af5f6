"""Follow a trace at the bot's own poll interval, on a passed-in clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.traces import Trace
from bot.domain.poll_interval import Bounds, next_look
from bot.domain.samples import Sample, add_sample

START = datetime(2026, 1, 1, tzinfo=UTC)
#: the defaults of POLL_MIN_SECONDS and POLL_MAX_SECONDS
BOUNDS = Bounds(min_seconds=2, max_seconds=60)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was known after a look."""

    #: seconds since the start
    at: float
    samples: tuple[Sample, ...]
    moved_at: datetime


def moment(seconds: float) -> datetime:
    """So many seconds after the start."""
    return START + timedelta(seconds=seconds)


def looks(trace: Trace, rng: Random) -> Iterator[Look]:
    """All looks at a trace, the one that sees its end included."""
    samples: tuple[Sample, ...] = ()
    now, moved_at = 0.0, START
    while True:
        percent = trace.percent(now)
        more = add_sample(samples, Sample(at=moment(now).timestamp(), percent=percent))
        if more is not samples:
            samples, moved_at = more, moment(now)
        yield Look(at=now, samples=samples, moved_at=moved_at)
        if now >= trace.seconds:
            return
        due = next_look(
            now=moment(now),
            started_at=START,
            samples=samples,
            percent=percent,
            moved_at=moved_at,
            bounds=BOUNDS,
            jitter=rng.random(),
        )
        now = (due - START).total_seconds()
