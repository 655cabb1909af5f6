from bot.db import commands
from bot.db.rows import CommandRow
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase


async def add(filled: FilledDatabase, trigger_id: str) -> int | None:
    async with filled.database.begin() as connection:
        return await commands.add(
            connection,
            trigger_id=trigger_id,
            team_id=TEAM,
            enterprise_id="E1",
            channel_id=CHANNEL,
            user_id=OWNER,
            user_team_id=TEAM,
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
        user_team_id=TEAM,
        command="/longtask",
        text="1",
        response_url=b"sealed",
        uses_left=5,
        claim_id=None,
        attempts=0,
        created_at=filled.clock(),
    )


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
