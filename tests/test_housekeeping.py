from datetime import timedelta

import msgspec

from bot import housekeeping
from bot.db import commands, findings, long_tasks, pauses, stale_messages, subscriptions
from bot.domain.states import Outcome
from bot.domain.task_state import Decision, TaskState
from tests.support.filled_database import FilledDatabase, finding

DAYS = 30
RETENTION = timedelta(days=DAYS).total_seconds()


async def add_ended(filled: FilledDatabase, *remote_ids: str) -> None:
    """Long tasks that end now."""
    async with filled.database.begin() as connection:
        for remote_id in remote_ids:
            state = TaskState(remote_id=remote_id, created_at=filled.clock(), outcome=Outcome.FINISHED)
            decision = Decision(after=state, due_at=None)
            row = await long_tasks.put(connection, site_id=filled.site_id, decision=decision, now=filled.clock())
            await findings.add(connection, row.id, found=[finding(1)], seq=0, now=filled.clock())


async def stop(filled: FilledDatabase, thread: int, long_task_id: int) -> None:
    async with filled.database.begin() as connection:
        await subscriptions.stop(connection, thread, stopped_by="U1", now=filled.clock())
        await long_tasks.stop_looking(connection, [long_task_id])


async def left(filled: FilledDatabase, *remote_ids: str) -> list[str]:
    """Those of some long tasks that are still there."""
    async with filled.database.read() as connection:
        return [
            remote_id
            for remote_id in remote_ids
            if await long_tasks.find(connection, site_id=filled.site_id, remote_id=remote_id) is not None
        ]


async def test_long_tasks_that_ended_or_were_left_long_ago_are_deleted_with_their_threads(
    filled: FilledDatabase,
) -> None:
    followed = await filled.add_long_task("followed")
    kept = await filled.add_thread(followed)
    lately = await filled.add_long_task("stopped lately")
    lately_thread = await filled.add_thread(lately)
    await filled.add_long_task("never followed", due_in=None)
    await add_ended(filled, "ended long ago")
    long_ago = await filled.add_long_task("stopped long ago")
    thread = await filled.add_thread(long_ago)
    await stop(filled, thread, long_ago)
    filled.clock.move(RETENTION)
    await add_ended(filled, "ended lately")
    await stop(filled, lately_thread, lately)
    filled.clock.move(1)

    wait = await housekeeping.step(filled.database, retention_days=DAYS, now=filled.clock)()

    assert wait == housekeeping.INTERVAL_SECONDS
    names = ("followed", "stopped lately", "never followed", "ended long ago", "stopped long ago", "ended lately")
    assert await left(filled, *names) == ["followed", "stopped lately", "ended lately"]
    assert [len(await filled.messages(one)) for one in (kept, lately_thread, thread)] == [2, 2, 0]


async def test_commands_are_deleted_after_a_day_and_pauses_when_they_are_over(filled: FilledDatabase) -> None:
    old = await filled.add_command("old")
    filled.clock.move(2 * 3600)
    new = await filled.add_command("new")
    filled.clock.move(23 * 3600)
    async with filled.database.begin() as connection:
        for seconds in (-1, 1):
            until = filled.clock.later(seconds)
            await pauses.pause(connection, f"site:{seconds}", until=until, reason="429")

    await housekeeping.step(filled.database, retention_days=DAYS, now=filled.clock)()

    async with filled.database.read() as connection:
        found = [await commands.find(connection, command_id) for command_id in (old, new)]
        paused = await pauses.paused(connection, now=filled.clock.later(-60))
    assert [command is not None for command in found] == [False, True]
    assert set(paused) == {"site:1"}


async def test_a_card_that_was_not_edited_for_ten_minutes_is_refreshed(filled: FilledDatabase) -> None:
    running = await filled.add_thread(await filled.add_long_task("1"))
    ended_id = await filled.add_long_task("2")
    ended = await filled.add_thread(ended_id)
    for thread in (running, ended):
        await filled.post_first(thread)
    await filled.end(ended_id)
    async with filled.database.begin() as connection:
        await stale_messages.leave_thread(connection, ended)
    before = [await filled.messages(thread) for thread in (running, ended)]
    filled.clock.move(601)

    await housekeeping.step(filled.database, retention_days=DAYS, now=filled.clock)()

    root, card = before[0]
    assert await filled.messages(running) == [
        root,
        msgspec.structs.replace(card, stale_since=filled.clock(), shown=None),
    ]
    assert await filled.messages(ended) == before[1]


async def test_many_old_long_tasks_are_deleted_a_batch_at_a_time(filled: FilledDatabase) -> None:
    names = [str(number) for number in range(housekeeping.BATCH_SIZE + 1)]
    await add_ended(filled, *names)
    filled.clock.move(RETENTION + 1)
    turn = housekeeping.step(filled.database, retention_days=DAYS, now=filled.clock)

    assert (await turn(), len(await left(filled, *names))) == (housekeeping.CONTINUE_SECONDS, 1)
    assert (await turn(), len(await left(filled, *names))) == (housekeeping.INTERVAL_SECONDS, 0)
