"""Bring the database up to date."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.db.engine import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"

#: one process migrates, the others wait for it and find nothing left to do
_ADVISORY_LOCK = 0x6C6F6E67


def _config(migrations: Path) -> Config:
    config = Config()
    # A percent sign is alembic's to interpret.
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


async def migrate(database: Database, *, migrations: Path = MIGRATIONS, to: str = "head") -> None:
    """Upgrade to the newest version: in one transaction, so a failure leaves nothing behind.

    A database that is newer than this code is left as it is. Raises DatabaseAway.
    """
    async with database.begin_migrating() as connection:
        await connection.run_sync(_upgrade, migrations, to)


async def downgrade(database: Database, *, migrations: Path = MIGRATIONS, to: str) -> None:
    """Go back to an older version (`base`: none at all), losing what only newer ones remember. Raises DatabaseAway."""
    async with database.begin_migrating() as connection:
        await connection.run_sync(_downgrade, migrations, to)


def _downgrade(connection: Connection, migrations: Path, to: str) -> None:
    config = _config(migrations)
    config.attributes["connection"] = connection
    command.downgrade(config, to)


def _upgrade(connection: Connection, migrations: Path, to: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    config = _config(migrations)
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {each.revision for each in script.walk_revisions()}:
        # A newer release was here before; its changes are such that this code can bear them.
        return
    config.attributes["connection"] = connection
    command.upgrade(config, to)


async def revision(database: Database) -> str | None:
    """The migration the database stands at; None before the first. Raises DatabaseAway."""
    async with database.read() as connection:
        current: str | None = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return current


def newest() -> str | None:
    """The newest migration of this code."""
    return ScriptDirectory.from_config(_config(MIGRATIONS)).get_current_head()


async def pending(database: Database, *, migrations: Path = MIGRATIONS) -> str | None:
    """Why the database is not ready for this code, in a sentence; None where it is.

    A database of a newer version counts as ready: migrations change only what old and new code both bear.
    """
    current = await revision(database)
    if current is None:
        return "the database has no tables yet"
    script = ScriptDirectory.from_config(_config(migrations))
    known: dict[str, Any] = {each.revision: each for each in script.walk_revisions()}
    if current in known and current != script.get_current_head():
        return f"the database is at migration {current}, this code is at {script.get_current_head()}"
    return None


__all__ = ["downgrade", "migrate", "newest", "pending", "revision"]
