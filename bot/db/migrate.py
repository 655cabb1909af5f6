"""Bring the database up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.db.engine import Database, DatabaseError

MIGRATIONS = Path(__file__).parents[2] / "migrations"

#: one process migrates, the others wait for it and find nothing left to do
_ADVISORY_LOCK = 0x6C6F6E67


def _config(migrations: Path, connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    # A percent sign is alembic's to interpret.
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


async def migrate(database: Database, *, migrations: Path = MIGRATIONS, to: str = "head") -> None:
    """Upgrade to the newest version, in one transaction, so that a failure leaves nothing behind.

    Raises DatabaseAway and TakesNoWrites, and DatabaseError if the database is at a migration that this code does not
    have, or holds tables that are not the bot's.
    """
    try:
        async with database.begin_migrating() as connection:
            await connection.run_sync(_upgrade, migrations, to)
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise DatabaseError(
            f"The database cannot be migrated ({reason}). Nothing was changed; set DATABASE_URL to a database that "
            "nothing else uses."
        ) from error


async def downgrade(database: Database, *, migrations: Path = MIGRATIONS, to: str) -> None:
    """Go back to an older version (`base`: no tables), losing what only newer ones store. Raises DatabaseAway."""
    async with database.begin_migrating() as connection:
        await connection.run_sync(_downgrade, migrations, to)


def _downgrade(connection: Connection, migrations: Path, to: str) -> None:
    command.downgrade(_config(migrations, connection), to)


def _upgrade(connection: Connection, migrations: Path, to: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and not is_known(current, migrations=migrations):
        raise DatabaseError(unknown_revision(current))
    if to == "head" and current == newest(migrations=migrations):
        return
    command.upgrade(_config(migrations, connection), to)


def is_known(revision: str, *, migrations: Path = MIGRATIONS) -> bool:
    """Whether this code has a migration."""
    script = ScriptDirectory.from_config(_config(migrations))
    return revision in {each.revision for each in script.walk_revisions()}


def unknown_revision(current: str) -> str:
    """What to do about a database at a migration that this code does not have, in a sentence."""
    return (
        f"The database is at migration {current}, which this version does not have: it was made by a newer version or "
        "by an unreleased one. Nothing was changed; move the file away, or set DATABASE_URL to another database."
    )


async def revision(database: Database) -> str | None:
    """The migration the database is at; None before the first. Raises DatabaseAway."""
    async with database.read() as connection:
        current: str | None = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return current


def newest(*, migrations: Path = MIGRATIONS) -> str | None:
    """The newest migration of this code."""
    return ScriptDirectory.from_config(_config(migrations)).get_current_head()


async def pending(database: Database, *, migrations: Path = MIGRATIONS) -> str | None:
    """Why the database is not ready for this code, in a sentence; None if it is.

    For a process that has started: at its start it refused a migration it does not have, so one that it meets later is
    of a newer version, whose changes it can bear while that version is rolled out.
    """
    current = await revision(database)
    if current is None:
        return "the database has no tables yet"
    head = newest(migrations=migrations)
    if current == head or not is_known(current, migrations=migrations):
        return None
    return f"the database is at migration {current}, this code is at {head}"
