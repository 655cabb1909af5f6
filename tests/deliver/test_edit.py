"""Messages that are kept true: edited to the latest state, and never away from the end."""

from itertools import pairwise

import pytest
from sqlalchemy import update

from bot.db import stale_messages
from bot.db.models import subscriptions as subscription_rows
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome, SubscriptionState
from sandbox.slack import Fault, PostedMessage
from tests.support.delivery import DeliveryRig, figures, renamed
from tests.support.filled_database import finding
from tests.support.interruptions import UnwritableDatabase, connections

#: refused for now, nothing was done
NOT_NOW = Fault.error("external_channel_migrating")


def versions(message: PostedMessage) -> list[str]:
    """The first line of each version of a message, without markup."""
    return [version.text.splitlines()[0].replace("*", "") for version in message.versions]


# -- the latest state


async def test_ten_delayed_edits_are_one(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    for percent in range(20, 30):
        await rig.look(thread, percent)
    await rig.run(8)
    assert [figures(version.text) for version in rig.replies()[0].versions] == ["10%", "29%"]


async def test_an_unchanged_card_makes_no_call_and_costs_no_token(rig: DeliveryRig) -> None:
    added = [await rig.add_thread(channel=f"C{number:03d}") for number in range(20)]
    await rig.run(25)
    calls = len(rig.calls())
    for thread in added:
        await rig.look(thread, 10)
    await rig.look(added[-1], 55)
    await rig.turn(rig.deliverer)
    assert [call.method for call in rig.calls()[calls:]] == ["chat.update"]
    assert [(await rig.message(thread, MessageKind.CARD)).stale_since for thread in added] == [None] * 20


async def test_warnings_that_grow_are_edited_at_most_once_a_minute_and_after_the_end(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_posted_warnings(thread, [finding(1, count=1)])
    for count in range(2, 40):
        await rig.grow(thread, [finding(1, count=count)])
        await rig.run(5)
    await rig.restart()
    await rig.grow(thread, [finding(1, count=50)])
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.finish()
    reply = rig.replies()[1]
    *growing, last = [version.at for version in reply.versions]
    assert all(later - earlier >= 60 for earlier, later in pairwise(growing))
    assert [len(growing), last - rig.clock.seconds() > -10] == [4, True]
    assert reply.versions[-2].text.startswith("*So far: 3")
    assert reply.text.startswith("*50 copies were renamed")


async def test_the_findings_of_another_kind_do_not_edit_a_reply(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_posted_warnings(thread, [finding(1, count=1), finding(1, key="WARN_SOMETHING", count=1)])
    await rig.grow(thread, [finding(1, key="WARN_SOMETHING", count=5)])
    await rig.run(70)
    assert [len(reply.versions) for reply in rig.replies()[1:]] == [1, 2]


async def test_a_reply_says_that_it_grows_until_its_thread_is_stopped(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_posted_warnings(thread, renamed(1, 2))
    await rig.stop_thread(thread)
    await rig.finish()
    assert [line.partition(" copies")[0] for line in versions(rig.replies()[1])] == ["So far: 2", "2"]


@pytest.mark.parametrize("kind", [MessageKind.ROOT, MessageKind.CARD, MessageKind.WARNINGS])
async def test_what_changes_while_a_message_is_being_posted_is_shown_afterwards(
    rig: DeliveryRig, kind: MessageKind
) -> None:
    thread = await rig.add_thread()
    await rig.add_warnings(thread, [finding(1, count=2)])
    await rig.run_up_to(thread, kind)
    if rig.deliverers:
        await rig.stop()
    one, gate = await rig.begin_call()
    assert (await rig.message(thread, kind)).state is MessageState.SENDING
    await rig.grow(thread, [finding(1, count=5)])
    await rig.end(thread, Outcome.PROBLEMS)
    gate.opened.set()
    await one.settle()
    await rig.finish()
    # What was not begun when the end came is not posted.
    begun = {MessageKind.ROOT: 0, MessageKind.CARD: 1, MessageKind.WARNINGS: 2}[kind]
    *replies, completion = rig.replies()
    assert rig.root().text.startswith("*Finished with problems*")
    first_lines = [reply.text.splitlines()[0] for reply in replies]
    assert [line[:22] for line in first_lines] == ["*Finished with problem", "*5 copies were renamed"][:begun]
    assert ("*5 copies were renamed" in completion.text) is (kind is not MessageKind.WARNINGS)
    assert len([rig.root(), *replies][begun].versions) == 2


# -- edits whose end was not seen


async def test_a_broken_edit_is_made_again(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.update", Fault.status(503))
    await rig.look(thread, 33)
    await rig.run(6)
    assert figures(rig.replies()[0].text) == "33%"


async def test_after_an_ambiguous_edit_the_last_one_is_sent_once_more_half_a_minute_later(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.update", Fault.drop_after())
    await rig.look(thread, 50)
    await rig.run(6)
    await rig.end(thread)
    await rig.run(10)
    card = rig.replies()[0]
    count = len(card.versions)
    assert card.text.startswith("*Finished*")
    await rig.run(15)
    assert len(card.versions) == count
    await rig.run(15)
    assert len(card.versions) == count + 1
    assert card.versions[-1].text == card.versions[-2].text
    assert card.versions[-1].at - card.versions[-2].at >= 30
    await rig.run(120)
    assert len(card.versions) == count + 1


async def test_an_ambiguous_last_edit_of_a_root_is_sent_once_more_half_a_minute_later(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    # The card is edited first.
    rig.slack.faults.add("chat.update", NOT_NOW)
    rig.slack.faults.add("chat.update", Fault.drop_after())
    await rig.end(thread)
    await rig.run(120)
    assert [line.partition(":")[0] for line in versions(rig.root())] == ["Copying pages", *["Finished"] * 3]
    at = [version.at for version in rig.root().versions]
    assert at[3] - at[2] >= 30


async def test_the_root_does_not_wait_for_the_card_to_be_repeated(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.update", Fault.drop_before())
    await rig.end(thread)
    await rig.run(6)
    assert rig.root().text.startswith("*Finished*")


async def test_an_edit_whose_end_cannot_be_written_down_is_made_again(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.stop()
    await rig.look(thread, 50)
    database = UnwritableDatabase(**connections(rig.database))
    one, gate = await rig.begin_call(database=database)
    database.away = True
    gate.opened.set()
    await one.settle()
    assert (await rig.message(thread, MessageKind.CARD)).state is MessageState.EDITING
    database.away = False
    await rig.run(6)
    assert [figures(version.text) for version in rig.replies()[0].versions] == ["10%", "50%", "50%"]


# -- the end


@pytest.mark.parametrize("late", [False, True], ids=["as it is", "after a late write"])
async def test_nothing_is_edited_away_from_the_end(rig: DeliveryRig, late: bool) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_posted_warnings(thread, [finding(1, count=2)])
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.finish()
    shown = [rig.root(), *rig.replies()]
    before = [len(message.versions) for message in shown]
    rig.clock.move(3600)
    async with rig.database.begin() as connection:
        if late:
            running = update(subscription_rows).where(subscription_rows.c.id == thread)
            await connection.execute(
                running.values(outcome=Outcome.FOLLOWING, state=SubscriptionState.FOLLOWING, ended_at=None)
            )
        await stale_messages.mark_outcome(connection, [thread], now=rig.clock())
        await stale_messages.refresh_checked(connection, before=rig.clock(), now=rig.clock())
    await rig.look(thread, 50)
    await rig.finish()
    assert [len(message.versions) for message in shown] == before


# -- 429


async def test_a_429_on_an_edit_is_kept_over_a_restart_and_then_shows_the_latest_state(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    before = len(rig.calls("chat.update"))
    rig.slack.faults.add("chat.update", Fault.ratelimited(600))
    await rig.look(thread, 20)
    await rig.run(5)
    assert len(rig.calls("chat.update")) == before + 1
    await rig.restart()
    for percent in (30, 40, 50):
        await rig.look(thread, percent)
        await rig.run(150)
    assert len(rig.calls("chat.update")) == before + 1
    await rig.run(200)
    assert len(rig.calls("chat.update")) == before + 2
    assert figures(rig.replies()[0].text) == "50%"


async def test_after_a_429_a_root_shows_the_latest_state(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    # The card is edited first.
    rig.slack.faults.add("chat.update", NOT_NOW)
    rig.slack.faults.add("chat.update", Fault.ratelimited(60))
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.run(30)
    assert [line.partition(":")[0] for line in versions(rig.root())] == ["Copying pages"]
    await rig.restart()
    await rig.run(60)
    assert [line.partition(":")[0] for line in versions(rig.root())] == ["Copying pages", "Finished with problems"]
