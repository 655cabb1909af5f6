"""Open a SQLite file: one process at a time, its files readable by their owner alone, one writer and some readers."""

import fcntl
import os
import stat
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db import sqlite_driver
from bot.db.errors import DatabaseError, DatabaseInUse

#: of a file that its owner alone may read and write
_PRIVATE = 0o600
#: connections that only read
READERS = 4
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def files_of(path: Path) -> list[Path]:
    """The files that hold a database: its own, those SQLite keeps beside it, and the one that is locked."""
    return [path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal", ".lock"))]


def readable_by_others(path: Path) -> bool:
    """Whether others than its owner may read or write a file that exists."""
    return path.exists() and bool(path.stat().st_mode & _OTHERS)


def prepare_files(path: Path) -> int:
    """Create the file, take its lock and keep others from reading it; returns the lock's descriptor.

    The kernel releases the lock when the process dies. SQLite gives the files beside a database the same permissions
    (https://www.sqlite.org/src/file?name=src/os_unix.c, findCreateFileMode), so the first file is created here.
    Raises DatabaseInUse if another process holds the lock, DatabaseError if the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise DatabaseError(f"{path} is a folder: name a file in DATABASE_URL.")
        lock_file = path.with_name(path.name + ".lock")
        create_private(lock_file)
        lock = os.open(lock_file, os.O_RDWR)
    except OSError as error:
        raise DatabaseError(
            f"The folder of the SQLite file {path} cannot be written to ({error.strerror}): make it writable, or "
            "change DATABASE_URL."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        create_private(path)
    except BlockingIOError as error:
        os.close(lock)
        raise DatabaseInUse(
            f"Another process is already using the SQLite file {path}: stop it first, or set DATABASE_URL to a "
            "Postgres database, which several processes can share."
        ) from error
    except OSError as error:
        os.close(lock)
        raise DatabaseError(f"The SQLite file {path} cannot be created or locked ({error.strerror}).") from error
    for each in files_of(path):
        _make_private(each)
    return lock


def create_private(path: Path) -> bool:
    """Create an empty file that its owner alone may read, whatever the umask; false if it is there, which then stays
    as it is. Raises OSError if it cannot be created."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE)
    except FileExistsError:
        return False
    try:
        os.fchmod(handle, _PRIVATE)
    finally:
        os.close(handle)
    return True


def _make_private(path: Path) -> None:
    """Take the rights of others on a file away; on somebody else's file doctor points to them instead."""
    try:
        if readable_by_others(path):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
    except OSError:
        return


def open_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """The engine that writes, with one connection, and the one that only reads."""
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_timeout": 5,
        "connect_args": {"async_creator_fn": sqlite_driver.connect},
    }
    writer = create_async_engine(url, pool_size=1, max_overflow=0, **options)
    _prepare(writer, begin="BEGIN IMMEDIATE")
    reader = create_async_engine(url, pool_size=READERS // 2, max_overflow=READERS // 2, **options)
    _prepare(reader, begin="BEGIN", query_only=True)
    return writer, reader


def _prepare(engine: AsyncEngine, *, begin: str, query_only: bool = False) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: Any, _record: object) -> None:
        # SQLAlchemy begins transactions, not the driver, whose way loses updates
        # (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl).
        dbapi_connection.isolation_level = None
        try:
            _set_pragmas(dbapi_connection.cursor(), query_only=query_only)
        except Exception:
            # The pool forgets a connection that cannot be prepared, and the driver has a thread for each.
            dbapi_connection.close()
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.connection.driver_connection.begin_with(begin)


def _set_pragmas(cursor: Any, *, query_only: bool) -> None:
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
