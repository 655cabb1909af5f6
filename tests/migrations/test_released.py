"""A database of each released version, with data in it, is brought up to date, and its threads go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.db.column_types import metadata
from bot.db.engine import open_database
from bot.db.migrate import downgrade, migrate, newest, pending, revision
from bot.db.url import parse
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, open_sandbox
from tests.support.clock import Clock
from tests.support.everything_stored import COPY, row_counts
from tests.support.released import FOLDER, Released, load, read, restore
from tests.support.schema import definitions, migration_contents
from tests.support.stepped_bot import PATIENCE, SteppedBot

FILES = sorted(FOLDER.glob("*.sql"))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    """What a released version stored."""
    assert isinstance(request.param, Path)
    return request.param


def test_there_is_a_file_of_the_first_release() -> None:
    assert FILES[0].stem == "0.1.0"


def test_a_released_migration_is_never_changed(file: Path) -> None:
    """Databases that it has made are out there: change them by a further migration."""
    released, _ = read(file)

    assert {name: migration_contents().get(name) for name in released.migrations} == released.migrations


async def test_what_is_brought_up_to_date_is_as_if_made_today_and_keeps_its_rows(file: Path, database_url: str) -> None:
    _, statements = read(file)
    load(database_url, statements, site="http://127.0.0.1:1")
    database = open_database(parse(database_url))

    await migrate(database)

    section = statements["sqlite" if database.is_sqlite else "postgresql"]
    stored = {name: section.count(f"INSERT INTO {name} (") for name in metadata.tables}
    counts = await row_counts(database)
    assert {name: count for name, count in counts.items() if stored[name]} == {
        name: count for name, count in stored.items() if count
    }
    assert (await pending(database), await revision(database)) == (None, newest())
    upgraded = await definitions(database)
    await downgrade(database, to="base")
    await migrate(database)
    made_today = await definitions(database)
    await database.close()
    assert upgraded == made_today


@asynccontextmanager
async def bot_of(file: Path, url: str, clock: Clock) -> AsyncIterator[tuple[SteppedBot, Released]]:
    """Today's bot on a database of a released version, between simulators that are where those of that version were."""
    released, statements = read(file)
    # A little later: Slack gives no number of a message twice.
    clock.at = datetime.fromtimestamp(released.at + 1, tz=UTC)
    async with open_sandbox(database_url=url, clock=clock.seconds, ack_seconds=PATIENCE) as sandbox:
        restore(sandbox, released)
        load(url, statements, site=sandbox.confluence.origin)
        stepped = SteppedBot(sandbox=sandbox, clock=clock, store_seconds=PATIENCE, hook_seconds=PATIENCE)
        await stepped.start()
        try:
            yield stepped, released
        finally:
            await stepped.stop()


async def test_a_thread_that_a_released_version_began_goes_on(file: Path, database_url: str, clock: Clock) -> None:
    async with bot_of(file, database_url, clock) as (stepped, released):
        remote_id = released.remote_id
        roots, thread = stepped.slack.messages(CHANNEL), [each.ts for each in stepped.thread(remote_id)]
        assert len(thread) > 1

        await stepped.until(lambda: stepped.card(remote_id).text.startswith("*Finished"), within=COPY.seconds)
        await stepped.run(30)

        assert stepped.slack.messages(CHANNEL) == roots
        assert [each.ts for each in stepped.thread(remote_id)][: len(thread)] == thread
        mentioned = [reply.mentions for reply in stepped.thread(remote_id) if PERSON in reply.mentions]
        assert [COLLEAGUE in people for people in mentioned] == [True]
