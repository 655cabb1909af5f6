"""Each answer of Slack leads to what the contract says."""

from typing import Any

import pytest
from sqlalchemy import text

from bot.db import notices, subscriptions, workspaces
from bot.domain.pacing import Telling
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome
from sandbox.slack import Fault

TEAM, CHANNEL, OWNER, FRIEND = "T0ACME", "C0RELEASES", "U0OWNER", "U0PAL"
REPEATED = "This may already stand above: Slack did not say whether it had arrived."


def renamed(*numbers: int) -> list[Finding]:
    return [
        Finding(key="WARN_RENAME_PAGE", args=(f"Page {n}", f"Copy of page {n}"), identity=f"renamed-{n}")
        for n in numbers
    ]


def figures(text: str) -> str:
    """The percentage in a card's text."""
    return text.splitlines()[0].rpartition(" · ")[2]


# -- 429


async def test_a_429_on_an_edit_is_kept_over_a_restart_and_then_shows_the_latest_state(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    before = len(stage.calls("chat.update"))
    stage.slack.faults.add("chat.update", Fault.ratelimited(600))
    await stage.given_look(task, 20)
    await stage.run(5)
    assert len(stage.calls("chat.update")) == before + 1
    await stage.restart()
    for percent in (30, 40, 50):
        await stage.given_look(task, percent)
        await stage.run(150)
    assert len(stage.calls("chat.update")) == before + 1
    await stage.run(200)
    assert len(stage.calls("chat.update")) == before + 2
    assert figures(stage.replies()[0].text) == "50%"


async def test_a_429_on_a_post_is_kept_over_a_restart_and_pauses_no_edit(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    stage.slack.faults.add("chat.postMessage", Fault.ratelimited(300))
    await stage.given_warnings(subscription, renamed(1))
    await stage.run(3)
    await stage.restart()
    posts = len(stage.calls("chat.postMessage"))
    await stage.given_look(task, 60)
    await stage.run(280)
    assert len(stage.calls("chat.postMessage")) == posts
    assert figures(stage.replies()[0].text) == "60%"
    await stage.run(30)
    assert len(stage.calls("chat.postMessage")) == posts + 1
    assert len(stage.replies()) == 2
    assert REPEATED not in stage.replies()[1].text


async def test_a_429_on_a_file_pauses_files_only(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    await stage.given_warnings(subscription, renamed(*range(15)))
    stage.slack.faults.add("files.getUploadURLExternal", Fault.ratelimited(90))
    await stage.given_end(subscription, Outcome.PROBLEMS, Telling.FILE)
    await stage.run(60)
    assert len(stage.calls("files.getUploadURLExternal")) == 1
    other = await stage.given_thread(channel="C0RELEASES")
    await stage.run(20)
    assert await stage.kinds(other) == [("root", "sent"), ("card", "sent")]
    assert len(stage.calls("files.getUploadURLExternal")) == 1
    await stage.run(30)
    assert (await stage.kinds(subscription))[-1] == ("file", "sent")
    assert len(stage.calls("files.getUploadURLExternal")) == 2


# -- 5xx, timeouts, dropped connections


@pytest.mark.parametrize("fault", [Fault.status(502), Fault.drop_before()], ids=lambda fault: fault.name)
async def test_a_post_that_broke_off_is_made_again_and_says_so(stage: Any, fault: Fault) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.postMessage", fault)
    notice = await stage.given_warnings(subscription, renamed(1))
    await stage.run(6)
    assert [REPEATED in reply.text for reply in stage.replies()] == [False, True]
    assert (await stage.notice(notice))["state"] == "sent"


@pytest.mark.parametrize("fault", [Fault.status_after(500), Fault.drop_after()], ids=lambda fault: fault.name)
async def test_a_post_that_arrived_all_the_same_stands_twice_where_nothing_can_be_looked_up(
    stage: Any, fault: Fault
) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.postMessage", fault)
    await stage.given_warnings(subscription, renamed(1))
    await stage.run(6)
    assert [REPEATED in reply.text for reply in stage.replies()] == [False, False, True]


@pytest.mark.parametrize("kind", [Telling.ROOT, Telling.CARD, Telling.WARNINGS, Telling.COMPLETION])
@pytest.mark.parametrize("fault", [Fault.drop_before(), Fault.drop_after()], ids=lambda fault: fault.name)
async def test_with_the_history_scope_every_message_stands_exactly_once(
    stage: Any, kind: Telling, fault: Fault
) -> None:
    workspace = stage.slack.workspaces[TEAM]
    workspace.scopes |= {"channels:history"}
    order = [Telling.ROOT, Telling.CARD, Telling.WARNINGS, Telling.COMPLETION]
    subscription = await stage.given_thread()
    await stage.given_warnings(subscription, renamed(1))
    await stage.given_end(subscription, Outcome.PROBLEMS)
    stage.deliverer()
    while (await stage.kinds(subscription))[order.index(kind)][1] != "planned" or not await ready(
        stage, subscription, order.index(kind)
    ):
        await stage.run(0.5)
    stage.slack.faults.add("chat.postMessage", fault)
    await stage.run(20)
    assert stage.slack.faults.report() == {f"chat.postMessage {fault.name}": 1}
    assert len(stage.slack.messages(CHANNEL)) == 1
    assert len(stage.replies()) == 3
    assert [REPEATED in reply.text for reply in stage.replies()] == [
        False,
        kind is Telling.WARNINGS and fault == Fault.drop_before(),
        False,
    ]


async def ready(stage: Any, subscription: int, place: int) -> bool:
    return [state for _, state in (await stage.kinds(subscription))[:place]] == ["sent"] * place


async def test_without_the_right_to_look_up_slack_is_asked_once_per_channel(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.postMessage", Fault.drop_before(), times=4)
    await stage.given_warnings(subscription, renamed(1))
    await stage.run(40)
    assert len(stage.replies()) == 2
    assert len(stage.calls("conversations.replies")) == 1


async def test_a_connection_never_made_is_not_ambiguous(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    origin = stage.slack.origin
    notice = await stage.given_warnings(subscription, renamed(1))
    port = int(origin.rpartition(":")[2])
    await stage.slack.stop()
    await stage.run(4)
    row = await stage.notice(notice)
    assert (row["state"], row["may_stand"]) == ("planned", False)
    await stage.slack.start(port)
    await stage.run(20)
    assert [REPEATED in reply.text for reply in stage.replies()] == [False, False]


async def test_a_broken_edit_is_made_again(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.update", Fault.status(503))
    await stage.given_look((await stage.thread(subscription))["long_task_id"], 33)
    await stage.run(6)
    assert figures(stage.replies()[0].text) == "33%"


async def test_after_an_ambiguous_edit_the_last_one_is_sent_once_more_half_a_minute_later(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.update", Fault.drop_after())
    await stage.given_look((await stage.thread(subscription))["long_task_id"], 50)
    await stage.run(6)
    await stage.given_end(subscription)
    await stage.run(10)
    card = stage.replies()[0]
    count = len(card.versions)
    assert card.text.startswith("Finished")
    await stage.run(15)
    assert len(card.versions) == count
    await stage.run(15)
    assert len(card.versions) == count + 1
    assert card.versions[-1].text == card.versions[-2].text
    assert card.versions[-1].at - card.versions[-2].at >= 30
    await stage.run(120)
    assert len(card.versions) == count + 1


async def test_the_root_does_not_wait_for_the_card_to_be_repeated(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.update", Fault.drop_before())
    await stage.given_end(subscription)
    await stage.run(6)
    assert stage.slack.messages(CHANNEL)[0].text.startswith("*Finished*")


# -- deleted


async def test_a_deleted_card_is_posted_once_more_and_then_the_thread_says_milestones(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    stage.slack.delete_message(CHANNEL, stage.replies()[0].ts)
    await stage.given_look(task, 20)
    await stage.run(8)
    assert [figures(reply.text) for reply in stage.replies()] == ["20%"]
    stage.slack.delete_message(CHANNEL, stage.replies()[0].ts)
    for percent in (22, 30, 40, 55, 60, 80, 90):
        await stage.given_look(task, percent)
        await stage.run(8)
    assert [figures(reply.text) for reply in stage.replies()] == ["30%", "55%", "80%"]
    assert len([call for call in stage.calls("chat.update") if not call.ok]) == 2


async def test_a_deleted_warning_is_left(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    notice = await stage.given_warnings(subscription, renamed(1))
    await stage.run(5)
    stage.slack.delete_message(CHANNEL, stage.replies()[1].ts)
    await make_stale(stage, notice)
    calls = len(stage.calls("chat.update"))
    await stage.run(20)
    assert len(stage.calls("chat.update")) == calls + 1
    assert len(stage.replies()) == 1


async def make_stale(stage: Any, notice: int) -> None:
    async with stage.database.begin() as connection:
        await notices.change(connection, notice, dirty_since=stage.clock())


async def test_a_deleted_root_is_noticed_at_its_next_edit_and_the_followers_are_told_directly(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.delete_message(CHANNEL, stage.slack.messages(CHANNEL)[0].ts)
    await stage.given_end(subscription)
    await stage.run(10)
    assert (await stage.thread(subscription))["state"] == "lost"
    told = {user: [message.text for message in stage.slack.dms(user)] for user in (OWNER, FRIEND)}
    assert [len(told[user]) for user in told] == [1, 1]
    for user, (message,) in told.items():
        assert message.startswith("The message under which long task 1001 was followed has been deleted.")
        assert f"<@{user}>" in message
        assert "follow it again" not in message


async def test_where_slack_takes_no_replies_under_a_deleted_root_the_followers_are_told_at_once(stage: Any) -> None:
    stage.slack.policies.replies_under_deleted_root = False
    subscription = await stage.given_standing_thread()
    stage.slack.delete_message(CHANNEL, stage.slack.messages(CHANNEL)[0].ts)
    await stage.given_warnings(subscription, renamed(1))
    await stage.run(6)
    row = await stage.thread(subscription)
    assert (row["state"], row["reason"]) == ("lost", "thread_not_found")
    for user in (OWNER, FRIEND):
        (message,) = stage.slack.dms(user)
        assert "follow it again elsewhere" in message.text
    posts = len(stage.calls())
    await stage.run(30)
    assert len(stage.calls()) == posts


# -- edits refused


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
async def test_a_card_that_cannot_be_edited_is_followed_by_milestones(stage: Any, error: str) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    stage.slack.close_edit_window(CHANNEL, error=error)
    for percent in (20, 26, 27, 51, 76, 99):
        await stage.given_look(task, percent)
        await stage.run(4)
    assert [figures(reply.text) for reply in stage.replies()] == ["10%", "26%", "51%", "76%"]
    assert len([call for call in stage.calls("chat.update") if not call.ok]) == 1
    await stage.given_end(subscription)
    await stage.run(6)
    assert [len(stage.replies()), stage.replies()[-1].mentions] == [5, (OWNER, FRIEND)]


async def test_a_stop_is_said_where_the_card_cannot_show_it(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.close_edit_window(CHANNEL)
    await stage.given_look((await stage.thread(subscription))["long_task_id"], 20)
    await stage.run(4)
    await stopped(stage, subscription)
    await stage.run(10)
    assert [reply.text.startswith("Stopped") for reply in stage.replies()] == [False, True]


async def stopped(stage: Any, subscription: int) -> None:
    async with stage.database.begin() as connection:
        await subscriptions.stop(connection, subscription, stopped_by=FRIEND, now=stage.clock())


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
async def test_where_the_blocks_of_a_card_are_refused_it_is_plain_from_then_on(stage: Any, error: str) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    stage.slack.faults.add("chat.update", Fault.error(error))
    for percent in (20, 30):
        await stage.given_look(task, percent)
        await stage.run(6)
    card = stage.replies()[0]
    assert [(figures(version.text), bool(version.blocks)) for version in card.versions] == [
        ("10%", True),
        ("20%", False),
        ("30%", False),
    ]


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
async def test_where_the_blocks_of_a_new_message_are_refused_it_is_posted_plain(stage: Any, error: str) -> None:
    for kind in ("root", "card", "warnings"):
        stage.slack.faults.clear()
        subscription = await stage.given_thread(channel=(await channel_of_its_own(stage, kind)))
        notice = await stage.given_warnings(subscription, renamed(1))
        while (await stage.kinds(subscription))[0 if kind == "root" else 1 if kind == "card" else 2][1] == "planned":
            if await ready(stage, subscription, ["root", "card", "warnings"].index(kind)):
                break
            await stage.run(0.5)
        stage.slack.faults.add("chat.postMessage", Fault.error(error))
        await stage.run(10)
        root = stage.slack.messages(f"C0{kind.upper()}")[0]
        shown = [root, *stage.slack.thread(f"C0{kind.upper()}", root.ts)]
        assert [bool(message.blocks) for message in shown] == [name != kind for name in ("root", "card", "warnings")]
        assert (await stage.notice(notice))["state"] == "sent"


async def channel_of_its_own(stage: Any, kind: str) -> str:
    stage.slack.add_channel(f"C0{kind.upper()}", members=[OWNER])
    return f"C0{kind.upper()}"


async def test_a_warning_whose_blocks_are_refused_at_its_edit_is_edited_plain(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    notice = await stage.given_warnings(subscription, renamed(1))
    await stage.run(4)
    stage.slack.faults.add("chat.update", Fault.error("invalid_blocks"))
    await make_stale(stage, notice)
    await stage.run(6)
    assert [bool(version.blocks) for version in stage.replies()[1].versions] == [True, False]


# -- where the bot may not post


async def test_where_it_may_the_bot_joins_the_channel_in_which_it_was_asked(stage: Any) -> None:
    stage.slack.workspaces[TEAM].scopes |= {"channels:join"}
    stage.slack.kick(CHANNEL)
    subscription = await stage.given_standing_thread()
    assert await stage.kinds(subscription) == [("root", "sent"), ("card", "sent")]
    assert len(stage.calls("conversations.join")) == 1
    assert stage.slack.limits.report() == {}


async def test_where_joining_does_not_help_it_is_not_done_again(stage: Any) -> None:
    stage.slack.workspaces[TEAM].scopes |= {"channels:join"}
    stage.slack.faults.add("chat.postMessage", Fault.error("not_in_channel"), times=20)
    subscription = await stage.given_thread(command_id=await stage.given_command())
    await stage.run(20)
    assert len(stage.calls("conversations.join")) == 1
    assert (await stage.thread(subscription))["state"] == "lost"


async def test_without_the_scope_for_joining_it_says_how_to_invite(stage: Any) -> None:
    stage.slack.kick(CHANNEL)
    subscription = await stage.given_thread(command_id=await stage.given_command())
    await stage.run(8)
    assert [item.via for item in stage.slack.ephemerals(OWNER)] == ["response_url"]
    assert "/invite @longtask" in stage.slack.ephemerals(OWNER)[0].text
    assert await stage.kinds(subscription) == [("root", "dropped"), ("card", "dropped"), ("caller", "sent")]
    assert (await stage.thread(subscription))["state"] == "lost"


async def test_a_private_channel_is_answered_with_how_to_invite(stage: Any) -> None:
    stage.slack.add_channel("C0SECRET", members=[OWNER], private=True, bot=False)
    await stage.given_thread(channel="C0SECRET", command_id=await stage.given_command())
    await stage.run(8)
    assert ["/invite @longtask" in item.text for item in stage.slack.ephemerals(OWNER)] == [True]
    assert stage.slack.dms(OWNER) == []


async def test_where_the_response_url_is_used_up_it_is_a_direct_message(stage: Any) -> None:
    stage.slack.faults.add("response_url", Fault.error("used_url"))
    stage.slack.kick(CHANNEL)
    await stage.given_thread(command_id=await stage.given_command())
    await stage.run(8)
    assert stage.slack.ephemerals(OWNER) == []
    assert ["/invite @longtask" in message.text for message in stage.slack.dms(OWNER)] == [True]


async def test_after_half_an_hour_the_response_url_is_not_tried(stage: Any) -> None:
    command = await stage.given_command()
    stage.clock.move(30 * 60)
    stage.slack.kick(CHANNEL)
    await stage.given_thread(command_id=command)
    await stage.run(8)
    assert stage.calls("response_url") == []
    assert len(stage.slack.dms(OWNER)) == 1


async def test_a_response_url_that_does_not_answer_is_tried_again_and_then_left(stage: Any) -> None:
    stage.slack.faults.add("response_url", Fault.status(503), times=10)
    stage.slack.kick(CHANNEL)
    await stage.given_thread(command_id=await stage.given_command())
    await stage.run(30)
    assert len(stage.calls("response_url")) == 3
    assert len(stage.slack.dms(OWNER)) == 1


async def test_answers_to_the_caller_wait_for_no_budget(stage: Any) -> None:
    stage.slack.kick(CHANNEL)
    subscription = await stage.given_thread(command_id=await stage.given_command())
    await stage.run(3)
    stage.slack.private_messages.clear()
    await stage.given_notices(subscription, (Telling.CALLER, {"reason": "invite"}))
    one = await stage.restart()
    await stage.turn(one)
    assert len(stage.slack.ephemerals(OWNER)) == 1


# -- the channel is lost later


@pytest.mark.parametrize(
    ("happens", "reason", "said"),
    [
        (lambda slack: slack.archive(CHANNEL), "is_archived", "has been archived"),
        (lambda slack: slack.kick(CHANNEL), "not_in_channel", "has been removed from the channel"),
        (lambda slack: slack.channels[CHANNEL].teams.clear(), "channel_not_found", "is gone or hidden"),
    ],
)
async def test_a_thread_whose_channel_is_lost_ends_and_its_owner_is_told(
    stage: Any, happens: Any, reason: str, said: str
) -> None:
    subscription = await stage.given_standing_thread()
    happens(stage.slack)
    await stage.given_warnings(subscription, renamed(1))
    await stage.run(8)
    row = await stage.thread(subscription)
    assert (row["state"], row["reason"]) == ("lost", reason)
    assert [said in message.text for message in stage.slack.dms(OWNER)] == [True]
    assert stage.slack.dms(FRIEND) == []
    assert await looked_at(stage, row["long_task_id"]) is False
    calls = len(stage.calls())
    await stage.run(30)
    assert len(stage.calls()) == calls


async def looked_at(stage: Any, task: int) -> bool:
    async with stage.database.read() as connection:
        query = text("SELECT due_at IS NOT NULL FROM long_tasks WHERE id = :id")
        return bool((await connection.execute(query, {"id": task})).scalar_one())


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda slack: slack.archive(CHANNEL), "is_inactive"),
        (lambda slack: slack.channels[CHANNEL].teams.clear(), "channel_not_found"),
    ],
)
async def test_a_lost_channel_is_noticed_by_an_edit_too(stage: Any, happens: Any, reason: str) -> None:
    subscription = await stage.given_standing_thread()
    happens(stage.slack)
    await stage.given_look((await stage.thread(subscription))["long_task_id"], 44)
    await stage.run(8)
    row = await stage.thread(subscription)
    assert (row["state"], row["reason"]) == ("lost", reason)
    assert len(stage.slack.dms(OWNER)) == 1


async def test_what_the_lost_channel_should_have_been_told_at_the_end_the_owner_is_told(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.archive(CHANNEL)
    await stage.given_end(subscription)
    await stage.run(8)
    (message,) = stage.slack.dms(OWNER)
    assert "has been archived" in message.text
    assert "Everything went through." in message.text
    assert message.mentions == (OWNER,)


# -- the workspace is lost


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_workspace_that_lets_nobody_in_stops_until_somebody_types_a_command(stage: Any, error: str) -> None:
    subscription = await stage.given_standing_thread()
    other = await stage.given_standing_thread()
    stage.slack.revoke_token(error=error)
    before = len(stage.calls())
    await stage.given_warnings(subscription, renamed(1))
    await stage.given_warnings(other, renamed(1))
    await stage.run(60)
    assert 1 <= len(stage.calls()) - before <= 2
    await stage.restart()
    calls = len(stage.calls())
    await stage.run(200)
    assert len(stage.calls()) == calls
    stage.slack.workspaces[TEAM].token_error = None
    await typed(stage)
    await stage.run(10)
    for one in (subscription, other):
        assert (await stage.kinds(one))[-1] == ("warnings", "sent")


async def typed(stage: Any) -> None:
    async with stage.database.begin() as connection:
        await workspaces.put_workspace(connection, TEAM, enterprise_id=None, now=stage.clock())


# -- files


@pytest.mark.parametrize("count", [15, 600])
async def test_the_full_list_follows_as_a_file(stage: Any, count: int) -> None:
    subscription = await stage.given_standing_thread()
    await stage.given_warnings(subscription, renamed(*range(count)))
    await stage.given_end(subscription, Outcome.PROBLEMS, Telling.FILE)
    await stage.run(10)
    (file,) = stage.slack.files.values()
    assert len(file.content.splitlines()) == count + 1
    assert stage.replies()[-1].file_ids == (file.id,)
    assert stage.replies()[-2].mentions == (OWNER, FRIEND)


@pytest.mark.parametrize(("count", "replies"), [(15, 1), (100, 2), (5000, 5)])
async def test_where_no_file_may_be_sent_the_list_follows_as_text(stage: Any, count: int, replies: int) -> None:
    stage.slack.workspaces[TEAM].scopes -= {"files:write"}
    subscription = await stage.given_standing_thread()
    await stage.given_warnings(subscription, renamed(*range(count)))
    await stage.given_end(subscription, Outcome.PROBLEMS, Telling.FILE)
    await stage.run(20)
    listed = stage.replies()[3:]
    assert len(listed) == replies
    lines = [line for reply in listed for line in reply.text.splitlines()]
    named = [line for line in lines if line.startswith("• ")]
    left_out = [line for line in lines if not line.startswith("• ")]
    assert left_out == ([] if len(named) == count else [f"and {count - len(named):,} more"])
    assert all(len(reply.text) <= 4000 for reply in listed)
    assert len(stage.calls("files.getUploadURLExternal")) == 1
    assert (await stage.thread(subscription))["state"] == "ended"


async def test_a_workspace_that_forbids_files_does_not_lose_the_thread(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    await stage.given_warnings(subscription, renamed(*range(12)))
    stage.slack.faults.add("files.completeUploadExternal", Fault.error("file_uploads_disabled"))
    await stage.given_end(subscription, Outcome.PROBLEMS, Telling.FILE)
    await stage.run(12)
    assert len(stage.replies()) == 4
    assert (await stage.thread(subscription))["state"] == "ended"


async def test_a_list_that_says_no_more_than_the_thread_is_not_sent(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    await stage.given_warnings(subscription, renamed(*range(3)))
    await stage.given_end(subscription, Outcome.PROBLEMS, Telling.FILE)
    await stage.run(10)
    assert (await stage.kinds(subscription))[-1] == ("file", "dropped")
    assert stage.calls("files.getUploadURLExternal") == []


# -- whatever is not in the table


async def test_an_answer_nobody_has_heard_of_refuses_that_message_only(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.postMessage", Fault.error("moon_in_wrong_phase"))
    await stage.given_warnings(subscription, renamed(1))
    await stage.given_warnings(subscription, renamed(2))
    await stage.run(10)
    assert (await stage.kinds(subscription))[2:] == [("warnings", "dropped"), ("warnings", "sent")]
    stage.slack.faults.add("chat.update", Fault.error("moon_in_wrong_phase"))
    task = (await stage.thread(subscription))["long_task_id"]
    for percent in (20, 30):
        await stage.given_look(task, percent)
        await stage.run(5)
    assert figures(stage.replies()[0].text) == "30%"
    assert 'method="chat.postMessage"' in stage.metrics.render().decode()


async def test_what_slack_refuses_for_now_is_done_later(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    for method in ("chat.postMessage", "chat.update"):
        stage.slack.faults.add(method, Fault.error("external_channel_migrating"), times=2)
    await stage.given_warnings(subscription, renamed(1))
    await stage.given_end(subscription)
    await stage.run(30)
    assert (await stage.kinds(subscription))[2:] == [("warnings", "sent"), ("completion", "sent")]
    assert stage.replies()[0].text.startswith("Finished")
    assert stage.slack.messages(CHANNEL)[0].text.startswith("*Finished*")
