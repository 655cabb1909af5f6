"""What error words lead to that no table of the bot names."""

import pytest
from structlog.typing import EventDict

from bot.deliver.error_policy import UNKNOWN_TRIES, Decision
from bot.domain.message_kinds import MessageKind
from bot.domain.states import Outcome
from sandbox.slack import Fault
from tests.support.delivery import REPEATED, DeliveryRig, figures, renamed
from tests.support.metrics import samples

UNHEARD_OF = Fault.error("moon_in_wrong_phase")


async def test_a_post_with_an_unknown_answer_is_tried_five_times_more_and_then_left_out(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", UNHEARD_OF, times=1 + UNKNOWN_TRIES)
    await rig.add_warnings(thread, renamed(1))
    await rig.add_warnings(thread, renamed(2))
    await rig.run(90)
    assert (await rig.states(thread))[2:] == ["warnings dropped", "warnings posted"]
    assert len([call for call in rig.calls("chat.postMessage") if not call.ok]) == 1 + UNKNOWN_TRIES
    calls = samples(rig.metrics, "longtask_slack_calls_total")
    assert calls['longtask_slack_calls_total{answer="unknown",method="chat.postMessage"}'] == 1 + UNKNOWN_TRIES


async def test_a_post_with_an_unknown_answer_stands_once_slack_takes_it(rig: DeliveryRig) -> None:
    thread = await rig.add_thread()
    rig.slack.faults.add("chat.postMessage", UNHEARD_OF, times=UNKNOWN_TRIES)
    await rig.run(60)
    assert await rig.states(thread) == ["root posted", "card posted"]
    assert REPEATED not in rig.root().text


@pytest.mark.parametrize(
    ("outcome", "word"), [(Outcome.FINISHED, "*Finished*"), (Outcome.STOPPED, "*No longer followed*")]
)
async def test_the_last_state_of_a_card_and_of_a_root_is_tried_until_slack_takes_it(
    rig: DeliveryRig, outcome: Outcome, word: str
) -> None:
    thread = await rig.add_posted_thread(percent=70)
    rig.slack.faults.add("chat.update", UNHEARD_OF, times=4 * UNKNOWN_TRIES)
    await (rig.stop_thread(thread) if outcome is Outcome.STOPPED else rig.end(thread))
    await rig.run(3000)
    assert rig.slack.faults.waiting == 0
    assert [message.text.startswith(word) for message in (rig.replies()[0], rig.root())] == [True, True]


async def test_a_running_card_with_an_unknown_answer_is_left_after_five_tries_more_until_it_changes(
    rig: DeliveryRig,
) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.update", UNHEARD_OF, times=1 + UNKNOWN_TRIES)
    await rig.look(thread, 20)
    await rig.run(120)
    assert figures(rig.replies()[0].text) == "10%"
    await rig.look(thread, 30)
    await rig.run(60)
    assert figures(rig.replies()[0].text) == "30%"


async def test_unknown_answers_in_a_row_are_logged_once_with_the_method(
    rig: DeliveryRig, quiet: list[EventDict]
) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.update", UNHEARD_OF, times=3)
    await rig.look(thread, 20)
    await rig.run(30)
    card = await rig.message(thread, MessageKind.CARD)
    assert [log for log in quiet if log["event"] == "edit_refused"] == [
        {
            "event": "edit_refused",
            "log_level": "warning",
            "message": card.id,
            "kind": MessageKind.CARD,
            "method": "chat.update",
            "answer": "moon_in_wrong_phase",
            "decision": Decision.RETRY_UNKNOWN,
        }
    ]


async def test_a_stop_whose_edit_is_refused_for_good_is_a_reply(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.update", Fault.error("restricted_action"))
    await rig.stop_thread(thread)
    await rig.run(10)
    assert [reply.text.startswith("*No longer followed*") for reply in rig.replies()] == [False, True]
