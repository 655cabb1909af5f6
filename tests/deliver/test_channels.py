"""Who reads a channel is known before anything is said there."""

import pytest

from bot.db import channels, pauses
from bot.domain.message_facts import FindingsFile
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from bot.domain.states import Outcome, Sharing
from sandbox.slack import Fault
from tests.support.delivery import FRIEND, DeliveryRig, renamed
from tests.support.filled_database import CHANNEL, OWNER, TEAM

INFO = "conversations.info"
NAME = "The copy of “Page 1” is called “Page 1 (2)”"
#: what the card says if titles are hidden only for lack of a scope
LACKING = "Page titles are hidden, because this bot lacks the Slack scope"


async def sharing(rig: DeliveryRig) -> Sharing | None:
    async with rig.database.read() as connection:
        known = await channels.find(connection, team_id=TEAM, channel_id=CHANNEL)
    return known.sharing if known else None


async def set_sharing(rig: DeliveryRig, sharing: Sharing | None) -> None:
    async with rig.database.begin() as connection:
        await channels.change(connection, TEAM, CHANNEL, sharing, now=rig.clock())


def names(rig: DeliveryRig) -> list[bool]:
    """Whether each reply names the page."""
    return [NAME in reply.text for reply in rig.replies()]


async def test_slack_is_asked_once_before_the_first_post_of_a_channel(rig: DeliveryRig) -> None:
    first = await rig.add_thread()
    await rig.add_warnings(first, renamed(1))
    await rig.finish()

    assert [call.method for call in rig.calls()][:2] == [INFO, "chat.postMessage"]
    assert len(rig.calls(INFO)) == 1
    assert await sharing(rig) is Sharing.OWN


@pytest.mark.parametrize("fault", [Fault.status(502), Fault.error("internal_error"), Fault.error("channel_not_found")])
async def test_a_channel_that_slack_says_nothing_about_sees_numbers_until_it_does(
    rig: DeliveryRig, fault: Fault
) -> None:
    rig.slack.faults.add(INFO, fault)
    thread = await rig.add_thread()
    await rig.add_warnings(thread, renamed(1))
    await rig.run(8)
    assert names(rig) == [False, False]
    assert LACKING not in rig.replies()[0].text

    rig.clock.move(60)
    await rig.mark_card(thread)
    await rig.finish()
    assert names(rig) == [False, True]
    assert len(rig.calls(INFO)) == 2


async def test_a_root_does_not_wait_for_a_slow_answer_which_counts_all_the_same(rig: DeliveryRig) -> None:
    await rig.add_deliverer(readers_wait=0.0)
    thread = await rig.add_thread()
    await rig.add_warnings(thread, renamed(1))
    await rig.finish()
    assert await sharing(rig) is Sharing.OWN
    assert names(rig) == [False, True]


async def test_a_missing_scope_is_said_on_the_card_and_asked_about_again_after_an_hour(rig: DeliveryRig) -> None:
    rig.slack.workspaces[TEAM].scopes -= {"channels:read"}
    thread = await rig.add_thread()
    await rig.add_warnings(thread, renamed(1))
    await rig.finish()
    card = rig.replies()[0]
    assert (LACKING in card.text, LACKING in str(card.blocks), names(rig)) == (True, True, [False, False])

    rig.slack.workspaces[TEAM].scopes |= {"channels:read"}
    rig.clock.move(3600)
    await rig.mark_card(thread)
    await rig.finish()
    card = rig.replies()[0]
    assert (LACKING in card.text, LACKING in str(card.blocks), names(rig)) == (False, False, [False, True])


async def test_a_429_pauses_the_question_for_as_long_as_slack_says(rig: DeliveryRig) -> None:
    rig.slack.faults.add(INFO, Fault.ratelimited(300))
    thread = await rig.add_thread()
    await rig.run(8)
    async with rig.database.read() as connection:
        paused = await pauses.paused_methods(connection, TEAM, now=rig.clock())
    assert list(paused) == [INFO]

    await rig.restart()
    await rig.mark_card(thread)
    await rig.run(120)
    assert len(rig.calls(INFO)) == 1
    rig.clock.move(300)
    await rig.restart()
    await rig.mark_card(thread)
    await rig.run(5)
    assert len(rig.calls(INFO)) == 2


async def test_a_channel_that_is_shared_later_loses_the_names_of_all_that_is_kept_true(rig: DeliveryRig) -> None:
    running, over = await rig.add_thread(), await rig.add_thread(channel="C2")
    for thread in (running, over):
        await rig.add_warnings(thread, renamed(1))
    await rig.finish()
    assert names(rig) == [False, True]

    await set_sharing(rig, Sharing.SHARED)
    await rig.finish()

    assert names(rig) == [False, False]
    assert [NAME in reply.text for reply in rig.replies("C2")] == [False, True]


async def test_slack_is_asked_at_once_about_a_channel_that_is_no_longer_shared(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await set_sharing(rig, None)
    await rig.add_warnings(thread, renamed(1))
    await rig.finish()
    assert (await sharing(rig), names(rig), len(rig.calls(INFO))) == (Sharing.OWN, [False, True], 2)


async def test_a_thread_that_has_ended_loses_them_too(rig: DeliveryRig) -> None:
    thread = await rig.add_thread()
    await rig.add_warnings(thread, renamed(1))
    await rig.finish()
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.finish()
    await set_sharing(rig, Sharing.SHARED)
    await rig.finish()
    assert names(rig) == [False, False, False]


async def test_a_post_that_arrived_before_the_channel_was_shared_loses_the_names_it_arrived_with(
    rig: DeliveryRig,
) -> None:
    rig.slack.workspaces[TEAM].scopes |= {"channels:history"}
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(1))
    rig.slack.faults.add("chat.postMessage", Fault.drop_after())
    await rig.run(0.5)
    assert names(rig) == [False, True]
    await set_sharing(rig, Sharing.SHARED)
    await rig.finish()
    assert names(rig) == [False, False]


async def test_a_plain_form_names_nothing_in_a_shared_channel(rig: DeliveryRig) -> None:
    rig.slack.channels[CHANNEL].ext_shared = True
    thread = await rig.add_thread()
    await rig.add_warnings(thread, renamed(1))
    for kind in (MessageKind.ROOT, MessageKind.CARD, MessageKind.WARNINGS):
        await rig.run_up_to(thread, kind)
        rig.slack.faults.add("chat.postMessage", Fault.error("invalid_blocks"))
    await rig.finish()
    assert [reply.blocks for reply in rig.replies()] == [(), ()]
    assert names(rig) == [False, False]


async def test_the_list_does_not_follow_as_text_in_a_shared_channel_but_to_each_follower(rig: DeliveryRig) -> None:
    rig.slack.channels[CHANNEL].ext_shared = True
    rig.slack.workspaces[TEAM].scopes -= {"files:write"}
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(*range(12)))
    await rig.end(thread, Outcome.PROBLEMS, Draft(kind=MessageKind.FILE, facts=FindingsFile()))
    await rig.finish()
    assert names(rig) == [False, False]
    for person in (OWNER, FRIEND):
        assert [NAME in message.text for message in rig.slack.dms(person)] == [True, True]


async def test_a_direct_message_waits_until_slack_says_who_the_person_is(rig: DeliveryRig) -> None:
    rig.slack.channels[CHANNEL].ext_shared = True
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(1))
    rig.slack.faults.add("users.info", Fault.drop_before(), times=2)
    rig.slack.faults.add("users.info", Fault.ratelimited(40))
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.run(10)
    assert rig.slack.dms(OWNER) == []
    await rig.finish()
    assert [NAME in message.text for message in rig.slack.dms(OWNER)] == [True]
    assert [call.answer for call in rig.calls("chat.postMessage") if not call.ok] == []


@pytest.mark.parametrize("guest", [True, False])
async def test_the_end_of_a_lost_thread_names_the_place_to_colleagues_only(rig: DeliveryRig, guest: bool) -> None:
    rig.slack.users[OWNER].is_restricted = guest
    thread = await rig.add_posted_thread()
    rig.slack.delete_message(CHANNEL, rig.root().ts)
    await rig.end(thread, Outcome.FINISHED)
    await rig.finish()
    direct = [message.text for message in rig.slack.dms(OWNER)]
    assert len(direct) == 1
    assert "Finished" in direct[0]
    assert len([call for call in rig.calls("users.info") if call.arguments["user"] == OWNER]) == 1
