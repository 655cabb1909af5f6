"""What each refusal of Slack leads to."""

from itertools import product

import pytest

from bot.clients.slack.errors import Refusal, Refused
from bot.deliver.error_policy import POLICY, Operation
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageForm, MessageState, Outcome, SubscriptionState
from sandbox.slack import Fault
from tests.deliver.test_findings_list import FILE
from tests.support.delivery import FRIEND, REPEATED, DeliveryRig, figures, renamed
from tests.support.filled_database import CHANNEL, OWNER, finding

#: one error word of each refusal
WORDS = {
    Refusal.MESSAGE_GONE: "message_not_found",
    Refusal.EDIT_CLOSED: "edit_window_closed",
    Refusal.BLOCKS_REFUSED: "invalid_blocks",
    Refusal.TOO_LONG: "msg_too_long",
    Refusal.NOT_IN_CHANNEL: "not_in_channel",
    Refusal.CHANNEL_GONE: "channel_not_found",
    Refusal.ARCHIVED: "is_archived",
    Refusal.WORKSPACE_GONE: "token_revoked",
    Refusal.RESTRICTED: "restricted_action",
    Refusal.MISSING_SCOPE: "missing_scope",
    Refusal.VIEW_CHANGED: "hash_conflict",
    Refusal.HOME_OFF: "not_enabled",
    Refusal.THREAD_GONE: "thread_not_found",
    Refusal.USER_GONE: "user_not_found",
    Refusal.NOT_NOW: "external_channel_migrating",
    Refusal.UNKNOWN: "moon_in_wrong_phase",
}
KINDS = (MessageKind.ROOT, MessageKind.CARD, MessageKind.WARNINGS)

#: what a refused post of a root, a card and warnings comes to
POSTS = {
    Refusal.MESSAGE_GONE: ("thread lost", "milestones", "dropped"),
    Refusal.EDIT_CLOSED: ("thread lost", "milestones", "dropped"),
    Refusal.BLOCKS_REFUSED: ("plain", "plain", "plain"),
    Refusal.TOO_LONG: ("plain", "plain", "plain"),
    Refusal.NOT_IN_CHANNEL: ("thread lost", "thread lost", "thread lost"),
    Refusal.CHANNEL_GONE: ("thread lost", "thread lost", "thread lost"),
    Refusal.ARCHIVED: ("thread lost", "thread lost", "thread lost"),
    Refusal.WORKSPACE_GONE: ("workspace rests", "workspace rests", "workspace rests"),
    Refusal.RESTRICTED: ("thread lost", "thread lost", "thread lost"),
    Refusal.MISSING_SCOPE: ("thread lost", "milestones", "dropped"),
    Refusal.VIEW_CHANGED: ("posted later", "posted later", "posted later"),
    Refusal.HOME_OFF: ("thread lost", "milestones", "dropped"),
    Refusal.THREAD_GONE: ("thread lost", "thread lost", "thread lost"),
    Refusal.USER_GONE: ("thread lost", "milestones", "dropped"),
    Refusal.NOT_NOW: ("posted later", "posted later", "posted later"),
    Refusal.UNKNOWN: ("posted later", "posted later", "posted later"),
}
#: the same of a refused edit
EDITS = {
    Refusal.MESSAGE_GONE: ("thread lost", "posted once more", "gone"),
    Refusal.EDIT_CLOSED: ("left", "milestones", "left"),
    Refusal.BLOCKS_REFUSED: ("plain", "plain", "plain"),
    Refusal.TOO_LONG: ("plain", "plain", "plain"),
    Refusal.NOT_IN_CHANNEL: ("thread lost", "thread lost", "left"),
    Refusal.CHANNEL_GONE: ("thread lost", "thread lost", "left"),
    Refusal.ARCHIVED: ("thread lost", "thread lost", "left"),
    Refusal.WORKSPACE_GONE: ("workspace rests", "workspace rests", "workspace rests"),
    Refusal.RESTRICTED: ("left", "milestones", "left"),
    Refusal.MISSING_SCOPE: ("left", "milestones", "left"),
    Refusal.VIEW_CHANGED: ("edited later", "edited later", "edited later"),
    Refusal.HOME_OFF: ("left", "milestones", "left"),
    Refusal.THREAD_GONE: ("left", "milestones", "left"),
    Refusal.USER_GONE: ("left", "milestones", "left"),
    Refusal.NOT_NOW: ("edited later", "edited later", "edited later"),
    Refusal.UNKNOWN: ("edited later", "edited later", "edited later"),
}


def test_there_is_a_decision_for_every_pair_of_operation_and_refusal() -> None:
    assert set(POLICY) == set(product(Operation, Refusal))


def test_the_tables_of_this_test_have_every_refusal() -> None:
    assert {refusal: Refused("chat.update", word).refusal for refusal, word in WORDS.items()} == {
        refusal: refusal for refusal in Refusal
    }
    assert set(POSTS) == set(EDITS) == set(Refusal)


@pytest.mark.parametrize("refusal", Refusal)
async def test_a_refused_post_comes_to_what_the_table_says(rig: DeliveryRig, refusal: Refusal) -> None:
    assert [await refused_post(rig, kind, WORDS[refusal]) for kind in KINDS] == list(POSTS[refusal])


async def refused_post(rig: DeliveryRig, kind: MessageKind, word: str) -> str:
    """What becomes of a message whose first post is refused."""
    thread = await rig.add_thread(channel=f"C0{kind.upper()}")
    await rig.add_warnings(thread, renamed(1))
    await rig.run_up_to(thread, kind)
    rig.slack.faults.add("chat.postMessage", Fault.error(word))
    await rig.run(6)
    outcome = await came_to(rig, thread, kind)
    return "posted later" if outcome == "posted" else outcome


@pytest.mark.parametrize("refusal", Refusal)
async def test_a_refused_edit_comes_to_what_the_table_says(rig: DeliveryRig, refusal: Refusal) -> None:
    assert [await refused_edit(rig, kind, WORDS[refusal]) for kind in KINDS] == list(EDITS[refusal])


async def refused_edit(rig: DeliveryRig, kind: MessageKind, word: str) -> str:
    """What becomes of a message whose first edit is refused."""
    channel = f"C0{kind.upper()}"
    thread = await rig.add_thread(channel=channel)
    await rig.add_warnings(thread, [finding(1, count=1)])
    await rig.finish()
    if kind is MessageKind.ROOT:
        # The card of a thread is edited before its root.
        rig.slack.faults.add("chat.update", Fault.error(WORDS[Refusal.NOT_NOW]))
        await rig.stop_thread(thread)
    elif kind is MessageKind.CARD:
        await rig.look(thread, 44)
    else:
        await rig.run(60)
        await rig.grow(thread, [finding(1, count=5)])
    rig.slack.faults.add("chat.update", Fault.error(word))
    await rig.run(6)
    outcome = await came_to(rig, thread, kind)
    if outcome != "posted":
        return outcome
    shown = [rig.root(channel), *rig.replies(channel)][KINDS.index(kind)]
    return "edited later" if len(shown.versions) == 2 else "left"


async def came_to(rig: DeliveryRig, thread: int, kind: MessageKind) -> str:
    """What became of a message and its thread."""
    if (await rig.thread(thread)).subscription.state is SubscriptionState.LOST:
        return "thread lost"
    message, *others = [one for one in await rig.filled.messages(thread) if one.kind is kind]
    if others:
        return "posted once more"
    if message.state is MessageState.PLANNED or message.stale_since is not None:
        await rig.reactivate()
        await rig.run(6)
        message = await rig.message(thread, kind)
        assert (message.state, message.form, message.stale_since) == (MessageState.POSTED, MessageForm.BLOCKS, None)
        return "workspace rests"
    return message.state.value if message.form is MessageForm.BLOCKS else message.form.value


# -- messages that were deleted


async def test_a_deleted_card_is_posted_once_more_and_then_replaced_by_milestones(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.delete_message(CHANNEL, rig.replies()[0].ts)
    await rig.look(thread, 20)
    await rig.run(8)
    assert [figures(reply.text) for reply in rig.replies()] == ["20%"]
    rig.slack.delete_message(CHANNEL, rig.replies()[0].ts)
    for percent in (22, 30, 40, 55, 60, 80, 90):
        await rig.look(thread, percent)
        await rig.run(8)
    assert [figures(reply.text) for reply in rig.replies()] == ["30%", "55%", "80%"]
    assert len([call for call in rig.calls("chat.update") if not call.ok]) == 2


async def test_deleted_warnings_are_left(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, [finding(1, count=1)])
    await rig.run(5)
    rig.slack.delete_message(CHANNEL, rig.replies()[1].ts)
    calls = len(rig.calls("chat.update"))
    for count in (2, 3):
        await rig.grow(thread, [finding(1, count=count)])
        await rig.run(70)
    assert len(rig.calls("chat.update")) == calls + 1
    assert len(rig.replies()) == 1


# -- edits that are refused for good


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
async def test_a_card_that_cannot_be_edited_is_replaced_by_milestones(rig: DeliveryRig, error: str) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.close_edit_window(CHANNEL, error=error)
    for percent in (20, 26, 27, 51, 76, 99):
        await rig.look(thread, percent)
        await rig.run(4)
    assert [figures(reply.text) for reply in rig.replies()] == ["10%", "26%", "51%", "76%"]
    assert len([call for call in rig.calls("chat.update") if not call.ok]) == 1
    await rig.end(thread)
    await rig.run(6)
    assert [len(rig.replies()), rig.replies()[-1].mentions] == [5, (OWNER, FRIEND)]


async def test_a_stop_that_the_card_cannot_show_is_a_reply(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.close_edit_window(CHANNEL)
    await rig.look(thread, 20)
    await rig.run(4)
    await rig.stop_thread(thread)
    await rig.run(10)
    assert [reply.text.startswith("*No longer followed*") for reply in rig.replies()] == [False, True]


# -- blocks that are refused


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
async def test_a_card_whose_blocks_are_refused_is_plain_from_then_on(rig: DeliveryRig, error: str) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.update", Fault.error(error))
    for percent in (20, 30):
        await rig.look(thread, percent)
        await rig.run(6)
    assert [(figures(version.text), bool(version.blocks)) for version in rig.replies()[0].versions] == [
        ("10%", True),
        ("20%", False),
        ("30%", False),
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_message_whose_blocks_are_refused_is_posted_and_edited_plain(
    rig: DeliveryRig, kind: MessageKind
) -> None:
    thread = await rig.add_thread()
    await rig.add_warnings(thread, [finding(1, count=1)])
    await rig.run_up_to(thread, kind)
    rig.slack.faults.add("chat.postMessage", Fault.error("invalid_blocks"))
    await rig.finish()
    await rig.grow(thread, [finding(1, count=5)])
    await rig.stop_thread(thread)
    await rig.finish()
    shown = [rig.root(), *rig.replies()]
    assert [[bool(version.blocks) for version in message.versions] for message in shown] == [
        [one is not kind] * 2 for one in KINDS
    ]


async def test_a_card_that_is_refused_without_blocks_as_well_is_replaced_by_milestones(rig: DeliveryRig) -> None:
    thread = await rig.add_thread()
    await rig.run_up_to(thread, MessageKind.CARD)
    rig.slack.faults.add("chat.postMessage", Fault.error("invalid_blocks"), times=2)
    for percent in (20, 30):
        await rig.run(6)
        await rig.look(thread, percent)
    await rig.finish()
    assert await rig.states(thread) == ["root posted", "card dropped", "milestone posted"]
    assert [figures(reply.text) for reply in rig.replies()] == ["30%"]


# -- rate limits


async def test_a_429_on_a_post_is_kept_over_a_restart_and_pauses_no_edit(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", Fault.ratelimited(300))
    await rig.add_warnings(thread, renamed(1))
    await rig.run(3)
    await rig.restart()
    posts = len(rig.calls("chat.postMessage"))
    await rig.look(thread, 60)
    await rig.run(280)
    assert len(rig.calls("chat.postMessage")) == posts
    assert figures(rig.replies()[0].text) == "60%"
    await rig.run(30)
    assert len(rig.calls("chat.postMessage")) == posts + 1
    assert len(rig.replies()) == 2
    assert REPEATED not in rig.replies()[1].text


async def test_a_429_on_a_file_pauses_files_only(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(*range(15)))
    rig.slack.faults.add("files.getUploadURLExternal", Fault.ratelimited(90))
    await rig.end(thread, Outcome.PROBLEMS, FILE)
    await rig.run(60)
    assert len(rig.calls("files.getUploadURLExternal")) == 1
    other = await rig.add_thread()
    await rig.run(20)
    assert await rig.states(other) == ["root posted", "card posted"]
    assert len(rig.calls("files.getUploadURLExternal")) == 1
    await rig.run(30)
    assert (await rig.states(thread))[-1] == "file posted"
    assert len(rig.calls("files.getUploadURLExternal")) == 2


# -- refused for now


async def test_what_slack_refuses_for_now_is_done_later(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    for method in ("chat.postMessage", "chat.update"):
        rig.slack.faults.add(method, Fault.error("external_channel_migrating"), times=2)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(30)
    await rig.end(thread)
    await rig.run(30)
    assert (await rig.states(thread))[2:] == ["warnings posted", "completion posted"]
    assert rig.replies()[0].text.startswith("*Finished*")
    assert rig.root().text.startswith("*Finished*")
