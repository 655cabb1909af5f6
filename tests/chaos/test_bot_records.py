"""The records of the bot's database: every message in Slack is found by its marker."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.message_kinds import MessageKind
from sandbox.harness import CHANNEL, PERSON, open_sandbox
from sandbox.scenarios import scenario
from tests.chaos.bot_records import count_open_work, read_records
from tests.chaos.databases import BotDatabase, PostgresDatabase, SqliteFile


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bot_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BotDatabase]:
    database: BotDatabase
    if request.param == "sqlite":
        database = SqliteFile(folder=tmp_path / "disk", limit_files=lambda _: None)
    else:
        server = request.getfixturevalue("postgres")
        database = PostgresDatabase(server=server, name=f"records_{uuid.uuid4().hex}")
    yield database
    database.close()


async def test_every_message_in_slack_is_found_by_its_marker(bot_database: BotDatabase) -> None:
    quick = {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5"}
    async with open_sandbox(
        database_url=bot_database.url, environ=quick, ack_seconds=60.0, store_seconds=60.0
    ) as sandbox:
        await sandbox.start_bot()
        remote_id = sandbox.begin(scenario("copy_with_renames_and_restrictions").scaled(10.0))
        command = await sandbox.type(remote_id)
        await sandbox.slack.wait_for(
            lambda: any(PERSON in reply.mentions for reply in sandbox.thread_of(remote_id)), timeout=60.0
        )
        async with asyncio.timeout(60.0):
            while any((await count_open_work(bot_database)).values()):  # noqa: ASYNC110 -- a database has no event
                await asyncio.sleep(0.1)
        await sandbox.stop_bot()
        records = await read_records(bot_database)
        in_slack = [records.message(each) for each in sandbox.slack.channels[CHANNEL].messages.values()]

    assert {record.kind for record in in_slack if record is not None} >= {
        MessageKind.ROOT,
        MessageKind.COMPLETION,
    }
    assert [(each and each.channel_id, each and each.ts) for each in in_slack] == [
        (CHANNEL, ts) for ts in sandbox.slack.channels[CHANNEL].messages
    ]
    (subscription,) = records.subscriptions.values()
    assert (subscription.remote_id, subscription.trigger_id) == (remote_id, command.trigger_id)
    (answer,) = [each for each in records.messages.values() if each.subscription_id is None]
    assert (answer.kind, answer.trigger_id, answer.user_id) == (MessageKind.PRIVATE, command.trigger_id, PERSON)
