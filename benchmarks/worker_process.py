"""A worker of the bot as a process of its own, and what a process costs seen from outside."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.looked_at import answered
from tests.chaos.processes import ROOT, inherited

#: seconds until the first look, on a busy machine
START_PATIENCE = 60.0


def environ(database_url: str, base_url: str, *, interval: float) -> dict[str, str]:
    """Settings for looks every `interval` seconds at a site."""
    return inherited() | {
        "DATABASE_URL": database_url,
        "SLACK_BOT_TOKEN": "xoxb-bench-token",
        # No server listens there.
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "CONFLUENCE_URL": base_url,
        "CONFLUENCE_KIND": "cloud",
        "CONFLUENCE_EMAIL": "bench@example.com",
        "CONFLUENCE_API_TOKEN": "token",
        "POLL_MIN_SECONDS": f"{interval:g}",
        "POLL_MAX_SECONDS": f"{interval:g}",
        "LOG_LEVEL": "ERROR",
    }


@asynccontextmanager
async def process(*arguments: str, log: Path, settings: dict[str, str] | None = None) -> AsyncIterator[int]:
    """The process id of `python -m …`, until the end of the context."""
    with log.open("ab") as out:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, cwd=ROOT, env=settings, stdout=out, stderr=out
        )
    try:
        yield running.pid
    finally:
        running.terminate()
        await running.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def requests_of(
    pid: int, base_url: str, *, warm_up: float, seconds: float, beside: Callable[[], float] = lambda: 0.0
) -> tuple[float, float]:
    """Requests a second that a process sends to a site, and microseconds of CPU for each.

    `beside`: seconds of CPU so far of what works for that process.
    """
    async with asyncio.timeout(START_PATIENCE):
        while not await answered(base_url):  # noqa: ASYNC110 -- the site is another process
            await asyncio.sleep(0.5)
    await asyncio.sleep(warm_up)
    count, busy = await answered(base_url), cpu_seconds(pid) + beside()
    await asyncio.sleep(seconds)
    count, busy = await answered(base_url) - count, cpu_seconds(pid) + beside() - busy
    return count / seconds, busy / count * 1e6
