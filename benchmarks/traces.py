"""Courses of long tasks to measure poll interval and forecast with, drawn from written-down distributions.

The bands are Confluence's: a copy fills 0 to 80 and re-links 80 to 100, a delete fills 0 to 90 and moves 90 to 100,
percentages are whole, and work is done in batches of 20 pages, so progress jumps. The numbers are ours: it is not
published how long real long tasks take.
"""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, exp
from random import Random

BATCH = 20


class Course(StrEnum):
    """What is particular about a trace."""

    SHORT = "short"
    LONG = "long"
    STALLED = "stalled"
    BURSTY = "bursty"
    EARLY = "early-ending"


class Band(StrEnum):
    """Which bands the percentage runs through."""

    COPY = "copy"
    DELETE = "delete"


#: how many of a hundred traces
SHARES = {Course.SHORT: 30, Course.LONG: 40, Course.STALLED: 8, Course.BURSTY: 16, Course.EARLY: 6}
#: the percentage at which the second phase begins
TURN = {Band.COPY: 80, Band.DELETE: 90}
#: median of the second phase's length as a share of the first one's, and the spread of its logarithm
SECOND = {Band.COPY: (0.2, 0.5), Band.DELETE: (0.1, 0.5)}


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the long tasks of one site have in common."""

    #: median seconds a page takes
    page_seconds: float
    #: as SECOND, for this site
    second: dict[Band, float]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A long task from its start to its end."""

    course: Course
    band: Band
    #: seconds since the start, rising
    times: tuple[float, ...]
    #: percent from each of these times on
    percents: tuple[int, ...]
    #: seconds from the start to the end
    seconds: float

    def percent(self, at: float) -> int:
        """The percentage so many seconds after the start."""
        return self.percents[bisect_right(self.times, at) - 1]


def site(rng: Random) -> Site:
    """A site: pages take 1.5 s in the median (most of them 0.5 to 5), second phases differ by site."""
    return Site(
        page_seconds=_around(rng, 1.5, 0.6),
        second={band: _around(rng, median, spread) for band, (median, spread) in SECOND.items()},
    )


def courses(rng: Random, count: int) -> list[Course]:
    """So many courses, each hundred of them in the shares above."""
    hundred = [course for course, share in SHARES.items() for _ in range(share)]
    drawn: list[Course] = []
    while len(drawn) < count:
        drawn += rng.sample(hundred, k=min(count - len(drawn), 100))
    return drawn


def traces(rng: Random, count: int, of_site: Site | None = None, band: Band | None = None) -> list[Trace]:
    """So many traces; of one site (and kind) where that is given, else each of a site of its own."""
    return [trace(rng, course, of_site or site(rng), band) for course in courses(rng, count)]


def trace(rng: Random, course: Course, of_site: Site, band: Band | None = None) -> Trace:
    """One trace: 60 of 100 are copies, the others deletes."""
    band = band or (Band.COPY if rng.random() < 0.6 else Band.DELETE)
    turn = TURN[band]
    # Short ones have 30 pages in the median, the others 600; Confluence refuses to copy more than 2,000.
    pages = round(min(_around(rng, 30, 0.6) if course is Course.SHORT else _around(rng, 600, 0.7), 2000))
    page_seconds = _around(rng, of_site.page_seconds, 0.25)
    second = _around(rng, of_site.second[band], 0.15)
    # Each batch takes its own time: 20 % up or down, four times longer or shorter where it is bursty.
    spread = 1.0 if course is Course.BURSTY else 0.2
    times, percents, at, drift = [0.0], [0], 0.0, 0.0
    for first, last, share in ((0, turn, 1.0), (turn, 100, second)):
        batches = max(ceil(pages / BATCH), 1)
        for batch in range(1, batches + 1):
            # The site's load drifts: each batch inherits most of the last one's slowness.
            drift = 0.9 * drift + rng.gauss(0, 0.06)
            at += BATCH * page_seconds * share * exp(drift) * _around(rng, 1.0, spread)
            times.append(at)
            percents.append(int(first + (last - first) * batch / batches))
    if course is Course.STALLED:
        times = _paused(rng, times)
    keep = _early_end(rng, percents, turn, band) if course is Course.EARLY else len(times)
    return Trace(
        course=course,
        band=band,
        times=tuple(times[:keep]),
        percents=tuple(percents[:keep]),
        seconds=times[keep - 1] + (rng.random() if keep < len(times) else 0.0),
    )


def _paused(rng: Random, times: list[float]) -> list[float]:
    """The times with a pause somewhere: four minutes in the median, a sixth of them longer than seven."""
    begins = rng.randrange(1, len(times)) if len(times) > 1 else 0
    pause = _around(rng, 240, 0.6)
    return [at + pause if index >= begins else at for index, at in enumerate(times)]


def _early_end(rng: Random, percents: list[int], turn: int, band: Band) -> int:
    """How much of an early-ending trace is left: a copy may skip its links and end at 80 %, others fail anywhere."""
    if band is Band.COPY and rng.random() < 0.5:
        return percents.index(turn) + 1
    return rng.randrange(1, len(percents)) if len(percents) > 2 else 1


def _around(rng: Random, median: float, spread: float) -> float:
    """Log-normal."""
    return median * exp(rng.gauss(0, spread))
