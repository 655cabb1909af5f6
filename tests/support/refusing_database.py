"""A database that takes no writes for a while, as operators and providers make it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from bot.db.engine import Database


@dataclass(frozen=True, kw_only=True)
class RefusingDatabase:
    """One way in which a database takes no writes."""

    url: str
    #: why, as the bot says it
    reason: str
    #: within the context this database takes no writes
    refusing: Callable[[Database], AbstractAsyncContextManager[None]]


def read_only_file(url: str) -> RefusingDatabase:
    """A SQLite file that may only be read."""

    @asynccontextmanager
    async def refusing(database: Database) -> AsyncIterator[None]:
        await _set_query_only(database, "ON")
        yield
        await _set_query_only(database, "OFF")

    return RefusingDatabase(url=url, reason="its file is read-only, or was moved", refusing=refusing)


async def _set_query_only(database: Database, state: str) -> None:
    async with database.writer.connect() as connection:
        # The driver's own connection: SQLAlchemy would begin a transaction, which writes.
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute_fetchall(f"PRAGMA query_only={state}")


def revoked_right(admin_url: str) -> RefusingDatabase:
    """A Postgres database whose user may not insert any more, as Heroku does it where a plan is full."""

    @asynccontextmanager
    async def refusing(_database: Database) -> AsyncIterator[None]:
        _as_operator(admin_url, f"REVOKE INSERT ON ALL TABLES IN SCHEMA public FROM {_USER}")
        yield
        _as_operator(admin_url, f"GRANT INSERT ON ALL TABLES IN SCHEMA public TO {_USER}")

    return RefusingDatabase(url=_for_user(admin_url), reason="its user lacks a right", refusing=refusing)


def read_only_server(admin_url: str) -> RefusingDatabase:
    """A Postgres database that is read-only, as Supabase and Azure do it where a disk is full."""

    @asynccontextmanager
    async def refusing(_database: Database) -> AsyncIterator[None]:
        _as_operator(admin_url, f"ALTER ROLE {_USER} SET default_transaction_read_only = on", _CUT)
        yield
        _as_operator(admin_url, f"ALTER ROLE {_USER} RESET default_transaction_read_only", _CUT)

    return RefusingDatabase(url=_for_user(admin_url), reason="it is read-only", refusing=refusing)


_USER: LiteralString = "longtask_bot"
#: closes the connections of the user, since settings hold for those that are made later
_CUT: LiteralString = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{_USER}'"  # noqa: S608 -- fixed words


def _as_operator(url: str, *statements: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _for_user(admin_url: str) -> str:
    """The same database for a user without the rights of an administrator, who makes the tables."""
    _as_operator(
        admin_url,
        f"DO $$ BEGIN CREATE ROLE {_USER} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"ALTER ROLE {_USER} RESET ALL",
        f"GRANT CREATE ON SCHEMA public TO {_USER}",
    )
    scheme, _, rest = admin_url.partition("://")
    return f"{scheme}://{_USER}@{rest.rpartition('@')[2]}"
