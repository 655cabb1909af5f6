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
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

#: pages that `optimize` gives back at once (4 MB), so that nobody waits long for it
PAGES_AT_ONCE = 1_000


#: what callers pass from one query to the next
Connection = AsyncConnection


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class DatabaseInUse(DatabaseError):
    """Another process holds this SQLite file."""


class DatabaseAway(Exception):
    """The database is away, locked or full: nothing was written, and the same call may succeed later."""


#: what SQLite answers to a statement that is wrong, and to the reader where it writes
#: (https://www.sqlite.org/rescode.html)
_MISTAKES = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY)


@contextmanager
def _translated() -> Iterator[None]:
    """Translate what the driver raises while the database is away; errors in a statement stay as they are.

    Raises DatabaseAway.
    """
    try:
        yield
    except (PoolTimeout, ConnectionError) as error:
        raise DatabaseAway(type(error).__name__) from error
    except (InterfaceError, OperationalError) as error:
        if isinstance(error.orig, sqlite3.InterfaceError) or _sqlite_code(error) in _MISTAKES:
            raise
        raise DatabaseAway(type(error.orig).__name__) from error


def _sqlite_code(error: DBAPIError) -> int | None:
    """SQLite's primary result code; none where the error is not SQLite's own."""
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


@dataclass(kw_only=True)
class Database:
    """The database: `begin` to write, `read` only to read."""

    writer: AsyncEngine
    reader: AsyncEngine
    lock: int | None = field(default=None, repr=False)  #: held for as long as the process lives (SQLite only)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, which one process uses."""
        return self.writer.dialect.name == "sqlite"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end, rolled back by an exception. Raises DatabaseAway."""
        with _translated():
            async with self.writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def begin_migrating(self) -> AsyncIterator[AsyncConnection]:
        """One transaction in which tables may be altered.

        SQLite alters a table by copying it and dropping the old one, which would drop every row that belongs to it:
        foreign keys are off meanwhile, and checked at the end (https://www.sqlite.org/lang_altertable.html#otheralter).
        Raises DatabaseAway, and DatabaseError if a row would belong to no row afterwards.
        """
        with _translated():
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

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One reading transaction. Raises DatabaseAway."""
        with _translated():
            async with self.reader.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close every connection and release the file lock."""
        await self.reader.dispose()
        await self.writer.dispose()
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def open_database(url: str) -> Database:
    """Make the engines for a database URL (as `bot.db.url` writes it); no connection is made yet.

    Raises DatabaseInUse if another process holds the same SQLite file, DatabaseError if its folder
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
    _hide_rows(engine)
    return Database(writer=engine, reader=engine)


def _hide_rows(engine: AsyncEngine) -> None:
    """Postgres adds the row that it refused to its message: only the first line is kept."""

    @event.listens_for(engine.sync_engine, "handle_error")
    def shorten(context: ExceptionContext) -> None:
        primary = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
        if primary:
            context.original_exception.args = (primary,)
            if context.sqlalchemy_exception is not None:
                context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {primary}",)


def _open_sqlite(url: URL) -> Database:
    lock = _lock(Path(url.database)) if url.database and url.database != ":memory:" else None
    writer = create_async_engine(url, hide_parameters=True, pool_size=1, max_overflow=0, pool_timeout=5)
    _prepare(writer, begin="BEGIN IMMEDIATE")
    reader = create_async_engine(url, hide_parameters=True, pool_size=2, max_overflow=2, pool_timeout=5)
    _prepare(reader, begin="BEGIN", query_only=True)
    return Database(writer=writer, reader=reader, lock=lock)


def _lock(path: Path) -> int:
    """Lock the database's companion file; the kernel releases it when the process dies."""
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
        pragmas = ["busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"]
        cursor.execute("PRAGMA page_count")
        if cursor.fetchone() == (0,):
            # A new file can give pages back only if this is set before anything is written to it, the journal's
            # mode included (https://www.sqlite.org/pragma.html#pragma_auto_vacuum).
            pragmas.insert(1, "auto_vacuum=INCREMENTAL")
        if query_only:
            pragmas.append("query_only=ON")
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


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
