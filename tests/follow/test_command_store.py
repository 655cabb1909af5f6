import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from bot.db.engine import DatabaseAway, TakesNoWrites
from bot.follow.command_store import TRIES, IncomingCommand
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, PERSON, TEAM
from tests.support.clock import Clock
from tests.support.interruptions import UnansweringDatabase, connections
from tests.support.refusing_database import RefusingDatabase
from tests.support.sqlite_lock import locked
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

#: lets a commit of the table wait for a lock that a test holds, and then fail in a way that it names
SLOW_COMMIT: LiteralString = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(4711);
    IF current_setting('test.fails', true) = 'yes' THEN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON commands DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION slow()
"""
#: backends of a bot whose commit waits
COMMITTING: LiteralString = (
    "SELECT pid FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event_type = 'Lock'"
    " AND datname = current_database() AND pid <> pg_backend_pid()"
)


def incoming(stepped: SteppedBot, *, trigger_id: str = "1.1.a") -> IncomingCommand:
    """A command as Slack sends it."""
    return IncomingCommand(
        trigger_id=trigger_id,
        team_id=TEAM,
        enterprise_id=None,
        channel_id=CHANNEL,
        user_id=PERSON,
        command="/longtask",
        text="list",
        response_url=f"{stepped.slack.origin}/response/none",
    )


def shown(stepped: SteppedBot) -> list[tuple[str, str]]:
    """What the person was shown alone, and by which way."""
    return [(message.via, message.text) for message in stepped.slack.ephemerals(PERSON)]


@pytest.fixture
async def on_postgres(postgres_url: str, clock: Clock) -> SteppedBot:
    """The real bot on Postgres, stepped by hand, with time to come to the commit and not to wait for its end."""
    async with open_stepped_bot(postgres_url, clock, store_seconds=2.5) as opened:
        yield opened


@contextmanager
def locked_table(url: str) -> Iterator[None]:
    """Within the context nobody else can touch the commands."""
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE commands IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


@contextmanager
def slow_commit(url: str) -> Iterator[psycopg.Connection]:
    """Within the context the commit of a command waits."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SLOW_COMMIT)
        connection.execute("SELECT pg_advisory_lock(4711)")
        yield connection
        connection.execute("SELECT pg_advisory_unlock(4711)")


async def committing(connection: psycopg.Connection) -> int:
    """The process id of the backend whose commit waits."""
    while (row := connection.execute(COMMITTING).fetchone()) is None:  # noqa: ASYNC110 -- a server has no event
        await asyncio.sleep(0.01)
    return int(row[0])


# -- given up before the commit


async def test_a_command_that_was_refused_while_the_file_was_locked_is_not_stored_when_the_lock_goes(
    stepped: SteppedBot, tmp_path: Path
) -> None:
    with locked(tmp_path / "longtask.db"), pytest.raises(DatabaseAway, match=r"^too slow$"):
        await stepped.worker.store(incoming(stepped), within=0.05)

    # The file has one writer, so the refused write has ended once the next one begins.
    async with stepped.database.begin():
        assert await stepped.commands() == []
    await stepped.worker.settle()
    assert await stepped.commands() == []


@pytest.mark.postgres
async def test_a_command_that_was_refused_while_its_table_was_locked_ends_before_the_lock_goes(
    on_postgres: SteppedBot, postgres_url: str
) -> None:
    with locked_table(postgres_url):
        with pytest.raises(DatabaseAway):
            await on_postgres.worker.store(incoming(on_postgres), within=0.2)
        await on_postgres.worker.settle()

    assert await on_postgres.commands() == []


async def test_a_command_whose_time_was_over_when_the_database_answered_is_rolled_back(on_both: SteppedBot) -> None:
    with pytest.raises(DatabaseAway, match=r"^too slow$"):
        await on_both.worker.store(incoming(on_both), within=0)

    await on_both.worker.settle()
    assert await on_both.commands() == []


async def test_a_command_is_begun_as_soon_as_it_is_stored(on_both: SteppedBot) -> None:
    await on_both.worker.store(incoming(on_both), within=5)
    await on_both.worker.settle()

    assert on_both.worker.wake.is_set()
    await on_both.turn()
    assert len(await on_both.planned_answers()) == 1


# -- a commit whose end nobody saw


@pytest.mark.postgres
async def test_a_commit_that_takes_longer_than_the_acknowledgement_is_acknowledged_and_carried_out(
    on_postgres: SteppedBot, postgres_url: str
) -> None:
    with slow_commit(postgres_url):
        result = await on_postgres.sandbox.type("list")
        assert (result.status, result.body, shown(on_postgres)) == (200, "", [])
    await on_postgres.worker.settle()

    await on_postgres.turn()

    nothing = "Nothing is followed at the moment."
    assert shown(on_postgres) == [("response_url", nothing)]


@pytest.mark.postgres
async def test_a_commit_that_fails_after_the_acknowledgement_is_told_by_the_response_url(
    on_postgres: SteppedBot, postgres_url: str, en: Texts
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as operator:
        name = sql.Identifier(operator.info.dbname)
        operator.execute(sql.SQL("ALTER DATABASE {} SET test.fails = 'yes'").format(name))
    await on_postgres.database.writer.dispose()

    with slow_commit(postgres_url):
        result = await on_postgres.sandbox.type("list")
        assert (result.status, result.body, shown(on_postgres)) == (200, "", [])
    await on_postgres.worker.settle()

    assert shown(on_postgres) == [("response_url", replies.nothing_started(en).text)]
    assert await on_postgres.commands() == []


@pytest.mark.postgres
async def test_a_commit_whose_connection_was_cut_is_tried_again(on_postgres: SteppedBot, postgres_url: str) -> None:
    with slow_commit(postgres_url) as operator:
        storing = asyncio.create_task(on_postgres.worker.store(incoming(on_postgres), within=30))
        pid = await committing(operator)
        operator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        assert await committing(operator) != pid
    await storing

    assert [command.text for command in await on_postgres.commands()] == ["list"]


async def test_a_commit_that_was_carried_out_unseen_is_stored_once(on_both: SteppedBot) -> None:
    database = on_both.database
    unanswering = UnansweringDatabase(**connections(database), lost=3)
    worker = on_both.new_worker(replace(on_both.deps, database=unanswering))

    await worker.store(incoming(on_both), within=30)
    await worker.settle()

    assert unanswering.lost == 0
    assert [command.text for command in await on_both.commands()] == ["list"]
    assert shown(on_both) == []


async def test_a_commit_that_is_never_seen_to_end_is_not_said_to_have_started_nothing(
    stepped: SteppedBot, en: Texts
) -> None:
    database = stepped.database
    unanswering = UnansweringDatabase(**connections(database), lost=TRIES)
    worker = stepped.new_worker(replace(stepped.deps, database=unanswering))
    command = await stepped.slack.command("help", user=PERSON, channel=CHANNEL)
    url = stepped.slack.response_url(command.response_url_id or "")

    await worker.store(replace(incoming(stepped), response_url=url), within=30)
    await worker.settle()

    assert shown(stepped) == [("response_url", replies.gone_wrong(en).text)]


async def test_a_write_that_is_refused_is_not_tried_again(refusal: RefusingDatabase, clock: Clock) -> None:
    async with open_stepped_bot(refusal.url, clock) as stepped, refusal.refusing(stepped.database):
        with pytest.raises(TakesNoWrites) as error:
            await stepped.worker.store(incoming(stepped), within=30)

        assert str(error.value) == refusal.reason
