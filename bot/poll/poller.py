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
from bot.domain.poll_result import AccessDenied, NotFound, PollResult, Seen
from bot.metrics import Metrics
from bot.poll.breaker import Breaker, Permit, permits, reserve_probe
from bot.poll.look import FinishedLook, unknown_keys
from bot.poll.recorder import Recorder
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: longest wait (seconds) between two claims, or two writes
IDLE_SECONDS = 1.0
#: long tasks that come due, or looks that finish, this close together (seconds) are claimed or written together
GATHER_SECONDS = 0.1
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
    max_looks: int = 32  #: looks at one site at a time, in this process
    jitter: Callable[[], float] = random.random  #: a random number from 0 to 1
    delivery_wake: asyncio.Event = field(default_factory=asyncio.Event)  #: set when a message is to be posted or edited
    #: set `GATHER_SECONDS` after the first result that is to be written
    look_finished: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when a long task may be due sooner than expected, or many more looks may begin
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _worker: Worker[int] = field(init=False)
    _recorder: Recorder = field(init=False)
    _looks: Counter[int] = field(default_factory=Counter)  #: under way, by site id
    _finished: list[FinishedLook] = field(default_factory=list)
    _full: set[int] = field(default_factory=set)  #: sites of which more long tasks may be due than `max_looks` allows
    _flowing: set[int] = field(default_factory=set)  #: sites of which some were due at the last claim

    def __post_init__(self) -> None:
        self._worker = Worker(table=long_tasks, database=self.database, now=self.now)
        self._recorder = Recorder(database=self.database, bounds=self.bounds, jitter=self.jitter, metrics=self.metrics)
        self.metrics.looks_in_flight(self._looks.total)

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
            but=list(self._worker.held),
        )

    async def _claim_free(self, permitted: Sequence[Permit], *, now: datetime) -> None:
        """Claim as many long tasks as may be looked at, of all sites in one transaction, and start looking at them."""
        free = {
            permit: self.max_looks - self._looks[permit.site_id] if len(self._finished) < MAX_UNWRITTEN else 0
            for permit in permitted
        }
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
                    self._looks[row.site_id] += 1
                    self._worker.hold(row.id, claim_id)
                    self._worker.start(self._look(row, viewers.get(row.id, ()), claim_id=claim_id, permit=permit))
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
            but=list(self._worker.held),
        )

    async def _look(self, row: DueRow, viewers: Sequence[int], *, claim_id: str, permit: Permit) -> None:
        """Look at a long task with the accounts that have seen it, and keep the result for `write_step`."""
        started = self.now()
        account_id: int | None = None
        result: PollResult | None = None
        refused: dict[int, int] = {}
        try:
            account_id, result, refused = await self._ask(row, viewers, permit)
        except Exception:  # noqa: BLE001 -- a long task that keeps crashing its look is set aside
            _log.exception("look_crashed", long_task=row.id)
        finally:
            self._looks[row.site_id] -= 1
        self._count(result, lateness=started - row.due_at, duration=self.now() - started)
        self._finished.append(
            FinishedLook(
                long_task_id=row.id,
                claim_id=claim_id,
                site_id=row.site_id,
                account_id=account_id,
                result=result,
                is_site_probe=permit.is_site_probe,
                probed_account_id=permit.account_id,
                refused=refused,
            )
        )
        if len(self._finished) == 1:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self.look_finished.set)
        if row.site_id in self._full and self._looks[row.site_id] <= self.max_looks // 2:
            self._full.discard(row.site_id)
            self.wake.set()

    async def _ask(self, row: DueRow, viewers: Sequence[int], permit: Permit) -> tuple[int, PollResult, dict[int, int]]:
        """Ask with one account after another, until one is neither refused nor gets a 404.

        Returns the last account, its result, and the accounts refused before it, each with the status it got. Raises
        LookupError if no account that may be used has a credential.
        """
        allowed = permit.accounts(viewers)
        last: tuple[int, PollResult] | None = None
        refused: dict[int, int] = {}
        for account_id in allowed:
            credential = await self.credentials.credential(account_id)
            if credential is None:
                continue
            if last is not None and isinstance(last[1], AccessDenied):
                refused[last[0]] = last[1].status
            result = await self.confluence.look(
                self.sites[row.site_id],
                credential,
                row.remote_id,
                known_digest=row.findings_digest,
                account_id=account_id,
            )
            if not isinstance(result, AccessDenied | NotFound):
                return account_id, result, refused
            last = account_id, result
        if last is None:
            raise LookupError("no account with a credential has seen this long task")
        account_id, result = last
        if isinstance(result, NotFound):
            result = NotFound(by_all=not refused and len(allowed) == len(viewers))
        return account_id, result, refused

    def _count(self, result: PollResult | None, *, lateness: timedelta, duration: timedelta) -> None:
        kind = "crash" if result is None else type(result).__name__
        self.metrics.look(kind, lateness=lateness.total_seconds(), duration=duration.total_seconds())
        if isinstance(result, Seen):
            unknown, dropped = unknown_keys(result), result.snapshot.dropped
            if unknown or dropped:
                self.metrics.unread(unknown_keys=unknown, dropped_parts=dropped)

    async def write_step(self) -> float:
        """Record the results of the looks that have finished."""
        finished, self._finished = self._finished, []
        if not finished:
            return IDLE_SECONDS
        try:
            messages_changed = await self._recorder.record(finished, now=self.now())
        except BaseException:
            # The database is away: keep the results, and record them once it is back if the claims still hold.
            self._finished = finished + self._finished
            raise
        for look in finished:
            self._worker.let_go(look.long_task_id)
        if messages_changed:
            self.delivery_wake.set()
        return IDLE_SECONDS

    async def renew_step(self) -> float:
        """Renew the claims of the looks under way; the result of one that lost its claim is not recorded."""
        await self._worker.renew()
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every look under way has been recorded."""
        while self._worker.is_busy or self._finished:
            await self._worker.settle()
            await self.write_step()

    async def stop(self, *, within: timedelta) -> None:
        """Finish the looks under way, cancel those that take longer than `within`, and give every claim back."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self.settle()
        except (TimeoutError, DatabaseAway) as error:
            _log.warning("looks_abandoned", looks=len(self._worker.held), error=type(error).__name__)
        await self._worker.cancel()
        await self._worker.give_back()

    def looks_by_site(self) -> Counter[int]:
        """The number of looks under way, by site id."""
        return +self._looks
