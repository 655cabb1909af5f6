"""Claim what is due, look at it side by side, and hand what was seen to the writer."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clients.confluence import ConfluenceClient
from bot.db import accounts, claims
from bot.db.engine import Database, DatabaseAway, Row
from bot.db.models import long_tasks
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import PollResult
from bot.metrics import Metrics
from bot.poll.breaker import Door, Probe, Reach, may_knock, open_doors
from bot.poll.look import FinishedLook
from bot.poll.recorder import write

_log = structlog.get_logger(__name__)

#: seconds; the longest a turn waits where nothing says that something is due sooner
IDLE_SECONDS = 1.0
#: seconds; looks that come due this close together are claimed together
GATHER_SECONDS = 0.1
#: seconds that giving claims back may take at the end
RELEASE_SECONDS = 2.0


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
    #: something was due and found no place
    _crowded: bool = False
    _landed: list[FinishedLook] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def claim_step(self) -> float:
        """Claim what is due, no more than there are free places, and start looking."""
        now = self.now()
        flying = list(self._flying)
        async with self.database.read() as connection:
            doors = await open_doors(connection, self.reach, now=now)
            due = [
                await claims.next_due(connection, door.site_id, now=now, paused_accounts=door.resting, but=flying)
                for door in doors
            ]
        wait = IDLE_SECONDS
        self._crowded = False
        for door, at in zip(doors, due, strict=True):
            if at is None:
                continue
            early = max(at - now, (door.not_before or at) - now).total_seconds()
            free = self.at_once - self.under_way()[door.site_id]
            if early > 0:
                wait = min(wait, early)
            else:
                wait = min(wait, GATHER_SECONDS) if free > 0 else wait
                self._crowded |= free <= 0 or await self._claim(door, free=free, now=now) == free
        return max(wait, GATHER_SECONDS / 2)

    async def _claim(self, door: Door, *, free: int, now: datetime) -> int:
        async with self.database.begin() as connection:
            if not await may_knock(connection, door, now=now):
                return 0
            rows = await claims.claim_long_tasks(
                connection,
                site_id=door.site_id,
                limit=1 if door.probe else free,
                now=now,
                paused_accounts=door.resting,
                but=list(self._flying),
            )
            seen_by = await accounts.viewers_of(connection, [row["id"] for row in rows])
        for row in rows:
            usable = [a for a in seen_by.get(row["id"], ()) if a in self.reach.credentials and a not in door.resting]
            self._flying[row["id"]] = _Flight(claim_id=row["claim_id"], site_id=door.site_id)
            looking = self._look(row, account_id=usable[0] if usable else None, probe=door.probe is Probe.SITE)
            task = asyncio.create_task(looking)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(rows)

    async def _look(self, row: Row, *, account_id: int | None, probe: bool) -> None:
        started = self.now()
        self.metrics.in_flight("confluence", 1)
        answer: PollResult | None
        try:
            if account_id is None:
                raise LookupError("no account of ours has seen this long task")
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
            FinishedLook(
                long_task_id=row["id"],
                claim_id=row["claim_id"],
                site_id=row["site_id"],
                account_id=account_id,
                answer=answer,
                probe=probe,
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
        if told:
            self.told.set()
        # Else the next claim's own wait is soon enough, and what lands meanwhile is claimed in one go.
        if told or self._crowded or self.bounds.min_seconds < IDLE_SECONDS:
            self.wake.set()
        return IDLE_SECONDS if not self._landed else 0.0

    async def renew_step(self) -> float:
        """Hold the claims of looks under way; what comes of one that was lost is not written."""
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
        except (TimeoutError, DatabaseAway) as error:
            _log.warning("looks_given_up", looks=len(self._flying), error=type(error).__name__)
            for task in set(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        held = [(long_task_id, flight.claim_id) for long_task_id, flight in self._flying.items()]
        try:
            async with asyncio.timeout(RELEASE_SECONDS), self.database.begin() as connection:
                await claims.release(connection, long_tasks, held)
        except (TimeoutError, DatabaseAway) as error:
            # They run out by themselves.
            _log.warning("claims_not_given_back", looks=len(held), error=type(error).__name__)
        self._flying.clear()

    def under_way(self) -> Counter[int]:
        """How many looks are under way, by site id."""
        return Counter(flight.site_id for flight in self._flying.values())
