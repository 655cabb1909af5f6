"""A worker of the bot as a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.chaos.processes import ROOT, inherited


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
