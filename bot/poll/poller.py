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
from bot.db import accounts, claims
from bot.db.engine import Database, DatabaseAway
from bot.db.models import long_tasks
from bot.db.rows import LongTaskRow
from bot.domain.poll_interval import REFUSAL_CONFIRMED_AFTER, Bounds
from bot.domain.poll_result import AccessDenied, NotFound, PollResult, Seen
from bot.metrics import Metrics
from bot.poll.breaker import Breaker, Permit, permits, reserve_probe
from bot.poll.look import FinishedLook, unknown_keys
from bot.poll.recorder import Recorder
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: longest wait (seconds) between two claims
IDLE_SECONDS = 1.0
#: long tasks that come due this close together (seconds) are claimed together
GATHER_SECONDS = 0.1


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
    look_finished: asyncio.Event = field(default_factory=asyncio.Event)  #: set when a look has a result
    #: set when a long task may be due sooner than expected, or another look may begin
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _worker: Worker[int] = field(init=False)
    _recorder: Recorder = field(init=False)
    _site_ids: dict[int, int] = field(default_factory=dict)
    _finished: list[FinishedLook] = field(default_factory=list)
    _is_full: bool = False  #: more long tasks may be due than `max_looks` allows

    def __post_init__(self) -> None:
        self._worker = Worker(table=long_tasks, database=self.database, now=self.now)
        self._recorder = Recorder(database=self.database, bounds=self.bounds, jitter=self.jitter, metrics=self.metrics)

    async def claim_step(self) -> float:
        """Claim long tasks that are due, as many as `max_looks` allows, and start looking at them."""
        now = self.now()
        busy = list(self._worker.held)
        async with self.database.read() as connection:
            permitted = await permits(connection, self.sites, now=now)
            due = [
                await claims.next_due(
                    connection,
                    permit.site_id,
                    now=now,
                    excluded_accounts=permit.excluded,
                    account_id=permit.account_id,
                    but=busy,
                )
                for permit in permitted
            ]
        wait = IDLE_SECONDS
        self._is_full = False
        for permit, due_at in zip(permitted, due, strict=True):
            if due_at is None:
                continue
            early = (max(due_at, permit.retry_at or due_at) - now).total_seconds()
            if permit.account_id is not None:
                # The account's probe is due, whatever it has seen.
                early = 0.0
            free = self.max_looks - self.looks_by_site()[permit.site_id]
            if early > 0:
                wait = min(wait, early)
            elif free <= 0:
                self._is_full = True
            else:
                wait = min(wait, GATHER_SECONDS)
                self._is_full |= await self._claim(permit, free=free, now=now) == free
        return max(wait, GATHER_SECONDS / 2)

    async def _claim(self, permit: Permit, *, free: int, now: datetime) -> int:
        """Claim at most `free` long tasks and start looking at them; returns how many."""
        claim_id = claims.new_claim_id()
        async with self.database.begin() as connection:
            if permit.breaker is Breaker.HALF_OPEN and not await reserve_probe(connection, permit, now=now):
                return 0
            rows = await claims.claim_long_tasks(
                connection,
                claim_id=claim_id,
                site_id=permit.site_id,
                limit=1 if permit.breaker is Breaker.HALF_OPEN else free,
                now=now,
                excluded_accounts=permit.excluded,
                account_id=permit.account_id,
                but=list(self._worker.held),
            )
            viewers = await accounts.viewers_of(
                connection, [row.id for row in rows], doubted_since=now - REFUSAL_CONFIRMED_AFTER
            )
        for row in rows:
            self._site_ids[row.id] = row.site_id
            self._worker.hold(row.id, claim_id)
            self._worker.start(self._look(row, viewers.get(row.id, ()), claim_id=claim_id, permit=permit))
        return len(rows)

    async def _look(self, row: LongTaskRow, viewers: Sequence[int], *, claim_id: str, permit: Permit) -> None:
        """Look at a long task with the accounts that have seen it, and keep the result for `write_step`."""
        started = self.now()
        account_id: int | None = None
        result: PollResult | None = None
        refused: dict[int, int] = {}
        try:
            account_id, result, refused = await self._ask(row, viewers, permit)
        except Exception:  # noqa: BLE001 -- a long task that keeps crashing its look is set aside
            _log.exception("look_crashed", long_task=row.id)
        self._count(result, lateness=started - (row.due_at or started), duration=self.now() - started)
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
        self.look_finished.set()

    async def _ask(
        self, row: LongTaskRow, viewers: Sequence[int], permit: Permit
    ) -> tuple[int, PollResult, dict[int, int]]:
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
            with self.metrics.in_flight("confluence"):
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
            self.metrics.unread(unknown_keys=unknown_keys(result), dropped_parts=result.snapshot.dropped)

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
            self._site_ids.pop(look.long_task_id, None)
        if messages_changed:
            self.delivery_wake.set()
        # Otherwise the wait of the claim step is short enough, and what finishes meanwhile is claimed in one go.
        if messages_changed or self._is_full or self.bounds.min_seconds < IDLE_SECONDS:
            self.wake.set()
        return IDLE_SECONDS if not self._finished else 0.0

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
        """The number of looks under way or not recorded yet, by site id."""
        return Counter(self._site_ids[long_task_id] for long_task_id in self._worker.held)
