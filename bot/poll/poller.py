"""Claim long tasks that are due, look at them side by side, and have the results recorded."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clients.confluence import ConfluenceClient, Site
from bot.clients.confluence.credentials import Credentials
from bot.db import accounts, claims, due_long_tasks
from bot.db.engine import Connection, Database, DatabaseAway
from bot.db.models import long_tasks
from bot.db.rows import DueRow
from bot.domain.poll_interval import REFUSAL_CONFIRMED_AFTER, Bounds
from bot.metrics import Metrics
from bot.poll.breaker import Breaker, Permit, permits, reserve_probe
from bot.poll.looker import GATHER_SECONDS, Looker
from bot.poll.recorder import Recorder
from bot.spans import Spans
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: longest wait (seconds) between two claims, or two writes
IDLE_SECONDS = 1.0
#: results that wait to be written; with more no further look begins
MAX_UNWRITTEN = 2_000


@dataclass(kw_only=True)
class Poller:
    """Polls long tasks. Three loops drive it: `claim_step`, `write_step` and `renew_step`.

    Each step returns the seconds to wait before the next.
    """

    database: Database
    confluence: ConfluenceClient
    sites: Mapping[int, Site]  #: by site id
    credentials: Credentials
    now: Callable[[], datetime]
    bounds: Bounds
    metrics: Metrics
    spans: Spans = field(default_factory=Spans)
    max_looks: int = 32  #: looks at one site at a time, in this process
    jitter: Callable[[], float] = random.random  #: a random number from 0 to 1
    delivery_wake: asyncio.Event = field(default_factory=asyncio.Event)  #: set when a message is to be posted or edited
    #: set `GATHER_SECONDS` after the first result that is to be written
    look_finished: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when a long task may be due sooner than expected, or many more looks may begin
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    looker: Looker = field(init=False)
    _recorder: Recorder = field(init=False)
    _full: set[int] = field(default_factory=set)  #: sites of which more long tasks may be due than `max_looks` allows
    _flowing: set[int] = field(default_factory=set)  #: sites of which some were due at the last claim

    def __post_init__(self) -> None:
        self.looker = Looker(
            worker=Worker(table=long_tasks, database=self.database, now=self.now, metrics=self.metrics.work),
            confluence=self.confluence,
            sites=self.sites,
            credentials=self.credentials,
            now=self.now,
            metrics=self.metrics,
            spans=self.spans,
            look_finished=self.look_finished,
            looked=self._looked,
        )
        self._recorder = Recorder(database=self.database, bounds=self.bounds, jitter=self.jitter, metrics=self.metrics)
        self.metrics.looks.under_way(self.looker.looks.total)

    async def claim_step(self) -> float:
        """Claim long tasks that are due, as many as `max_looks` allows, and start looking at them."""
        now = self.now()
        async with self.database.read() as connection:
            permitted = await permits(connection, self.sites, now=now)
            # Where some were due a moment ago, claiming more costs less than asking whether there are more.
            due = [now if self._flows(permit) else await self._due(connection, permit, now=now) for permit in permitted]
        wait = min(IDLE_SECONDS, self.bounds.min_seconds)
        now_due: list[Permit] = []
        for permit, due_at in zip(permitted, due, strict=True):
            if due_at is None:
                continue
            early = (max(due_at, permit.retry_at or due_at) - now).total_seconds()
            # An account's probe is due, whatever it has seen.
            is_due = early <= 0 or permit.account_id is not None
            wait = min(wait, GATHER_SECONDS if is_due else early)
            if is_due:
                now_due.append(permit)
        await self._claim_free(now_due, now=now)
        return max(wait, GATHER_SECONDS / 2)

    def _flows(self, permit: Permit) -> bool:
        return permit.breaker is Breaker.CLOSED and permit.site_id in self._flowing

    async def _due(self, connection: Connection, permit: Permit, *, now: datetime) -> datetime | None:
        return await due_long_tasks.next_due(
            connection,
            permit.site_id,
            now=now,
            excluded_accounts=permit.excluded,
            account_id=permit.account_id,
            but=list(self.looker.worker.held),
        )

    async def _claim_free(self, permitted: Sequence[Permit], *, now: datetime) -> None:
        """Claim as many long tasks as may be looked at, of all sites in one transaction, and start looking at them."""
        takes_more = len(self.looker.finished) < MAX_UNWRITTEN
        free = {permit: self.max_looks - self.looker.looks[permit.site_id] if takes_more else 0 for permit in permitted}
        claimed = dict.fromkeys(permitted, 0)
        if any(count > 0 for count in free.values()):
            claim_id = claims.new_claim_id()
            async with self.database.begin() as connection:
                found = [
                    (permit, rows)
                    for permit, count in free.items()
                    if count > 0 and (rows := await self._claim(connection, permit, claim_id, free=count, now=now))
                ]
                ids = [row.id for _, rows in found for row in rows]
                doubted_since = now - REFUSAL_CONFIRMED_AFTER
                viewers = await accounts.viewers_of(connection, ids, doubted_since=doubted_since) if ids else {}
            for permit, rows in found:
                claimed[permit] = len(rows)
                for row in rows:
                    self.looker.worker.hold(row.id, claim_id)
                    self.looker.start(row, viewers.get(row.id, ()), claim_id=claim_id, permit=permit)
        for permit in permitted:
            if permit.breaker is Breaker.CLOSED:
                flows, is_full = claimed[permit] or free[permit] <= 0, claimed[permit] == max(free[permit], 0)
                (self._flowing.add if flows else self._flowing.discard)(permit.site_id)
                (self._full.add if is_full else self._full.discard)(permit.site_id)

    async def _claim(
        self, connection: Connection, permit: Permit, claim_id: str, *, free: int, now: datetime
    ) -> list[DueRow]:
        """Claim at most `free` long tasks of a site; with a half-open breaker one, for the process that probes."""
        if permit.breaker is Breaker.HALF_OPEN and not await reserve_probe(connection, permit, now=now):
            return []
        return await due_long_tasks.claim(
            connection,
            claim_id=claim_id,
            site_id=permit.site_id,
            limit=1 if permit.breaker is Breaker.HALF_OPEN else free,
            now=now,
            excluded_accounts=permit.excluded,
            account_id=permit.account_id,
            but=list(self.looker.worker.held),
        )

    def _looked(self, site_id: int) -> None:
        """A look has ended: if more may be due than may be looked at, claim some once half of the places are free."""
        if site_id in self._full and self.looker.looks[site_id] <= self.max_looks // 2:
            self._full.discard(site_id)
            self.wake.set()

    async def write_step(self) -> float:
        """Record the results of the looks that have finished."""
        finished, self.looker.finished = self.looker.finished, []
        if not finished:
            return IDLE_SECONDS
        try:
            messages_changed = await self._recorder.record(finished, now=self.now())
        except BaseException:
            # The database is away: keep the results, and record them once it is back if the claims still hold.
            self.looker.finished = finished + self.looker.finished
            raise
        for look in finished:
            self.looker.worker.let_go(look.long_task_id)
        if messages_changed:
            self.delivery_wake.set()
        return IDLE_SECONDS

    async def renew_step(self) -> float:
        """Renew the claims of the looks under way; the result of one that lost its claim is not recorded."""
        await self.looker.worker.renew()
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every look under way has been recorded."""
        while self.looker.worker.is_busy or self.looker.finished:
            await self.looker.worker.settle()
            await self.write_step()

    async def stop(self, *, within: timedelta) -> None:
        """Finish the looks under way, cancel those that take longer than `within`, and give every claim back."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self.settle()
        except (TimeoutError, DatabaseAway) as error:
            _log.warning("looks_abandoned", looks=len(self.looker.worker.held), error=type(error).__name__)
        await self.looker.worker.cancel()
        await self.looker.worker.give_back()

    def looks_by_site(self) -> Counter[int]:
        """The number of looks under way, by site id."""
        return +self.looker.looks
