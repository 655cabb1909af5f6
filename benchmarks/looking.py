"""Looks by a poller in this process: how late they are, and what they cost."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from time import process_time

from benchmarks.looked_at import fill
from bot import loop
from bot.clients.confluence import ConfluenceClient, Credential, OperatorCredential, Site, open_session
from bot.db.engine import open_database
from bot.db.migrate import migrate
from bot.db.url import parse
from bot.domain.command import SiteKind
from bot.domain.poll_interval import Bounds
from bot.metrics import Metrics
from bot.poll import Poller

#: seconds within which the long tasks are written
FILLING = 5.0


class Lateness(Metrics):
    """Notes how long after it was due each look was done."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        count = self.looks.count

        def noted(site_id: int, result: str, *, lateness: float, duration: float) -> None:
            count(site_id, result, lateness=lateness, duration=duration)
            self.seconds.append(lateness + duration)

        self.looks.count = noted  # type: ignore[method-assign] -- a look is noted by the call that counts it


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was measured in so many seconds."""

    late: list[float]  #: seconds that each look was late, the least first
    cpu: float  #: seconds of this process's CPU
    seconds: float

    @property
    def rate(self) -> float:
        """Looks a second."""
        return len(self.late) / self.seconds

    @property
    def microseconds(self) -> float:
        """CPU for one look."""
        return self.cpu / len(self.late) * 1e6


def _now() -> datetime:
    return datetime.now(UTC)


async def look(url: str, base_url: str, *, long_tasks: int, interval: float, warm_up: float, seconds: float) -> Looked:
    """Look at so many long tasks, each every `interval` seconds, with the poller's own loops, on an empty database."""
    database = open_database(parse(url))
    await migrate(database)
    session, metrics, stop = open_session(), Lateness(), asyncio.Event()
    site_id, account_id = await fill(database, base_url, count=long_tasks, interval=interval, now=_now(), lead=FILLING)
    poller = Poller(
        database=database,
        confluence=ConfluenceClient(session),
        sites={site_id: Site(kind=SiteKind.CLOUD, base_url=base_url)},
        credentials=OperatorCredential(account_id, Credential.basic("bench@example.com", "token")),
        now=_now,
        bounds=Bounds(min_seconds=interval, max_seconds=interval),
        metrics=metrics,
        max_looks=256,
    )
    steps = ((poller.claim_step, poller.wake), (poller.write_step, poller.look_finished), (poller.renew_step, None))
    turning = [asyncio.create_task(loop.run(step, name=step.__name__, stop=stop, wake=wake)) for step, wake in steps]
    await asyncio.sleep(FILLING + warm_up)
    metrics.seconds.clear()
    began = process_time()
    await asyncio.sleep(seconds)
    found = Looked(late=sorted(metrics.seconds), cpu=process_time() - began, seconds=seconds)
    stop.set()
    await asyncio.gather(*turning)
    await poller.settle()
    await session.close()
    await database.close()
    return found
