"""Check the database: reachable, taking writes, at the newest migration, and what lies in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from bot.config import Settings
from bot.db.dialect import limit_statements
from bot.db.engine import (
    Database,
    DatabaseAway,
    DatabaseError,
    DatabaseInUse,
    TakesNoWrites,
    open_database,
    open_to_read,
)
from bot.db.migrate import FIX_UNKNOWN, MIGRATIONS, is_known, newest, revision
from bot.db.url import DatabaseAddress
from bot.db.write_probe import try_writing
from bot.doctor.backlog import check_backlog
from bot.doctor.disk import may_create, nearest_folder
from bot.doctor.encryption import check_encryption
from bot.domain.check import Check, failed, note, ok

_DATABASE, _MIGRATIONS = "Database", "Migrations"
#: that each question about what lies in it may take
_READ_SECONDS = 5.0


class _Opened(Struct, frozen=True):
    """A database that is open."""

    database: Database
    writes: bool  #: whether this process may write to it


async def check_database(
    settings: Settings, *, now: datetime, opened: Database | None = None, migrations: Path = MIGRATIONS
) -> list[Check]:
    """Check the database of the settings; `opened`: the one that this process works with, if it is a running bot."""
    file = settings.database_url.file
    if opened is None and file is not None and not file.exists():
        return [_new_file(file)]
    try:
        async with _open(settings.database_url, opened) as found:
            return await _look_into(found, settings, now=now, migrations=migrations)
    except TakesNoWrites as error:
        fix = "put that right; the bot then goes on by itself"
        return [failed(_DATABASE, f"takes no writes: {error}", fix=fix)]
    except DatabaseAway as error:
        fix = "check DATABASE_URL, and that the database accepts connections from here"
        return [failed(_DATABASE, f"not reached ({error})", fix=fix)]
    except DatabaseError as error:
        detail, _, fix = str(error).rstrip(".").partition("): ")
        return [failed(_DATABASE, f"{detail})" if fix else detail, fix=fix or "change DATABASE_URL")]


def _new_file(file: Path) -> Check:
    if not may_create(file):
        detail = f"{file} does not exist, and {nearest_folder(file)} is no folder in which it can be made"
        return failed(_DATABASE, detail, fix="make the folder, let this user write to it, or change DATABASE_URL")
    return note(_DATABASE, f"{file} does not exist yet; the first start makes it")


@asynccontextmanager
async def _open(address: DatabaseAddress, opened: Database | None) -> AsyncIterator[_Opened]:
    """Open the database for as long as the context lasts; one that is open already stays open."""
    if opened is not None:
        yield _Opened(opened, writes=True)
        return
    try:
        found = _Opened(open_database(address), writes=True)
    except DatabaseInUse:
        found = _Opened(open_to_read(address), writes=False)
    try:
        yield found
    finally:
        await found.database.close()


async def _look_into(found: _Opened, settings: Settings, *, now: datetime, migrations: Path) -> list[Check]:
    database, current, last = found.database, await revision(found.database), newest(migrations=migrations)
    if current is None:
        detail = "none applied yet: a new database; the first start applies them"
        return [ok(_DATABASE, "reachable"), note(_MIGRATIONS, detail)]
    if not is_known(current, migrations=migrations):
        detail = f"the database is at {current}, which this version does not have"
        return [ok(_DATABASE, "reachable"), failed(_MIGRATIONS, detail, fix=FIX_UNKNOWN)]
    if current != last:
        fix = "run: python -m bot migrate"
        return [ok(_DATABASE, "reachable"), failed(_MIGRATIONS, f"at {current} of {last}", fix=fix)]
    if found.writes:
        await try_writing(database)
    way = "reachable, takes writes" if found.writes else "reachable; a running bot writes to its file"
    async with database.read() as connection:
        await limit_statements(connection, seconds=_READ_SECONDS)
        return [
            ok(_DATABASE, way),
            ok(_MIGRATIONS, f"at {current}, the newest"),
            *await check_backlog(connection, now=now),
            *await check_encryption(connection, settings, now=now),
        ]
