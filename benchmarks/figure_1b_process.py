"""Figure 1b: CPU of a look as the whole process costs it from outside, against a bare GET at the same pace."""

import asyncio
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import Row, alone
from benchmarks.looked_at import confluence, create
from benchmarks.worker_process import environ, process, requests_of

LONG_TASKS = 240
INTERVAL = 0.5
WARM_UP = 5.0
SECONDS = 10.0
#: bot and bare in turn, so many times
ROUNDS = 3
GOAL = 2.0


async def _worker(folder: Path) -> tuple[float, float]:
    url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    async with confluence() as base_url:
        await create(url, base_url, count=LONG_TASKS, interval=INTERVAL)
        settings = environ(url, base_url, interval=INTERVAL)
        async with process("bot", "worker", log=folder / "log", settings=settings) as pid:
            return await requests_of(pid, base_url, warm_up=WARM_UP, seconds=SECONDS)


async def _bare(rate: float, folder: Path) -> tuple[float, float]:
    async with confluence() as base_url:
        arguments = ("benchmarks.bare", base_url, f"{rate:g}", str(LONG_TASKS))
        async with process(*arguments, log=folder / "log") as pid:
            return await requests_of(pid, base_url, warm_up=WARM_UP, seconds=SECONDS)


async def _round(folder: Path) -> tuple[float, float, float]:
    """Looks a second, microseconds of the bot's process for one, and of the bare one for a GET."""
    rate, whole = await _worker(folder)
    _, bare = await _bare(rate, folder)
    return rate, whole, bare


def measure() -> Row:
    """The median of the ratios of each round."""
    rounds: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as folder:
            rounds.append(asyncio.run(_round(Path(folder))))
    ratio = median(whole / bare for _, whole, bare in rounds)
    bares = [bare for *_, bare in rounds]
    return Row(
        number="1b",
        what=f"CPU of the whole process for a look, from /proc, {LONG_TASKS} long tasks every {INTERVAL:g} s, SQLite",
        figure=f"{ratio:.2f} times ({median(whole for _, whole, _ in rounds):.0f} µs at"
        f" {median(rate for rate, *_ in rounds):.0f} looks a second)",
        peer=f"a process of bare GETs at the same pace: {median(bares):.0f} µs ({min(bares):.0f} to {max(bares):.0f} in"
        f" {ROUNDS} rounds)",
        goal="≤ 2.0 times",
        met=ratio <= GOAL,
    )


if __name__ == "__main__":
    alone(measure)
