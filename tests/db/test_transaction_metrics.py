"""Transactions are counted with their times, and those that fail because of the database."""

import pytest
from sqlalchemy import text

from bot.db.engine import DatabaseAway, TakesNoWrites, open_database
from bot.db.url import parse
from bot.metrics import Metrics
from tests.support.metrics import counted
from tests.support.refusing_database import read_only_file

COUNTS = ("longtask_database_seconds_count", "longtask_database_wait_seconds_count", "longtask_database_failures_total")


async def test_each_transaction_is_counted_with_its_time_and_its_wait(sqlite_url: str) -> None:
    metrics = Metrics()
    database = open_database(parse(sqlite_url), metrics.database)
    for part in (database, database.share()):
        async with part.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS any_table (id INTEGER)"))
    async with database.read() as connection:
        await connection.execute(text("SELECT 1"))
    await database.close()

    assert counted(metrics, *COUNTS) == {
        'longtask_database_seconds_count{access="write"}': 2.0,
        'longtask_database_seconds_count{access="read"}': 1.0,
        'longtask_database_wait_seconds_count{access="write"}': 2.0,
        'longtask_database_wait_seconds_count{access="read"}': 1.0,
    }


async def test_a_transaction_that_is_refused_is_counted(sqlite_url: str) -> None:
    metrics = Metrics()
    database = open_database(parse(sqlite_url), metrics.database)
    async with read_only_file(sqlite_url).refusing(database):
        with pytest.raises(TakesNoWrites):
            async with database.begin() as connection:
                await connection.execute(text("CREATE TABLE any_table (id INTEGER)"))
    await database.close()

    assert counted(metrics, COUNTS[2]) == {'longtask_database_failures_total{reason="takes_no_writes"}': 1.0}


async def test_a_database_that_is_away_is_counted_and_a_mistake_of_ours_is_not(sqlite_url: str) -> None:
    metrics = Metrics()
    database = open_database(parse(sqlite_url), metrics.database)
    with pytest.raises(DatabaseAway):
        async with database.begin():
            raise DatabaseAway("too slow")
    with pytest.raises(LookupError):
        async with database.begin():
            raise LookupError("a mistake")
    await database.close()

    assert counted(metrics, COUNTS[2]) == {'longtask_database_failures_total{reason="away"}': 1.0}
