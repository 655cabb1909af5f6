"""The thread that a message belongs to."""

from datetime import timedelta

import pytest

from bot.db import pauses, subscriptions, threads
from bot.deliver.thread import read_thread
from bot.domain.samples import Sample
from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Trouble, Verbosity
from bot.domain.task_state import TaskState
from tests.support.delivery import DeliveryRig
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase


async def test_a_thread_is_found_from_every_message_of_it(both: DeliveryRig) -> None:
    thread = await both.add_posted_thread()
    root, card = both.root().ts, both.replies()[0].ts

    async def found(message_ts: str, *, channel_id: str = CHANNEL, subscription_id: int | None = None) -> int | None:
        async with both.database.read() as connection:
            return await threads.of_message(
                connection,
                team_id=TEAM,
                channel_id=channel_id,
                message_ts=message_ts,
                subscription_id=subscription_id,
            )

    assert [
        await found(root),
        await found(card),
        await found("1.0", subscription_id=thread),
        await found("1.0"),
        await found(root, channel_id="C0OTHER"),
    ] == [thread, thread, thread, None, None]
    await both.stop_thread(thread)
    assert await found(root) == thread
    again = await both.add_thread(long_task_id=(await both.thread(thread)).task.id)
    await both.run(6)
    assert await found(root) == again


@pytest.mark.parametrize(
    ("trouble", "paused", "next_check"),
    [
        (None, None, None),
        (Trouble.DOWN, None, None),
        (Trouble.STALLED, None, 900),
        (Trouble.RATE_LIMITED, None, 900),
        (Trouble.RATE_LIMITED, 1_847, 1_847),
    ],
)
async def test_a_card_knows_the_next_check_only_while_checks_are_seldom(
    filled: FilledDatabase, trouble: Trouble | None, paused: int | None, next_check: int | None
) -> None:
    state = TaskState(remote_id="1", created_at=filled.clock(), trouble=trouble, trouble_since=filled.clock())
    thread_id = await filled.add_thread(await filled.add_long_task(state=state, due_in=900))
    async with filled.database.begin() as connection:
        if paused is not None:
            until = filled.clock.later(paused)
            await pauses.pause(connection, f"site:{filled.site_id}", until=until, reason="HTTP 429")
    async with filled.database.read() as connection:
        thread = await read_thread(connection, thread_id, site_urls={}, now=filled.clock())
    assert thread is not None
    assert thread.view.next_check_at == (None if next_check is None else filled.clock.later(next_check))


async def test_label_pace_and_course_are_read_with_the_thread(filled: FilledDatabase) -> None:
    now = filled.clock()
    samples = tuple(
        Sample(at=now.timestamp() - 75 + 15 * step, percent=float(5 * step), done=20 * step) for step in range(6)
    )
    state = TaskState(
        remote_id="1",
        created_at=now - timedelta(seconds=75),
        snapshot=Snapshot(kind=Kind.COPY, percent=25.0, done=100, total=400),
        samples=samples,
        checked_at=now,
        moved_at=now,
    )
    task = await filled.add_long_task(state=state)
    async with filled.database.begin() as connection:
        thread_id = await subscriptions.add(
            connection,
            long_task_id=task,
            team_id=TEAM,
            channel_id=CHANNEL,
            owner_id=OWNER,
            command_id=None,
            language="en",
            verbosity=Verbosity.NORMAL,
            label="Relaunch",
            now=now,
        )
        thread = await read_thread(connection, thread_id or 0, site_urls={}, now=now)
    assert thread is not None
    view = thread.view
    assert (view.label, view.pages_per_minute, view.reckoned_at) == ("Relaunch", 80, now)
    assert view.samples == tuple((15.0 * step, 5.0 * step) for step in range(6))
