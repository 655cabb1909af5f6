"""Figure 6 in its pure form: pacing one workspace of 1,000 threads, on a passed-in clock, against a strict limiter."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random

from benchmarks import Row, alone, fresh_seed
from bot.domain.message_kinds import MessageKind
from bot.domain.pacing import Budgets, Candidate, Method, Urgency, next_messages

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

    def count(self, item: Candidate, at: float) -> None:
        """Count the call of a post or an edit."""
        if item.method is Method.UPDATE:
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
    """The messages of one thread that are still to be posted, and since when root and card show something old."""

    number: int
    channel: str
    ends_at: float
    posts: deque[tuple[MessageKind, float]] = field(default_factory=deque)
    card_stale_since: float | None = None
    root_stale_since: float | None = None
    change: float = 0.0
    ended: bool = False

    def next(self) -> tuple[MessageKind, float] | None:
        """What comes next, and since when it waits: the posts in order, then the card, then the root."""
        if self.posts:
            return self.posts[0]
        if self.card_stale_since is not None:
            return MessageKind.CARD, self.card_stale_since
        if self.root_stale_since is not None:
            return MessageKind.ROOT, self.root_stale_since
        return None

    def candidate(self) -> Candidate | None:
        """The next post or edit, as pacing sees it."""
        coming = self.next()
        if coming is None:
            return None
        return Candidate(
            message_id=self.number,
            channel_id=self.channel,
            method=Method.POST if self.posts else Method.UPDATE,
            urgency=Urgency.COMPLETION if self.ended else Urgency.PROGRESS,
            since=START + timedelta(seconds=coming[1]),
            change=self.change,
            terminal=self.ended,
        )

    def happens(self, at: float, rng: Random) -> None:
        """Its percentage changes, or it ends."""
        if at >= self.ends_at:
            self.ended = True
            self.posts.append((MessageKind.COMPLETION, at))
            self.card_stale_since = self.root_stale_since = at
        else:
            self.change += rng.expovariate(1.0)
            self.card_stale_since = at if self.card_stale_since is None else self.card_stale_since

    def take(self) -> tuple[MessageKind, float]:
        """Make the next call; what it posted or edited, and since when that waited."""
        taken = self.next()
        assert taken is not None
        if self.posts:
            self.posts.popleft()
        elif taken[0] is MessageKind.CARD:
            self.card_stale_since, self.change = None, 0.0
        else:
            self.root_stale_since = None
        return taken


@dataclass(kw_only=True)
class Result:
    """What came of a run."""

    completions: list[float]
    refused: int
    #: averages over time: how many cards are stale, and their age in seconds
    stale: float
    age: float
    #: seconds that the oldest was stale
    oldest: float

    @property
    def completion_p99(self) -> float:
        """Seconds from the look that saw the end to the post."""
        return sorted(self.completions)[int(len(self.completions) * 0.99)]

    @property
    def age_of_best(self) -> float:
        """Mean age of stale cards, of the best possible: all in turn, 50 a minute."""
        return self.age / (self.stale / EDITS_A_MINUTE * 60 / 2)


def run(seed: int, lasts: float = LASTS, count: int = THREADS) -> Result:
    """Threads whose cards become stale again and again; a third of them end at random moments."""
    rng = Random(seed)
    threads = [
        Thread(number, f"C{rng.randrange(CHANNELS)}", rng.uniform(60, lasts - 60) if number % 3 == 0 else lasts)
        for number in range(count)
    ]
    events = [(rng.expovariate(1 / CHANGES), thread.number) for thread in threads]
    heapify(events)
    candidates: dict[int, Candidate] = {}
    limiter, budgets, completions = Limiter(), Budgets.opened(START), list[float]()
    stale = age = oldest = 0.0
    ticks = int(lasts / STEP)
    for tick in range(ticks):
        now = tick * STEP
        while events[0][0] <= now:
            at, number = heappop(events)
            threads[number].happens(at, rng)
            _relist(candidates, threads[number])
            again = lasts if threads[number].ended else min(at + rng.expovariate(1 / CHANGES), threads[number].ends_at)
            heappush(events, (again if again > at else lasts, number))
        chosen, budgets, _ = next_messages(list(candidates.values()), budgets, START + timedelta(seconds=now), 64)
        for item in chosen:
            limiter.count(item, now)
            kind, since = threads[item.message_id].take()
            if kind is MessageKind.COMPLETION:
                completions.append(now - since)
            _relist(candidates, threads[item.message_id])
        if tick > ticks // 2:
            ages = [now - thread.card_stale_since for thread in threads if thread.card_stale_since is not None]
            stale, age, oldest = stale + len(ages), age + sum(ages), max([oldest, *ages])
    return Result(
        completions=completions,
        refused=limiter.refused,
        stale=stale / (ticks - ticks // 2),
        age=age / max(stale, 1.0),
        oldest=oldest,
    )


def _relist(candidates: dict[int, Candidate], thread: Thread) -> None:
    candidates.pop(thread.number, None)
    candidate = thread.candidate()
    if candidate is not None:
        candidates[thread.number] = candidate


def measure(seed: int | None = None) -> Row:
    """Three hours of one workspace."""
    seed = fresh_seed() if seed is None else seed
    result = run(seed)
    return Row(
        number="6a",
        what=f"pacing alone: {THREADS:,} threads, {CHANNELS} channels, three hours (seed {seed})",
        figure=(
            f"completion posted p99 {result.completion_p99:.1f} s after it was seen; {result.refused} refused;"
            f" mean age of stale cards {result.age_of_best:.2f} times the best possible,"
            f" oldest {result.oldest / 60:.0f} min"
        ),
        peer=f"{result.stale:.0f} stale cards ÷ 50 a minute ÷ 2",
        goal="p99 ≤ 3 s; none refused; ≤ 1.2 times",
        met=result.completion_p99 <= 3 and not result.refused and result.age_of_best <= 1.2,
    )


if __name__ == "__main__":
    alone(measure)
