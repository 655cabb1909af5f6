"""Hooks are found by the hash of their token alone; a channel has one."""

from datetime import timedelta

from bot.db import hooks
from bot.db.rows import HookRow
from bot.domain.hook_answer import CALLS
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase

FIRST, SECOND = "a" * 64, "b" * 64


async def add(filled: FilledDatabase, token_hash: str = FIRST, *, channel_id: str = CHANNEL) -> bool:
    """Add a hook; whether the channel had none."""
    async with filled.database.begin() as connection:
        return await hooks.add(
            connection,
            token_hash=token_hash,
            team_id=TEAM,
            enterprise_id=None,
            channel_id=channel_id,
            maker_id=OWNER,
            now=filled.clock(),
        )


async def find(filled: FilledDatabase, token_hash: str = FIRST) -> HookRow | None:
    async with filled.database.read() as connection:
        return await hooks.find(connection, token_hash)


async def test_a_hook_is_found_by_its_hash_and_by_its_channel(filled: FilledDatabase) -> None:
    assert await add(filled)

    hook = HookRow(
        token_hash=FIRST,
        team_id=TEAM,
        enterprise_id=None,
        channel_id=CHANNEL,
        maker_id=OWNER,
        created_at=filled.clock(),
        last_used_at=None,
        allowed_at=filled.clock(),
        calls=(),
    )
    async with filled.database.read() as connection:
        by_channel = await hooks.of_channel(connection, team_id=TEAM, channel_id=CHANNEL)
        elsewhere = await hooks.of_channel(connection, team_id="T2", channel_id=CHANNEL)
    assert (await find(filled), by_channel, elsewhere) == (hook, hook, None)
    assert await find(filled, SECOND) is None


async def test_a_channel_has_one_hook(filled: FilledDatabase) -> None:
    assert [await add(filled), await add(filled, SECOND), await add(filled, SECOND, channel_id="C2")] == [
        True,
        False,
        True,
    ]


async def test_calls_are_counted_for_a_minute(filled: FilledDatabase) -> None:
    await add(filled)
    began = filled.clock()

    async def count() -> object:
        async with filled.database.begin() as connection:
            return await hooks.count_call(connection, FIRST, now=filled.clock())

    assert [await count() for _ in range(CALLS + 1)] == [None] * CALLS + [began + timedelta(minutes=1)]
    hook = await find(filled)
    assert hook is not None
    assert (hook.last_used_at, hook.calls) == (began, (began,) * CALLS)
    filled.clock.move(60)
    assert await count() is None
    hook = await find(filled)
    assert hook is not None
    assert hook.calls == (filled.clock(),)


async def test_a_call_of_a_hook_that_was_deleted_meanwhile_is_not_counted(filled: FilledDatabase) -> None:
    async with filled.database.begin() as connection:
        assert await hooks.count_call(connection, FIRST, now=filled.clock()) is None


async def test_a_hook_is_ended_once(filled: FilledDatabase) -> None:
    await add(filled)
    await add(filled, SECOND, channel_id="C2")

    async with filled.database.begin() as connection:
        ended = [await hooks.end(connection, FIRST) for _ in range(2)]
        by_channel = [await hooks.end_in_channel(connection, team_id=TEAM, channel_id="C2") for _ in range(2)]

    assert ended == [True, False]
    assert [hook.token_hash if hook else None for hook in by_channel] == [SECOND, None]


async def test_what_slack_said_last_is_kept(filled: FilledDatabase) -> None:
    await add(filled)
    filled.clock.move(100)

    async with filled.database.begin() as connection:
        await hooks.allowed(connection, FIRST, now=filled.clock())

    hook = await find(filled)
    assert hook is not None
    assert hook.allowed_at == filled.clock()
