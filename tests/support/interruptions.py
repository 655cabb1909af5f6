"""Hold or cancel a task where a call of Slack or a transaction begins or ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from bot.db.engine import Connection, Database, DatabaseAway


def connections(database: Database) -> dict[str, Any]:
    """What another database object needs to use the connections of this one."""
    return {name: getattr(database, name) for name in ("writer", "reader", "writing", "reading")}


@dataclass(kw_only=True)
class Gate:
    """Holds every call that posts or edits until it is opened; a middleware of an aiohttp session."""

    #: set once a call waits
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Wait, then make the call."""
        if request.method == "GET":
            return await handler(request)
        self.reached.set()
        await self.opened.wait()
        return await handler(request)


@dataclass(kw_only=True)
class Interruption:
    """Cancels the running task at one of the points where a call or a transaction begins or ends.

    A middleware of an aiohttp session, with a point before each call and one after it.
    """

    #: points still to be passed, the one at which the task is cancelled included
    left: int
    done: bool = False

    async def pass_point(self) -> None:
        """Pass one point."""
        self.left -= 1
        task = asyncio.current_task()
        if self.left == 0 and task is not None:
            self.done = True
            task.cancel()
        await asyncio.sleep(0)

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Make the call."""
        await self.pass_point()
        response = await handler(request)
        try:
            await self.pass_point()
        except asyncio.CancelledError:
            response.close()
            raise
        return response


@dataclass(kw_only=True)
class InterruptedDatabase(Database):
    """A database with a point before each transaction, one before its commit, and one after it."""

    interruption: Interruption

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        """One transaction."""
        await self.interruption.pass_point()
        async with super().begin() as connection:
            yield connection
            await self.interruption.pass_point()
        await self.interruption.pass_point()


@dataclass(kw_only=True)
class UnwritableDatabase(Database):
    """A database that can be read, and written to only while it is not away."""

    away: bool = False

    def share(self, *, goes_first: bool = False) -> Self:
        """The same database, so that what happens in one part holds for all."""
        del goes_first
        return self

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        """One transaction. Raises DatabaseAway."""
        if self.away:
            raise DatabaseAway("in this test")
        async with super().begin() as connection:
            yield connection


@dataclass(kw_only=True)
class UnansweringDatabase(Database):
    """A database whose commits are carried out, and whose answers to some of them are lost."""

    #: how many of the next commits are not answered
    lost: int = 0

    def share(self, *, goes_first: bool = False) -> Self:
        """The same database, so that what happens in one part holds for all."""
        del goes_first
        return self

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        """One transaction. Raises DatabaseAway after its commit."""
        async with super().begin() as connection:
            yield connection
        if self.lost:
            self.lost -= 1
            raise DatabaseAway("in this test")
