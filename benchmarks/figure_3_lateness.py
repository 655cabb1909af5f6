"""Figure 3: lateness of looks (done − due) at 1,000 looks a second."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks import Row, alone
from benchmarks.looked_at import confluence, fill
from bot import loop
from bot.clients.confluence import ConfluenceClient, Credential, OperatorCredential, Site, open_session
from bot.db.engine import open_database
from bot.db.migrate import migrate
from bot.db.url import parse
from bot.domain.command import SiteKind
from bot.domain.poll_interval import Bounds
from bot.metrics import Metrics
from bot.poll import Poller

LONG_TASKS = 10_000
#: seconds between two looks at each: 10,000 ÷ 10 s are 1,000 a second (the mean of the jitter is taken off below)
INTERVAL = 10.0
WARM_UP = 5.0
SECONDS = 20.0
GOAL = 0.5


class Lateness(Metrics):
    """Notes how long after it was due each look was done."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def look(self, result: str, *, lateness: float, duration: float) -> None:
        """One look."""
        super().look(result, lateness=lateness, duration=duration)
        self.seconds.append(lateness + duration)


def _now() -> datetime:
    return datetime.now(UTC)


async def _run(path: Path) -> tuple[list[float], float]:
    """Seconds that each look was late, and seconds of this process's CPU."""
    database = open_database(parse(f"sqlite+aiosqlite:///{path / 'bench.db'}"))
    await migrate(database)
    session, metrics, stop = open_session(), Lateness(), asyncio.Event()
    async with confluence() as base_url:
        site_id, account_id = await fill(database, base_url, count=LONG_TASKS, interval=INTERVAL, now=_now())
        poller = Poller(
            database=database,
            confluence=ConfluenceClient(session),
            sites={site_id: Site(kind=SiteKind.CLOUD, base_url=base_url)},
            credentials=OperatorCredential(account_id, Credential.basic("bench@example.com", "token")),
            now=_now,
            bounds=Bounds(min_seconds=INTERVAL, max_seconds=INTERVAL),
            metrics=metrics,
            max_looks=256,
        )
        steps = ((poller.claim_step, poller.wake), (poller.write_step, poller.look_finished), (poller.renew_step, None))
        turning = [
            asyncio.create_task(loop.run(step, name=step.__name__, stop=stop, wake=wake)) for step, wake in steps
        ]
        await asyncio.sleep(WARM_UP)
        metrics.seconds.clear()
        began = process_time()
        await asyncio.sleep(SECONDS)
        found, busy = list(metrics.seconds), process_time() - began
        stop.set()
        await asyncio.gather(*turning)
        await poller.settle()
    await session.close()
    await database.close()
    return found, busy


def measure() -> Row:
    """Look at 10,000 long tasks every ten seconds, one change in ten looks, on SQLite."""
    with TemporaryDirectory() as folder:
        found, busy = asyncio.run(_run(Path(folder)))
    late = sorted(found)
    p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
    rate = len(late) / SECONDS
    return Row(
        number="3",
        what=f"lateness of looks (done − due), {LONG_TASKS:,} long tasks every {INTERVAL:g} s, SQLite",
        figure=f"{rate:,.0f} looks a second; median {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms;"
        f" {busy / len(late) * 1e6:.0f} µs of CPU a look",
        peer="–",
        goal="p99 ≤ 0.5 s at 1,000 looks a second",
        met=p99 <= GOAL and rate >= 950,
    )


if __name__ == "__main__":
    alone(measure)
