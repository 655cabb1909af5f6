"""Run the migrations: on the connection the bot hands in, or on DATABASE_URL for the alembic command.

How a migration is written: while a release is rolled out, processes of the version before go on working with the
database that the new one has migrated. So a migration only adds: tables, indexes, and columns that are nullable or
have a `server_default`. What is no longer wanted is first left alone by the code of one version, and dropped by the
migration of the next. A column is renamed as a new one, and both are written to for one version. A condition (NOT
NULL, unique) is added one version after the code keeps to it. No migration imports the code of today; it names types
and values itself. Everything runs in one transaction, so a failure leaves nothing behind.
"""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection

from bot.config import load
from bot.db.columns import UtcDateTime, metadata
from bot.db.engine import open_database


def write_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A migration names no class of today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Upgrade on a connection whose transaction somebody else commits."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite alters tables by copying them; its DDL is transactional, as the bot opens it.
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        render_item=write_type,
    )
    context.run_migrations()


async def run_from_the_command_line() -> None:
    """Only for developers who write a migration: `alembic revision --autogenerate`."""
    database = open_database(load().database_url.get_secret_value())
    async with database.begin() as connection:
        await connection.run_sync(run)
    await database.close()


if (handed_in := context.config.attributes.get("connection")) is not None:
    run(handed_in)
else:
    asyncio.run(run_from_the_command_line())
