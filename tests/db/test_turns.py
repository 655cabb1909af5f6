"""Parts of the bot take turns at the connections of a database."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.db import turns
from bot.db.engine import Database, DatabaseAway, open_database
from bot.db.url import parse


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(parse(sqlite_url))
    yield opened
    await opened.close()


async def write(database: Database, name: str, written: list[str]) -> None:
    async with database.begin() as connection:
        await connection.execute(text("SELECT 1"))
        written.append(name)


async def test_a_part_with_many_transactions_to_run_lets_another_write_after_one_of_them(database: Database) -> None:
    delivery, looks, written = database.share(), database.share(), list[str]()
    async with asyncio.TaskGroup() as group, database.begin():
        for number in range(20):
            group.create_task(write(delivery, f"edit {number}", written))
        await asyncio.sleep(0)
        for number in range(2):
            group.create_task(write(looks, f"look {number}", written))
        await asyncio.sleep(0)

    assert written[:4] == ["edit 0", "look 0", "edit 1", "look 1"]
    assert written[4:] == [f"edit {number}" for number in range(2, 20)]


async def test_a_part_for_which_somebody_waits_writes_after_two_others_at_most(database: Database) -> None:
    others, commands = [database.share() for _ in range(5)], database.share(goes_first=True)
    written = list[str]()
    async with asyncio.TaskGroup() as group, database.begin():
        for number, other in enumerate(others):
            group.create_task(write(other, f"other {number}", written))
        await asyncio.sleep(0)
        for number in range(3):
            group.create_task(write(commands, f"command {number}", written))
        await asyncio.sleep(0)

    assert written[:4] == ["other 0", "command 0", "command 1", "command 2"]
    assert written[4:] == [f"other {number}" for number in range(1, 5)]


async def test_a_part_that_goes_first_lets_the_next_of_the_others_in_between(database: Database) -> None:
    looks, commands, written = database.share(), database.share(goes_first=True), list[str]()
    async with asyncio.TaskGroup() as group, database.begin():
        group.create_task(write(commands, "command 0", written))
        await asyncio.sleep(0)
        group.create_task(write(looks, "look 0", written))
        await asyncio.sleep(0)
        for number in range(1, 20):
            group.create_task(write(commands, f"command {number}", written))
        await asyncio.sleep(0)

    assert written[:3] == ["command 0", "look 0", "command 1"]


async def test_one_part_reads_on_half_of_the_connections_at_most(database: Database) -> None:
    delivery, looks = database.share(), database.share()
    async with delivery.read(), delivery.read():
        third = asyncio.create_task(_read(delivery))
        await _read(looks)
        assert not third.done()
    await third


async def _read(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(text("SELECT 1"))


async def test_a_transaction_that_is_cancelled_while_it_waits_leaves_its_turn_to_the_next(database: Database) -> None:
    delivery, written = database.share(), list[str]()
    async with database.begin():
        waiting = [asyncio.create_task(write(delivery, str(number), written)) for number in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        waiting[1].cancel()
    assert isinstance((await asyncio.gather(*waiting, return_exceptions=True))[0], asyncio.CancelledError)
    assert written == ["2"]


async def test_the_database_is_away_for_whom_no_turn_comes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    looks, written = database.share(), list[str]()
    async with database.begin():
        with pytest.raises(DatabaseAway, match="its connections are busy"):
            await write(looks, "too early", written)
    await write(looks, "then", written)
    assert written == ["then"]
