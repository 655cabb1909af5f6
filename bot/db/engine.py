"""Open the database: one writer and one reader on SQLite, a pool on Postgres."""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class DatabaseInUse(DatabaseError):
    """Another process holds this SQLite file."""


class DatabaseAway(Exception):
    """The database is away, locked or full: nothing was written, and the same may succeed later."""


@contextmanager
def _translated() -> Iterator[None]:
    """What the driver raises while the database is away, under one name; mistakes in a statement stay what they are.

    Raises DatabaseAway.
    """
    try:
        yield
    except (InterfaceError, PoolTimeout, ConnectionError) as error:
        raise DatabaseAway(type(error).__name__) from error
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            raise
        raise DatabaseAway(type(error.orig).__name__) from error


@dataclass(kw_only=True)
class Database:
    """Where everything is remembered. `begin` for what writes, `read` for what only reads."""

    writer: AsyncEngine
    reader: AsyncEngine
    #: held for as long as the process lives (SQLite only)
    lock: int | None = field(default=None, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the one-process database."""
        return self.writer.dialect.name == "sqlite"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end, rolled back by an exception. Raises DatabaseAway."""
        with _translated():
            async with self.writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One reading transaction. Raises DatabaseAway."""
        with _translated():
            async with self.reader.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close every connection and let go of the file."""
        await self.reader.dispose()
        await self.writer.dispose()
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def open_database(url: str) -> Database:
    """Make the engines for a database URL (as `bot.db.url` writes it); no connection is made yet.

    Raises DatabaseInUse where another process holds the same SQLite file, DatabaseError where its folder
    cannot be written to.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    engine = create_async_engine(
        parsed,
        # An error's text must not hold what was written.
        hide_parameters=True,
        # Poolers in transaction mode lose prepared statements; None never makes one
        # (https://www.psycopg.org/psycopg3/docs/advanced/prepare.html).
        connect_args={"prepare_threshold": None, "connect_timeout": 5},
        pool_size=5,
        max_overflow=5,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=300,
    )
    return Database(writer=engine, reader=engine)


def _open_sqlite(url: URL) -> Database:
    lock = _hold(Path(url.database)) if url.database and url.database != ":memory:" else None
    writer = create_async_engine(url, hide_parameters=True, pool_size=1, max_overflow=0, pool_timeout=5)
    _prepare(writer, begin="BEGIN IMMEDIATE")
    reader = create_async_engine(url, hide_parameters=True, pool_size=2, max_overflow=2, pool_timeout=5)
    _prepare(reader, begin="BEGIN", query_only=True)
    return Database(writer=writer, reader=reader, lock=lock)


def _hold(path: Path) -> int:
    """Lock the database's companion file; the kernel lets go of it when the process dies."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise DatabaseError(
            f"The folder of the SQLite file {path} cannot be written to ({error.strerror}): make it writable, or "
            "change DATABASE_URL."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise DatabaseInUse(
            f"Another process is already using the SQLite file {path}: stop it first, or set DATABASE_URL to a "
            "Postgres database, which several processes can share."
        ) from error
    return handle


def _prepare(engine: AsyncEngine, *, begin: str, query_only: bool = False) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: Any, _record: object) -> None:
        # SQLAlchemy begins transactions, not the driver, whose way loses updates
        # (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl).
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        pragmas = ["journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"]
        if query_only:
            pragmas.append("query_only=ON")
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


async def database_now(connection: AsyncConnection, *, fallback: datetime) -> datetime:
    """The database's clock (UTC), by which leases are judged between processes.

    On SQLite there is one process, so `fallback`, its own clock, is that clock.
    """
    if connection.dialect.name == "sqlite":
        return fallback
    now: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now


async def ping(database: Database) -> str | None:
    """Why the database cannot be read, in a word; None where it can."""
    try:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
    except (DBAPIError, DatabaseAway) as error:
        return str(error) if isinstance(error, DatabaseAway) else type(error).__name__
    return None


async def optimize(database: Database) -> None:
    """Bring SQLite's statistics up to date and give freed pages back; Postgres does so by itself.

    Source: https://www.sqlite.org/pragma.html#pragma_optimize.
    """
    if database.is_sqlite:
        async with database.begin() as connection:
            await connection.execute(text("PRAGMA optimize"))
            await connection.execute(text("PRAGMA incremental_vacuum(1000)"))
