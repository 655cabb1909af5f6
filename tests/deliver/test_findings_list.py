"""The full list of findings, as a file or as text."""

import pytest

from bot.domain.message_facts import FindingsFile
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import NAMED, Draft
from bot.domain.states import Outcome, SubscriptionState
from sandbox.slack import Fault
from tests.support.delivery import FRIEND, DeliveryRig, renamed
from tests.support.filled_database import OWNER, TEAM, finding

FILE = Draft(kind=MessageKind.FILE, facts=FindingsFile())


@pytest.mark.parametrize("count", [15, 600])
async def test_the_full_list_follows_the_completion_as_a_file(rig: DeliveryRig, count: int) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(*range(count)))
    await rig.end(thread, Outcome.PROBLEMS, FILE)
    await rig.finish()
    (file,) = rig.slack.files.values()
    assert len((file.content or b"").splitlines()) == count + 1
    assert rig.replies()[-1].file_ids == (file.id,)
    assert rig.replies()[-1].text == f"All {count} warnings are in this file."
    assert rig.replies()[-2].mentions == (OWNER, FRIEND)
    assert "file" not in rig.replies()[-2].text


@pytest.mark.parametrize(("count", "replies"), [(15, 1), (100, 2), (5000, 5)])
async def test_the_list_follows_as_text_if_no_file_may_be_sent(rig: DeliveryRig, count: int, replies: int) -> None:
    rig.slack.workspaces[TEAM].scopes -= {"files:write"}
    thread = await rig.add_posted_thread()
    await rig.add_posted_warnings(thread, renamed(*range(count)))
    await rig.end(thread, Outcome.PROBLEMS, FILE)
    await rig.finish()
    listed = rig.replies()[3:]
    assert len(listed) == replies
    lines = [line for reply in listed for line in reply.text.splitlines()]
    named = [line for line in lines if line.startswith("• ")]
    left_out = [line for line in lines if not line.startswith("• ")]
    assert left_out == ([] if len(named) == count else [f"and {count - len(named):,} more"])
    assert all(len(reply.text) <= 4000 for reply in listed)
    assert len(rig.calls("files.getUploadURLExternal")) == 1
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.ENDED


async def test_a_workspace_that_forbids_files_does_not_lose_the_thread(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(*range(12)))
    rig.slack.faults.add("files.completeUploadExternal", Fault.error("file_uploads_disabled"))
    await rig.end(thread, Outcome.PROBLEMS, FILE)
    await rig.finish()
    assert (await rig.states(thread))[3:] == ["completion posted", "file dropped", "file posted"]
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.ENDED


@pytest.mark.parametrize("may_join", [True, False])
async def test_a_file_for_a_channel_without_the_bot_has_it_join_and_is_text_where_it_may_not(
    rig: DeliveryRig, may_join: bool
) -> None:
    rig.slack.workspaces[TEAM].scopes |= {"chat:write.public", "channels:join"}
    rig.slack.add_channel("C2", members=[OWNER, FRIEND], bot=False)
    if not may_join:
        rig.slack.workspaces[TEAM].scopes -= {"channels:join"}
    thread = await rig.add_thread(channel="C2")
    await rig.add_warnings(thread, renamed(*range(30)))
    await rig.end(thread, Outcome.PROBLEMS, FILE)
    await rig.finish()
    listed = ["file posted"] if may_join else ["file dropped", "file posted"]
    assert (await rig.states(thread))[3:] == ["completion posted", *listed]
    last = rig.replies("C2")[-1]
    assert [bool(last.file_ids), "file" in last.text, last.text.count("Page")] == (
        [True, True, 0] if may_join else [False, False, 60]
    )
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.ENDED


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("files.getUploadURLExternal", Fault.error("moon_in_wrong_phase")),
        ("files.completeUploadExternal", Fault.error("channel_not_found")),
        ("files.completeUploadExternal", Fault.status(500)),
        ("upload", Fault.status(403)),
        ("upload", Fault.drop_before()),
    ],
    ids=str,
)
async def test_the_list_follows_as_text_whatever_keeps_the_file_from_being_shared(
    rig: DeliveryRig, method: str, fault: Fault
) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add(method, fault, probability=1.0)
    await rig.add_warnings(thread, renamed(*range(12)))
    await rig.end(thread, Outcome.PROBLEMS, FILE)
    await rig.finish(within=120)
    assert (await rig.states(thread))[3:] == ["completion posted", "file dropped", "file posted"]
    assert rig.replies()[-1].text.count("Page") == 24
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.ENDED


@pytest.mark.parametrize("of_one_kind", [NAMED, NAMED + 1])
@pytest.mark.parametrize("files", [True, False])
async def test_a_list_follows_as_file_and_as_text_if_more_of_one_kind_were_found_than_are_named(
    rig: DeliveryRig, of_one_kind: int, files: bool
) -> None:
    if not files:
        rig.slack.workspaces[TEAM].scopes -= {"files:write"}
    thread = await rig.add_posted_thread()
    others = [finding(number, key="WARN_IGNORE_COPY_ATTACHMENT") for number in range(5)]
    await rig.add_posted_warnings(thread, [*renamed(*range(of_one_kind)), *others])
    await rig.end(thread, Outcome.PROBLEMS, FILE)
    await rig.finish()
    follows = of_one_kind > NAMED
    expected = (
        ["file posted"] if follows and files else ["file dropped", "file posted"] if follows else ["file dropped"]
    )
    assert (await rig.states(thread))[5:] == expected
    assert [reply.text for reply in rig.replies()[3:] if "file" in reply.text] == (
        [f"All {of_one_kind + 5} warnings are in this file."] if follows and files else []
    )
