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


#: transactions of a part for which somebody waits that may wait for the one connection, instead of one
_PLACES_IN_FRONT = 1_000


class OneConnection:
    """The one connection there is, which goes from part to part in the order they came.

    A part that goes first waits for two transactions of others at most: the one that runs, and the one that is next.
    """

    def __init__(self) -> None:
        self._line = asyncio.Lock()
        self._connection = asyncio.Lock()

    async def acquire(self, *, goes_first: bool) -> None:
        """Wait for the connection."""
        if goes_first:
            await self._connection.acquire()
            return
        async with self._line:
            await self._connection.acquire()

    def release(self) -> None:
        """Pass the connection on."""
        self._connection.release()


class Turns:
    """One part's turns: so many transactions of it at a time, the first come first.

    `shared`: the one connection, if there is only one. `goes_first`: somebody waits for what this part writes.
    """

    def __init__(self, places: int, shared: OneConnection | None = None, *, goes_first: bool = False) -> None:
        self._places = places
        self._own = asyncio.Semaphore(_PLACES_IN_FRONT if shared is not None and goes_first else places)
        self._shared = shared
        self._goes_first = goes_first

    def of_another_part(self, *, goes_first: bool = False) -> "Turns":
        """The turns of one more part, at the same connections."""
        return Turns(self._places, self._shared, goes_first=goes_first)

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
                await self._shared.acquire(goes_first=self._goes_first)
            except BaseException:
                self._own.release()
                raise
