"""A workspace whose token Slack refuses rests, and is tried again."""

from structlog.typing import EventDict

from sandbox.slack import Fault
from tests.support.delivery import DeliveryRig, figures, renamed
from tests.support.filled_database import OWNER


async def test_a_workspace_whose_token_is_refused_is_tried_after_ever_longer_rests(
    both: DeliveryRig, quiet: list[EventDict]
) -> None:
    thread = await both.add_posted_thread()
    both.slack.faults.add("*", Fault.error("invalid_auth"), times=5)
    await both.add_warnings(thread, renamed(1))
    await both.run(3)
    for minutes in (1, 5, 15, 60):
        calls = len(both.calls())
        both.clock.move(minutes * 60 - 20)
        await both.run(3)
        assert len(both.calls()) == calls
        await both.run(20)
        assert len(both.calls()) == calls + 1

    both.clock.move(60 * 60 - 20)
    await both.run(30)

    assert (await both.states(thread))[2:] == ["warnings posted"]
    assert [log["event"] for log in quiet if "workspace" in log["event"]] == ["workspace_rests", "workspace_resumed"]


async def test_a_resting_workspace_is_tried_at_once_when_a_request_of_it_comes_in(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", Fault.error("account_inactive"))
    await rig.add_warnings(thread, renamed(1))
    await rig.run(3)
    assert (await rig.states(thread))[2:] == ["warnings planned"]
    await rig.reactivate()
    await rig.run(3)
    assert (await rig.states(thread))[2:] == ["warnings posted"]


async def test_while_a_workspace_is_tried_one_call_is_made_at_a_time(rig: DeliveryRig) -> None:
    for number in range(4):
        await rig.add_posted_thread(channel=f"C0{number}")
    rig.slack.faults.add("chat.update", Fault.error("token_revoked"), probability=1.0)
    for subscription_id in range(1, 5):
        await rig.look(subscription_id, 50)
    await rig.run(3)
    calls = len(rig.calls())
    await rig.run(62)
    assert len(rig.calls()) == calls + 1
    rig.slack.faults.clear()
    await rig.run(320)
    assert [figures(rig.replies(f"C0{number}")[0].text) for number in range(4)] == ["50%"] * 4


async def test_answers_by_response_url_reach_a_person_whose_workspace_rests(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", Fault.error("token_revoked"), probability=1.0)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(3)
    command_id = await rig.add_command()
    await rig.add_answer(command_id, "what is followed")
    await rig.reactivate()
    await rig.run(3)
    assert [message.text for message in rig.slack.ephemerals(OWNER)] == ["what is followed"]
