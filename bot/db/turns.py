"""Let the parts of the bot take turns at the connections of a database.

A pool gives a freed connection to the task that asks first, so a part with a hundred transactions to run would keep the
others waiting for all of them, or for longer: asyncio's queue, which SQLAlchemy's pool is made of, sends a waiter that
finds the queue empty again to the end of the line.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.db.errors import DatabaseAway

#: as long as a pool waits for a connection
WAIT_SECONDS = 5.0


class Turns:
    """One part's turns: so many transactions of it at a time, the first come first.

    `shared`: the lock of the one connection there is, which goes from part to part.
    """

    def __init__(self, places: int, shared: asyncio.Lock | None = None) -> None:
        self._places = places
        self._own = asyncio.Semaphore(places)
        self._shared = shared

    def of_another_part(self) -> "Turns":
        """The turns of one more part, at the same connections."""
        return Turns(self._places, self._shared)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and keep it until the end of the context. Raises DatabaseAway after `WAIT_SECONDS`."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._enter()
        except TimeoutError as error:
            raise DatabaseAway("its connections are busy") from error
        try:
            yield
        finally:
            self._own.release()
            if self._shared is not None:
                self._shared.release()

    async def _enter(self) -> None:
        await self._own.acquire()
        if self._shared is not None:
            try:
                await self._shared.acquire()
            except BaseException:
                self._own.release()
                raise
