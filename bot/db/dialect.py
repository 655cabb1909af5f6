"""The few words in which SQLite and Postgres differ."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.engine import Connection


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT; both dialects' have the same methods, but no common type."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
