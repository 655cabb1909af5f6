"""When messages that are kept true are marked as showing something old."""

from bot.db import stale_messages, subscriptions
from bot.domain.message_kinds import MessageKind
from tests.support.filled_database import FilledDatabase, finding


async def stale(filled: FilledDatabase, thread: int) -> dict[MessageKind, float | None]:
    """Seconds from now at which root and card became stale."""
    return {
        message.kind: None if message.stale_since is None else (message.stale_since - filled.clock()).total_seconds()
        for message in await filled.messages(thread)
    }


async def test_a_card_is_marked_once_it_is_in_slack_and_stale_as_long_as_before(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id)
    marks = []
    for _ in range(3):
        async with filled.database.begin() as connection:
            await stale_messages.mark_cards(connection, [long_task_id], now=filled.clock())
        marks.append(await stale(filled, thread))
        if len(marks) == 1:
            await filled.post_first(thread)
        filled.clock.move(10)
    root, card = MessageKind.ROOT, MessageKind.CARD
    assert marks == [{root: None, card: None}, {root: None, card: 0}, {root: None, card: -10}]


async def test_cards_of_threads_that_follow_no_more_are_not_marked(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id)
    await filled.post_first(thread)
    async with filled.database.begin() as connection:
        await subscriptions.stop(connection, thread, stopped_by="U1", now=filled.clock())
        await stale_messages.leave_thread(connection, thread)
        await stale_messages.mark_cards(connection, [long_task_id], now=filled.clock())
    assert await stale(filled, thread) == {MessageKind.ROOT: None, MessageKind.CARD: None}


async def test_a_card_is_refreshed_if_its_last_edit_is_old(filled: FilledDatabase) -> None:
    old = await filled.add_thread(await filled.add_long_task("old"))
    ended = await filled.add_long_task("ended")
    over = await filled.add_thread(ended)
    for thread in (old, over):
        await filled.post_first(thread)
    async with filled.database.begin() as connection:
        await subscriptions.stop(connection, over, stopped_by="U1", now=filled.clock())
        await stale_messages.leave_thread(connection, over)
    filled.clock.move(600)
    new = await filled.add_thread(await filled.add_long_task("new"))
    await filled.post_first(new)
    async with filled.database.begin() as connection:
        await stale_messages.refresh_checked(connection, before=filled.clock(), now=filled.clock())
    cards = [(await filled.messages(thread))[1] for thread in (old, over, new)]
    assert [(card.stale_since, card.shown) for card in cards] == [
        (filled.clock(), None),
        (None, "as posted"),
        (None, "as posted"),
    ]


async def test_a_person_who_waits_for_a_look_sees_the_card_change_after_it(filled: FilledDatabase) -> None:
    thread = await filled.add_thread(await filled.add_long_task())
    await filled.post_first(thread)
    async with filled.database.begin() as connection:
        await stale_messages.show_next_look(connection, thread, after=filled.clock.later(3))
    card = (await filled.messages(thread))[1]
    assert (card.stale_since, card.shown) == (filled.clock.later(3), None)


async def test_what_is_kept_true_of_a_thread_that_ends_shows_something_old(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id, kinds=[finding(1).kind, finding(1, key="WARN_OTHER").kind])
    await filled.post_first(thread)
    replied, _planned = [row.id for row in await filled.messages(thread)][2:]
    await filled.post(replied)
    await filled.end(long_task_id)
    assert [row.stale_since is not None for row in await filled.messages(thread)] == [True, True, True, False]
