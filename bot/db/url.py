"""Read the database URL that a person or a PaaS gives."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

#: what a scheme without a driver means; Heroku and others still write postgres://
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}

#: written for Prisma and connection poolers into the URLs that providers show; libpq refuses to connect with them
_FOREIGN_KEYS = frozenset(
    {"pgbouncer", "connection_limit", "schema", "pool_timeout", "socket_timeout", "statement_cache_size", "supa"}
)


class DatabaseUrlError(ValueError):
    """The URL cannot be used. The sentence says why and repeats nothing of the URL, which may hold a password."""


def parse(text: str) -> URL:
    """The URL with its asynchronous driver, and without the query keys that libpq refuses.

    `sslmode` and every other key of libpq is kept; where none is given libpq tries TLS first.

    Raises DatabaseUrlError where it is no URL, names another database, or (Postgres) no database.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise DatabaseUrlError("is not a URL like postgres://user:password@host/name or sqlite:///file.db") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise DatabaseUrlError("has to begin with postgres://, postgresql:// or sqlite:///")
    if driver.startswith("sqlite"):
        if url.host:
            raise DatabaseUrlError("needs three slashes before a relative path, four before an absolute one")
        return url.set(drivername=driver)
    if not url.database:
        raise DatabaseUrlError("does not name a database after the host")
    return url.set(drivername=driver).difference_update_query(_FOREIGN_KEYS)


def normalised(text: str) -> str:
    """The same as a string for `make_url`, password included. Raises DatabaseUrlError."""
    return parse(text).render_as_string(hide_password=False)


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite database; None for Postgres and for a database in memory."""
    if not url.drivername.startswith("sqlite") or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))
