"""What an operator does with the data: export, delete, move to another database."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.app.clock import now
from bot.config import Settings
from bot.db import move as moving
from bot.db.engine import Database, DatabaseError, open_database, open_to_read, refuse_missing
from bot.db.migrate import refuse_other_versions
from bot.db.personal_data import Subject
from bot.db.personal_deletion import delete_all, rows_to_delete
from bot.db.personal_export import export as pieces
from bot.db.url import DatabaseAddress


async def export(settings: Settings, subject: Subject, write: Callable[[bytes], object]) -> None:
    """Write what is stored about a person or a workspace as JSON, beside a bot that runs.

    Raises DatabaseError and DatabaseAway.
    """
    async with _closed_at_the_end(open_to_read(settings.database_url)) as database:
        await refuse_other_versions(database)
        async with database.read() as connection:
            async for piece in pieces(connection, subject, now=now()):
                write(piece)


async def delete(settings: Settings, subject: Subject, confirm: Callable[[dict[str, int]], bool]) -> dict[str, int]:
    """Delete what is stored about a person or a workspace, if `confirm` says so; returns how many rows of each table.

    `confirm` is called with those numbers. Raises DatabaseError, DatabaseAway, and DatabaseInUse where a bot uses the
    SQLite file.
    """
    refuse_missing(settings.database_url)
    async with _closed_at_the_end(open_database(settings.database_url)) as database:
        await refuse_other_versions(database)
        async with database.read() as connection:
            asked = await rows_to_delete(connection, subject)
        if not asked or not confirm(asked):
            return {}
        async with database.begin() as connection:
            rows = await rows_to_delete(connection, subject)
            await delete_all(connection, subject, now=now())
        return rows


async def move(settings: Settings, target: DatabaseAddress) -> dict[str, int]:
    """Move everything from the SQLite file of the settings to Postgres; returns how many rows of each table.

    Raises DatabaseError, DatabaseAway, and DatabaseInUse where a bot uses the file.
    """
    if not settings.database_url.is_sqlite:
        raise DatabaseError(
            "DATABASE_URL is a Postgres database, and move copies from a SQLite file: use pg_dump and pg_restore."
        )
    if target.is_sqlite:
        raise DatabaseError("move copies to Postgres: give --to postgres://user:password@host/name.")
    refuse_missing(settings.database_url)
    async with (
        _closed_at_the_end(open_database(settings.database_url)) as source,
        _closed_at_the_end(open_database(target)) as opened,
    ):
        await refuse_other_versions(source)
        return await moving.move(source, opened)


@asynccontextmanager
async def _closed_at_the_end(database: Database) -> AsyncIterator[Database]:
    try:
        yield database
    finally:
        await database.close()
