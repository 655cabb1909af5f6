"""List the sites that channels watch: what is new is stored, and what is due need not be looked at by itself."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.db import accounts, claims, due_long_tasks, listed_tasks, pauses
from bot.db.engine import Connection, DatabaseAway
from bot.db.models import long_tasks
from bot.db.rows import DueRow
from bot.db.watch_models import site_lists
from bot.domain.decide import pause_of
from bot.domain.poll_interval import REFUSAL_CONFIRMED_AFTER
from bot.domain.poll_result import (
    AccessDenied,
    Listed,
    ListResult,
    Misconfigured,
    RateLimited,
    Seen,
    Unavailable,
    Unreadable,
)
from bot.domain.watching import BUSY_INTERVAL, next_list
from bot.poll.breaker import Breaker, Permit, permits
from bot.poll.look import FinishedLook
from bot.poll.poller import Poller
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: longest wait (seconds) between two steps
IDLE_SECONDS = 1.0
#: sites listed at once
MAX_LISTS = 8
#: long tasks for which one list stands
MAX_ROWS = 1_000
#: a list may come so much later than it is due, and still stand for a look
LATE = timedelta(seconds=2)
#: before a site is listed that may not be asked now
ASK_AGAIN_AFTER = timedelta(seconds=15)


@dataclass(kw_only=True)
class SiteLister:
    """Lists watched sites. Two loops drive it: `step` and `renew_step`, each returning the seconds to wait before the
    next."""

    poller: Poller
    accounts: Mapping[int, int]  #: by site id, the account that lists it
    #: set when a list has named something new
    watch_wake: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when a site may be due sooner than was known
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _worker: Worker[int] = field(init=False)
    now: Callable[[], datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.poller.now
        metrics = self.poller.metrics.work
        self._worker = Worker(table=site_lists, database=self.poller.database, now=self.now, metrics=metrics)

    async def step(self) -> float:
        """Claim the sites whose list is due, and list them."""
        now, database = self.now(), self.poller.database
        async with database.read() as connection:
            due_at = await listed_tasks.next_due(connection)
        if due_at is None:
            return IDLE_SECONDS
        free = MAX_LISTS - len(self._worker.held)
        if due_at > now or free <= 0:
            return min(max((due_at - now).total_seconds(), 0.05), IDLE_SECONDS)
        async with database.read() as connection:
            permitted = await permits(connection, self.poller.sites, now=now)
        claim_id = claims.new_claim_id()
        async with database.begin() as connection:
            site_ids = await listed_tasks.claim_due(connection, claim_id=claim_id, now=now, limit=free)
        open_sites = {permit.site_id: permit for permit in permitted if permit.breaker is Breaker.CLOSED}
        for site_id in site_ids:
            self._worker.hold(site_id, claim_id)
            self._worker.start(self._list(site_id, open_sites.get(site_id)), then_let_go=site_id)
        return IDLE_SECONDS

    async def _list(self, site_id: int, permit: Permit | None) -> None:
        account_id = self.accounts.get(site_id)
        credential = None
        if permit is not None and account_id is not None and permit.accounts([account_id]):
            credential = await self.poller.credentials.credential(account_id)
        if permit is None or account_id is None or credential is None:
            # Paused, down or refused: single looks find out when that is over.
            async with self.poller.database.begin() as connection:
                await listed_tasks.put_off(connection, site_id, due_at=self.now() + ASK_AGAIN_AFTER)
            return
        claim_id, rows = await self._claim_due(permit)
        try:
            result = await self.poller.confluence.running(
                self.poller.sites[site_id],
                credential,
                account_id=account_id,
                digests={row.remote_id: row.findings_digest for row in rows.values()},
            )
            if isinstance(result, Listed):
                await self._listed(permit, account_id, result, rows, claim_id=claim_id)
            else:
                await self._failed(site_id, account_id, result)
        except Exception:
            # A claim that is not let go would be renewed for ever, and nobody would look.
            await self._give_back(rows, claim_id)
            raise
        await self._give_back(rows, claim_id)

    async def _claim_due(self, permit: Permit) -> tuple[str, dict[int, DueRow]]:
        """Claim the long tasks of a site that would be looked at before the next list; by id."""
        claim_id, now, looks = claims.new_claim_id(), self.now(), self.poller.looker.worker
        async with self.poller.database.begin() as connection:
            rows = await due_long_tasks.claim(
                connection,
                claim_id=claim_id,
                site_id=permit.site_id,
                limit=MAX_ROWS,
                now=now,
                excluded_accounts=permit.excluded,
                but=list(looks.held),
                due_by=now + BUSY_INTERVAL + LATE,
            )
        for row in rows:
            looks.hold(row.id, claim_id)
        return claim_id, {row.id: row for row in rows}

    async def _listed(
        self, permit: Permit, account_id: int, listed: Listed, rows: dict[int, DueRow], *, claim_id: str
    ) -> None:
        """Write down a list, and take from `rows` what it stands for or what is looked at by itself."""
        now, site_id = self.now(), permit.site_id
        is_busy = any(_runs(seen) for seen in listed.found)
        due_at = next_list(now, is_busy=is_busy, failures=0, bounds=self.poller.bounds, jitter=self.poller.jitter())
        async with self.poller.database.begin() as connection:
            await listed_tasks.begin_listing(connection, site_id, now=now)
            failures = await listed_tasks.failures(connection, site_id)
            new = await listed_tasks.record(connection, site_id, listed.snapshots, now=now, due_at=due_at)
        if failures:
            _log.info("site_is_listed_again", site=site_id)
        if new:
            self.watch_wake.set()
        named = {(seen.snapshot.remote_id or "").casefold(): seen for seen in listed.found}
        for row in list(rows.values()):
            seen = named.get(row.remote_id.casefold())
            if seen is not None:
                del rows[row.id]
                look = FinishedLook(
                    long_task_id=row.id,
                    claim_id=claim_id,
                    site_id=site_id,
                    account_id=account_id,
                    result=seen,
                    next_list_at=due_at + LATE,
                )
                self.poller.looker.take(look, lateness=max(now - row.due_at, timedelta(0)))
        await self._look_alone(rows, permit, claim_id=claim_id)

    async def _look_alone(self, absent: dict[int, DueRow], permit: Permit, *, claim_id: str) -> None:
        """Look at what is due of what the list does not name: being absent alone never means that one has ended."""
        now, looker = self.now(), self.poller.looker
        free = max(self.poller.max_looks - looker.looks[permit.site_id], 0)
        due = [row for row in absent.values() if row.due_at <= now][:free]
        if not due:
            return
        doubted_since = now - REFUSAL_CONFIRMED_AFTER
        async with self.poller.database.read() as connection:
            viewers = await accounts.viewers_of(connection, [row.id for row in due], doubted_since=doubted_since)
        for row in due:
            del absent[row.id]
            looker.start(row, viewers.get(row.id, ()), claim_id=claim_id, permit=permit)

    async def _give_back(self, rows: Collection[int], claim_id: str) -> None:
        """No list has answered for these: each long task is looked at by itself once it is due."""
        if not rows:
            return
        for long_task_id in rows:
            self.poller.looker.worker.let_go(long_task_id)
        async with self.poller.database.begin() as connection:
            await claims.release(connection, long_tasks, [(long_task_id, claim_id) for long_task_id in rows])

    async def _failed(self, site_id: int, account_id: int, result: ListResult) -> None:
        now = self.now()
        async with self.poller.database.begin() as connection:
            pause = await _keep_pause(connection, site_id, account_id, result, now=now)
            failures = await listed_tasks.failures(connection, site_id)
            due_at = next_list(
                now,
                is_busy=False,
                failures=failures + 1,
                bounds=self.poller.bounds,
                jitter=self.poller.jitter(),
                pause=pause,
            )
            await listed_tasks.failed(connection, site_id, due_at=due_at)
        if not failures:
            _log.warning("site_not_listed", site=site_id, result=type(result).__name__, reason=_reason(result))

    async def renew_step(self) -> float:
        """Renew the claims on the sites that are being listed."""
        await self._worker.renew()
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every list under way is written down."""
        await self._worker.settle()

    async def stop(self, *, within: timedelta) -> None:
        """Finish the lists under way, as far as the time allows, and give the claims back."""
        try:
            await self._worker.stop(within=within)
        except DatabaseAway as error:
            _log.warning("lists_abandoned", error=type(error).__name__)


def _runs(seen: Seen) -> bool:
    """Whether a listed long task still runs, as far as one list shows: Data Center lists ended ones as well."""
    snapshot = seen.snapshot
    return snapshot.finished is False or (snapshot.finished is None and snapshot.percent != 100)


async def _keep_pause(
    connection: Connection, site_id: int, account_id: int, result: ListResult, *, now: datetime
) -> timedelta | None:
    """Let everything pause that Confluence asks to; how long that is."""
    if not isinstance(result, RateLimited):
        return None
    pause = pause_of(result, now=now)
    scope = pauses.confluence_scope(pause.scope, site_id=site_id, account_id=account_id)
    await pauses.pause(connection, scope, until=pause.until, reason=pause.reason)
    return pause.until - now


def _reason(result: ListResult) -> str:
    match result:
        case AccessDenied(status=status, why=why):
            return f"status {status}" if why is None else why.value
        case Misconfigured(status=status):
            return f"status {status}"
        case RateLimited(reason=reason):
            return reason or "status 429"
        case Unavailable(reason=reason) | Unreadable(reason=reason):
            return reason
        case Listed():
            return ""
        case _:
            assert_never(result)
