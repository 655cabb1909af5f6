"""Posts whose end was not seen, and answers to the person who typed a command."""

import pytest

from bot.domain.message_facts import InviteNeeded
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from bot.domain.states import MessageState, Outcome, SubscriptionState
from sandbox.slack import Fault
from tests.support.delivery import REPEATED, DeliveryRig, renamed
from tests.support.filled_database import CHANNEL, OWNER, TEAM
from tests.support.ports import port_of, reserved_port

# -- 5xx, timeouts, dropped connections


@pytest.mark.parametrize("fault", [Fault.status(502), Fault.drop_before()], ids=lambda fault: fault.name)
async def test_an_ambiguous_post_is_made_again_and_says_so(rig: DeliveryRig, fault: Fault) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", fault)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(6)
    assert [REPEATED in reply.text for reply in rig.replies()] == [False, True]
    assert (await rig.states(thread))[2:] == ["warnings posted"]


@pytest.mark.parametrize("fault", [Fault.status_after(500), Fault.drop_after()], ids=lambda fault: fault.name)
async def test_an_ambiguous_post_that_arrived_is_in_slack_twice_if_nothing_can_be_looked_up(
    rig: DeliveryRig, fault: Fault
) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", fault)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(6)
    assert [REPEATED in reply.text for reply in rig.replies()] == [False, False, True]


@pytest.mark.parametrize("kind", [MessageKind.ROOT, MessageKind.CARD, MessageKind.WARNINGS, MessageKind.COMPLETION])
@pytest.mark.parametrize("fault", [Fault.drop_before(), Fault.drop_after()], ids=lambda fault: fault.name)
async def test_with_the_history_scope_every_message_is_in_slack_exactly_once(
    rig: DeliveryRig, kind: MessageKind, fault: Fault
) -> None:
    rig.slack.workspaces[TEAM].scopes |= {"channels:history"}
    thread = await rig.add_thread()
    await rig.add_warnings(thread, renamed(1))
    await rig.run_up_to(thread, kind)
    rig.slack.faults.add("chat.postMessage", fault)
    if kind is not MessageKind.COMPLETION:
        await rig.run_up_to(thread, MessageKind.COMPLETION)
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.finish()
    assert rig.slack.faults.report() == {f"chat.postMessage {fault.name}": 1}
    assert [len(rig.slack.messages(CHANNEL)), len(rig.replies())] == [1, 3]
    assert [REPEATED in reply.text for reply in rig.replies()] == [
        False,
        kind is MessageKind.WARNINGS and fault == Fault.drop_before(),
        False,
    ]


async def test_without_the_history_scope_slack_is_asked_once_per_channel(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", Fault.drop_before(), times=4)
    await rig.add_warnings(thread, renamed(1))
    await rig.finish()
    assert len(rig.replies()) == 2
    assert len(rig.calls("conversations.replies")) == 1


async def test_a_connection_never_made_is_not_ambiguous(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(1))
    await rig.slack.stop()
    with reserved_port(port_of(rig.slack.origin)) as port:
        await rig.run(4)
        warnings = await rig.message(thread, MessageKind.WARNINGS)
        assert (warnings.state, warnings.ambiguous) == (MessageState.PLANNED, False)
        await rig.slack.start(port)
    await rig.run(20)
    assert [REPEATED in reply.text for reply in rig.replies()] == [False, False]


# -- where the bot may not post


async def test_the_bot_joins_the_channel_it_is_to_follow_in_if_it_may(rig: DeliveryRig) -> None:
    rig.slack.workspaces[TEAM].scopes |= {"channels:join"}
    rig.slack.kick(CHANNEL)
    thread = await rig.add_posted_thread()
    assert await rig.states(thread) == ["root posted", "card posted"]
    assert len(rig.calls("conversations.join")) == 1
    assert rig.slack.limits.report() == {}


async def test_the_bot_joins_a_channel_once(rig: DeliveryRig) -> None:
    rig.slack.workspaces[TEAM].scopes |= {"channels:join"}
    for fault, times in (
        (Fault.error("not_in_channel"), 1),
        (Fault.status(503), 1),
        (Fault.error("not_in_channel"), 20),
    ):
        rig.slack.faults.add("chat.postMessage", fault, times=times)
    thread = await rig.add_thread(command_id=await rig.add_command())
    await rig.run(20)
    assert len(rig.calls("conversations.join")) == 1
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST


async def test_without_the_scope_for_joining_the_answer_says_how_to_invite(rig: DeliveryRig) -> None:
    rig.slack.kick(CHANNEL)
    thread = await rig.add_thread(command_id=await rig.add_command())
    await rig.run(8)
    (answer,) = rig.slack.ephemerals(OWNER)
    assert (answer.via, "/invite @longtask" in answer.text) == ("response_url", True)
    assert await rig.states(thread) == ["root dropped", "card dropped", "private posted"]
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST


async def test_in_a_private_channel_the_answer_says_how_to_invite(rig: DeliveryRig) -> None:
    rig.slack.add_channel("C9", members=[OWNER], private=True, bot=False)
    await rig.add_thread(channel="C9", command_id=await rig.add_command())
    await rig.run(8)
    assert ["/invite @longtask" in item.text for item in rig.slack.ephemerals(OWNER)] == [True]
    assert rig.slack.dms(OWNER) == []


# -- answers to the person who typed a command


async def test_an_answer_is_given_by_the_response_url(rig: DeliveryRig) -> None:
    command = await rig.add_command()
    await rig.add_answer(command, "There is no such task.")
    await rig.run(1)
    assert [(item.via, item.text) for item in rig.slack.ephemerals(OWNER)] == [
        ("response_url", "There is no such task.")
    ]
    assert rig.slack.dms(OWNER) == []
    assert (await rig.command(command)).uses_left == 4


async def test_an_answer_waits_for_no_budget(rig: DeliveryRig) -> None:
    await rig.add_answer(await rig.add_command(), "There is no such task.")
    await rig.turn(await rig.add_deliverer())
    assert [item.text for item in rig.slack.ephemerals(OWNER)] == ["There is no such task."]


async def test_an_answer_about_a_thread_waits_for_no_budget(rig: DeliveryRig) -> None:
    thread = await rig.add_thread(command_id=await rig.add_command())
    await rig.run(6)
    draft = Draft(kind=MessageKind.PRIVATE, facts=InviteNeeded(), user_id=OWNER)
    await rig.filled.add_messages(thread, draft)
    await rig.turn(await rig.restart())
    assert ["/invite @longtask" in item.text for item in rig.slack.ephemerals(OWNER)] == [True]


@pytest.mark.parametrize("limited", [False, True], ids=["used up", "used five times"])
async def test_an_answer_whose_response_url_is_used_up_is_a_direct_message(rig: DeliveryRig, limited: bool) -> None:
    command = await rig.add_command()
    if limited:
        for number in range(5):
            await rig.add_answer(command, f"Answer {number}.")
        await rig.finish()
    else:
        rig.slack.faults.add("response_url", Fault.error("used_url"))
    await rig.add_answer(command, "The last.")
    await rig.finish()
    assert [item.text for item in rig.slack.ephemerals(OWNER)] == [f"Answer {n}." for n in range(5) if limited]
    assert [message.text for message in rig.slack.dms(OWNER)] == ["The last."]
    assert len(rig.calls("response_url")) == (5 if limited else 1)


async def test_after_half_an_hour_the_response_url_is_not_used(rig: DeliveryRig) -> None:
    command = await rig.add_command()
    rig.clock.move(30 * 60)
    await rig.add_answer(command, "It took long.")
    await rig.finish()
    assert rig.calls("response_url") == []
    assert [message.text for message in rig.slack.dms(OWNER)] == ["It took long."]


async def test_an_answer_to_a_command_without_a_response_url_is_shown_in_the_channel_to_the_person_alone(
    rig: DeliveryRig,
) -> None:
    await rig.add_answer(await rig.add_command_row(response_url=None), "There is no such task.")
    await rig.finish()
    assert (rig.calls("response_url"), rig.slack.dms(OWNER)) == ([], [])
    assert [message.text for message in rig.slack.ephemerals(OWNER)] == ["There is no such task."]


async def test_it_is_a_direct_message_where_slack_shows_nothing_in_the_channel(rig: DeliveryRig) -> None:
    rig.slack.kick(CHANNEL)
    await rig.add_answer(await rig.add_command_row(response_url=None), "There is no such task.")
    await rig.finish()
    assert rig.slack.ephemerals(OWNER) == []
    assert [message.text for message in rig.slack.dms(OWNER)] == ["There is no such task."]


async def test_an_answer_whose_response_url_does_not_answer_three_times_is_a_direct_message(rig: DeliveryRig) -> None:
    rig.slack.faults.add("response_url", Fault.status(503), times=10)
    await rig.add_answer(await rig.add_command(), "There is no such task.")
    await rig.finish()
    assert len(rig.calls("response_url")) == 3
    assert rig.slack.ephemerals(OWNER) == []
    assert [message.text for message in rig.slack.dms(OWNER)] == ["There is no such task."]


async def test_an_answer_about_a_lost_thread_is_a_direct_message_if_the_response_url_is_used_up(
    rig: DeliveryRig,
) -> None:
    rig.slack.faults.add("response_url", Fault.error("used_url"))
    rig.slack.kick(CHANNEL)
    await rig.add_thread(command_id=await rig.add_command())
    await rig.run(8)
    assert rig.slack.ephemerals(OWNER) == []
    assert ["/invite @longtask" in message.text for message in rig.slack.dms(OWNER)] == [True]


async def test_a_rate_limited_response_url_is_used_after_the_wait(rig: DeliveryRig) -> None:
    rig.slack.faults.add("response_url", Fault.ratelimited(20))
    await rig.add_answer(await rig.add_command(), "There is no such task.")
    await rig.run(15)
    assert rig.slack.ephemerals(OWNER) == []
    await rig.run(10)
    assert [item.text for item in rig.slack.ephemerals(OWNER)] == ["There is no such task."]
    assert rig.slack.dms(OWNER) == []


async def test_after_a_crash_an_answer_is_given_at_most_twice(rig: DeliveryRig) -> None:
    await rig.add_answer(await rig.add_command(), "There is no such task.")
    late, gate = await rig.begin_call()
    await rig.expire_claims()
    await rig.add_deliverer()
    await rig.finish()
    assert len(rig.slack.ephemerals(OWNER)) == 1
    gate.opened.set()
    await late.settle()
    await rig.run(60)
    assert [item.text for item in rig.slack.ephemerals(OWNER)] == ["There is no such task."] * 2


async def test_answers_of_one_command_are_given_in_order_and_beside_those_of_others(rig: DeliveryRig) -> None:
    one, other = await rig.add_command(), await rig.add_command()
    rig.slack.faults.add("response_url", Fault.status(503))
    await rig.add_answer(one, "First.")
    await rig.add_answer(one, "Second.")
    await rig.add_answer(other, "Beside.")
    await rig.finish()
    assert [item.text for item in rig.slack.ephemerals(OWNER)] == ["Beside.", "First.", "Second."]
