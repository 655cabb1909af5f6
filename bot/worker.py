"""Hold claims on rows and work on them side by side: renew, settle, give back, stop."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog

from bot.db import claims
from bot.db.engine import Database, DatabaseAway
from bot.db.models import Claimable
from bot.metrics import WorkMetrics

_log = structlog.get_logger(__name__)

#: seconds that giving claims back may take; claims not given back run out
RELEASE_SECONDS = 2.0

#: the primary key of a claimed row
Key = TypeVar("Key", int, str)


@dataclass(kw_only=True)
class Worker(Generic[Key]):
    """The claims of one process on rows of one table, and the tasks that work on them.

    The caller claims rows with a query of `bot.db.claims` and passes them to `hold`; `start` runs the work.
    """

    table: Claimable
    database: Database
    now: Callable[[], datetime]
    metrics: WorkMetrics
    _claims: dict[Key, str] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    #: keys of claims that another process has now, and that are counted
    _lost: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.metrics.claims(self.table.name, self._claims.__len__)

    @property
    def held(self) -> Mapping[Key, str]:
        """Claim ids by row key."""
        return self._claims

    @property
    def is_busy(self) -> bool:
        """Whether a task is running."""
        return bool(self._tasks)

    def hold(self, key: Key, claim_id: str) -> None:
        """Keep a claim until it is let go; it is renewed meanwhile."""
        self._claims[key] = claim_id

    def let_go(self, key: Key) -> None:
        """Keep a claim no longer: its row was written, or another process has it."""
        self._claims.pop(key, None)
        self._lost.discard(key)

    def lose(self, key: Key) -> None:
        """Another process has a claim now: keep it no longer."""
        self._count_lost({key})
        self.let_go(key)

    def _count_lost(self, keys: Collection[Key]) -> None:
        """Count claims that another process has now, each once."""
        self.metrics.claims_lost(self.table.name, len(set(keys) - self._lost))
        self._lost.update(keys)

    def start(self, work: Coroutine[Any, Any, None], *, then_let_go: Key | None = None) -> None:
        """Run work as a task, and let a claim go once it is done.

        The claim of a task that is cancelled is kept until it is given back. A crash is logged.
        """
        task = asyncio.create_task(self._run(work, then_let_go))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, work: Coroutine[Any, Any, None], key: Key | None) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 -- one bad row must not stop the rest; its claim runs out
            _log.exception("work_crashed", table=self.table.name, key=key, work=getattr(work, "__qualname__", None))
            self.metrics.crashed(self.table.name)
        if key is not None:
            self.let_go(key)

    async def renew(self) -> frozenset[Key]:
        """Hold the claims for another lease; returns the keys of those that another process has now."""
        held = list(self._claims.items())
        if not held:
            return frozenset()
        async with self.database.begin() as connection:
            still = await claims.renew(connection, self.table, held, now=self.now())
        lost = frozenset(key for key, claim_id in held if key not in still and self._claims.get(key) == claim_id)
        self._count_lost(lost)
        return lost

    async def settle(self) -> None:
        """Wait until no task is running."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, *, within: timedelta) -> None:
        """Wait for the tasks, cancel those that take longer than `within`, and give every claim back."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within.total_seconds())
        await self.cancel()
        await self.give_back()

    async def cancel(self) -> None:
        """Cancel the tasks that are running."""
        running = set(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def give_back(self) -> None:
        """Give every claim back, so that other processes need not wait for the leases to end."""
        held = list(self._claims.items())
        if not held:
            return
        self._claims.clear()
        try:
            async with asyncio.timeout(RELEASE_SECONDS), self.database.begin() as connection:
                await claims.release(connection, self.table, held)
        except (TimeoutError, DatabaseAway) as error:
            _log.warning("claims_not_given_back", table=self.table.name, claims=len(held), error=type(error).__name__)
