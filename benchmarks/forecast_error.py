"""How wrong the forecast is, against elapsed time divided by percentage."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import median

from benchmarks import Row, alone, fresh_seed
from benchmarks.following import looks, moment
from benchmarks.traces import Course, Trace, courses, site, trace, traces
from bot.domain.forecast import EarlierTask, forecast

TRACES = 3000
#: how many earlier long tasks of the kind are known: most often none
KNOWN = (0, 0, 0, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One look from 20 % on, and what the card showed until the next one."""

    percent: float
    course: Course
    #: relative error of the time left; None if nothing was shown
    error: float | None
    naive: float
    #: until the next look
    seconds: float


def cases(seed: int, count: int) -> Iterator[Case]:
    """All looks from 20 % on at so many traces."""
    rng = Random(seed)
    for course in courses(rng, count):
        of_site = site(rng)
        followed = trace(rng, course, of_site)
        memory = traces(rng, rng.choice(KNOWN), of_site, followed.band)
        yield from _cases(followed, tuple(_earlier(ended, rng) for ended in memory), rng)


def _earlier(ended: Trace, rng: Random) -> EarlierTask:
    *_, last = looks(ended, rng)
    return EarlierTask(seconds=ended.seconds, samples=last.samples)


def _cases(followed: Trace, earlier: tuple[EarlierTask, ...], rng: Random) -> Iterator[Case]:
    seen = list(looks(followed, rng))
    for look, after in pairwise(seen):
        percent, left = look.samples[-1].percent, followed.seconds - look.at
        if percent < 20:
            continue
        now = moment(look.at)
        shown = forecast(look.samples, now=now, earlier=earlier, moved_at=look.moved_at)
        yield Case(
            percent=percent,
            course=followed.course,
            error=None if shown is None else abs((shown - now).total_seconds() / left - 1),
            naive=abs(look.at * (100 - percent) / percent / left - 1),
            seconds=min(after.at, followed.seconds) - look.at,
        )


def _share(some: list[Case], every: list[Case], *, by_time: bool) -> float:
    weights = [sum(case.seconds if by_time else 1.0 for case in part) for part in (some, every)]
    return weights[0] / weights[1]


def measure(seed: int | None = None) -> Row:
    """Forecast at every look at fresh traces; each counts for as long as the card shows its forecast.

    Looks are dense around the turns and near the end, where least can be said; counted by look, the shares are
    lower. Both are printed.
    """
    seed = fresh_seed() if seed is None else seed
    every = list(cases(seed, TRACES))
    shown = [case for case in every if case.error is not None]
    wrong = [case for case in shown if case.error is not None and case.error > 0.5]
    asked = [case for case in every if case.course is not Course.STALLED and case.percent <= 90]
    answered = [case for case in asked if case.error is not None]
    error = median(case.error for case in shown if case.error is not None)
    naive_wrong = [case for case in every if case.naive > 0.5]
    for word, by_time in (("time", True), ("look", False)):
        print(
            f"  by {word}: shown {_share(answered, asked, by_time=by_time):.1%} between 20 % and 90 %,"
            f" wrong by more than half {_share(wrong, shown, by_time=by_time):.1%}"
            f" (naive rule {_share(naive_wrong, every, by_time=by_time):.1%})"
        )
    off, on = _share(wrong, shown, by_time=True), _share(answered, asked, by_time=True)
    naive_shown, naive_every = median(case.naive for case in shown), median(case.naive for case in every)
    return Row(
        number="F",
        what=f"relative error of the time left, from 20 % on, {TRACES:,} traces (seed {seed})",
        figure=f"median {error:.0%}; more than half in {off:.1%} of the time it is shown; shown {on:.0%} of the time",
        peer=f"elapsed ÷ percent: median {naive_shown:.0%} at the same looks, {naive_every:.0%} at all",
        goal="below the peer; more than half in ≤ 10 %; shown ≥ 60 %",
        met=error < naive_shown and off <= 0.1 and on >= 0.6,
    )


if __name__ == "__main__":
    alone(measure)
