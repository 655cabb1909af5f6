from bot.db import stale_messages, subscriptions, threads
from bot.db.rows import SubscriptionRow
from bot.db.threads import ListedRow
from bot.domain.message_kinds import MessageKind
from bot.domain.states import Outcome, SubscriptionState, Titles, Verbosity
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase


async def follow(filled: FilledDatabase, long_task_id: int, *, owner_id: str) -> int | None:
    async with filled.database.begin() as connection:
        return await subscriptions.add(
            connection,
            long_task_id=long_task_id,
            team_id=TEAM,
            channel_id=CHANNEL,
            owner_id=owner_id,
            command_id=None,
            language="en",
            verbosity=Verbosity.NORMAL,
            now=filled.clock(),
        )


async def test_one_thread_at_a_time_follows_a_long_task_in_a_channel(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id)
    refused = await follow(filled, long_task_id, owner_id="U2")
    async with filled.database.begin() as connection:
        stops = [await subscriptions.stop(connection, thread, stopped_by="U2", now=filled.clock()) for _ in range(2)]
    assert (refused, stops) == (None, [True, False])
    assert await follow(filled, long_task_id, owner_id="U2") is not None
    assert await filled.subscription(thread) == SubscriptionRow(
        id=thread,
        long_task_id=long_task_id,
        team_id=TEAM,
        channel_id=CHANNEL,
        command_id=None,
        watch_id=None,
        owner_id=OWNER,
        by_script=False,
        state=SubscriptionState.STOPPED,
        outcome=Outcome.STOPPED,
        stopped_by="U2",
        language="en",
        verbosity=Verbosity.NORMAL,
        titles=Titles.SHOWN,
        label=None,
        thread_ts=None,
        is_foreign=False,
        created_at=filled.clock(),
        ended_at=filled.clock(),
    )


async def test_the_end_of_a_long_task_ends_its_threads_but_not_stopped_ones(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    stopped = await filled.add_thread(long_task_id)
    running = await filled.add_thread(long_task_id, channel_id="C2")
    other = await filled.add_thread(await filled.add_long_task("2"))
    for thread in (stopped, running, other):
        await filled.post_first(thread)
    async with filled.database.begin() as connection:
        await subscriptions.stop(connection, stopped, stopped_by=OWNER, now=filled.clock())
    filled.clock.move(60)
    await filled.end(long_task_id, Outcome.PROBLEMS)
    rows = [await filled.subscription(thread) for thread in (stopped, running, other)]
    assert [(row.state, row.outcome) for row in rows] == [
        (SubscriptionState.STOPPED, Outcome.STOPPED),
        (SubscriptionState.ENDED, Outcome.PROBLEMS),
        (SubscriptionState.FOLLOWING, Outcome.FOLLOWING),
    ]
    stale = [[message.stale_since for message in await filled.messages(thread)] for thread in (stopped, running, other)]
    assert stale == [[filled.clock.later(-60)] * 2, [filled.clock()] * 2, [None, None]]


async def test_a_lost_thread_is_not_edited_any_more(filled: FilledDatabase) -> None:
    thread = await filled.add_thread(await filled.add_long_task())
    await filled.post_first(thread)
    async with filled.database.begin() as connection:
        await subscriptions.stop(connection, thread, stopped_by=OWNER, now=filled.clock())
        await subscriptions.lose(connection, thread, reason="channel_not_found", now=filled.clock.later(1))
    row = await filled.subscription(thread)
    assert (row.state, row.outcome, row.ended_at) == (SubscriptionState.LOST, Outcome.STOPPED, filled.clock())
    assert [message.stale_since for message in await filled.messages(thread)] == [None, None]


async def test_followers_are_mentioned_once_in_the_order_in_which_they_asked(filled: FilledDatabase) -> None:
    thread = await filled.add_thread(await filled.add_long_task())
    async with filled.database.begin() as connection:
        for user_id in ("U9", "U3", "U9"):
            now = filled.clock.move(1)
            await subscriptions.add_follower(
                connection, subscription_id=thread, user_id=user_id, account_id=filled.account_id, now=now
            )
        assert await subscriptions.followers_of(connection, thread) == (OWNER, "U9", "U3")


async def test_the_card_shows_who_is_mentioned_so_it_is_stale_once_that_changes(filled: FilledDatabase) -> None:
    thread = await filled.add_thread(await filled.add_long_task())
    await filled.post_first(thread)
    since = []
    for change in ("add", "add again", "remove", "remove again"):
        async with filled.database.begin() as connection:
            await stale_messages.leave_thread(connection, thread)
            now = filled.clock.move(1)
            if change.startswith("add"):
                await subscriptions.add_follower(
                    connection, subscription_id=thread, user_id="U9", account_id=None, now=now
                )
            else:
                await subscriptions.remove_follower(connection, subscription_id=thread, user_id="U9", now=now)
            people = await subscriptions.followers_of(connection, thread)
        stale = {message.kind: message.stale_since for message in await filled.messages(thread)}
        since.append((stale[MessageKind.ROOT], stale[MessageKind.CARD] == now, "U9" in people))
    assert since == [(None, True, True), (None, False, True), (None, True, False), (None, False, False)]


async def test_what_is_followed_is_listed_by_channel_person_and_long_task(filled: FilledDatabase) -> None:
    one, two = await filled.add_long_task("1"), await filled.add_long_task("2", due_in=None)
    here = await filled.add_thread(one)
    there = await filled.add_thread(two, channel_id="C2", owner_id="U2")
    async with filled.database.begin() as connection:
        await subscriptions.add_follower(
            connection, subscription_id=there, user_id=OWNER, account_id=None, now=filled.clock()
        )
        found = [
            await threads.followed(connection, team_id=TEAM),
            await threads.followed(connection, team_id=TEAM, channel_id=CHANNEL),
            await threads.followed(connection, team_id=TEAM, user_id=OWNER),
            await threads.followed(connection, team_id=TEAM, user_id="U2"),
            await threads.followed(connection, team_id=TEAM, remote_id="2"),
            await threads.followed(connection, team_id="T2"),
        ]
    assert [[row.id for row in rows] for rows in found] == [[here, there], [here], [here, there], [there], [there], []]
    assert found[1] == [
        ListedRow(
            id=here,
            long_task_id=one,
            channel_id=CHANNEL,
            owner_id=OWNER,
            outcome=Outcome.FOLLOWING,
            created_at=filled.clock(),
            thread_ts=None,
            remote_id="1",
            label=None,
            titles=Titles.SHOWN,
            snapshot=None,
            site_id=filled.site_id,
        )
    ]


async def test_the_thread_of_a_root_or_card_is_found_and_of_several_the_one_that_follows(
    filled: FilledDatabase,
) -> None:
    long_task_id = await filled.add_long_task()
    old = await filled.add_thread(long_task_id)
    await filled.post_first(old)
    async with filled.database.begin() as connection:
        shown = await threads.shown_messages(connection, old)
        await subscriptions.stop(connection, old, stopped_by=OWNER, now=filled.clock())

    async def of(ts: str, *, subscription_id: int | None = None) -> int | None:
        async with filled.database.read() as connection:
            return await threads.of_message(
                connection, team_id=TEAM, channel_id=CHANNEL, message_ts=ts, subscription_id=subscription_id
            )

    alone = [await of(ts) for ts in shown.values()]
    new = await filled.add_thread(long_task_id)
    await filled.post_first(new)
    assert set(shown) == {MessageKind.ROOT, MessageKind.CARD}
    assert alone == [old, old]
    assert [await of(ts) for ts in shown.values()] == [new, new]
    copy = "9.9"
    assert [await of(copy), await of(copy, subscription_id=old)] == [None, new]
