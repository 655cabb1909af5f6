"""One turn of the connection's thread for each statement."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import DateTime, text
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import OperationalError

from bot.db import pauses, sites, sqlite_driver
from bot.db.column_types import UtcDateTime
from bot.db.engine import Database
from bot.db.models import pauses as pause_table

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@contextmanager
def turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is called in a connection's thread meanwhile."""
    seen: list[str] = []
    really = sqlite_driver.Connection._execute

    async def noted(connection: Any, function: Any, *arguments: Any, **named: Any) -> Any:
        seen.append(function.__name__)
        return await really(connection, function, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_driver.Connection, "_execute", noted)
        yield seen


async def test_a_transaction_takes_one_turn_for_each_statement_and_one_to_commit(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sqlite_database.begin():
        pass
    with turns(monkeypatch) as seen:
        async with sqlite_database.begin() as connection:
            await sites.all_sites(connection)
            await pauses.paused(connection, now=NOW)
    assert seen == ["_run", "_run", "commit"]


async def test_a_transaction_without_a_statement_takes_no_turn(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sqlite_database.begin():
        pass
    with turns(monkeypatch) as seen:
        async with sqlite_database.begin():
            pass
    assert seen == []


async def _insert_twice(database: Database, blocked: sqlite3.Connection) -> None:
    """Insert once while another process writes, and, as if nothing had happened, once more."""
    async with database.begin() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.execute("PRAGMA busy_timeout=1")
        with suppress(OperationalError):
            await connection.execute(pause_table.insert().values(scope="app", until=NOW))
        blocked.execute("ROLLBACK")
        await connection.execute(pause_table.insert().values(scope="site:1", until=NOW))
        raise LookupError


async def test_a_statement_never_runs_outside_the_transaction_that_could_not_begin(
    sqlite_database: Database, sqlite_url: str
) -> None:
    other = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LookupError):
        await _insert_twice(sqlite_database, other)
    other.close()
    async with sqlite_database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM pauses"))).scalar() == 0


async def test_a_statement_that_is_cancelled_leaves_no_transaction_and_writes_nothing(
    sqlite_database: Database,
) -> None:
    async def insert() -> None:
        async with sqlite_database.begin() as connection:
            await connection.execute(pause_table.insert().values(scope="app", until=NOW))
            await asyncio.sleep(3600)

    for turns_of_the_loop in range(40):
        task = asyncio.create_task(insert())
        for _ in range(turns_of_the_loop):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with sqlite_database.begin() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM pauses"))).scalar() == 0


@pytest.mark.parametrize("microseconds", [0, 1, 999_999])
def test_a_time_is_stored_as_sqlalchemy_itself_stores_it(microseconds: int) -> None:
    time = datetime(2026, 3, 1, 1, 2, 3, microseconds, tzinfo=UTC)
    usual: Any = DateTime().dialect_impl(dialect()).bind_processor(dialect())
    write = UtcDateTime().bind_processor(dialect())
    read = UtcDateTime().result_processor(dialect(), None)
    elsewhere = time.astimezone(timezone(timedelta(hours=9)))
    assert write(elsewhere) == usual(time.replace(tzinfo=None))
    assert read(write(elsewhere)) == time
    assert (write(None), read(None)) == (None, None)
