"""Figure 6 in its pure form: pacing one workspace of 1,000 threads, on a passed-in clock, against a strict limiter."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random

from benchmarks import Row, alone, fresh_seed
from bot.domain.pacing import EDITS, Budgets, Telling, Urgency, Work, next_tellings

START = datetime(2026, 1, 1, tzinfo=UTC)
THREADS = 1000
CHANNELS = 100
#: simulated seconds: long tasks take up to hours
LASTS = 3 * 3600.0
#: seconds between two turns of the deliver step
STEP = 0.5
#: a thread's percentage changes every so many seconds in the mean
CHANGES = 30.0
#: what Slack counts in any stretch of so many seconds (https://docs.slack.dev/apis/web-api/rate-limits)
EDITS_A_MINUTE, POSTS_A_MINUTE, POSTS_A_SECOND_AND_CHANNEL = 50, 240, 1


@dataclass
class Limiter:
    """Refuses what is more than the limit in the seconds before, as Slack's documents say."""

    refused: int = 0
    calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def telling(self, item: Work, at: float) -> None:
        """Count the call that tells this."""
        if item.kind in EDITS:
            self.call("edits", at, EDITS_A_MINUTE, 60.0)
        else:
            self.call("posts", at, POSTS_A_MINUTE, 60.0)
            self.call(item.channel_id, at, POSTS_A_SECOND_AND_CHANNEL, 1.0)

    def call(self, key: str, at: float, limit: int, seconds: float) -> None:
        """Count one call."""
        calls = self.calls[key]
        while calls and calls[0] <= at - seconds:
            calls.popleft()
        if len(calls) >= limit:
            self.refused += 1
        calls.append(at)


@dataclass
class Thread:
    """What one thread still has to be told."""

    number: int
    channel: str
    ends_at: float
    notices: deque[tuple[Telling, float]] = field(default_factory=deque)
    dirty_since: float | None = None
    root_dirty_since: float | None = None
    change: float = 0.0
    ended: bool = False

    def next(self) -> Work | None:
        """Its next telling: the notices in order, then the card, then the root."""
        urgency = Urgency.PROGRESS
        if self.notices:
            # Five kinds of findings in one look are one reply; the completion behind it makes it urgent.
            kind, since = self.notices[0]
            urgency = Urgency.COMPLETION
        elif self.dirty_since is not None:
            kind, since = Telling.CARD_EDIT, self.dirty_since
        elif self.root_dirty_since is not None:
            kind, since = Telling.ROOT_EDIT, self.root_dirty_since
        else:
            return None
        return Work(
            subscription_id=self.number,
            channel_id=self.channel,
            kind=kind,
            urgency=urgency,
            since=START + timedelta(seconds=since),
            change=self.change,
            terminal=self.ended,
        )

    def happens(self, at: float, rng: Random) -> None:
        """Its percentage changes, or it ends."""
        if at >= self.ends_at:
            self.ended = True
            self.notices.extend([(Telling.WARNINGS, at), (Telling.COMPLETION, at)])
            self.dirty_since = self.root_dirty_since = at
        else:
            self.change += rng.expovariate(1.0)
            self.dirty_since = at if self.dirty_since is None else self.dirty_since

    def told(self, kind: Telling) -> float:
        """One telling is done; since when it waited."""
        if kind is Telling.CARD_EDIT:
            since, self.dirty_since, self.change = self.dirty_since, None, 0.0
        elif kind is Telling.ROOT_EDIT:
            since, self.root_dirty_since = self.root_dirty_since, None
        else:
            _, since = self.notices.popleft()
        assert since is not None
        return since


@dataclass(kw_only=True)
class Result:
    """What came of a run."""

    completions: list[float]
    refused: int
    #: time averages
    dirty: float
    age: float
    oldest: float
    told: int

    @property
    def completion_p99(self) -> float:
        """Seconds from the end having been seen to its having been told."""
        return sorted(self.completions)[int(len(self.completions) * 0.99)]

    @property
    def age_of_best(self) -> float:
        """Mean age of dirty cards, of the best possible: all in turn, 50 a minute."""
        return self.age / (self.dirty / EDITS_A_MINUTE * 60 / 2)


def run(seed: int, lasts: float = LASTS, count: int = THREADS) -> Result:
    """Threads whose cards get dirty again and again; a third of them end at random moments, with findings."""
    rng = Random(seed)
    threads = [
        Thread(number, f"C{rng.randrange(CHANNELS)}", rng.uniform(60, lasts - 60) if number % 3 == 0 else lasts)
        for number in range(count)
    ]
    events = [(rng.expovariate(1 / CHANGES), thread.number) for thread in threads]
    heapify(events)
    work: dict[int, Work] = {}
    limiter, budgets, completions = Limiter(), Budgets.opened(START), list[float]()
    dirty = age = oldest = 0.0
    told, ticks = 0, int(lasts / STEP)
    for tick in range(ticks):
        now = tick * STEP
        while events[0][0] <= now:
            at, number = heappop(events)
            threads[number].happens(at, rng)
            _relist(work, threads[number])
            again = lasts if threads[number].ended else min(at + rng.expovariate(1 / CHANGES), threads[number].ends_at)
            heappush(events, (again if again > at else lasts, number))
        chosen, budgets, _ = next_tellings(list(work.values()), budgets, START + timedelta(seconds=now), 64)
        for item in chosen:
            limiter.telling(item, now)
            since = threads[item.subscription_id].told(item.kind)
            if item.kind is Telling.COMPLETION:
                completions.append(now - since)
            _relist(work, threads[item.subscription_id])
        told += len(chosen)
        if tick > ticks // 2:
            ages = [now - thread.dirty_since for thread in threads if thread.dirty_since is not None]
            dirty, age, oldest = dirty + len(ages), age + sum(ages), max([oldest, *ages])
    return Result(
        completions=completions,
        refused=limiter.refused,
        dirty=dirty / (ticks - ticks // 2),
        age=age / max(dirty, 1.0),
        oldest=oldest,
        told=told,
    )


def _relist(work: dict[int, Work], thread: Thread) -> None:
    work.pop(thread.number, None)
    telling = thread.next()
    if telling is not None:
        work[thread.number] = telling


def measure(seed: int | None = None) -> Row:
    """Three hours of one workspace."""
    seed = fresh_seed() if seed is None else seed
    result = run(seed)
    return Row(
        number="6a",
        what=f"pacing alone: {THREADS:,} threads, {CHANNELS} channels, three hours (seed {seed})",
        figure=(
            f"completion told p99 {result.completion_p99:.1f} s after it was seen; {result.refused} refused;"
            f" mean age of dirty cards {result.age_of_best:.2f} times the best possible,"
            f" oldest {result.oldest / 60:.0f} min"
        ),
        peer=f"{result.dirty:.0f} dirty cards ÷ 50 a minute ÷ 2",
        goal="p99 ≤ 3 s; none refused; ≤ 1.2 times",
        met=result.completion_p99 <= 3 and not result.refused and result.age_of_best <= 1.2,
    )


if __name__ == "__main__":
    alone(measure)
