"""Calls are stored as commands: of those that ask for the same, one is in work at a time."""

from bot.db import commands, hook_calls, hooks
from bot.db.hook_calls import CallState
from bot.db.rows import HookRow
from bot.domain.command import Reference
from bot.domain.hook_answer import CallAnswer, CallResult
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase

REF = Reference(site_id=1, remote_id="4711")
ANSWER = CallAnswer(result=CallResult.NOT_FOLLOWED, sentence="no")


async def add_hook(filled: FilledDatabase, token_hash: str = "a" * 64, *, channel_id: str = CHANNEL) -> HookRow:
    """A hook."""
    async with filled.database.begin() as connection:
        await hooks.add(
            connection,
            token_hash=token_hash,
            team_id=TEAM,
            enterprise_id=None,
            channel_id=channel_id,
            maker_id=OWNER,
            now=filled.clock(),
        )
        hook = await hooks.find(connection, token_hash)
    assert hook is not None
    return hook


async def add_call(filled: FilledDatabase, hook: HookRow, ref: Reference = REF) -> int:
    """A call; the id of its command."""
    async with filled.database.begin() as connection:
        return await hook_calls.add(connection, hook, ref, command="/longtask", text="{}", now=filled.clock())


async def answer(filled: FilledDatabase, command_id: int, given: CallAnswer | None = None) -> None:
    """Mark a call answered."""
    async with filled.database.begin() as connection:
        await commands.answered(connection, command_id, now=filled.clock(), language="en", answer=given)


async def test_a_call_is_a_command_of_the_maker_without_a_response_url(filled: FilledDatabase) -> None:
    hook = await add_hook(filled)

    command_id = await add_call(filled, hook)

    async with filled.database.read() as connection:
        row = await commands.find(connection, command_id)
    assert row is not None
    assert (row.team_id, row.channel_id, row.user_id) == (TEAM, CHANNEL, OWNER)
    assert (row.hook, row.response_url, row.text) == (hook.token_hash, None, "{}")


async def test_the_same_call_is_not_in_work_twice(filled: FilledDatabase) -> None:
    hook, other = await add_hook(filled), await add_hook(filled, "b" * 64, channel_id="C2")

    first = await add_call(filled, hook)

    assert await add_call(filled, hook) == first
    others = [
        await add_call(filled, hook, Reference(site_id=2, remote_id="4711")),
        await add_call(filled, hook, Reference(site_id=1, remote_id="4712")),
        await add_call(filled, other),
    ]
    assert len({first, *others}) == 4


async def test_what_was_answered_may_be_asked_for_again(filled: FilledDatabase) -> None:
    hook = await add_hook(filled)
    seen = set()
    for _ in range(3):
        command_id = await add_call(filled, hook)
        await answer(filled, command_id)
        seen.add(command_id)

    assert len(seen) == 3


async def test_what_has_become_of_a_call_can_be_read(filled: FilledDatabase) -> None:
    hook = await add_hook(filled)
    command_id = await add_call(filled, hook)

    async def state() -> CallState | None:
        async with filled.database.read() as connection:
            return await hook_calls.state(connection, command_id)

    assert await state() == CallState(answered_at=None, answer=None)
    await answer(filled, command_id, ANSWER)
    assert await state() == CallState(answered_at=filled.clock(), answer=ANSWER)
    async with filled.database.begin() as connection:
        await commands.refuse(connection, command_id)
    assert await state() is None


async def test_the_thread_of_a_call_is_found_and_the_one_that_there_is(filled: FilledDatabase) -> None:
    hook = await add_hook(filled)
    command_id = await add_call(filled, hook)
    task = await filled.add_long_task("4711")
    ref = Reference(site_id=filled.site_id, remote_id="4711")
    async with filled.database.read() as connection:
        assert await hook_calls.thread_begun(connection, hook, command_id) is None
        assert await hook_calls.thread_of(connection, hook, ref) is None

    thread = await filled.add_thread(task, command_id=command_id)

    async with filled.database.read() as connection:
        found = (
            await hook_calls.thread_begun(connection, hook, command_id),
            await hook_calls.thread_of(connection, hook, ref),
            await hook_calls.thread_begun(connection, hook, command_id + 1),
            await hook_calls.thread_of(connection, hook, Reference(site_id=filled.site_id, remote_id="4712")),
        )
    assert [row.id if row else None for row in found] == [thread, thread, None, None]
