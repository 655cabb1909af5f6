"""Open the database: one writer and one reader on SQLite, a pool on Postgres."""

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.db import sqlite
from bot.db.errors import DatabaseAway, DatabaseError, DatabaseInUse, TakesNoWrites, translated
from bot.db.turns import OneConnection, Turns
from bot.db.url import DatabaseAddress
from bot.metrics.database import Access, DatabaseMetrics

__all__ = [
    "Connection",
    "Database",
    "DatabaseAway",
    "DatabaseError",
    "DatabaseInUse",
    "TakesNoWrites",
    "database_now",
    "open_database",
    "open_to_read",
    "optimize",
    "ping",
    "refuse_missing",
]

#: pages that `optimize` gives back at once (4 MB), so that nobody waits long for it
PAGES_AT_ONCE = 1_000
#: to Postgres, of each process; one part of the bot writes on half of them at most, and reads on half
CONNECTIONS = 10


#: what callers pass from one query to the next
Connection = AsyncConnection


@dataclass(kw_only=True)
class Database:
    """The database: `begin` to write, `read` only to read."""

    writer: AsyncEngine
    reader: AsyncEngine
    writing: Turns
    reading: Turns
    metrics: DatabaseMetrics | None = None
    lock: int | None = field(default=None, repr=False)  #: held for as long as the process lives (SQLite only)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, which one process uses."""
        return self.writer.dialect.name == "sqlite"

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction, committed at the end, rolled back by an exception. Raises DatabaseAway and TakesNoWrites."""
        return self._transaction(Access.WRITE, self.writing, self.writer)

    @asynccontextmanager
    async def begin_migrating(self) -> AsyncIterator[AsyncConnection]:
        """One transaction in which tables may be altered.

        SQLite alters a table by copying it and dropping the old one, which would drop every row that belongs to it:
        foreign keys are off meanwhile, and checked at the end (https://www.sqlite.org/lang_altertable.html#otheralter).
        Raises DatabaseAway and TakesNoWrites, and DatabaseError if a row would belong to no row afterwards.
        """
        with translated():
            async with self.writer.connect() as connection:
                await self._foreign_keys(connection, "OFF")
                try:
                    async with connection.begin():
                        yield connection
                        if self.is_sqlite and (await connection.execute(text("PRAGMA foreign_key_check"))).first():
                            raise DatabaseError("A migration would leave rows behind that belong to nothing.")
                finally:
                    await self._foreign_keys(connection, "ON")

    async def _foreign_keys(self, connection: AsyncConnection, state: str) -> None:
        if self.is_sqlite:
            # The driver's own connection: within a transaction, which SQLAlchemy would begin, this does nothing.
            await (await _driver(connection)).execute_fetchall(f"PRAGMA foreign_keys={state}")

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One reading transaction. Raises DatabaseAway."""
        return self._transaction(Access.READ, self.reading, self.reader)

    @asynccontextmanager
    async def _transaction(self, access: Access, turns: Turns, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """One transaction, whose times and failures are counted."""
        metrics = self.metrics
        asked, began = 0.0 if metrics is None else metrics.clock(), None
        try:
            with translated(only_reads=access is Access.READ and self.is_sqlite):
                async with turns.turn():
                    began = asked if metrics is None else metrics.clock()
                    async with engine.begin() as connection:
                        yield connection
        except DatabaseAway as error:
            if metrics is not None:
                metrics.failed(takes_no_writes=isinstance(error, TakesNoWrites))
            raise
        finally:
            if metrics is not None:
                ended = metrics.clock()
                metrics.waited(access, (ended if began is None else began) - asked)
                if began is not None:
                    metrics.took(access, ended - began)

    def share(self, *, goes_first: bool = False) -> "Database":
        """The same database for another part of the bot, whose transactions take turns with those of the others.

        `goes_first`: somebody waits for what the part writes, so on SQLite it is let in front.
        """
        writing = self.writing.of_another_part(goes_first=goes_first)
        return replace(self, writing=writing, reading=self.reading.of_another_part())

    async def close(self) -> None:
        """Close every connection and release the file lock."""
        await self.reader.dispose()
        await self.writer.dispose()
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def open_database(address: DatabaseAddress, metrics: DatabaseMetrics | None = None) -> Database:
    """Make the engines for a database; no connection is made yet, but a SQLite file is created.

    Transactions are counted in `metrics`.

    Raises DatabaseInUse if another process holds the same SQLite file, DatabaseError if its folder
    cannot be written to.
    """
    if address.file is not None:
        lock = sqlite.prepare_files(address.file)
        writer, reader = sqlite.open_engines(address.url)
        writing, reading = Turns(1, shared=OneConnection()), Turns(sqlite.READERS // 2)
        return Database(writer=writer, reader=reader, writing=writing, reading=reading, metrics=metrics, lock=lock)
    engine = create_async_engine(
        address.url,
        # An error's text must not hold what was written.
        hide_parameters=True,
        # Poolers in transaction mode lose prepared statements; None never makes one
        # (https://www.psycopg.org/psycopg3/docs/advanced/prepare.html).
        connect_args={"prepare_threshold": None, "connect_timeout": 5},
        pool_size=CONNECTIONS // 2,
        max_overflow=CONNECTIONS // 2,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=300,
    )
    _hide_rows(engine)
    writing, reading = Turns(CONNECTIONS // 2), Turns(CONNECTIONS // 2)
    return Database(writer=engine, reader=engine, writing=writing, reading=reading, metrics=metrics)


def open_to_read(address: DatabaseAddress) -> Database:
    """Open a database that is only read; a SQLite file may be used by another process meanwhile.

    Raises DatabaseError if there is no such file.
    """
    if address.file is None:
        return open_database(address)
    refuse_missing(address)
    writer, reader = sqlite.open_engines(address.url)
    return Database(writer=writer, reader=reader, writing=Turns(1), reading=Turns(sqlite.READERS // 2))


def refuse_missing(address: DatabaseAddress) -> None:
    """Raises DatabaseError where there is no SQLite file: opening it would create one."""
    if address.file is not None and not address.file.is_file():
        raise DatabaseError(f"There is no SQLite file {address.file}: set DATABASE_URL to the one that the bot uses.")


def _hide_rows(engine: AsyncEngine) -> None:
    """Postgres adds the row that it refused to its message: only the first line is kept."""

    @event.listens_for(engine.sync_engine, "handle_error")
    def shorten(context: ExceptionContext) -> None:
        primary = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
        if primary:
            context.original_exception.args = (primary,)
            if context.sqlalchemy_exception is not None:
                context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {primary}",)


async def _driver(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


async def database_now(connection: AsyncConnection, *, fallback: datetime) -> datetime:
    """The database's clock (UTC), by which leases are judged between processes.

    On SQLite there is one process, so `fallback`, its own clock, is that clock.
    """
    if connection.dialect.name == "sqlite":
        return fallback
    now: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now


async def ping(database: Database) -> str | None:
    """Why the database cannot be read; None if it can."""
    try:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
    except (DBAPIError, DatabaseAway) as error:
        return str(error) if isinstance(error, DatabaseAway) else type(error).__name__
    return None


async def optimize(database: Database) -> None:
    """Bring SQLite's statistics up to date and give freed pages back, a few at a time.

    Nothing on Postgres: its autovacuum does both as rows change. Nor is a fill factor set: the write of a look changes
    an indexed column (`due_at`), so that free room in its page would not spare it the index
    (https://www.postgresql.org/docs/current/storage-hot.html). Source for SQLite:
    https://www.sqlite.org/pragma.html#pragma_optimize.
    """
    if database.is_sqlite:
        async with database.begin() as connection:
            await connection.execute(text("PRAGMA optimize"))
            free: int = (await connection.execute(text("PRAGMA freelist_count"))).scalar_one()
            # Given several pages to free, the driver of some Python versions stops after the first.
            for _ in range(min(free, PAGES_AT_ONCE)):
                await connection.execute(text("PRAGMA incremental_vacuum(1)"))
