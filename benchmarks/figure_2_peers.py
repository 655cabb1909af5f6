"""Figure 2: CPU of a look against what a user would write: a script with asyncio or threads, or a job queue."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import Row, alone
from benchmarks.looked_at import confluence, create
from benchmarks.servers import parent_of_backends, postgres_server, server_seconds
from benchmarks.worker_process import environ, process, requests_of
from tests.chaos.databases import PostgresDatabase

LONG_TASKS = 10_000
#: seconds between two looks at each
INTERVAL = 10.0
#: ten thousand threads take minutes to start on two cores, and fight for the interpreter; these keep the interval
THREADS = 1_000
WARM_UP = 12.0
SECONDS = 10.0
#: bot and peers in turn, so many times: what else the machine does meets all
ROUNDS = 3
SQLITE, POSTGRES = "bot on SQLite", "bot on Postgres"
ASYNCIO, THREAD, PROCRASTINATE, PGQUEUER = "asyncio", "threads", "procrastinate", "pgqueuer"
#: which bot does a peer's job: a script needs no server, a queue has Postgres
BESIDE = {ASYNCIO: SQLITE, THREAD: SQLITE, PROCRASTINATE: POSTGRES, PGQUEUER: POSTGRES}
#: how many times as cheap the bot has to be
GOALS = {THREAD: 2.0, PROCRASTINATE: 5.0, PGQUEUER: 5.0}


@dataclass
class Measured:
    """What each round found, by name."""

    #: looks a second
    rates: dict[str, list[float]] = field(default_factory=dict)
    #: microseconds of CPU a look
    cpu: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, rate: float, microseconds: float) -> None:
        """One round of one of them."""
        self.rates.setdefault(name, []).append(rate)
        self.cpu.setdefault(name, []).append(microseconds)

    def times(self, name: str) -> float:
        """How many times as much as the bot's a look of a peer costs: the median of the rounds' ratios."""
        return median(peer / bot for peer, bot in zip(self.cpu[name], self.cpu[BESIDE[name]], strict=True))

    def shown(self, name: str) -> str:
        """A peer, or the bot, in words."""
        return f"{median(self.cpu[name]):,.0f} µs at {median(self.rates[name]):,.0f} a second"


@contextmanager
def _database(server: str, name: str) -> Iterator[str]:
    there = PostgresDatabase(server=server, name=f"figure_2_{os.getpid()}_{name}")
    try:
        yield there.url
    finally:
        there.close()


def _server(url: str) -> Callable[[], float]:
    """CPU of the database's server, which works for the process that is measured alone."""
    return partial(server_seconds, parent_of_backends(url))


async def _bot(url: str, log: Path, beside: Callable[[], float] = lambda: 0.0) -> tuple[float, float]:
    async with confluence() as base_url:
        await create(url, base_url, count=LONG_TASKS, interval=INTERVAL)
        settings = environ(url, base_url, interval=INTERVAL)
        async with process("bot", "worker", log=log, settings=settings) as pid:
            return await requests_of(pid, base_url, warm_up=WARM_UP, seconds=SECONDS, beside=beside)


async def _peer(program: str, log: Path, *, count: int, url: str | None = None) -> tuple[float, float]:
    """A peer, and its database's server where it has one."""
    async with confluence() as base_url:
        arguments = (f"benchmarks.peers.{program}", base_url, str(count), f"{INTERVAL:g}", *([url] if url else []))
        async with process(*arguments, log=log) as pid:
            beside = _server(url) if url else lambda: 0.0
            return await requests_of(pid, base_url, warm_up=WARM_UP, seconds=SECONDS, beside=beside)


def _round(server: str, log: Path, found: Measured) -> None:
    with TemporaryDirectory() as folder:
        found.add(SQLITE, *asyncio.run(_bot(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}", log)))
    with _database(server, "bot") as url:
        found.add(POSTGRES, *asyncio.run(_bot(url, log, _server(url))))
    found.add(ASYNCIO, *asyncio.run(_peer("asyncio_script", log, count=LONG_TASKS)))
    found.add(THREAD, *asyncio.run(_peer("threads", log, count=THREADS)))
    for name in (PROCRASTINATE, PGQUEUER):
        with _database(server, name) as url:
            found.add(name, *asyncio.run(_peer(f"{name}_queue", log, count=LONG_TASKS, url=url)))


def measure() -> Row:
    """The medians of the ratios of each round; CPU of the process and of its database's server."""
    found = Measured()
    with TemporaryDirectory() as folder, postgres_server(Path(folder)) as server:
        for _ in range(ROUNDS):
            _round(server, Path(folder) / "log", found)
    queues = " · ".join(f"{name} {found.shown(name)}" for name in (PROCRASTINATE, PGQUEUER))
    least, most = min(found.cpu[ASYNCIO]), max(found.cpu[ASYNCIO])
    return Row(
        number="2",
        what=f"CPU of a look, the database server's included, {LONG_TASKS:,} long tasks every {INTERVAL:g} s: on SQLite"
        " against scripts, on Postgres against queues",
        figure=f"SQLite {found.shown(SQLITE)} · Postgres {found.shown(POSTGRES)}; cheaper than "
        + ", ".join(f"{name} {found.times(name):.1f} times" for name in GOALS)
        + f"; a script with asyncio, which keeps nothing, costs {found.times(ASYNCIO):.2f} times as much",
        peer=f"{queues} · {THREADS:,} threads with requests {found.shown(THREAD)} ·"
        f" asyncio {found.shown(ASYNCIO)} ({least:.0f} to {most:.0f} µs in {ROUNDS} rounds)",
        goal="≥ 5 times cheaper than a queue; ≥ 2 times cheaper than threads",
        met=all(found.times(name) >= goal for name, goal in GOALS.items()),
    )


if __name__ == "__main__":
    alone(measure)
