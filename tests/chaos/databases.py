"""The bot's database, as somebody else sees it: takes it away for a while, and looks what is left to do."""

import asyncio
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

#: bytes of the file system that the SQLite file lies on
DISK = 24 * 2**20
#: what is still to be done, in words, and how many
LEFT = {
    "threads that have not ended": "SELECT count(*) FROM subscriptions WHERE state IN ('starting', 'following')",
    "notices untold": "SELECT count(*) FROM notices WHERE state IN ('planned', 'sending')",
    "cards out of date": "SELECT count(*) FROM subscriptions WHERE card_dirty_since IS NOT NULL",
    "edits whose end was not seen": "SELECT count(*) FROM subscriptions WHERE card_editing",
    "roots out of date": "SELECT count(*) FROM subscriptions WHERE root_outcome <> outcome",
    "commands unanswered": "SELECT count(*) FROM commands WHERE answered_at IS NULL",
}
_TABLES = ("notices", "subscriptions", "long_tasks", "workspaces", "commands")


class Database(Protocol):
    """What a run does with it."""

    url: str
    kind: str

    async def lock(self, seconds: float, table: str) -> None: ...
    async def fill(self, seconds: float) -> None: ...
    async def cut(self) -> None: ...
    async def left(self) -> dict[str, int]: ...
    def close(self) -> None: ...


@dataclass(kw_only=True)
class Sqlite:
    """A file, on a small disk of its own where one may be mounted."""

    folder: Path
    #: bounds the files of the bot, where no disk may be mounted
    bound_files: Callable[[int | None], None]
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

    async def lock(self, seconds: float, table: str) -> None:  # noqa: ARG002 -- the whole file is locked
        """Another writer."""
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
        """No room is left, not even in the log that was written before."""
        if not self.mounted:
            self.bound_files(1)
            await asyncio.sleep(seconds)
            self.bound_files(None)
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
        """There are no connections to cut."""

    async def left(self) -> dict[str, int]:
        """What is still to be done."""
        return await asyncio.to_thread(self._left)

    def _left(self) -> dict[str, int]:
        other = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5.0)
        try:
            return {name: other.execute(query).fetchone()[0] for name, query in LEFT.items()}
        finally:
            other.close()

    def close(self) -> None:
        """Take the disk away."""
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)  # noqa: S603, S607 -- fixed words


def _fill(path: Path) -> None:
    chunk = b"\0" * 4096
    with suppress(OSError), path.open("ab", buffering=0) as filler:
        while True:
            filler.write(chunk)


@dataclass(kw_only=True)
class Postgres:
    """A database of its own on a server."""

    server: str
    name: str
    kind: str = "postgres"

    def __post_init__(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self.name}"')
        head, _, query = self.server.partition("?")
        self.url = f"{head.rpartition('/')[0]}/{self.name}" + (f"?{query}" if query else "")

    async def lock(self, seconds: float, table: str) -> None:
        """Another writer that has locked a whole table, or every row of the workspaces."""
        await asyncio.to_thread(self._lock, seconds, table)

    def _lock(self, seconds: float, table: str) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(self.url) as connection:
            connection.execute("SET lock_timeout = '5s'")
            if table in _TABLES:
                connection.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')
            else:
                connection.execute("SELECT team_id FROM workspaces FOR UPDATE")
            time.sleep(seconds)
            connection.rollback()

    async def fill(self, seconds: float) -> None:
        """The server's disk is left alone."""

    async def cut(self) -> None:
        """Every connection to the database is closed by the server."""
        await asyncio.to_thread(self._cut)

    def _cut(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [self.name],
            )

    async def left(self) -> dict[str, int]:
        """What is still to be done."""
        return await asyncio.to_thread(self._left)

    def _left(self) -> dict[str, int]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            found: dict[str, Any] = {name: connection.execute(query).fetchone() for name, query in LEFT.items()}
        return {name: row[0] for name, row in found.items()}

    def close(self) -> None:
        """Drop it."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


#: of another writer on Postgres: a table, or its rows
LOCKABLE = (*_TABLES, "rows of workspaces")
