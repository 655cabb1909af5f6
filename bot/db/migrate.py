"""Bring the database up to date."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.db.engine import Database, DatabaseError

MIGRATIONS = Path(__file__).parents[2] / "migrations"

#: one process migrates, the others wait for it and find nothing left to do
_ADVISORY_LOCK = 0x6C6F6E67


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


async def migrate(database: Database) -> None:
    """Upgrade to the newest version: in one transaction, so a failure leaves nothing behind.

    Raises DatabaseError where the database is newer than this code.
    """
    async with database.begin() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    config = _config()
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        # A newer release was here before; its changes are such that this code can bear them.
        return
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def pending(database: Database) -> str | None:
    """Why the database is not ready for this code, in a sentence; None where it is.

    A database of a newer version counts as ready: migrations change only what old and new code both bear.
    """
    async with database.read() as connection:
        current: str | None = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    if current is None:
        return "the database has no tables yet"
    script = ScriptDirectory.from_config(_config())
    known: dict[str, Any] = {revision.revision: revision for revision in script.walk_revisions()}
    if current in known and current != script.get_current_head():
        return f"the database is at migration {current}, this code is at {script.get_current_head()}"
    return None


__all__ = ["DatabaseError", "migrate", "pending"]
