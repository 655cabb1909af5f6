"""The few words in which SQLite and Postgres differ."""

from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.engine import Connection


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT; both dialects' have the same methods, but no common type."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


async def limit_statements(connection: Connection, *, seconds: float) -> None:
    """Let each further statement of the transaction, its commit included, take at most so many seconds.

    On SQLite nothing waits once the transaction is begun: it holds the lock of the file.
    """
    if connection.dialect.name == "postgresql":
        limit = select(func.set_config("statement_timeout", str(max(1, int(seconds * 1000))), True))
        await connection.execute(limit)
