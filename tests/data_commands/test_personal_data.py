"""What is stored about a person or a workspace: exported, and deleted."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String

from bot.db import personal_data
from bot.db.column_types import metadata
from bot.db.engine import open_database
from bot.db.personal_data import Subject
from bot.db.url import parse
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from tests.support.clock import Clock
from tests.support.command_line import run_command
from tests.support.everything_stored import COPY, LABEL, places_of, row_counts, store_everything
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

#: columns of 32 characters that hold ids of something else than a person
NO_PERSONS = {"team_id", "enterprise_id", "channel_id", "claim_id", "message_ts", "thread_ts", "locale", "identity"}


@pytest.fixture
async def used(either_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """A bot that two people have used for all that stores something."""
    async with open_stepped_bot(either_url, clock) as stepped:
        await store_everything(stepped)
        yield stepped


async def command(*arguments: str, url: str) -> tuple[int, str, str]:
    """Run a command beside the bot of this process."""
    return await asyncio.to_thread(run_command, *arguments, settings={"DATABASE_URL": url})


def test_every_table_is_about_people_a_workspace_or_nobody() -> None:
    """A table that is added belongs in `bot/db/personal_data` and in docs/privacy.md."""
    of_team = set(personal_data.rows_about(Subject(team_id="T1")))
    of_person = set(personal_data.rows_about(Subject(user_id="U1")))

    assert of_team | personal_data.OF_NOBODY == set(metadata.sorted_tables)
    assert of_team & personal_data.OF_NOBODY == set()
    assert {column.table for column in personal_data.USER_IDS} <= of_person


def test_every_column_that_may_hold_a_user_id_is_known_as_one() -> None:
    as_long_as_an_id = {
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if type(column.type) is String and column.type.length == 32 and column.name not in NO_PERSONS
    }

    assert as_long_as_an_id == personal_data.USER_IDS


async def exported(url: str, *whose: str) -> tuple[dict[str, Any], str]:
    status, output, errors = await command("export", *whose, url=url)
    assert (status, errors) == (0, "")
    found: dict[str, Any] = json.loads(output)
    return found, output


async def test_the_export_of_a_person_has_what_they_did_and_nobody_else(used: SteppedBot, either_url: str) -> None:
    found, text = await exported(either_url, "--user", PERSON)

    rows = found["rows"]
    assert (found["user"], found["team"]) == (PERSON, None)
    assert {row["user_id"] for row in rows["people"]} == {PERSON}
    assert {row["maker_id"] for row in rows["hooks"]} | {row["maker_id"] for row in rows["watches"]} == {PERSON}
    assert LABEL in [row["label"] for row in rows["subscriptions"]]
    assert "watch" in [row["text"] for row in rows["commands"]]
    assert [row["user_id"] for row in rows["messages"] if row["kind"] == "home"] == [PERSON]
    assert COLLEAGUE not in text
    assert "another person" in text


async def test_the_export_of_a_workspace_has_all_rows_but_those_of_nobody(used: SteppedBot, either_url: str) -> None:
    counts = await row_counts(used.database)

    found, _ = await exported(either_url, "--team", TEAM)

    of_nobody = {table.name for table in personal_data.OF_NOBODY}
    assert {name: len(rows) for name, rows in found["rows"].items()} == {
        name: count for name, count in counts.items() if name not in of_nobody
    }


async def test_no_export_has_a_secret(used: SteppedBot, either_url: str) -> None:
    found, text = await exported(either_url, "--team", TEAM)

    names = {f"{table}.{name}" for table, rows in found["rows"].items() for row in rows for name in row}
    assert names & {str(column) for column in personal_data.SECRETS} == set()
    columns = [column for table in metadata.sorted_tables for column in table.columns]
    assert {column for column in columns if isinstance(column.type, LargeBinary)} <= personal_data.SECRETS
    assert used.sandbox.environ["SLACK_BOT_TOKEN"] not in text


async def test_nothing_is_left_of_a_person_and_the_thread_that_others_share_goes_on(
    either_url: str, clock: Clock
) -> None:
    async with open_stepped_bot(either_url, clock) as stepped:
        remote_id = await store_everything(stepped)
        assert len(await places_of(stepped.database, PERSON)) > 8
        watching = len(stepped.slack.messages(CHANNEL))
        await stepped.stop()

        status, output, errors = await command("delete", "--user", PERSON, "--yes", url=either_url)

        assert (status, errors) == (0, "")
        assert output.startswith("Deleted, or cleared where others share it: people 1, ")
        database = open_database(parse(either_url))
        assert await places_of(database, PERSON) == []
        assert await places_of(database, LABEL) == []
        assert await places_of(database, COLLEAGUE) != []
        await database.close()
        again = await command("delete", "--user", PERSON, "--yes", url=either_url)
        assert again == (0, "Nothing is stored.\n", "")

        await stepped.start()
        await stepped.until(lambda: stepped.card(remote_id).text.startswith("*Finished"), within=COPY.seconds + 60)
        await stepped.run(60)
        root = stepped.root(remote_id)
        assert PERSON not in root.text
        assert "watch" not in root.text
        assert [COLLEAGUE in reply.mentions for reply in stepped.thread(remote_id) if reply.mentions] == [True]
        assert PERSON not in stepped.card(remote_id).text
        assert len(stepped.slack.messages(CHANNEL)) == watching
        roots = [message.text for message in stepped.slack.messages(CHANNEL) if "Confluence site" in message.text]
        assert [text.startswith("*No longer watching") for text in roots] == [True]


async def test_nothing_is_left_of_a_workspace(either_url: str, clock: Clock) -> None:
    async with open_stepped_bot(either_url, clock) as stepped:
        await store_everything(stepped)

    status, _, errors = await command("delete", "--team", TEAM, "--yes", url=either_url)

    assert (status, errors) == (0, "")
    database = open_database(parse(either_url))
    assert [await places_of(database, word) for word in (TEAM, PERSON, CHANNEL)] == [[], [], []]
    counts = await row_counts(database)
    await database.close()
    assert {name for name, count in counts.items() if count} == {table.name for table in personal_data.OF_NOBODY}


async def test_of_a_person_in_another_workspace_nothing_is_deleted(either_url: str, clock: Clock) -> None:
    async with open_stepped_bot(either_url, clock) as stepped:
        await store_everything(stepped)
        counts = await row_counts(stepped.database)

    assert await command("delete", "--user", PERSON, "--team", "T2", "--yes", url=either_url) == (
        0,
        "Nothing is stored.\n",
        "",
    )
    database = open_database(parse(either_url))
    assert await row_counts(database) == counts
    await database.close()


async def test_who_does_not_answer_yes_deletes_nothing(either_url: str, clock: Clock) -> None:
    async with open_stepped_bot(either_url, clock) as stepped:
        await store_everything(stepped)
        counts = await row_counts(stepped.database)

    status, output, _ = await command("delete", "--user", PERSON, url=either_url)

    database = open_database(parse(either_url))
    assert (status, await row_counts(database)) == (1, counts)
    await database.close()
    assert output.startswith(f"Delete what is stored about {PERSON} (people 1, ")


async def test_while_a_bot_uses_the_file_nothing_is_deleted(migrated_sqlite_url: str, clock: Clock) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock):
        status, output, errors = await command("delete", "--user", PERSON, "--yes", url=migrated_sqlite_url)

    assert (status, output) == (1, "")
    assert errors.startswith("Another process is already using the SQLite file ")


@pytest.mark.parametrize("name", ["export", "delete"])
def test_whose_data_has_to_be_said(name: str) -> None:
    assert run_command(name) == (
        1,
        "",
        "Say whose data: --user U0123456789, --team T0123456789, or both for a person of one workspace.\n",
    )


@pytest.mark.parametrize("output", ["closed", "full"])
def test_an_export_that_is_not_written_whole_says_so_and_one_that_nobody_reads_on_ends_quietly(
    migrated_sqlite_url: str, output: str
) -> None:
    reading, closed = os.pipe()
    os.close(reading)
    with os.fdopen(closed, "wb") as pipe, Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "export", "--user", "U1"],
            env={**os.environ, "DATABASE_URL": migrated_sqlite_url},
            stdout={"closed": pipe, "full": full}[output],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    sentence = (
        "The export cannot be written (No space left on device), so it is not whole: make room and run it again.\n"
    )
    assert (done.returncode, done.stderr) == (1, {"closed": "", "full": sentence}[output])
