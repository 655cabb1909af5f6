"""Copy a SQLite file while the bot uses it, and find out what is in a copy."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.db.errors import DatabaseError
from bot.db.migrate import is_known, unknown_revision
from bot.db.models import commands, long_tasks, messages, subscriptions
from bot.db.sqlite import create_private

#: times at which something happened; those of the other columns may lie ahead
_CHANGES = (
    commands.c.created_at,
    long_tasks.c.checked_at,
    messages.c.created_at,
    messages.c.posted_at,
    messages.c.shown_at,
    subscriptions.c.created_at,
)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a SQLite file holds."""

    migration: str
    #: how many, by table
    rows: Mapping[str, int]
    #: when something was stored last (UTC); None if nothing ever was
    newest_change: datetime | None


def back_up(source: Path, target: Path) -> Contents:
    """Copy a SQLite file as it is at one moment, and read the copy again; what both hold.

    The bot may go on writing: SQLite copies what one reading transaction sees (https://www.sqlite.org/backup.html).
    The copy is one file that its owner alone may read. Raises DatabaseError if the file is not the bot's or of a
    version that this one does not know, if the target exists or cannot be written, or if the copy differs: then no copy
    is left.
    """
    with _opened(source) as original:
        original.execute("BEGIN")
        held = _contents(original)
        if not is_known(held.migration):
            raise DatabaseError(unknown_revision(held.migration))
        try:
            if not create_private(target):
                raise DatabaseError(f"{target} exists: name another file, nothing is overwritten.")
        except OSError as error:
            raise DatabaseError(
                f"{target} cannot be created ({error.strerror}): name a file in a folder of yours."
            ) from error
        try:
            _copy(original, target)
            if examine(target) != held:
                raise DatabaseError(f"The copy differs from {source}, so it was deleted: try again, on another disk.")
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    return held


def _copy(original: sqlite3.Connection, target: Path) -> None:
    try:
        with closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
            # One file, without those that SQLite keeps beside a database in use.
            copy.execute("PRAGMA journal_mode=DELETE")
        with target.open("rb") as written:
            os.fsync(written.fileno())
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(
            f"{target} cannot be written ({error}): give it more room, or name another file."
        ) from error


def examine(file: Path) -> Contents:
    """Read a SQLite file whole and check it; changes nothing.

    Raises DatabaseError if it cannot be read, is damaged, or is not a database of the bot.
    """
    with _opened(file) as database:
        faults = [row[0] for row in database.execute("PRAGMA integrity_check(1)")]
        if faults != ["ok"]:
            raise DatabaseError(f"{file} is damaged ({str(faults[0])[:100]}): use another copy.")
        if database.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise DatabaseError(f"{file} is damaged (rows that belong to nothing): use another copy.")
        return _contents(database)


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """A file opened to be read only."""
    if not file.is_file():
        raise DatabaseError(f"There is no SQLite file {file}.")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as opened:
            yield opened
    except sqlite3.Error as error:
        raise DatabaseError(f"{file} cannot be read ({error}).") from error


def _contents(database: sqlite3.Connection) -> Contents:
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    tables = [name for name in names if not name.startswith("sqlite_")]
    migrations = _first_of(database, "SELECT version_num FROM alembic_version") if "alembic_version" in tables else None
    if migrations is None:
        raise DatabaseError("The file is not a database of the bot: it names no migration.")
    # Names of tables cannot be parameters; these are those that the file itself has.
    rows = {name: _first_of(database, f'SELECT count(*) FROM "{name}"') for name in tables}  # noqa: S608 -- see above
    times = [
        _first_of(database, f"SELECT max({column.name}) FROM {column.table.name}")  # noqa: S608 -- names of our own
        for column in _CHANGES
        if column.table.name in tables
    ]
    newest = max((str(time) for time in times if time is not None), default=None)
    return Contents(
        migration=str(migrations),
        rows={name: int(str(count)) for name, count in rows.items()},
        newest_change=None if newest is None else datetime.fromisoformat(newest).replace(tzinfo=UTC),
    )


def _first_of(database: sqlite3.Connection, statement: str) -> object:
    row = database.execute(statement).fetchone()
    return None if row is None else row[0]
