"""Figure 11: seconds from the start of the process to ready, against a Bolt app that does nothing."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

import aiohttp

from benchmarks import Row, alone
from benchmarks.looked_at import confluence, fill
from benchmarks.worker_process import cpu_seconds, environ, process
from bot.db.engine import open_database
from bot.db.migrate import migrate
from bot.db.url import parse

LONG_TASKS = 10_000
#: seconds between two looks at each long task
INTERVAL = 60.0
#: bot and peer in turn, so many times, after one start of each that fills the caches of bytecode and files
ROUNDS = 7
PATIENCE = 60.0
GOAL = 2.0
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-bench-token", "SLACK_SIGNING_SECRET": "secret"}

#: seconds until ready, and of CPU until then
Start = tuple[float, float]


def free_port() -> int:
    """A port on which nothing listens."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def until_answered(url: str, *, ready: Callable[[int], bool]) -> None:
    """Wait until a process answers a GET with a status that means ready."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if ready(answer.status):
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.005)


async def _start(arguments: tuple[str, ...], settings: dict[str, str], log: Path, path: str) -> Start:
    port, began = free_port(), monotonic()
    async with process(*arguments, log=log, settings=settings | {"PORT": str(port)}) as pid:
        # Bolt's server knows no such path, and answers so as soon as it listens.
        await until_answered(f"http://127.0.0.1:{port}{path}", ready=lambda status: status in {200, 404})
        return monotonic() - began, cpu_seconds(pid)


async def _filled(folder: Path, base_url: str) -> dict[str, str]:
    """Settings for a bot with a database full of followed long tasks."""
    url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    database = open_database(parse(url))
    await migrate(database)
    await fill(database, base_url, count=LONG_TASKS, interval=INTERVAL, now=datetime.now(UTC))
    await database.close()
    return environ(url, base_url, interval=INTERVAL) | SECRETS


async def _rounds(folder: Path) -> tuple[list[Start], list[Start]]:
    async with AsyncExitStack() as stack:
        base_url = await stack.enter_async_context(confluence())
        settings = await _filled(folder, base_url)
        log = folder / "log"

        def bot() -> Awaitable[Start]:
            return _start(("bot",), settings, log, "/readyz")

        def peer() -> Awaitable[Start]:
            return _start(("benchmarks.peers.bolt_app",), settings, log, "/")

        await bot(), await peer()
        rounds = [(await bot(), await peer()) for _ in range(ROUNDS)]
    return [one for one, _ in rounds], [other for _, other in rounds]


def measure() -> Row:
    """The median of the ratios of each round, of seconds passed; CPU beside, which a busy machine stretches less."""
    with TemporaryDirectory() as folder:
        bots, peers = asyncio.run(_rounds(Path(folder)))
    passed, cpu = (median(one[n] / other[n] for one, other in zip(bots, peers, strict=True)) for n in (0, 1))
    seconds = [wall for wall, _ in peers]
    return Row(
        number="11",
        what=f"start to ready, {LONG_TASKS:,} long tasks in the database, SQLite",
        figure=f"{passed:.2f} times ({median(wall for wall, _ in bots):.2f} s); CPU {cpu:.2f} times"
        f" ({median(used for _, used in bots):.2f} s)",
        peer=f"a Bolt app that does nothing: {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f} in"
        f" {ROUNDS} rounds), CPU {median(used for _, used in peers):.2f} s",
        goal="≤ 2 times",
        met=passed <= GOAL,
    )


if __name__ == "__main__":
    alone(measure)
