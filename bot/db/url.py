"""Read the database URL that a person or a PaaS gives, once, into the value that everything uses."""

import shlex
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
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

#: written into the URLs that providers show for Prisma, poolers, Rails, Django, Doctrine, pgx, asyncpg and JDBC; libpq
#: refuses to connect with them. `connect_timeout` is one of libpq's own, but the bot has its own.
_FOREIGN_KEYS = frozenset(
    {
        *("connect_timeout", "connection_limit", "pgbouncer", "pool_timeout", "schema", "socket_timeout", "sslaccept"),
        *("supa", "workaround", "uselibpqcompat"),
        *("advisory_locks", "encoding", "pool", "prepared_statements", "reconnect", "schema_search_path"),
        *("conn_health_checks", "conn_max_age", "charset", "serverVersion"),
        *("default_query_exec_mode", "pool_max_conns", "pool_min_conns", "pool_max_conn_lifetime", "pool_size"),
        *("command_timeout", "prepared_statement_cache_size", "statement_cache_capacity", "statement_cache_size"),
        *("ApplicationName", "currentSchema", "loginTimeout", "prepareThreshold", "reWriteBatchedInserts"),
        *("socketTimeout", "tcpKeepAlive"),
    }
)

#: of libpq's keys those that say where the database is, and nothing secret
_SHOWN_KEYS = frozenset({"host", "port", "dbname", "user", "sslmode"})
#: libpq's, from the least to the most secure (https://www.postgresql.org/docs/current/libpq-ssl.html)
_SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
#: what `ssl` means, as JDBC, node-postgres, Ecto and asyncpg write it
_SSL = {"true": "require", "1": "require", "false": "disable", "0": "disable", **{mode: mode for mode in _SSLMODES}}

_TWO_ATS = "holds an @ too many: in a password it is written %40"


class DatabaseUrlError(ValueError):
    """The URL cannot be used. The sentence says why and repeats nothing of the URL that may be a password."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    """Where the database is, and how to connect to it. Its `repr` holds no password."""

    #: with its asynchronous driver, and only with what that driver takes
    url: URL = field(repr=False)
    #: keys for other tools that the URL held and that are not used, sorted
    unused_keys: tuple[str, ...] = ()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for Postgres."""
        return Path(self.url.database or "") if self.is_sqlite else None

    def for_libpq(self) -> str:
        """The URL as Postgres's own tools take it, quoted for a shell, without what may be secret."""
        shown = {key: value for key, value in self.url.query.items() if key in _SHOWN_KEYS}
        url = self.url.set(drivername="postgresql", query=shown)._replace(password=None)
        return shlex.quote(url.render_as_string(hide_password=True))


def parse(text: str) -> DatabaseAddress:
    """Read a URL.

    `sslmode` and every other key of libpq is kept; where none is given libpq tries TLS first. Keys for other tools are
    left out. Raises DatabaseUrlError where it is no URL, names another database, names no database or file, or holds a
    key that nobody knows.
    """
    text = text.strip()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError("is not a URL like postgres://user:password@host/name or sqlite:///file.db") from None
    if not text.isprintable():
        raise DatabaseUrlError("holds a character that cannot be printed")
    driver = _DRIVERS.get(url.drivername.lower())
    if driver is None:
        raise DatabaseUrlError("has to begin with postgres://, postgresql:// or sqlite:///")
    unused = tuple(sorted(_FOREIGN_KEYS & url.query.keys()))
    url = url.set(drivername=driver).difference_update_query(unused)
    if url.get_backend_name() == "sqlite":
        _check_file(url)
        _check_keys(url.query, known=frozenset(), by="SQLite")
    else:
        _check_server(url)
        _check_keys(url.query, known=_libpq_keys() | {"ssl"}, by="Postgres")
        url = url.difference_update_query(["ssl"]).update_query_dict(_sslmode(url.query))
    return DatabaseAddress(url=url, unused_keys=unused)


def _check_file(url: URL) -> None:
    if url.host:
        raise DatabaseUrlError("needs three slashes before a relative path, four before an absolute one")
    if url.database in (None, "", ":memory:"):
        raise DatabaseUrlError("does not name a file after sqlite:///")


def _check_server(url: URL) -> None:
    # Behind a second @ may be the rest of a password, so a host or a name that holds one is not even looked up.
    if any("@" in (part or "") for part in (url.host, url.database)):
        raise DatabaseUrlError(_TWO_ATS)
    if not (url.database or url.query.get("dbname")):
        raise DatabaseUrlError("does not name a database after the host")
    if url.port is not None and not 0 < url.port < 65536:
        raise DatabaseUrlError("has a port that does not exist")


def _check_keys(query: Mapping[str, str | tuple[str, ...]], *, known: Set[str], by: str) -> None:
    unknown = sorted(query.keys() - known)
    if unknown and "@" in f"{query}":
        raise DatabaseUrlError(_TWO_ATS)
    if unknown:
        raise DatabaseUrlError(f"has the key {unknown[0][:40]!r}, which {by} does not know: leave it out")
    if any(not isinstance(value, str) for value in query.values()):
        raise DatabaseUrlError("has a key more than once")


def _libpq_keys() -> frozenset[str]:
    from psycopg import pq  # noqa: PLC0415 -- with SQLite the driver of Postgres is never loaded

    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def _sslmode(query: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
    """The key that says how the connection is encrypted; none where the URL says nothing about it."""
    asked = query.get("sslmode")
    if asked is not None and asked not in _SSLMODES:
        raise DatabaseUrlError(f"has an sslmode that Postgres does not know: use one of {', '.join(_SSLMODES)}")
    if "ssl" not in query:
        return {}
    ssl = _SSL.get(str(query["ssl"]).lower())
    if ssl is None:
        raise DatabaseUrlError("has an ssl that is neither true nor false: use sslmode=require")
    if asked is not None and (asked in _SSLMODES[:3]) != (ssl in _SSLMODES[:3]):
        raise DatabaseUrlError("asks for encryption by one of ssl and sslmode and not by the other: leave ssl out")
    return {"sslmode": str(asked or ssl)}
