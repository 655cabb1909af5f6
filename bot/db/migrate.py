"""Bring the database up to date."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.engine import Database, DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"

#: what a migration calls itself, and the one before it
_NAMES = re.compile(r'^(down_)?revision(?:: [^=]+)? = (?:"([^"]+)"|None)$', re.MULTILINE)

#: one process migrates, the others wait for it and find nothing left to do
_ADVISORY_LOCK = 0x6C6F6E67


def _config(migrations: Path, connection: Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415 -- a tenth of a start, which usually has nothing to migrate

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
            await migrate_within(connection, migrations=migrations, to=to)
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise DatabaseError(
            f"The database cannot be migrated ({reason}). Nothing was changed; set DATABASE_URL to a database that "
            "nothing else uses."
        ) from error


async def migrate_within(connection: AsyncConnection, *, migrations: Path = MIGRATIONS, to: str = "head") -> None:
    """Upgrade in a transaction in which tables may be altered.

    Raises DatabaseError if the database is at a migration that this code does not have.
    """
    await connection.run_sync(_upgrade, migrations, to)


async def downgrade(database: Database, *, migrations: Path = MIGRATIONS, to: str) -> None:
    """Go back to an older version (`base`: no tables), losing what only newer ones store. Raises DatabaseAway."""
    async with database.begin_migrating() as connection:
        await connection.run_sync(_downgrade, migrations, to)


def _downgrade(connection: Connection, migrations: Path, to: str) -> None:
    from alembic import command  # noqa: PLC0415 -- see `_config`

    command.downgrade(_config(migrations, connection), to)


def _upgrade(connection: Connection, migrations: Path, to: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    current = _current(connection)
    if current is not None and not is_known(current, migrations=migrations):
        raise DatabaseError(unknown_revision(current))
    if to == "head" and current == newest(migrations=migrations):
        return
    from alembic import command  # noqa: PLC0415 -- see `_config`

    command.upgrade(_config(migrations, connection), to)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@cache
def _before(migrations: Path) -> dict[str, str | None]:
    """Every migration of this code and the one before it, from the lines that alembic reads as well."""
    chain: dict[str, str | None] = {}
    for file in (migrations / "versions").glob("*.py"):
        names = {bool(down): name or None for down, name in _NAMES.findall(file.read_text(encoding="utf-8"))}
        chain[names[False] or file.stem] = names[True]
    return chain


def is_known(revision: str, *, migrations: Path = MIGRATIONS) -> bool:
    """Whether this code has a migration."""
    return revision in _before(migrations)


#: what to do about a database at a migration that this code does not have
FIX_UNKNOWN = "move the file away, or set DATABASE_URL to another database"


def unknown_revision(current: str) -> str:
    """What is wrong with a database at a migration that this code does not have, and what to do, in a sentence."""
    return (
        f"The database is at migration {current}, which this version does not have: it was made by a newer version or "
        f"by an unreleased one. Nothing was changed; {FIX_UNKNOWN}."
    )


async def refuse_other_versions(database: Database) -> None:
    """Raises DatabaseError unless the database is at the newest migration of this code, and DatabaseAway."""
    current = await revision(database)
    if current is not None and not is_known(current):
        raise DatabaseError(unknown_revision(current))
    if current != newest():
        at = "has no tables yet" if current is None else f"is at migration {current}, this version at {newest()}"
        raise DatabaseError(f"The database {at}: run python -m bot migrate first.")


async def revision(database: Database) -> str | None:
    """The migration the database is at; None before the first. Raises DatabaseAway."""
    async with database.read() as connection:
        return await connection.run_sync(_current)


def newest(*, migrations: Path = MIGRATIONS) -> str:
    """The newest migration of this code."""
    chain = _before(migrations)
    (last,) = chain.keys() - chain.values()
    return last


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
