"""Which messages of a workspace are to be posted or edited, and what is restored after a process has died."""

import msgspec
from sqlalchemy import update

from bot.db import messages, stale_messages, unfinished_messages, waiting_messages
from bot.db.messages import Planned
from bot.db.models import messages as message_table
from bot.db.rows import MessageRow, Shows, StaleRow, WaitingRow
from bot.domain.message_facts import Completion, InviteNeeded, StoppedByOther, Warnings
from bot.domain.message_kinds import RULES, CommandOwner, MessageKind, SubscriptionOwner
from bot.domain.message_plan import Draft
from bot.domain.snapshot import FindingKind, Severity
from bot.domain.states import MessageForm, MessageState, Outcome
from tests.support.filled_database import CHANNEL, TEAM, FilledDatabase

RANKS = {kind: int(rules.urgency) for kind, rules in RULES.items()}
COMPLETION = Draft(kind=MessageKind.COMPLETION, facts=Completion())
WARNINGS = Draft(kind=MessageKind.WARNINGS, facts=Warnings(kind=FindingKind("WARN_RENAME_PAGE", Severity.WARNING)))


async def waiting(filled: FilledDatabase, *, limit: int = 10, of_thread: int = 10) -> list[WaitingRow]:
    async with filled.database.read() as connection:
        return await waiting_messages.waiting(
            connection, TEAM, ranks=RANKS, now=filled.clock(), limit=limit, of_thread=of_thread
        )


async def stale(filled: FilledDatabase, *, limit: int = 10) -> list[StaleRow]:
    async with filled.database.read() as connection:
        return await waiting_messages.stale(connection, TEAM, now=filled.clock(), limit=limit)


async def threads(filled: FilledDatabase, count: int) -> list[int]:
    """Threads whose root and card are posted, each begun a second after the one before."""
    found = []
    for number in range(count):
        thread = await filled.add_thread(await filled.add_long_task(str(number)), channel_id=f"C{number}")
        await filled.post_first(thread)
        found.append(thread)
        filled.clock.move(1)
    return found


async def test_the_messages_of_a_thread_are_listed_in_order_until_they_are_posted(filled: FilledDatabase) -> None:
    thread = await filled.add_thread(await filled.add_long_task())
    root, card = await filled.messages(thread)
    await filled.post(root.id)
    (completion,) = await filled.add_messages(thread, COMPLETION)
    rows = await waiting(filled)
    assert [row.id for row in rows] == [card.id, completion]
    assert rows[1] == WaitingRow(
        id=completion,
        owner=SubscriptionOwner(thread),
        kind=MessageKind.COMPLETION,
        facts=Completion(),
        state=MessageState.PLANNED,
        ambiguous=False,
        user_id=None,
        not_before=None,
        created_at=filled.clock(),
        channel_id=CHANNEL,
        rank=RANKS[MessageKind.COMPLETION],
    )


async def test_of_many_threads_the_most_urgent_are_listed_and_of_equals_the_longest_waiting(
    filled: FilledDatabase,
) -> None:
    one, two, three = await threads(filled, 3)
    for thread, draft in ((one, WARNINGS), (two, WARNINGS), (three, WARNINGS), (three, COMPLETION)):
        await filled.add_messages(thread, draft)
        filled.clock.move(1)
    assert {row.owner.id for row in await waiting(filled, limit=2)} == {three, one}
    assert len(await waiting(filled)) == 4


async def test_of_equally_urgent_threads_the_one_with_the_fewest_messages_is_listed_first(
    filled: FilledDatabase,
) -> None:
    one, two = await threads(filled, 2)
    await filled.add_messages(one, WARNINGS, COMPLETION)
    filled.clock.move(1)
    await filled.add_messages(two, COMPLETION)
    assert {row.owner.id for row in await waiting(filled, limit=1)} == {two}


async def test_threads_are_taken_in_turn_by_channel(filled: FilledDatabase) -> None:
    crowd = [await filled.add_thread(await filled.add_long_task(f"a{number}")) for number in range(4)]
    filled.clock.move(1)
    later = [
        await filled.add_thread(await filled.add_long_task(f"b{number}"), channel_id=f"C{number}") for number in (2, 3)
    ]
    listed = {row.owner.id for row in await waiting(filled, limit=4)}
    assert listed == {*crowd[:2], *later}


async def test_a_thread_that_waits_for_a_time_to_come_is_listed_last(filled: FilledDatabase) -> None:
    one, two, three = [await filled.add_thread(await filled.add_long_task(str(number))) for number in range(3)]
    async with filled.database.begin() as connection:
        for thread in (one, two):
            (root, _card) = await filled.messages(thread)
            await messages.begin_post(connection, root.id)
            await messages.post_later(connection, root.id, at=filled.clock.later(5))
    assert {row.owner.id for row in await waiting(filled, limit=1)} == {three}
    filled.clock.move(5)
    assert {row.owner.id for row in await waiting(filled, limit=1)} == {one}


async def test_of_a_long_thread_the_first_messages_are_listed_and_as_urgent_as_all(filled: FilledDatabase) -> None:
    (thread,) = await threads(filled, 1)
    direct = Draft(kind=MessageKind.DIRECT, facts=StoppedByOther(by="U2"), user_id="U1")
    ids = await filled.add_messages(thread, WARNINGS, WARNINGS, WARNINGS, COMPLETION, direct)
    assert [(row.id, row.rank) for row in await waiting(filled, of_thread=2)] == [
        (ids[0], RANKS[MessageKind.COMPLETION]),
        (ids[1], RANKS[MessageKind.COMPLETION]),
        (ids[4], RANKS[MessageKind.DIRECT]),
    ]


async def test_answers_are_taken_in_turn_by_person(filled: FilledDatabase) -> None:
    asked = [(await filled.add_command(user_id=user), user) for user in ("U1", "U1", "U1", "U2")]
    async with filled.database.begin() as connection:
        for command_id, user in asked:
            draft = Draft(kind=MessageKind.PRIVATE, facts=InviteNeeded(), user_id=user)
            planned = Planned(owner=CommandOwner(command_id), team_id=TEAM, draft=draft)
            await messages.plan(connection, [planned], now=filled.clock())
    assert [row.user_id for row in await waiting(filled, limit=3)] == ["U1", "U2", "U1"]


async def test_answers_to_commands_are_listed_beside_the_threads(filled: FilledDatabase) -> None:
    command_id = await filled.add_command()
    draft = Draft(kind=MessageKind.PRIVATE, facts=InviteNeeded(), user_id="U1")
    planned = Planned(owner=CommandOwner(command_id), team_id=TEAM, draft=draft)
    async with filled.database.begin() as connection:
        await messages.plan(connection, [planned, planned], now=filled.clock())
    rows = await waiting(filled, limit=1)
    assert [(row.owner, row.user_id, row.channel_id) for row in rows] == [(CommandOwner(command_id), "U1", CHANNEL)]


async def test_facts_that_do_not_read_are_none(filled: FilledDatabase) -> None:
    (thread,) = await threads(filled, 1)
    (message_id,) = await filled.add_messages(thread, COMPLETION)
    async with filled.database.begin() as connection:
        damage = update(message_table).where(message_table.c.id == message_id).values(facts='{"type":"unheard of"}')
        await connection.execute(damage)
    assert [row.facts for row in await waiting(filled)] == [None]


async def test_stale_messages_of_ended_threads_come_first_and_then_the_longest_stale(filled: FilledDatabase) -> None:
    one, two, three = await threads(filled, 3)
    ids = [(await filled.long_task(str(number))).id for number in range(3)]
    async with filled.database.begin() as connection:
        await stale_messages.mark_cards(connection, [ids[1]], now=filled.clock())
        await stale_messages.mark_cards(connection, [ids[0]], now=filled.clock.later(1))
    filled.clock.move(2)
    await filled.end(ids[2])
    rows = await stale(filled)
    assert [row.owner.id for row in rows] == [three, three, two, one]
    assert len(await stale(filled, limit=1)) == 1
    card = (await filled.messages(two))[1]
    assert rows[2] == StaleRow(
        id=card.id,
        owner=SubscriptionOwner(two),
        kind=MessageKind.CARD,
        form=MessageForm.BLOCKS,
        channel_id="C1",
        outcome=Outcome.FOLLOWING,
        stale_since=filled.clock.later(-2),
        not_before=None,
        shown_at=filled.clock.later(-4),
        change=0.0,
    )


async def test_stale_messages_are_taken_in_turn_by_channel(filled: FilledDatabase) -> None:
    crowd = [await filled.add_thread(await filled.add_long_task(f"a{number}")) for number in range(3)]
    other = await filled.add_thread(await filled.add_long_task("b"), channel_id="C2")
    for number, thread in enumerate((*crowd, other)):
        await filled.post_first(thread)
        async with filled.database.begin() as connection:
            at = filled.clock.later(number)
            task = (await filled.subscription(thread)).long_task_id
            await stale_messages.mark_cards(connection, [task], now=at)
    assert [row.owner.id for row in await stale(filled, limit=2)] == [crowd[0], other]
    async with filled.database.begin() as connection:
        for row in (await stale(filled))[:2]:
            await messages.edit_later(connection, await filled.message(row.id), at=filled.clock.later(60))
    assert [row.owner.id for row in await stale(filled, limit=2)] == [crowd[2], other]


async def test_warnings_that_were_edited_just_now_are_considered_last_while_the_long_task_runs(
    filled: FilledDatabase,
) -> None:
    running, ended = await threads(filled, 2)
    replies = [(await filled.add_messages(thread, WARNINGS))[0] for thread in (running, ended)]
    for reply in replies:
        await filled.post(reply)
    await filled.end((await filled.long_task("1")).id)
    async with filled.database.begin() as connection:
        await stale_messages.mark_warnings(connection, [replies[0]], now=filled.clock.later(-9))
        await stale_messages.mark_cards(connection, [(await filled.long_task("0")).id], now=filled.clock())

    async def considered(limit: int) -> list[int]:
        return [row.id for row in await stale(filled, limit=limit) if row.kind is MessageKind.WARNINGS]

    assert [await considered(limit) for limit in (4, 5)] == [replies[1:], [replies[1], replies[0]]]
    filled.clock.move(60)
    assert await considered(4) == replies[:1]


async def test_a_card_of_milestones_is_stale_although_it_was_never_posted(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id)
    root, card = await filled.messages(thread)
    await filled.post(root.id)
    async with filled.database.begin() as connection:
        await messages.use_milestones(connection, card.id, state=MessageState.DROPPED, stale_since=None)
        await stale_messages.mark_cards(connection, [long_task_id], now=filled.clock())
    assert [(row.id, row.form) for row in await stale(filled)] == [(card.id, MessageForm.MILESTONES)]


async def interrupted(filled: FilledDatabase) -> tuple[MessageRow, MessageRow]:
    """A card whose edit was begun, and a completion whose post was begun, as they were before."""
    (thread,) = await threads(filled, 1)
    async with filled.database.begin() as connection:
        await stale_messages.mark_cards(connection, [(await filled.long_task("0")).id], now=filled.clock())
    (completion_id,) = await filled.add_messages(thread, COMPLETION)
    card = (await filled.messages(thread))[1]
    completion = await filled.message(completion_id)
    async with filled.database.begin() as connection:
        await messages.begin_edit(connection, card.id)
        await messages.begin_post(connection, completion_id)
    return card, completion


async def test_posts_and_edits_whose_end_nobody_saw_are_to_be_made_again(filled: FilledDatabase) -> None:
    card, completion = await interrupted(filled)
    filled.clock.move(60)
    async with filled.database.begin() as connection:
        counts = [
            await unfinished_messages.restore_unfinished(connection, [team_id], now=filled.clock())
            for team_id in ("T2", TEAM, TEAM)
        ]
    assert counts == [0, 1, 0]
    assert await filled.message(completion.id) == msgspec.structs.replace(completion, attempts=1, ambiguous=True)
    assert await filled.message(card.id) == msgspec.structs.replace(
        card, edit_ambiguous=True, shown=None, stale_since=filled.clock()
    )


async def test_what_crashed_is_made_again_later_and_may_have_reached_slack(filled: FilledDatabase) -> None:
    card, completion = await interrupted(filled)
    at = filled.clock.later(60)
    async with filled.database.begin() as connection:
        for message_id in (card.id, completion.id):
            await unfinished_messages.retry_after_crash(connection, message_id, at=at)
    assert await filled.message(completion.id) == msgspec.structs.replace(completion, attempts=1, ambiguous=True)
    assert await filled.message(card.id) == msgspec.structs.replace(
        card, edit_ambiguous=True, shown=None, stale_since=at
    )
    assert [row.not_before for row in await waiting(filled)] == [at]
    assert [row.not_before for row in await stale(filled)] == [at]


async def test_only_posts_that_were_not_begun_are_dropped(filled: FilledDatabase) -> None:
    _, begun = await interrupted(filled)
    assert isinstance(begun.owner, SubscriptionOwner)
    (planned,) = await filled.add_messages(begun.owner.id, WARNINGS)
    async with filled.database.begin() as connection:
        await waiting_messages.drop_planned(connection, [begun.id, planned], reason="over")
    assert [(row.id, row.state) for row in await waiting(filled)] == [(begun.id, MessageState.SENDING)]
    assert (await filled.message(planned)).reason == "over"
    async with filled.database.begin() as connection:
        await unfinished_messages.restore(connection, [begun.id, planned], now=filled.clock())
    assert [(row.id, row.state) for row in await waiting(filled)] == [(begun.id, MessageState.PLANNED)]


async def test_a_thread_that_takes_no_messages_leaves_those_to_persons(filled: FilledDatabase) -> None:
    (thread,) = await threads(filled, 1)
    direct = Draft(kind=MessageKind.DIRECT, facts=StoppedByOther(by="U2"), user_id="U1")
    await filled.add_messages(thread, COMPLETION, direct)
    async with filled.database.begin() as connection:
        await waiting_messages.drop_thread(connection, thread, reason="stopped")
    assert [row.kind for row in await waiting(filled)] == [MessageKind.DIRECT]


async def test_the_change_of_a_card_is_the_distance_between_shown_and_true_percent(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id)
    root, card = await filled.messages(thread)
    await filled.post(root.id)
    await filled.post(card.id, shows=Shows(digest="d", percent=35.0))
    async with filled.database.begin() as connection:
        await stale_messages.mark_cards(connection, [long_task_id], now=filled.clock())
    assert [row.change for row in await stale(filled)] == [35.0]
