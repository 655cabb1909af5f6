"""What may follow what in the life of a message."""

import msgspec
import pytest

from bot.db import messages, stale_messages, threads
from bot.db.messages import Planned
from bot.db.rows import Address, MessageRow, Shows
from bot.domain.message_facts import Card, InviteNeeded, Root, StoppedByOther
from bot.domain.message_kinds import CommandOwner, MessageKind, SubscriptionOwner
from bot.domain.message_plan import Draft
from bot.domain.states import MessageForm, MessageState, Verbosity
from tests.support.filled_database import CHANNEL, TEAM, FilledDatabase

HALF = Shows(digest="half", percent=50.0)
DONE = Shows(digest="done", percent=100.0, terminal=True)


async def first_messages(filled: FilledDatabase) -> tuple[MessageRow, MessageRow]:
    """Root and card of a new thread."""
    root, card = await filled.messages(await filled.add_thread(await filled.add_long_task()))
    return root, card


async def change_long_task(filled: FilledDatabase) -> None:
    """A look finds something that cards show."""
    async with filled.database.begin() as connection:
        await stale_messages.mark_cards(connection, [(await filled.long_task()).id], now=filled.clock())


async def begin_edit(filled: FilledDatabase, message_id: int) -> MessageRow | None:
    async with filled.database.begin() as connection:
        return await messages.begin_edit(connection, message_id)


async def posted_card(filled: FilledDatabase) -> MessageRow:
    """A card in Slack that shows half of the progress, and is stale since then."""
    _, card = await first_messages(filled)
    await filled.post(card.id, ts="1.2", shows=HALF)
    await change_long_task(filled)
    return await filled.message(card.id)


async def test_a_new_thread_has_a_root_and_a_card_to_post(filled: FilledDatabase) -> None:
    thread = await filled.add_thread(await filled.add_long_task())
    root, card = await filled.messages(thread)
    assert root == MessageRow(
        id=root.id,
        marker=root.marker,
        team_id=TEAM,
        owner=SubscriptionOwner(thread),
        user_id=None,
        kind=MessageKind.ROOT,
        facts=Root(),
        state=MessageState.PLANNED,
        reason=None,
        form=MessageForm.BLOCKS,
        address=None,
        ambiguous=False,
        edit_ambiguous=False,
        attempts=0,
        unknown_answers=0,
        created_at=filled.clock(),
        shown=None,
        shown_percent=None,
        shown_end=None,
        stale_since=None,
        terminal=False,
    )
    assert msgspec.structs.replace(root, id=card.id, marker=card.marker, kind=MessageKind.CARD, facts=Card()) == card
    assert (len(root.marker), root.marker != card.marker) == (24, True)


async def test_a_message_with_the_same_marker_is_planned_once(filled: FilledDatabase) -> None:
    command_id = await filled.add_command()
    draft = Draft(kind=MessageKind.PRIVATE, facts=InviteNeeded(), user_id="U1")
    planned = Planned(owner=CommandOwner(command_id), team_id=TEAM, draft=draft)
    async with filled.database.begin() as connection:
        for _ in range(2):
            await messages.plan_once(connection, planned, marker="mark", now=filled.clock())
        found = [await messages.find(connection, message_id) for message_id in (1, 2)]
    assert [row and (row.owner, row.user_id, row.marker) for row in found] == [
        (CommandOwner(command_id), "U1", "mark"),
        None,
    ]


async def test_a_post_is_begun_once_and_then_in_slack(filled: FilledDatabase) -> None:
    _, card = await first_messages(filled)
    async with filled.database.begin() as connection:
        begun = [await messages.begin_post(connection, card.id) for _ in range(2)]
        sending = begun[0]
        assert sending is not None
        await messages.posted(connection, sending, address=Address(CHANNEL, "1.2"), shows=HALF, now=filled.clock())
    assert begun == [msgspec.structs.replace(card, state=MessageState.SENDING, attempts=1), None]
    assert await filled.message(card.id) == msgspec.structs.replace(
        card, state=MessageState.POSTED, address=Address(CHANNEL, "1.2"), shown="half", shown_percent=50.0
    )


@pytest.mark.parametrize("ambiguous", [True, False])
async def test_a_post_that_failed_is_made_again_later(filled: FilledDatabase, ambiguous: bool) -> None:
    _, card = await first_messages(filled)
    async with filled.database.begin() as connection:
        await messages.begin_post(connection, card.id)
        await messages.post_later(
            connection, card.id, at=filled.clock.later(5), ambiguous=ambiguous, reason="timed out"
        )
        again = await messages.begin_post(connection, card.id)
    assert again == msgspec.structs.replace(
        card, state=MessageState.SENDING, attempts=2, ambiguous=ambiguous, reason="timed out"
    )


@pytest.mark.parametrize("during", [True, False])
async def test_a_change_during_a_post_makes_the_card_stale(filled: FilledDatabase, during: bool) -> None:
    _, card = await first_messages(filled)
    await change_long_task(filled)
    async with filled.database.begin() as connection:
        sending = await messages.begin_post(connection, card.id)
    assert sending is not None
    if during:
        await change_long_task(filled)
    async with filled.database.begin() as connection:
        await messages.posted(connection, sending, address=Address(CHANNEL, "1.2"), shows=HALF, now=filled.clock())
    assert (await filled.message(card.id)).stale_since == (filled.clock() if during else None)


async def test_a_message_that_is_dropped_during_its_post_is_in_slack_all_the_same(filled: FilledDatabase) -> None:
    _, card = await first_messages(filled)
    async with filled.database.begin() as connection:
        sending = await messages.begin_post(connection, card.id)
        assert sending is not None
        await messages.drop(connection, card.id, reason="stopped")
        await messages.posted(connection, sending, address=Address(CHANNEL, "1.2"), shows=HALF, now=filled.clock())
    after = await filled.message(card.id)
    assert (after.state, after.stale_since) == (MessageState.POSTED, filled.clock())


async def test_an_edit_is_begun_only_for_what_is_stale(filled: FilledDatabase) -> None:
    card = await posted_card(filled)
    begun = await begin_edit(filled, card.id)
    again = await begin_edit(filled, card.id)
    editing = await filled.message(card.id)
    assert (begun, again) == (card, None)
    assert editing == msgspec.structs.replace(card, state=MessageState.EDITING, stale_since=None)


@pytest.mark.parametrize("during", [True, False])
async def test_a_change_during_an_edit_makes_the_card_stale_again(filled: FilledDatabase, during: bool) -> None:
    card = await posted_card(filled)
    await begin_edit(filled, card.id)
    filled.clock.move(1)
    if during:
        await change_long_task(filled)
    async with filled.database.begin() as connection:
        await messages.edited(connection, card, DONE, now=filled.clock())
    assert await filled.message(card.id) == msgspec.structs.replace(
        card,
        shown="done",
        shown_percent=100.0,
        terminal=True,
        stale_since=filled.clock() if during else None,
    )


async def test_a_terminal_edit_after_an_ambiguous_one_is_sent_once_more(filled: FilledDatabase) -> None:
    card = await posted_card(filled)
    await begin_edit(filled, card.id)
    async with filled.database.begin() as connection:
        await messages.edit_later(connection, card, at=filled.clock.later(2), ambiguous=True)
    ambiguous = await filled.message(card.id)
    assert ambiguous == msgspec.structs.replace(card, attempts=1, edit_ambiguous=True, shown=None)
    await begin_edit(filled, card.id)
    async with filled.database.begin() as connection:
        again_at = filled.clock.later(30)
        await messages.edited(connection, ambiguous, DONE, now=filled.clock(), again_at=again_at)
    repeated = await filled.message(card.id)
    assert (repeated.shown, repeated.terminal, repeated.stale_since, repeated.edit_ambiguous) == (
        None,
        True,
        filled.clock(),
        False,
    )


async def test_a_card_that_shows_the_truth_already_is_left_alone(filled: FilledDatabase) -> None:
    card = await posted_card(filled)
    await begin_edit(filled, card.id)
    async with filled.database.begin() as connection:
        await messages.unchanged(connection, card)
    assert await filled.message(card.id) == msgspec.structs.replace(card, stale_since=None)


async def test_refused_blocks_are_replaced_by_plain_text(filled: FilledDatabase) -> None:
    root, planned_card = await first_messages(filled)
    await filled.post(planned_card.id, ts="1.2", shows=HALF)
    await change_long_task(filled)
    card = await filled.message(planned_card.id)
    async with filled.database.begin() as connection:
        sending = await messages.begin_post(connection, root.id)
        assert sending is not None
        await messages.use_plain(connection, sending)
        await messages.begin_edit(connection, card.id)
        await messages.use_plain(connection, card)
    assert await filled.message(root.id) == msgspec.structs.replace(root, form=MessageForm.PLAIN, attempts=1)
    assert await filled.message(card.id) == msgspec.structs.replace(card, form=MessageForm.PLAIN, shown=None)


async def test_a_card_of_milestones_keeps_its_state_and_counts_its_replies(filled: FilledDatabase) -> None:
    _, card = await first_messages(filled)
    async with filled.database.begin() as connection:
        await messages.use_milestones(connection, card.id, state=MessageState.DROPPED, stale_since=None)
    await change_long_task(filled)
    begun = await begin_edit(filled, card.id)
    assert begun is not None
    async with filled.database.begin() as connection:
        await messages.milestone_reached(connection, begun, percent=25.0, terminal=False)
    assert await filled.message(card.id) == msgspec.structs.replace(
        card, form=MessageForm.MILESTONES, state=MessageState.DROPPED, shown_percent=25.0
    )


async def test_a_deleted_message_is_gone_and_remembered_as_such(filled: FilledDatabase) -> None:
    card = await posted_card(filled)
    assert isinstance(card.owner, SubscriptionOwner)
    async with filled.database.begin() as connection:
        await messages.gone(connection, card.id)
        remembered = [
            await threads.was_gone(connection, card.owner.id, kind, but=but)
            for kind, but in ((MessageKind.CARD, 0), (MessageKind.CARD, card.id), (MessageKind.ROOT, 0))
        ]
    assert remembered == [True, False, False]
    assert await filled.message(card.id) == msgspec.structs.replace(card, state=MessageState.GONE, stale_since=None)


async def test_a_message_that_is_left_is_not_edited_any_more(filled: FilledDatabase) -> None:
    card = await posted_card(filled)
    async with filled.database.begin() as connection:
        await messages.leave(connection, card.id)
    assert await filled.message(card.id) == msgspec.structs.replace(card, stale_since=None)


async def test_a_private_answer_becomes_a_direct_message(filled: FilledDatabase) -> None:
    thread = await filled.add_thread(await filled.add_long_task(), verbosity=Verbosity.QUIET)
    draft = Draft(kind=MessageKind.PRIVATE, facts=StoppedByOther(by="U2"), user_id="U1")
    (message_id,) = await filled.add_messages(thread, draft)
    async with filled.database.begin() as connection:
        await messages.begin_post(connection, message_id)
        await messages.post_later(connection, message_id, at=filled.clock.later(60), ambiguous=True)
        await messages.post_directly(connection, message_id)
    after = await filled.message(message_id)
    assert (after.kind, after.state, after.ambiguous) == (MessageKind.DIRECT, MessageState.PLANNED, False)
