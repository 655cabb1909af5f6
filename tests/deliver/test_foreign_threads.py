"""Threads that hang from a message of somebody else: there is no root of ours."""

import pytest
from sqlalchemy import update

from bot.db.models import long_tasks as long_task_rows
from bot.deliver.candidates import candidates
from bot.domain.message_kinds import MessageKind
from bot.domain.pacing import Method, Urgency
from bot.domain.states import Outcome, SubscriptionState
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.slack import Fault, PostedMessage
from tests.support.delivery import FRIEND, SCOPES, DeliveryRig, renamed
from tests.support.filled_database import CHANNEL, OWNER, TEAM


def parent(rig: DeliveryRig, channel: str = CHANNEL) -> PostedMessage:
    """A message of somebody."""
    rig.add_channel(channel)
    return rig.slack.say(channel, FRIEND, "the copy is slow today")


def ours(rig: DeliveryRig, root: PostedMessage) -> list[PostedMessage]:
    """What the bot has said in the thread of a message."""
    return [each for each in rig.slack.thread(root.channel, root.ts) if each.bot_id is not None]


async def test_the_card_is_first_and_nothing_is_said_in_the_channel(both: DeliveryRig) -> None:
    root = parent(both)
    thread = await both.add_thread(thread_ts=root.ts)
    assert (await both.thread(thread)).subscription.state is SubscriptionState.STARTING

    await both.run(6)

    assert await both.states(thread) == ["card posted"]
    assert (await both.thread(thread)).subscription.state is SubscriptionState.FOLLOWING
    assert both.slack.messages(CHANNEL) == [root]
    assert [each.thread_ts for each in ours(both, root)] == [root.ts]


async def test_the_card_shows_the_outcome_and_the_completion_the_result(both: DeliveryRig) -> None:
    root = parent(both)
    thread = await both.add_thread(thread_ts=root.ts)
    await both.run(6)
    await both.add_posted_warnings(thread, renamed(1))

    await both.end(thread, Outcome.PROBLEMS)
    await both.finish()

    card, warnings, completion = ours(both, root)
    assert card.text.startswith("*Finished with problems*")
    assert "renamed" in warnings.text
    assert completion.mentions == (OWNER, FRIEND)


async def test_an_end_that_comes_first_is_the_only_message_and_has_the_buttons(both: DeliveryRig) -> None:
    root = parent(both)
    thread = await both.add_thread(thread_ts=root.ts)
    await both.end(thread, Outcome.FAILED)

    await both.finish()

    assert await both.states(thread) == ["card dropped", "completion posted"]
    (completion,) = ours(both, root)
    assert completion.text.startswith("*Failed*")
    assert completion.blocks[-1]["type"] == "actions"


async def test_its_first_message_is_as_urgent_as_a_root(rig: DeliveryRig) -> None:
    root = parent(rig)
    foreign = await rig.add_thread(thread_ts=root.ts)
    own = await rig.add_thread(channel="C2")

    async with rig.database.read() as connection:
        listed = await candidates(connection, TEAM, busy=frozenset(), now=rig.clock())

    urgent = {
        work.candidate.channel_id: (work.kind, work.candidate.urgency, work.candidate.posts) for work in listed.work
    }
    assert urgent == {CHANNEL: (MessageKind.CARD, Urgency.ROOT, 1), "C2": (MessageKind.ROOT, Urgency.ROOT, 1)}
    await rig.run(6)
    await rig.add_warnings(foreign, renamed(1))
    await rig.add_warnings(own, renamed(1))
    async with rig.database.read() as connection:
        listed = await candidates(connection, TEAM, busy=frozenset(), now=rig.clock())
    posts = [work.candidate for work in listed.work if work.candidate.method is Method.POST]
    assert [post.urgency for post in posts] == [Urgency.WARNING] * 2


async def test_in_one_channel_it_does_not_wait_for_the_cards_of_many(rig: DeliveryRig) -> None:
    threads = [await rig.add_thread() for _ in range(10)]
    while len(rig.slack.messages(CHANNEL)) < len(threads):
        await rig.run(0.5)
    root = parent(rig)
    await rig.add_thread(thread_ts=root.ts)

    await rig.run(3)

    waiting = [state for thread in threads for state in await rig.states(thread) if state == "card planned"]
    assert (len(ours(rig, root)), len(waiting) > 5) == (1, True)


async def test_a_deleted_card_is_posted_once_more(rig: DeliveryRig) -> None:
    root = parent(rig)
    thread = await rig.add_thread(thread_ts=root.ts)
    await rig.run(6)
    rig.slack.delete_message(CHANNEL, ours(rig, root)[0].ts)
    await rig.look(thread, 44)
    await rig.finish()

    assert await rig.states(thread) == ["card gone", "card posted"]


# -- lost


async def test_if_the_message_it_hangs_from_was_deleted_all_followers_get_a_direct_message(rig: DeliveryRig) -> None:
    rig.slack.policies.replies_under_deleted_root = False
    root = parent(rig)
    thread = await rig.add_thread(thread_ts=root.ts)
    await rig.run(6)
    rig.slack.delete_message(CHANNEL, root.ts)

    await rig.add_warnings(thread, renamed(1))
    await rig.run(6)

    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST
    for user in (OWNER, FRIEND):
        (message,) = rig.slack.dms(user)
        assert f"The thread in <#{CHANNEL}> that followed this task was deleted" in message.text


async def test_replies_under_a_deleted_message_go_on_where_slack_takes_them(rig: DeliveryRig) -> None:
    root = parent(rig)
    thread = await rig.add_thread(thread_ts=root.ts)
    await rig.run(6)
    rig.slack.delete_message(CHANNEL, root.ts)

    await rig.end(thread)
    await rig.finish()

    assert await rig.states(thread) == ["card posted", "completion posted"]
    assert rig.slack.dms(OWNER) == []


async def test_a_thread_that_is_gone_before_the_first_message_is_answered_to_the_person_alone(
    rig: DeliveryRig, en: Texts
) -> None:
    rig.slack.policies.replies_under_deleted_root = False
    root = parent(rig)
    command = await rig.add_command_row(response_url=None, message_ts=root.ts)
    thread = await rig.add_thread(thread_ts=root.ts, command_id=command)
    rig.slack.delete_message(CHANNEL, root.ts)

    await rig.run(6)

    assert await rig.states(thread) == ["card dropped", "private posted"]
    (answer,) = rig.slack.ephemerals(OWNER)
    assert "was deleted, so updates have stopped" in answer.text
    assert rig.slack.dms(FRIEND) == []


async def test_a_first_message_that_slack_refuses_for_good_ends_the_thread_like_a_root(rig: DeliveryRig) -> None:
    root = parent(rig)
    command = await rig.add_command_row(response_url=None, message_ts=root.ts)
    thread = await rig.add_thread(thread_ts=root.ts, command_id=command)
    rig.slack.faults.add("chat.postMessage", Fault.error("missing_scope"), times=1)

    await rig.run(6)

    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST
    assert await rig.states(thread) == ["card dropped", "private posted"]


async def test_a_later_refusal_of_the_card_does_not_end_the_thread(rig: DeliveryRig) -> None:
    root = parent(rig)
    thread = await rig.add_thread(thread_ts=root.ts)
    await rig.run(6)
    rig.slack.close_edit_window(CHANNEL)
    await rig.look(thread, 60)
    await rig.finish()

    assert (await rig.thread(thread)).subscription.state is SubscriptionState.FOLLOWING
    assert [each.text.splitlines()[0].endswith("60%") for each in ours(rig, root)] == [False, True]


async def test_a_public_channel_is_joined_for_the_first_message_only(rig: DeliveryRig) -> None:
    rig.slack.workspaces[TEAM].scopes = frozenset({*SCOPES, "channels:join"})
    root = parent(rig)
    rig.slack.kick(CHANNEL)
    thread = await rig.add_thread(thread_ts=root.ts)
    await rig.run(8)
    assert await rig.states(thread) == ["card posted"]

    rig.slack.kick(CHANNEL)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(8)

    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST
    assert len(rig.calls("conversations.join")) == 1


async def test_without_the_right_to_join_the_person_is_asked_for_an_invitation(rig: DeliveryRig, en: Texts) -> None:
    root = parent(rig)
    rig.slack.kick(CHANNEL)
    command = await rig.add_command_row(response_url=None, message_ts=root.ts)
    thread = await rig.add_thread(thread_ts=root.ts, command_id=command)

    await rig.run(10)

    assert await rig.states(thread) == ["card dropped", "direct posted"]
    expected = replies.invite(en, "longtask", value=str(command), channel_id=CHANNEL).text
    assert [each.text for each in rig.slack.dms(OWNER)] == [expected]


async def test_a_first_message_that_keeps_crashing_is_set_aside_and_its_owner_informed(
    rig: DeliveryRig, en: Texts
) -> None:
    root = parent(rig)
    command = await rig.add_command_row(response_url=None, message_ts=root.ts)
    thread = await rig.add_thread(thread_ts=root.ts, command_id=command)
    task = (await rig.thread(thread)).task
    async with rig.database.begin() as connection:
        await connection.execute(update(long_task_rows).where(long_task_rows.c.id == task.id).values(snapshot="{"))

    await rig.run(70)

    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST
    assert [each.text for each in rig.slack.ephemerals(OWNER)] == [replies.task_set_aside(en, task.remote_id).text]
    assert ours(rig, root) == []


# -- private answers


@pytest.mark.parametrize("in_thread", [False, True])
async def test_an_answer_goes_to_the_thread_only_where_there_is_one(rig: DeliveryRig, in_thread: bool) -> None:
    root = parent(rig)
    reply = rig.slack.say(CHANNEL, OWNER, "yes", thread_ts=root.ts) if in_thread else root
    thread_ts = root.ts if in_thread else None
    command = await rig.add_command_row(response_url=None, message_ts=reply.ts, thread_ts=thread_ts)

    await rig.add_answer(command, "no such task")
    await rig.finish()

    (answer,) = rig.slack.ephemerals(OWNER)
    assert (answer.text, answer.via, answer.thread_ts) == ("no such task", "chat.postEphemeral", thread_ts)


async def test_an_answer_that_slack_does_not_take_there_goes_by_the_response_url_of_the_shortcut(
    rig: DeliveryRig,
) -> None:
    root = parent(rig)
    used = await rig.slack.shortcut("follow_message", user=OWNER, channel=CHANNEL, ts=root.ts)
    command = await rig.add_command_row(response_url=rig.slack.response_url(used.response_url_id), message_ts=root.ts)
    rig.slack.kick(CHANNEL)

    await rig.add_answer(command, "no such task")
    await rig.finish()

    assert [(each.text, each.via) for each in rig.slack.ephemerals(OWNER)] == [("no such task", "response_url")]
    assert (await rig.command(command)).uses_left == 4


async def test_while_slack_limits_answers_they_wait_and_no_other_message_does(rig: DeliveryRig) -> None:
    root = parent(rig)
    command = await rig.add_command_row(response_url=None, message_ts=root.ts)
    rig.slack.faults.add("chat.postEphemeral", Fault.ratelimited(20), times=1)
    await rig.add_answer(command, "no such task")
    await rig.add_thread(thread_ts=root.ts)

    await rig.run(6)
    assert (len(rig.slack.ephemerals(OWNER)), len(ours(rig, root))) == (0, 1)
    await rig.run(20)

    assert [each.text for each in rig.slack.ephemerals(OWNER)] == ["no such task"]
    assert len(rig.calls("chat.postEphemeral")) == 2
