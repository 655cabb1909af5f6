import asyncio
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.db.engine import Database
from bot.db.models import pauses
from bot.db.write_probe import WriteProbe
from tests.support.refusing_database import RefusingDatabase, read_only_file
from tests.support.sqlite_lock import locked


@pytest.fixture
def read_only(sqlite_url: str) -> RefusingDatabase:
    return read_only_file(sqlite_url)


async def test_a_database_that_takes_writes_is_written_to_once_however_often_it_is_asked(database: Database) -> None:
    probe = WriteProbe(database=database, again_after=1_000)
    commits: list[object] = []
    event.listen(database.writer.sync_engine, "commit", commits.append)

    found = await asyncio.gather(*(probe.trouble() for _ in range(20)))

    assert (set(found), await probe.trouble(), len(commits)) == ({None}, None, 1)
    async with database.read() as connection:
        assert (await connection.execute(pauses.select())).all() == []


async def test_what_was_found_holds_for_a_while(sqlite_database: Database, read_only: RefusingDatabase) -> None:
    probe = WriteProbe(database=sqlite_database, again_after=1_000)
    async with read_only.refusing(sqlite_database):
        assert await probe.trouble() == read_only.reason
    assert await probe.trouble() == read_only.reason

    probe.again_after = 0

    assert await probe.trouble() is None


async def test_a_write_that_waits_is_reported_and_goes_on(sqlite_database: Database, tmp_path: Path) -> None:
    probe = WriteProbe(database=sqlite_database, again_after=0, wait=0.05)
    with locked(tmp_path / "longtask.db"):
        assert await probe.trouble() == "a write takes too long"

    probe.wait = 30.0

    assert await probe.trouble() is None


async def test_an_error_of_another_kind_is_reported_by_its_name(tmp_path: Path, sqlite_database: Database) -> None:
    async with sqlite_database.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE pauses")

    assert await WriteProbe(database=sqlite_database).trouble() == "OperationalError"


async def test_stopping_ends_a_write_that_waits(sqlite_database: Database, tmp_path: Path) -> None:
    probe = WriteProbe(database=sqlite_database, wait=0.05)
    with locked(tmp_path / "longtask.db"):
        await probe.trouble()
        await probe.stop()
