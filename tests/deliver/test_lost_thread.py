"""Threads and workspaces in which nothing can be posted any more."""

from collections.abc import Callable

import pytest

from bot.domain.message_kinds import MessageKind
from bot.domain.states import SubscriptionState
from sandbox.slack import SlackSimulator
from tests.support.delivery import FRIEND, DeliveryRig, renamed
from tests.support.filled_database import CHANNEL, OWNER, TEAM, finding

Happens = Callable[[SlackSimulator], None]


def archive(slack: SlackSimulator) -> None:
    """Archive the channel."""
    slack.archive(CHANNEL)


def kick(slack: SlackSimulator) -> None:
    """Remove the bot from the channel."""
    slack.kick(CHANNEL)


def hide(slack: SlackSimulator) -> None:
    """Hide the channel from the workspace."""
    slack.channels[CHANNEL].teams.clear()


# -- the channel is lost


@pytest.mark.parametrize(
    ("happens", "reason", "said"),
    [
        (archive, "is_archived", "was archived"),
        (kick, "not_in_channel", "This bot was removed from"),
        (hide, "channel_not_found", "is gone or hidden"),
    ],
)
async def test_a_thread_whose_channel_is_lost_ends_with_a_direct_message_to_its_owner(
    rig: DeliveryRig, happens: Happens, reason: str, said: str
) -> None:
    thread = await rig.add_posted_thread()
    happens(rig.slack)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(8)
    lost = await rig.thread(thread)
    assert (lost.subscription.state, lost.task.due_at) == (SubscriptionState.LOST, None)
    assert (await rig.message(thread, MessageKind.WARNINGS)).reason == reason
    assert [said in message.text for message in rig.slack.dms(OWNER)] == [True]
    assert rig.slack.dms(FRIEND) == []
    calls = len(rig.calls())
    await rig.run(30)
    assert len(rig.calls()) == calls


@pytest.mark.parametrize("happens", [archive, hide])
async def test_a_lost_channel_is_noticed_by_an_edit_too(rig: DeliveryRig, happens: Happens) -> None:
    thread = await rig.add_posted_thread()
    happens(rig.slack)
    await rig.look(thread, 44)
    await rig.run(8)
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST
    assert len(rig.slack.dms(OWNER)) == 1
    calls = len(rig.calls())
    await rig.restart()
    await rig.run(30)
    assert len(rig.calls()) == calls


async def test_after_its_channel_is_lost_a_thread_is_left_alone_although_another_one_goes_on(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, [finding(1, count=1)])
    other = await rig.add_thread(channel="C2", long_task_id=(await rig.thread(thread)).task.id)
    await rig.run(8)
    rig.slack.archive(CHANNEL)
    await rig.look(thread, 44)
    await rig.finish()
    calls = len(rig.calls())
    await rig.grow(thread, [finding(1, count=5)])
    await rig.look(other, 55)
    await rig.finish()
    assert [call.arguments["channel"] for call in rig.calls()[calls:]] == ["C2"]
    assert len(rig.slack.dms(OWNER)) == 1


async def test_growing_warnings_of_a_stopped_thread_whose_channel_is_lost_are_left(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, [finding(1, count=1)])
    await rig.run(4)
    await rig.stop_thread(thread)
    await rig.finish()
    rig.slack.archive(CHANNEL)
    await rig.grow(thread, [finding(1, count=5)])
    await rig.finish()
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.STOPPED
    assert rig.slack.dms(OWNER) == []


async def test_a_completion_that_cannot_be_posted_is_in_the_direct_message_to_the_owner(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.archive(CHANNEL)
    await rig.end(thread)
    await rig.run(8)
    (message,) = rig.slack.dms(OWNER)
    assert "was archived" in message.text
    assert "*Finished*: copying pages" in message.text
    assert message.mentions == (OWNER,)


# -- the root is deleted


async def test_a_deleted_root_is_noticed_at_its_next_edit_and_the_followers_get_direct_messages(
    rig: DeliveryRig,
) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.delete_message(CHANNEL, rig.root().ts)
    await rig.end(thread)
    await rig.run(10)
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST
    for user in (OWNER, FRIEND):
        (message,) = rig.slack.dms(user)
        assert message.text.startswith(f"The message for this task in <#{CHANNEL}> was deleted")
        assert f"<@{user}>" in message.text
        assert "follow it again" not in message.text


async def test_the_followers_get_direct_messages_at_once_if_slack_takes_no_replies_under_a_deleted_root(
    rig: DeliveryRig,
) -> None:
    rig.slack.policies.replies_under_deleted_root = False
    thread = await rig.add_posted_thread()
    rig.slack.delete_message(CHANNEL, rig.root().ts)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(6)
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST
    assert (await rig.message(thread, MessageKind.WARNINGS)).reason == "thread_not_found"
    for user in (OWNER, FRIEND):
        (message,) = rig.slack.dms(user)
        assert "To follow it again, type `/longtask " in message.text
    calls = len(rig.calls())
    await rig.run(30)
    assert len(rig.calls()) == calls


# -- the workspace is lost


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_workspace_whose_token_is_refused_rests_until_a_request_of_it_comes_in(
    rig: DeliveryRig, error: str
) -> None:
    added = [await rig.add_posted_thread(channel=channel) for channel in (CHANNEL, "C2")]
    rig.slack.revoke_token(error=error)
    before = len(rig.calls())
    for thread in added:
        await rig.add_warnings(thread, renamed(1))
    await rig.run(60)
    assert 1 <= len(rig.calls()) - before <= 2
    await rig.restart()
    calls = len(rig.calls())
    await rig.run(200)
    # one try after a minute; the next is five minutes later
    assert len(rig.calls()) == calls + 1
    rig.slack.workspaces[TEAM].token_error = None
    await rig.reactivate()
    await rig.run(10)
    assert [(await rig.states(thread))[-1] for thread in added] == ["warnings posted"] * 2
