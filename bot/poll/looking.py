"""Claim what is due, look at it side by side, and hand what was seen to the writer."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import RowMapping

from bot.clients.confluence import ConfluenceClient, Credential, Site
from bot.db import accounts, claims, pauses, sites
from bot.db.engine import Database
from bot.db.models import long_tasks
from bot.domain.answer import Answer
from bot.domain.cadence import Bounds
from bot.metrics import Metrics
from bot.poll.landed import Landed
from bot.poll.writing import write

_log = structlog.get_logger(__name__)

#: seconds; the longest a turn waits where nothing says that something is due sooner
IDLE_SECONDS = 1.0
#: seconds; looks that come due this close together are claimed together
GATHER_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How the sites are reached: by site id, and the credentials by account id."""

    sites: Mapping[int, Site]
    credentials: Mapping[int, Credential]


@dataclass(frozen=True, kw_only=True)
class _Flight:
    """A look under way."""

    claim_id: str
    site_id: int


@dataclass(kw_only=True)
class Poller:
    """Looks at what is due. Three loops drive it: `claim_step`, `write_step` and `renew_step`, each giving the seconds
    to wait before the next."""

    database: Database
    confluence: ConfluenceClient
    reach: Reach
    now: Callable[[], datetime]
    bounds: Bounds
    metrics: Metrics
    #: looks under way at once, per site and process
    at_once: int = 32
    jitter: Callable[[], float] = random.random
    #: set when something is to be told, so that delivery need not wait for its turn
    told: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when a look has landed
    landed: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when something may be due sooner than was thought, or a place has become free
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flying: dict[int, _Flight] = field(default_factory=dict)
    _landed: list[Landed] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def claim_step(self) -> float:
        """Claim what is due, no more than there are free places, and start looking."""
        now = self.now()
        async with self.database.read() as connection:
            known = await sites.all_sites(connection)
            paused = await pauses.paused(connection, now=now)
            due = {site["id"]: await claims.next_due(connection, site["id"]) for site in known}
        waits = [IDLE_SECONDS]
        full = False
        for site in known:
            if site["id"] not in self.reach.sites or paused.keys() & {"app", f"site:{site['id']}"}:
                continue
            at = due[site["id"]]
            if site["down_since"] is not None:
                at = max(at, site["probe_at"] or now) if at is not None else None
            if at is not None and at <= now:
                free = self.at_once - sum(flight.site_id == site["id"] for flight in self._flying.values())
                if free > 0:
                    await self._claim(site, free=free, paused=paused, now=now)
                full = True
            elif at is not None:
                waits.append((at - now).total_seconds())
        return GATHER_SECONDS if full else max(min(waits), GATHER_SECONDS / 2)

    async def _claim(self, site: RowMapping, *, free: int, paused: Mapping[str, datetime], now: datetime) -> None:
        resting = [account for account in self.reach.credentials if f"account:{account}" in paused]
        async with self.database.begin() as connection:
            if site["down_since"] is not None:
                if not await sites.take_probe(connection, site["id"], now=now):
                    return
                free = 1
            rows = await claims.claim_long_tasks(
                connection, site_id=site["id"], limit=free, now=now, paused_accounts=resting
            )
            seen_by = await accounts.viewers_of(connection, [row["id"] for row in rows])
        for row in rows:
            usable = [a for a in seen_by.get(row["id"], ()) if a in self.reach.credentials and a not in resting]
            account_id = usable[0] if usable else min(self.reach.credentials)
            self._flying[row["id"]] = _Flight(claim_id=row["claim_id"], site_id=site["id"])
            task = asyncio.create_task(self._look(row, account_id=account_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _look(self, row: RowMapping, *, account_id: int) -> None:
        started = self.now()
        self.metrics.in_flight("confluence", 1)
        answer: Answer | None
        try:
            answer = await self.confluence.look(
                self.reach.sites[row["site_id"]],
                self.reach.credentials[account_id],
                row["remote_id"],
                known_digest=row["findings_digest"],
                account_key=str(account_id),
            )
        except Exception:  # noqa: BLE001 -- one long task that crashes its look is counted and set aside in the end
            _log.exception("look_crashed", long_task=row["id"])
            answer = None
        finally:
            self.metrics.in_flight("confluence", -1)
        lateness = (started - row["due_at"]).total_seconds() if row["due_at"] else 0.0
        kind = type(answer).__name__ if answer is not None else "crash"
        self.metrics.look(kind, lateness=max(lateness, 0.0), duration=(self.now() - started).total_seconds())
        self._landed.append(
            Landed(
                long_task_id=row["id"],
                claim_id=row["claim_id"],
                site_id=row["site_id"],
                account_id=account_id,
                answer=answer,
            )
        )
        self.landed.set()

    async def write_step(self) -> float:
        """Write down whatever has landed."""
        landed, self._landed = self._landed, []
        if not landed:
            return IDLE_SECONDS
        try:
            told = await write(
                self.database, landed, now=self.now(), bounds=self.bounds, jitter=self.jitter, metrics=self.metrics
            )
        except BaseException:
            # The database is away: what was seen is kept, and written when it is back and the claims still hold.
            self._landed = landed + self._landed
            raise
        for look in landed:
            self._flying.pop(look.long_task_id, None)
        self.wake.set()
        if told:
            self.told.set()
        return IDLE_SECONDS if not self._landed else 0.0

    async def renew_step(self) -> float:
        """Hold the claims of looks under way; forget those that were lost."""
        held = [(long_task_id, flight.claim_id) for long_task_id, flight in self._flying.items()]
        if held:
            async with self.database.begin() as connection:
                await claims.renew(connection, long_tasks, held, now=self.now())
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every look under way has been written down."""
        while self._tasks or self._landed:
            if self._tasks:
                await asyncio.wait(set(self._tasks))
            await self.write_step()

    async def stop(self, *, within: timedelta) -> None:
        """Finish what is under way, as far as the time allows, and give every claim back."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self.settle()
        except TimeoutError:
            for task in set(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        held = [(long_task_id, flight.claim_id) for long_task_id, flight in self._flying.items()]
        async with self.database.begin() as connection:
            await claims.release(connection, long_tasks, held)
        self._flying.clear()

    def under_way(self) -> Counter[int]:
        """How many looks are under way, by site id."""
        return Counter(flight.site_id for flight in self._flying.values())
