"""Figure 9: looks by two processes on one Postgres, against one process."""

import asyncio
import os
import sys
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import ClassVar

import aiohttp

from benchmarks import Row, alone
from benchmarks.looked_at import Answering, create
from benchmarks.servers import postgres_server
from benchmarks.stand_ins import serve, stand_in
from benchmarks.worker_process import environ, process
from tests.chaos.databases import PostgresDatabase

#: more than two processes can look at in the time
LONG_TASKS = 4_000
#: seconds that Confluence takes
ANSWERS_AFTER = 0.1
WARM_UP = 5.0
SECONDS = 10.0
#: one process and two in turn, so many times: what else the machine does meets both
ROUNDS = 3
GOAL = 1.8


class Slowly(Answering):
    """Answers each request after a while, and notes what is asked for again before it is answered."""

    under_way: ClassVar[dict[bytes, int]] = {}
    total: ClassVar[int] = 0
    twice: ClassVar[int] = 0

    def data_received(self, data: bytes) -> None:
        """Answer each whole request; `/counts` is for the measurement."""
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for request in requests:
            remote_id = request.split(b" ", 2)[1].rpartition(b"/")[2]
            if remote_id == b"counts":
                self.say(b"%d %d" % (Slowly.total, Slowly.twice))
                continue
            Slowly.total += 1
            before = self.under_way.get(remote_id, 0)
            Slowly.twice += before > 0
            self.under_way[remote_id] = before + 1
            asyncio.get_running_loop().call_later(ANSWERS_AFTER, self._done, remote_id, request + b"\r\n\r\n")

    def _done(self, remote_id: bytes, request: bytes) -> None:
        self.under_way[remote_id] -= 1
        rest, self.rest = self.rest, b""
        super().data_received(request)
        self.rest = rest


def _confluence() -> AbstractAsyncContextManager[str]:
    return stand_in("benchmarks.figure_9_processes", "serve")


async def _counts(base_url: str) -> tuple[int, int]:
    async with aiohttp.ClientSession() as session, session.get(f"{base_url}/counts") as answer:
        total, twice = (await answer.text()).split()
    return int(total), int(twice)


async def _rate(server: str, processes: int, folder: Path) -> tuple[float, int]:
    """Looks a second by so many processes, and how many long tasks were looked at twice at once."""
    there = PostgresDatabase(server=server, name=f"figure_9_{os.getpid()}")
    try:
        async with AsyncExitStack() as stack:
            base_url = await stack.enter_async_context(_confluence())
            await create(there.url, base_url, count=LONG_TASKS, interval=0.1)
            for number in range(processes):
                settings = environ(there.url, base_url, interval=0.1)
                log = folder / f"{number}.log"
                await stack.enter_async_context(process("bot", "worker", log=log, settings=settings))
            await asyncio.sleep(WARM_UP)
            before, _ = await _counts(base_url)
            await asyncio.sleep(SECONDS)
            after, twice = await _counts(base_url)
            return (after - before) / SECONDS, twice
    finally:
        there.close()


def measure() -> Row:
    """One process and two in turn, on a fresh database each; the medians."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    twice = 0
    with TemporaryDirectory() as folder, postgres_server(Path(folder)) as server:
        for _ in range(ROUNDS):
            for processes, found in rates.items():
                rate, doubled = asyncio.run(_rate(server, processes, Path(folder)))
                found.append(rate)
                twice += doubled
    one, two = median(rates[1]), median(rates[2])
    return Row(
        number="9",
        what=f"two processes on one Postgres, {LONG_TASKS:,} long tasks, Confluence answering in 100 ms",
        figure=f"{two / one:.2f} times the looks ({two:.0f} a second); {twice} looked at twice at once",
        peer=f"one process: {one:.0f} a second",
        goal="≥ 1.8 times; none looked at twice at once",
        met=two / one >= GOAL and twice == 0,
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve(Slowly))
    else:
        alone(measure)
