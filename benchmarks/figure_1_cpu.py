"""Figure 1: CPU of a look with everything it causes, against a bare GET at the same pace.

The bot on its own event loop, the bare GET on asyncio's, as a short script would have it.
"""

import asyncio
import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import Row, alone
from benchmarks.bare import bare_microseconds
from benchmarks.looked_at import confluence
from benchmarks.looking import Looked, look
from benchmarks.servers import postgres_server
from bot.app import event_loop
from tests.chaos.databases import PostgresDatabase

LONG_TASKS = 10_000
#: seconds between two looks at each
INTERVAL = 10.0
WARM_UP = 5.0
SECONDS = 10.0
#: bare, SQLite and Postgres in turn, so many times: what else the machine does meets all three
ROUNDS = 3
GOALS = {"SQLite": 1.5, "Postgres": 1.7}


async def _bare() -> float:
    async with confluence() as base_url:
        rate = LONG_TASKS / INTERVAL
        return await bare_microseconds(base_url, rate=rate, warm_up=2.0, seconds=SECONDS, long_tasks=LONG_TASKS)


async def _looks(url: str) -> Looked:
    async with confluence() as base_url:
        return await look(url, base_url, long_tasks=LONG_TASKS, interval=INTERVAL, warm_up=WARM_UP, seconds=SECONDS)


def _round(server: str, number: int) -> tuple[float, dict[str, Looked]]:
    """Microseconds of a bare GET, and the looks on each database."""
    bare = asyncio.run(_bare())
    with TemporaryDirectory() as folder:
        on_sqlite = event_loop.run(_looks(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"))
    there = PostgresDatabase(server=server, name=f"figure_1_{os.getpid()}_{number}")
    try:
        return bare, {"SQLite": on_sqlite, "Postgres": event_loop.run(_looks(there.url))}
    finally:
        there.close()


def measure() -> Row:
    """The medians of the ratios of each round."""
    with TemporaryDirectory() as folder, postgres_server(Path(folder)) as server:
        rounds = [_round(server, number) for number in range(ROUNDS)]
    bare = [one for one, _ in rounds]
    ratios = {name: median(looked[name].microseconds / one for one, looked in rounds) for name in GOALS}
    figures = [
        f"{name} {ratios[name]:.2f} times ({median(looked[name].microseconds for _, looked in rounds):.0f} µs at"
        f" {median(looked[name].rate for _, looked in rounds):,.0f} looks a second)"
        for name in GOALS
    ]
    return Row(
        number="1",
        what=f"CPU of a look with all it causes, {LONG_TASKS:,} long tasks every {INTERVAL:g} s, a tenth changed",
        figure=" · ".join(figures),
        peer=f"a bare GET and decode at the same pace: {median(bare):.0f} µs ({min(bare):.0f} to {max(bare):.0f} in"
        f" {ROUNDS} rounds)",
        goal="≤ 1.5 times (SQLite), ≤ 1.7 times (Postgres)",
        met=all(ratios[name] <= goal for name, goal in GOALS.items()),
    )


if __name__ == "__main__":
    alone(measure)
