from bot.db import commands
from bot.db.rows import CommandRow
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase


async def add(filled: FilledDatabase, trigger_id: str, *, team_id: str = TEAM) -> int | None:
    async with filled.database.begin() as connection:
        return await commands.add(
            connection,
            trigger_id=trigger_id,
            team_id=team_id,
            enterprise_id="E1",
            channel_id=CHANNEL,
            user_id=OWNER,
            command="/longtask",
            text="1",
            response_url=b"sealed",
            now=filled.clock(),
        )


async def test_a_command_is_stored_once_by_its_trigger_id(filled: FilledDatabase) -> None:
    first, again = await add(filled, "one"), await add(filled, "one")
    async with filled.database.read() as connection:
        stored = await commands.find(connection, first)
        missing = await commands.find(connection, None)
    assert first is not None
    assert (again, missing) == (None, None)
    assert stored == CommandRow(
        id=first,
        team_id=TEAM,
        enterprise_id="E1",
        channel_id=CHANNEL,
        user_id=OWNER,
        command="/longtask",
        text="1",
        response_url=b"sealed",
        uses_left=5,
        claim_id=None,
        attempts=0,
        created_at=filled.clock(),
    )


async def test_a_trigger_id_counts_within_its_workspace(filled: FilledDatabase) -> None:
    ours, theirs = await add(filled, "one"), await add(filled, "one", team_id="T2")
    async with filled.database.read() as connection:
        found = [await commands.find(connection, command_id or 0) for command_id in (ours, theirs)]
    assert [command and command.team_id for command in found] == [TEAM, "T2"]


async def test_a_command_waits_until_it_is_answered(filled: FilledDatabase) -> None:
    command_id = await add(filled, "one")
    assert command_id is not None
    waiting = []
    async with filled.database.begin() as connection:
        waiting.append(await commands.any_unanswered(connection))
        await commands.response_url_used(connection, command_id)
        await commands.answered(connection, command_id, now=filled.clock())
        waiting.append(await commands.any_unanswered(connection))
        answered = await commands.find(connection, command_id)
    assert answered is not None
    assert (waiting, answered.uses_left) == ([True, False], 4)
