"""Figure 7: looks needed to follow a set of traces, against a look every five seconds."""

from collections import defaultdict
from dataclasses import dataclass
from math import ceil
from random import Random

from benchmarks import Row, alone, fresh_seed
from benchmarks.following import looks
from benchmarks.traces import traces

TRACES = 4000
EVERY = 5.0


@dataclass(kw_only=True)
class Sums:
    """Of some traces."""

    traces: int = 0
    looks: int = 0
    delay: float = 0.0
    peer_looks: int = 0
    peer_delay: float = 0.0

    @property
    def share(self) -> float:
        """Looks, of those that a look every five seconds takes."""
        return self.looks / self.peer_looks


def follow(seed: int, count: int) -> dict[str, Sums]:
    """The sums by course, and those of all."""
    rng = Random(seed)
    sums: dict[str, Sums] = defaultdict(Sums)
    for trace in traces(rng, count):
        seen = list(looks(trace, rng))
        peer_looks = ceil(trace.seconds / EVERY)
        for key in (trace.course.value, "all"):
            some = sums[key]
            some.traces += 1
            some.looks += len(seen)
            some.delay += seen[-1].at - trace.seconds
            some.peer_looks += peer_looks + 1
            some.peer_delay += peer_looks * EVERY - trace.seconds
    return sums


def measure(seed: int | None = None) -> Row:
    """Follow fresh traces."""
    seed = fresh_seed() if seed is None else seed
    sums = follow(seed, TRACES)
    for name, some in sums.items():
        print(
            f"  {name:13}{some.traces:6} traces  {some.looks / some.traces:6.0f} looks each,"
            f" {some.share:5.0%} of the peer's"
            f"  end seen after {some.delay / some.traces:5.2f} s ({some.peer_delay / some.traces:4.2f} s)"
        )
    every = sums["all"]
    delay, peer_delay = every.delay / every.traces, every.peer_delay / every.traces
    return Row(
        number="7",
        what=f"looks needed to follow {TRACES:,} traces (seed {seed})",
        figure=f"{every.share:.1%} of the looks, end seen after {delay:.2f} s in the mean",
        peer=f"a look every 5 s: {every.peer_looks:,} looks, {peer_delay:.2f} s",
        goal="≤ 40 % of the looks at the same mean delay",
        met=every.share <= 0.4 and delay <= peer_delay,
    )


if __name__ == "__main__":
    alone(measure)
