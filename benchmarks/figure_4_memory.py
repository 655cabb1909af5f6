"""Figure 4: memory of a worker that follows 10,000 long tasks, and what each row more costs it."""

import asyncio
import re
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import Row, alone
from benchmarks.looked_at import answered, confluence, create
from benchmarks.worker_process import environ, process

FEW, MANY = 10_000, 100_000
#: the same with few and with many, so that only the number of rows differs
LOOKS_A_SECOND = 500.0
#: seconds until the first look, on a busy machine
START_PATIENCE = 120.0
#: seconds of looks before memory is read
SECONDS = 30.0
ROUNDS = 3
GOAL_MEGABYTES, GOAL_KILOBYTES = 160.0, 0.3


def resident_kilobytes(pid: int) -> int:
    """The memory that a process occupies now (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html)."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return int(found[1])


async def _kilobytes(pid: int, base_url: str) -> int:
    async with asyncio.timeout(START_PATIENCE):
        while not await answered(base_url):  # noqa: ASYNC110 -- the site is another process
            await asyncio.sleep(0.5)
    await asyncio.sleep(SECONDS)
    return resident_kilobytes(pid)


async def _worker(folder: Path, count: int) -> int:
    url = f"sqlite+aiosqlite:///{folder / f'{count}.db'}"
    interval = count / LOOKS_A_SECOND
    async with confluence() as base_url:
        await create(url, base_url, count=count, interval=interval)
        settings = environ(url, base_url, interval=interval)
        async with process("bot", "worker", log=folder / "log", settings=settings) as pid:
            return await _kilobytes(pid, base_url)


async def _script(folder: Path, count: int) -> int:
    async with confluence() as base_url:
        arguments = ("benchmarks.peers.asyncio_script", base_url, str(count), f"{count / LOOKS_A_SECOND:g}")
        async with process(*arguments, log=folder / "log") as pid:
            return await _kilobytes(pid, base_url)


async def _round() -> tuple[int, int, int, int]:
    """Kilobytes of the worker with few and with many, and of the script."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        return (
            await _worker(folder, FEW),
            await _script(folder, FEW),
            await _worker(folder, MANY),
            await _script(folder, MANY),
        )


def measure() -> Row:
    """The medians of each; the growth of each round."""
    rounds = [asyncio.run(_round()) for _ in range(ROUNDS)]
    worker, script = (median(one[which] for one in rounds) / 1024 for which in (0, 1))
    each = median((one[2] - one[0]) / (MANY - FEW) for one in rounds)
    scripts = [(one[3] - one[1]) / (MANY - FEW) for one in rounds]
    return Row(
        number="4",
        what=f"memory of a worker that follows {FEW:,} long tasks, SQLite; what each of {MANY - FEW:,} more adds",
        figure=f"{worker:.0f} MB; {each:.2f} kB each",
        peer=f"a script with an asyncio task for each: {script:.0f} MB; {median(scripts):.2f} kB each"
        f" ({min(scripts):.2f} to {max(scripts):.2f} in {ROUNDS} rounds)",
        goal="≤ 160 MB; ≤ 0.3 kB each",
        met=worker <= GOAL_MEGABYTES and each <= GOAL_KILOBYTES,
    )


if __name__ == "__main__":
    alone(measure)
