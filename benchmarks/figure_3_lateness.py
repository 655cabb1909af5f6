"""Figure 3: lateness of looks (done − due) at 1,000 looks a second."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import Row, alone
from benchmarks.looked_at import confluence
from benchmarks.looking import Looked, look
from benchmarks.servers import postgres_server
from bot.app import event_loop
from tests.chaos.databases import PostgresDatabase

LONG_TASKS = 10_000
#: seconds between two looks at each: 10,000 ÷ 10 s are 1,000 a second
INTERVAL = 10.0
WARM_UP = 5.0
SECONDS = 20.0
GOAL = 0.5


async def _run(url: str) -> Looked:
    async with confluence() as base_url:
        return await look(url, base_url, long_tasks=LONG_TASKS, interval=INTERVAL, warm_up=WARM_UP, seconds=SECONDS)


def _percentile(late: list[float], share: float) -> float:
    return late[int(len(late) * share)]


def measure() -> Row:
    """Look at 10,000 long tasks every ten seconds, one change in ten looks, on both databases."""
    found: dict[str, Looked] = {}
    with TemporaryDirectory() as folder, postgres_server(Path(folder)) as server:
        found["SQLite"] = event_loop.run(_run(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"))
        there = PostgresDatabase(server=server, name=f"figure_3_{os.getpid()}")
        try:
            found["Postgres"] = event_loop.run(_run(there.url))
        finally:
            there.close()
    figures = [
        f"{name}: {one.rate:,.0f} looks a second, median {_percentile(one.late, 0.5) * 1000:.0f} ms,"
        f" p99 {_percentile(one.late, 0.99) * 1000:.0f} ms"
        for name, one in found.items()
    ]
    return Row(
        number="3",
        what=f"lateness of looks (done − due), {LONG_TASKS:,} long tasks every {INTERVAL:g} s",
        figure=" · ".join(figures),
        peer="–",
        goal="p99 ≤ 0.5 s at 1,000 looks a second",
        met=all(_percentile(one.late, 0.99) <= GOAL and one.rate >= 950 for one in found.values()),
    )


if __name__ == "__main__":
    alone(measure)
