"""What a driver's error means: the database is away, it takes no writes, or the mistake is ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class DatabaseInUse(DatabaseError):
    """Another process holds this SQLite file."""


class DatabaseAway(Exception):
    """The database cannot be worked with for now: the transaction was rolled back, and may succeed later.

    If its commit had begun, it may have been committed all the same. The text names the driver's error, or the reason.
    """


class TakesNoWrites(DatabaseAway):
    """The database answers and refuses to write: nothing was written. The text says why: `it is …`, `its …`."""


#: SQLite's primary result codes (https://www.sqlite.org/rescode.html) that mean that the file takes no writes
_SQLITE_TAKES_NO_WRITES = {
    sqlite3.SQLITE_PERM: "its file may not be written to",
    sqlite3.SQLITE_READONLY: "its file is read-only, or was moved",
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is not a database",
}
#: and those that mean that it is away: locked, on a disk that fails, not to be opened
_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)

#: SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) of a server that takes no writes. Heroku
#: revokes rights where a plan is full, Supabase and Azure make the database read-only.
_POSTGRES_TAKES_NO_WRITES = {
    "25006": "it is read-only",
    "42501": "its user lacks a right",
    "53100": "its disk or its plan is full",
}
#: SQLSTATEs, or the classes they begin with, of a server that is away: connections, rejected logins, conflicts of
#: transactions, resources, operators, timeouts, its own errors
_POSTGRES_AWAY = ("08", "25P03", "25P04", "28", "3D", "40", "53", "55006", "55P03", "57", "58", "F0", "XX")


@contextmanager
def translated(*, only_reads: bool = False) -> Iterator[None]:
    """Translate what a driver raises while the database cannot be worked with; our own mistakes stay as they are.

    `only_reads`: within a transaction in which a write is our mistake. Raises DatabaseAway and TakesNoWrites.
    """
    try:
        yield
    except (PoolTimeout, ConnectionError) as error:
        raise DatabaseAway(type(error).__name__) from error
    except DBAPIError as error:
        meant = _meaning(error, only_reads=only_reads)
        if meant is None:
            raise
        raise meant from error


def _meaning(error: DBAPIError, *, only_reads: bool) -> DatabaseAway | None:
    """What to raise instead of a driver's error; None for a mistake of ours."""
    name = getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        if only_reads and code == sqlite3.SQLITE_READONLY:
            return None
        reason = _SQLITE_TAKES_NO_WRITES.get(code & 0xFF)
        is_away = code & 0xFF in _SQLITE_AWAY
    elif sqlstate := getattr(error.orig, "sqlstate", None):
        reason = _POSTGRES_TAKES_NO_WRITES.get(sqlstate)
        is_away = sqlstate.startswith(_POSTGRES_AWAY)
    else:
        # An error of the driver itself: a connection that was never made, or lost. Of sqlite3 it is one of its use.
        reason = None
        is_away = isinstance(error, InterfaceError | OperationalError) and not isinstance(error.orig, sqlite3.Error)
    if reason is not None:
        return TakesNoWrites(reason)
    return DatabaseAway(name) if is_away else None
