import asyncio
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError, StatementError
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.db import engine
from bot.db.engine import Database, DatabaseAway, DatabaseError, DatabaseInUse, TakesNoWrites, open_database, ping
from bot.db.migrate import migrate
from bot.db.models import pauses, sites
from bot.db.url import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOLDER = """
import sys
from bot.db.engine import DatabaseError, open_database
from bot.db.url import parse
try:
    database = open_database(parse(sys.argv[1]))
except DatabaseError as error:
    sys.exit(str(error))
print("open", flush=True)
sys.stdin.read()
"""


def in_use(path: Path) -> str:
    return (
        f"Another process is already using the SQLite file {path}: stop it first, or set DATABASE_URL to a Postgres "
        "database, which several processes can share."
    )


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """A migrated SQLite file."""
    opened = open_database(parse(sqlite_url))
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Database]:
    """A migrated Postgres database."""
    opened = open_database(parse(postgres_url))
    await migrate(opened)
    yield opened
    await opened.close()


async def pragmas(database: Database, *, writer: bool) -> dict[str, Any]:
    names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "query_only", "auto_vacuum")
    async with database.begin() if writer else database.read() as connection:
        return {name: (await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in names}


async def test_sqlite_writes_ahead_waits_for_others_and_keeps_foreign_keys(sqlite: Database) -> None:
    shared = {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 5000, "foreign_keys": 1, "auto_vacuum": 2}

    assert await pragmas(sqlite, writer=True) == shared | {"query_only": 0}
    assert await pragmas(sqlite, writer=False) == shared | {"query_only": 1}


async def test_who_only_reads_cannot_write_and_that_is_a_mistake(sqlite: Database) -> None:
    with pytest.raises(DBAPIError, match="readonly"):
        async with sqlite.read() as connection:
            await connection.execute(sites.insert().values(alias="a", kind="cloud", base_url="https://a.example"))


async def test_no_update_is_lost_among_eight_at_once(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(sites.insert().values(id=1, alias="a", kind="cloud", base_url="https://a.example"))
    query = select(sites.c.failures).where(sites.c.id == 1)
    if not database.is_sqlite:
        query = query.with_for_update()

    async def add_one() -> None:
        async with database.begin() as connection:
            count = (await connection.execute(query)).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(text("UPDATE sites SET failures = :count"), {"count": count + 1})

    await asyncio.gather(*(add_one() for _ in range(8)))

    async with database.read() as connection:
        assert (await connection.execute(text("SELECT failures FROM sites"))).scalar() == 8


async def test_a_reader_sees_what_was_committed_while_somebody_writes(sqlite: Database) -> None:
    async with sqlite.begin() as writing:
        await writing.execute(pauses.insert().values(scope="app", until=NOW))
        async with sqlite.read() as reading:
            assert (await reading.execute(text("SELECT count(*) FROM pauses"))).scalar() == 0
    async with sqlite.read() as reading:
        assert (await reading.execute(text("SELECT count(*) FROM pauses"))).scalar() == 1


async def test_an_exception_undoes_everything(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as connection:
            await connection.execute(pauses.insert().values(scope="app", until=NOW))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM pauses"))).scalar() == 0


def hold(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 -- our own code in another process
        [sys.executable, "-c", textwrap.dedent(HOLDER), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_process_on_the_same_file_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "longtask.db"
    url = f"sqlite+aiosqlite:///{path}"
    first = hold(url)
    assert first.stdout is not None
    assert first.stdout.readline() == "open\n"

    second = hold(url)
    assert (second.communicate(), second.returncode) == (("", in_use(path) + "\n"), 1)
    with pytest.raises(DatabaseInUse) as refused:
        open_database(parse(url))
    assert str(refused.value) == in_use(path)

    first.send_signal(signal.SIGKILL)
    first.communicate()
    third = hold(url)
    assert third.communicate("") == ("open\n", "")


async def test_closing_lets_go_of_the_file(sqlite_url: str) -> None:
    await open_database(parse(sqlite_url)).close()
    await open_database(parse(sqlite_url)).close()


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "folder" / "longtask.db"

    with pytest.raises(DatabaseError) as error:
        open_database(parse(f"sqlite+aiosqlite:///{path}"))

    assert str(error.value) == (
        f"The folder of the SQLite file {path} cannot be written to (Not a directory): make it writable, or change "
        "DATABASE_URL."
    )


async def test_a_file_that_somebody_else_writes_to_is_away_for_now(sqlite: Database, sqlite_url: str) -> None:
    other = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with sqlite.writer.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.execute("PRAGMA busy_timeout=1")

    with pytest.raises(DatabaseAway) as error:
        async with sqlite.begin() as connection:
            await connection.execute(pauses.insert().values(scope="app", until=NOW))
    assert (type(error.value), str(error.value)) == (DatabaseAway, "SQLITE_BUSY")

    other.execute("ROLLBACK")
    other.close()
    async with sqlite.begin() as connection:
        await connection.execute(pauses.insert().values(scope="app", until=NOW))


async def test_a_full_disk_takes_no_writes_and_keeps_what_was_there(sqlite: Database) -> None:
    async with sqlite.begin() as connection:
        await connection.execute(text("PRAGMA max_page_count=1"))
    big = [{"scope": f"site:{number}", "until": NOW, "reason": "r" * 60} for number in range(5_000)]

    with pytest.raises(TakesNoWrites) as error:
        async with sqlite.begin() as connection:
            await connection.execute(pauses.insert(), big)

    assert str(error.value) == "its disk is full"
    async with sqlite.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM pauses"))).scalar() == 0


@pytest.mark.postgres
async def test_a_server_that_throws_us_out_is_away_and_the_next_call_finds_it_again(
    server: Database, postgres_url: str
) -> None:
    async def be_thrown_out() -> None:
        async with server.begin() as connection:
            pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar()
            with psycopg.connect(postgres_url, autocommit=True) as operator:
                operator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            await connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseAway) as error:
        await be_thrown_out()

    assert str(error.value) == "AdminShutdown"
    assert await ping(server) is None


@pytest.mark.postgres
async def test_a_server_that_is_not_there_is_away() -> None:
    gone = open_database(parse("postgresql+psycopg://u:secret@127.0.0.1:1/none"))

    with pytest.raises(DatabaseAway) as error:
        async with gone.begin():
            pytest.fail("there is no server")

    assert (str(error.value), await ping(gone)) == ("OperationalError", "OperationalError")
    await gone.close()


@pytest.mark.postgres
async def test_a_pool_without_a_free_connection_is_away(server: Database) -> None:
    pool = server.writer.pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    pool._timeout = 0.01
    taken = [await server.writer.connect() for _ in range(10)]

    with pytest.raises(DatabaseAway) as error:
        async with server.begin():
            pytest.fail("there is no free connection")

    assert str(error.value) == "TimeoutError"
    for connection in taken:
        await connection.close()


@pytest.mark.parametrize("statement", ["SELECT * FROM no_such_table", "SELEC 1", "SELECT no_such_column FROM sites"])
async def test_a_mistake_in_a_statement_is_not_taken_for_an_absent_database(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError):
        async with database.begin() as connection:
            await connection.execute(text(statement))


async def test_a_value_that_no_column_takes_is_a_mistake(database: Database) -> None:
    with pytest.raises((ProgrammingError, StatementError)):
        async with database.begin() as connection:
            await connection.execute(text("SELECT :value"), {"value": object()})


async def test_no_error_repeats_what_was_written(database: Database) -> None:
    row = {"alias": "SECRET-ALIAS", "kind": "cloud", "base_url": "https://SECRET.example"}
    with pytest.raises(IntegrityError) as twice:
        async with database.begin() as connection:
            await connection.execute(sites.insert(), [row, row])
    with pytest.raises(IntegrityError) as missing:
        async with database.begin() as connection:
            await connection.execute(
                text("INSERT INTO sites (alias, base_url) VALUES (:alias, :base_url)"),
                {"alias": row["alias"], "base_url": row["base_url"]},
            )

    for error in (twice.value, missing.value):
        assert [said for said in (str(error), repr(error), str(error.orig)) if "SECRET" in said] == []


async def test_pages_that_were_freed_go_back_to_the_disk(sqlite: Database) -> None:
    async def pages(name: str) -> int:
        async with sqlite.read() as connection:
            return int((await connection.execute(text(f"PRAGMA {name}"))).scalar_one())

    async with sqlite.begin() as connection:
        rows = [{"scope": f"site:{number}", "until": NOW, "reason": "r" * 60} for number in range(20_000)]
        await connection.execute(pauses.insert(), rows)
    async with sqlite.begin() as connection:
        await connection.execute(pauses.delete())
    freed = await pages("freelist_count")
    assert freed > 200

    await engine.optimize(sqlite)

    assert await pages("freelist_count") == max(freed - engine.PAGES_AT_ONCE, 0)


@pytest.mark.postgres
async def test_postgres_needs_no_care_of_ours(server: Database) -> None:
    await engine.optimize(server)
    assert await ping(server) is None
