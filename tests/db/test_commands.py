from bot.db import claims, commands
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
        trigger_id="one",
        command="/longtask",
        text="1",
        hook=None,
        message_ts=None,
        thread_ts=None,
        response_url=b"sealed",
        uses_left=5,
        claim_id=None,
        attempts=0,
        looks=0,
        created_at=filled.clock(),
        language=None,
    )


async def test_a_trigger_id_counts_within_its_workspace(filled: FilledDatabase) -> None:
    ours, theirs = await add(filled, "one"), await add(filled, "one", team_id="T2")
    async with filled.database.read() as connection:
        found = [await commands.find(connection, command_id or 0) for command_id in (ours, theirs)]
    assert [command and command.team_id for command in found] == [TEAM, "T2"]


async def test_a_command_waits_until_it_is_answered(filled: FilledDatabase) -> None:
    command_id = await add(filled, "one")
    assert command_id is not None
    due = []
    async with filled.database.begin() as connection:
        due.append(await commands.next_due(connection))
        await commands.response_url_used(connection, command_id)
        await commands.answered(connection, command_id, now=filled.clock(), language="de")
        due.append(await commands.next_due(connection))
        answered = await commands.find(connection, command_id)
    assert answered is not None
    assert (due, answered.uses_left, answered.language) == ([filled.clock(), None], 4, "de")


async def test_a_command_that_is_put_off_waits_without_a_claim(filled: FilledDatabase) -> None:
    command_id = await add(filled, "one")
    assert command_id is not None

    async def claim() -> list[tuple[int, int]]:
        async with filled.database.begin() as connection:
            rows = await claims.claim_commands(connection, now=filled.clock(), limit=9, per_person=9)
        return [(row.attempts, row.looks) for row in rows]

    claimed = [await claim()]
    until = filled.clock.later(3)
    async with filled.database.begin() as connection:
        await commands.put_off(connection, command_id, until=until)
        due = await commands.next_due(connection)
    claimed.append(await claim())
    filled.clock.move(3)
    claimed.append(await claim())
    assert (due, claimed) == (until, [[(1, 0)], [], [(2, 1)]])
