"""The bot's database from outside: make it unavailable for a while, and read it."""

import asyncio
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString, Protocol

import psycopg

#: bytes of the file system that holds the SQLite file
DISK = 24 * 2**20
#: what another writer locks on Postgres: a table, or the rows of one
TABLES = ("messages", "subscriptions", "long_tasks", "workspaces", "commands")
LOCKABLE = (*TABLES, "rows of workspaces")

DatabaseRow = tuple[Any, ...]


class BotDatabase(Protocol):
    """What a run does with the database of the bot."""

    url: str
    kind: str

    async def lock(self, seconds: float, what: str) -> None:
        """Hold a lock that keeps the bot from writing."""

    async def fill(self, seconds: float) -> None:
        """Leave no room on the disk."""

    async def cut(self) -> None:
        """Close every connection."""

    async def select(self, query: LiteralString) -> list[DatabaseRow]:
        """Run one query."""

    def close(self) -> None:
        """Remove the database."""


@dataclass(kw_only=True)
class SqliteFile:
    """A SQLite file, on a small disk of its own if one may be mounted."""

    folder: Path
    #: limits the files of the bot, if no disk may be mounted
    limit_files: Callable[[int | None], None]
    kind: str = "sqlite"
    mounted: bool = False
    _fillers: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(self.folder)]
        with suppress(OSError):
            self.mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0  # noqa: S603 -- fixed words
        self.path = self.folder / "longtask.db"
        self.url = f"sqlite+aiosqlite:///{self.path}"

    async def lock(self, seconds: float, what: str) -> None:  # noqa: ARG002 -- SQLite locks the whole file
        """Write from another connection for so long."""
        await asyncio.to_thread(self._lock, seconds)

    def _lock(self, seconds: float) -> None:
        with suppress(sqlite3.OperationalError):
            other = sqlite3.connect(self.path, timeout=5.0, isolation_level=None)
            try:
                other.execute("BEGIN IMMEDIATE")
                time.sleep(seconds)
                other.execute("ROLLBACK")
            finally:
                other.close()

    async def fill(self, seconds: float) -> None:
        """Leave no room on the disk for so long, not even in the log that was written before."""
        if not self.mounted:
            self.limit_files(1)
            await asyncio.sleep(seconds)
            self.limit_files(None)
            return
        self._fillers += 1
        filler = self.folder / f"filler{self._fillers}"
        await asyncio.to_thread(_fill, filler)
        await asyncio.to_thread(self._truncate_log)
        await asyncio.to_thread(_fill, filler)
        await asyncio.sleep(seconds)
        filler.unlink()

    def _truncate_log(self) -> None:
        with suppress(sqlite3.OperationalError):
            other = sqlite3.connect(self.path, timeout=1.0)
            try:
                other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                other.close()

    async def cut(self) -> None:
        """Do nothing: a file has no connections to close."""

    async def select(self, query: LiteralString) -> list[DatabaseRow]:
        """Run one query."""
        return await asyncio.to_thread(self._select, query)

    def _select(self, query: str) -> list[DatabaseRow]:
        other = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5.0)
        try:
            return other.execute(query).fetchall()
        finally:
            other.close()

    def close(self) -> None:
        """Unmount the disk."""
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)  # noqa: S603, S607 -- fixed words


def _fill(path: Path) -> None:
    chunk = b"\0" * 4096
    with suppress(OSError), path.open("ab", buffering=0) as filler:
        while True:
            filler.write(chunk)


@dataclass(kw_only=True)
class PostgresDatabase:
    """A new database on a Postgres server."""

    server: str
    name: str
    kind: str = "postgres"

    def __post_init__(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self.name}"')
        head, _, query = self.server.partition("?")
        self.url = f"{head.rpartition('/')[0]}/{self.name}" + (f"?{query}" if query else "")

    async def lock(self, seconds: float, what: str) -> None:
        """Lock one of LOCKABLE from another connection for so long."""
        await asyncio.to_thread(self._lock, seconds, what)

    def _lock(self, seconds: float, what: str) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(self.url) as connection:
            connection.execute("SET lock_timeout = '5s'")
            if what in TABLES:
                connection.execute(f'LOCK TABLE "{what}" IN ACCESS EXCLUSIVE MODE')
            else:
                connection.execute("SELECT team_id FROM workspaces FOR UPDATE")
            time.sleep(seconds)
            connection.rollback()

    async def fill(self, seconds: float) -> None:
        """Do nothing: the disk belongs to the server."""

    async def cut(self) -> None:
        """Let the server close every connection to the database."""
        await asyncio.to_thread(self._cut)

    def _cut(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [self.name],
            )

    async def select(self, query: LiteralString) -> list[DatabaseRow]:
        """Run one query."""
        return await asyncio.to_thread(self._select, query)

    def _select(self, query: LiteralString) -> list[DatabaseRow]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def close(self) -> None:
        """Drop the database."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
