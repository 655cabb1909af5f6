"""An aiosqlite connection that takes one turn of its thread per statement.

SQLAlchemy asks a driver for a cursor, to execute, to fetch and to close, and each is a turn of aiosqlite's thread:
about 50 µs of CPU, more than most statements take. Here a statement, its rows, and the BEGIN before a transaction's
first statement are one turn.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import aiosqlite


class Result(NamedTuple):
    """What a statement came to."""

    description: Any = None  #: the columns of the rows; None if the statement returns none
    rows: Sequence[Any] = ()
    rowcount: int = -1
    lastrowid: int | None = None


class Cursor(aiosqlite.Cursor):
    """A cursor whose statement is over once it has run: its rows are here, and nothing is left to close."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._result = Result()

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """The columns of the rows; None if the statement returns none."""
        return self._result.description

    @property
    def rowcount(self) -> int:
        """The number of rows that were changed; -1 if that is not known."""
        return self._result.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The id of the row that was inserted last."""
        return self._result.lastrowid

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        """Run a statement and fetch its rows."""
        self._result = await self._connection.run("execute", sql, () if parameters is None else parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Run a statement with each of some parameters."""
        self._result = await self._connection.run("executemany", sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows."""
        return list(self._result.rows)

    async def close(self) -> None:
        """Nothing is left to close."""


class Connection(aiosqlite.Connection):
    """A connection whose transaction begins with its first statement."""

    _begin: str | None = None
    _is_used: bool = False  #: whether there may be something to commit or to roll back

    def begin_with(self, statement: str) -> None:
        """Run this before the next statement."""
        self._begin, self._is_used = statement, False

    async def run(self, method: str, sql: str, parameters: Iterable[Any]) -> Result:
        """Run a statement in the connection's thread."""
        begin, self._begin, self._is_used = self._begin, None, True
        try:
            done: Result = await self._execute(self._run, begin, method, sql, parameters)  # type: ignore[no-untyped-call] # aiosqlite types it not
        except sqlite3.Error:
            if not self.in_transaction:
                # The transaction could not begin: the next statement would be outside it and commit by itself.
                self._begin = begin
            raise
        return done

    def _run(self, begin: str | None, method: str, sql: str, parameters: Iterable[Any]) -> Result:
        if begin is not None:
            self._conn.execute(begin)
        cursor = self._conn.cursor()
        try:
            getattr(cursor, method)(sql, parameters)
            rows = cursor.fetchall() if cursor.description else ()
            return Result(cursor.description, rows, cursor.rowcount, cursor.lastrowid)
        finally:
            # A statement that is not over keeps its transaction from being committed.
            cursor.close()

    def cursor(self) -> Any:
        """A cursor; nothing is run yet."""
        return Cursor(self)

    async def commit(self) -> None:
        """Commit what was begun."""
        self._begin = None
        if self._is_used:
            await super().commit()
            self._is_used = False

    async def rollback(self) -> None:
        """Roll back what was begun, after a statement that nobody waits for any more, too."""
        self._begin = None
        if self._is_used:
            await super().rollback()
            self._is_used = False


def connect(database: str, **options: Any) -> Connection:
    """A connection, made when it is awaited; the options are those of `sqlite3.connect`."""
    connection = Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    # A process that ends without closing it must not wait for its thread (as SQLAlchemy's dialect does).
    connection._thread.daemon = True
    return connection
