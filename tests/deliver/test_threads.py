"""The thread that a message belongs to."""

from bot.db import threads
from tests.support.delivery import DeliveryRig
from tests.support.filled_database import CHANNEL, TEAM


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
