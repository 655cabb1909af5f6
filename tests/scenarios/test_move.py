"""A thread that began on SQLite goes on after everything was moved to Postgres."""

import asyncio

import pytest
from sqlalchemy import select

from bot.db.column_types import metadata
from bot.db.engine import Database, open_database
from bot.db.url import parse
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from tests.support.clock import Clock
from tests.support.command_line import run_command
from tests.support.everything_stored import COPY, row_counts, store_everything
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

pytestmark = pytest.mark.postgres
#: seconds in which the long task has ended and the messages about it are posted
SETTLED = COPY.seconds + 60


async def move(source: str, target: str) -> tuple[int, str, str]:
    """Run the command, which has an event loop of its own."""
    return await asyncio.to_thread(run_command, "move", "--to", target, settings={"DATABASE_URL": source})


async def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for what a claim says."""
    found = {}
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in ("claim_id", "claimed_until")]
            # Sorted here: the databases order texts differently.
            found[table.name] = sorted((tuple(row) for row in await connection.execute(select(*columns))), key=repr)
    return found


async def opened_rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    database = open_database(parse(url))
    found = await rows(database)
    await database.close()
    return found


async def test_a_thread_goes_on_in_postgres_and_nothing_is_posted_twice(
    migrated_sqlite_url: str, postgres_url: str, clock: Clock
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock) as stepped:
        remote_id = await store_everything(stepped)
        roots, thread = stepped.slack.messages(CHANNEL), stepped.thread(remote_id)
        counts = await row_counts(stepped.database)
        assert [name for name, count in counts.items() if not count] == []
        await stepped.stop()
        before = await opened_rows(migrated_sqlite_url)

        status, output, errors = await move(migrated_sqlite_url, postgres_url)

        assert (status, errors) == (0, "")
        assert f"long_tasks {len(before['long_tasks'])}, " in output
        assert await opened_rows(postgres_url) == before
        assert await opened_rows(migrated_sqlite_url) == before
        await follow_on(stepped, postgres_url)
        await stepped.until(lambda: stepped.card(remote_id).text.startswith("*Finished"), within=SETTLED)

        assert stepped.slack.messages(CHANNEL)[: len(roots)] == roots
        assert [message.ts for message in stepped.thread(remote_id)][: len(thread)] == [each.ts for each in thread]
        completions = [reply for reply in stepped.thread(remote_id) if PERSON in reply.mentions]
        assert [COLLEAGUE in reply.mentions for reply in completions] == [True]
        new = await stepped.follow(COPY)
        assert len(stepped.thread(new)) == 1


async def follow_on(stepped: SteppedBot, url: str) -> None:
    """Start the bot on another database."""
    stepped.sandbox.environ["DATABASE_URL"] = url
    await stepped.start()


async def test_new_rows_get_numbers_that_were_never_given(
    migrated_sqlite_url: str, postgres_url: str, clock: Clock
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock) as stepped:
        await store_everything(stepped)
        listed = metadata.tables["listed_tasks"]
        async with stepped.database.begin() as connection:
            last = max((await connection.execute(select(listed.c.id))).scalars())
            # Nothing is left that names the last number but SQLite's own memory of it.
            await connection.execute(metadata.tables["watches"].delete())
            await connection.execute(listed.delete())
    await move(migrated_sqlite_url, postgres_url)

    database = open_database(parse(postgres_url))
    now = clock()
    values = {"site_id": 1, "remote_id": "new", "snapshot": "{}", "first_listed_at": now, "last_listed_at": now}
    async with database.begin() as connection:
        number = (await connection.execute(listed.insert().values(**values).returning(listed.c.id))).scalar_one()
    await database.close()
    assert number == last + 1


async def test_a_file_that_a_bot_uses_is_not_moved(migrated_sqlite_url: str, postgres_url: str, clock: Clock) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock):
        status, output, errors = await move(migrated_sqlite_url, postgres_url)

    assert (status, output) == (1, "")
    assert errors.startswith("Another process is already using the SQLite file ")
    assert len(errors.splitlines()) == 1


async def test_a_target_with_rows_is_refused(migrated_sqlite_url: str, postgres_url: str, clock: Clock) -> None:
    async with open_stepped_bot(postgres_url, clock):
        pass
    before = await opened_rows(postgres_url)

    status, output, errors = await move(migrated_sqlite_url, postgres_url)

    assert (status, output) == (1, "")
    assert errors in {
        f"The database to move to holds data already ({table}: 1). Nothing was moved: name an empty one, and start no "
        "bot on it before.\n"
        for table in ("accounts", "sites")
    }
    assert await opened_rows(postgres_url) == before


async def test_a_move_that_breaks_off_leaves_the_target_empty_and_the_file_as_it_was(
    migrated_sqlite_url: str, postgres_url: str, clock: Clock
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock) as stepped:
        await store_everything(stepped)
        async with stepped.database.begin() as connection:
            # SQLite takes any length, Postgres does not; of all tables this one is copied last but few.
            messages = metadata.tables["messages"]
            await connection.execute(messages.update().values(reason="too long " * 10))
    before = await opened_rows(migrated_sqlite_url)

    status, output, errors = await move(migrated_sqlite_url, postgres_url)

    assert (status, output) == (1, "")
    assert errors == (
        "A row does not fit into the database to move to (value too long for type character varying(64)). Nothing was "
        "moved.\n"
    )
    assert await opened_rows(migrated_sqlite_url) == before
    assert await tables(postgres_url) == []


async def tables(url: str) -> list[str]:
    """The tables that a database has."""
    database = open_database(parse(url))
    async with database.read() as connection:
        found = await connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = sorted(row[0] for row in found)
    await database.close()
    return names


async def test_a_target_that_does_not_answer_is_one_sentence_without_its_password(
    migrated_sqlite_url: str,
) -> None:
    moved = await move(migrated_sqlite_url, "postgres://ann:hunter2@127.0.0.1:1/tasks")

    sentence = "The database to move to does not answer (OperationalError): see that it runs.\n"
    assert moved == (1, "", sentence)


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        (
            "postgres://h/d",
            "postgres://h/e",
            "DATABASE_URL is a Postgres database, and move copies from a SQLite file: use pg_dump and pg_restore.\n",
        ),
        (
            "sqlite:///a.db",
            "sqlite:///b.db",
            "move copies to Postgres: give --to postgres://user:password@host/name.\n",
        ),
        (
            "sqlite:///a.db",
            "mysql://ann:hunter2@h/d",
            "--to has to begin with postgres://, postgresql:// or sqlite:///.\n",
        ),
    ],
)
async def test_what_cannot_be_moved_is_one_sentence(source: str, target: str, sentence: str) -> None:
    assert await move(source, target) == (1, "", sentence)
