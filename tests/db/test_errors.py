import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.db.engine import Database, DatabaseAway, TakesNoWrites, open_database
from bot.db.migrate import migrate
from bot.db.models import pauses
from bot.db.url import parse
from bot.db.write_probe import try_writing
from tests.support.refusing_database import RefusingDatabase


async def fail(database: Database, statement: str) -> None:
    async with database.begin() as connection:
        await connection.execute(text(statement))


async def test_a_database_that_takes_no_writes_says_why_can_be_read_and_recovers_by_itself(
    refusal: RefusingDatabase,
) -> None:
    database = open_database(parse(refusal.url))
    await migrate(database)
    async with refusal.refusing(database):
        with pytest.raises(TakesNoWrites) as error:
            await try_writing(database)
        assert str(error.value) == refusal.reason
        async with database.read() as connection:
            assert (await connection.execute(pauses.select())).all() == []
    await try_writing(database)
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("sqlstate", "meant", "said"),
    [
        ("25006", TakesNoWrites, "it is read-only"),
        ("42501", TakesNoWrites, "its user lacks a right"),
        ("53100", TakesNoWrites, "its disk or its plan is full"),
        ("08006", DatabaseAway, "ConnectionFailure"),
        ("25P03", DatabaseAway, "IdleInTransactionSessionTimeout"),
        ("28P01", DatabaseAway, "InvalidPassword"),
        ("3D000", DatabaseAway, "InvalidCatalogName"),
        ("40P01", DatabaseAway, "DeadlockDetected"),
        ("53300", DatabaseAway, "TooManyConnections"),
        ("55P03", DatabaseAway, "LockNotAvailable"),
        ("57014", DatabaseAway, "QueryCanceled"),
        ("58030", DatabaseAway, "IoError"),
        ("XX001", DatabaseAway, "DataCorrupted"),
        ("22012", DBAPIError, None),
        ("23505", DBAPIError, None),
        ("42P01", DBAPIError, None),
        ("P0001", DBAPIError, None),
    ],
)
async def test_every_sqlstate_is_sorted_into_one_of_three(
    database_of_postgres: Database, sqlstate: str, meant: type[Exception], said: str | None
) -> None:
    with pytest.raises(meant) as error:
        await fail(database_of_postgres, f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$")
    assert type(error.value) is meant if said else isinstance(error.value, meant)
    assert said is None or str(error.value) == said


@pytest.fixture
async def database_of_postgres(postgres_url: str) -> AsyncIterator[Database]:
    """A Postgres database without tables."""
    database = open_database(parse(postgres_url))
    yield database
    await database.close()


async def test_a_damaged_file_and_one_of_something_else_take_no_writes(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("Dear diary, " * 500)
    damaged = tmp_path / "damaged.db"
    with closing(sqlite3.connect(damaged)) as other:
        other.execute("CREATE TABLE pauses (scope TEXT, until TEXT)")
        other.commit()
    content = bytearray(damaged.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    damaged.write_bytes(content)

    said = []
    for name in ("notes.db", "damaged.db"):
        database = open_database(parse(f"sqlite:///{tmp_path / name}"))
        with pytest.raises(TakesNoWrites) as error:
            await try_writing(database)
        said.append(str(error.value))
        await database.close()
    assert said == ["its file is not a database", "its file is damaged"]
