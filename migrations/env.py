"""Run the migrations: on a connection the bot passes in, or on DATABASE_URL for the alembic command.

How to write a migration: during a rollout, processes of the previous version use the database that the new version
has migrated. So a migration only adds: tables, indexes, and columns that are nullable or have a `server_default`. A
column is dropped one version after the code stopped using it. It is renamed by adding a new one, and the code writes
both for one version. A constraint (NOT NULL, unique) is added one version after the code satisfies it. A migration
imports no code of the bot; it names types and values itself. Everything runs in one transaction, so a failure leaves
nothing behind.
"""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection, Enum

from bot.config import load
from bot.db.column_types import UtcDateTime
from bot.db.engine import open_database
from bot.db.slack_models import workspaces


def render_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Render a column's type for autogenerate without a class of the bot."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Connection) -> None:
    """Run the migrations on a connection; the caller commits its transaction."""
    context.configure(
        connection=connection,
        target_metadata=workspaces.metadata,
        # SQLite alters tables by copying them; its DDL is transactional, as the bot opens it.
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        render_item=render_type,
    )
    context.run_migrations()


async def run_from_the_command_line() -> None:
    """Run on DATABASE_URL, for developers who write a migration: `alembic revision --autogenerate`."""
    database = open_database(load(need_http=False, need_credentials=False).database_url)
    async with database.begin() as connection:
        await connection.run_sync(run)
    await database.close()


if (connection := context.config.attributes.get("connection")) is not None:
    run(connection)
else:
    asyncio.run(run_from_the_command_line())
