"""Read what only the database knows for the metrics, when they are asked for."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.db import stored_figures
from bot.db.engine import Database
from bot.metrics.stored import StoredMetrics

_log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class StoredFigures:
    """What was last read. Every process that is asked reads the same."""

    database: Database
    metrics: StoredMetrics
    now: Callable[[], datetime]
    #: the sites that are looked at
    site_ids: Sequence[int]
    #: for so long it is not read again, however often it is asked for
    fresh_for: timedelta = timedelta(seconds=15)
    #: seconds that an answer waits for it
    wait: float = 2.0
    _asked_at: datetime | None = None
    _reading: asyncio.Task[None] | None = field(default=None, repr=False)

    async def refresh(self) -> None:
        """Read what the database holds, unless that is known. If it takes too long, nothing is shown of it."""
        if self._reading is None or (self._reading.done() and not self._is_fresh()):
            self._asked_at = self.now()
            self._reading = asyncio.create_task(self._read(self._asked_at))
        # Not cancelled if it takes longer: the connection would have to be made again.
        done, _ = await asyncio.wait({self._reading}, timeout=self.wait)
        if not done:
            self.metrics.show(None)

    def _is_fresh(self) -> bool:
        # A clock may be set back.
        return self._asked_at is not None and timedelta(0) <= self.now() - self._asked_at < self.fresh_for

    async def _read(self, at: datetime) -> None:
        try:
            async with self.database.read() as connection:
                found = await stored_figures.read(connection, site_ids=self.site_ids, now=at)
        except Exception as error:  # noqa: BLE001 -- whatever it was, the other metrics are shown
            _log.warning("stored_figures_not_read", error=type(error).__name__)
            self.metrics.show(None)
        else:
            self.metrics.show(found)

    async def stop(self) -> None:
        """End a read that is under way."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
