"""Where buttons are answered, and what the answers of Notify me and Check now say and offer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.typing import EventDict

from bot.follow.shown_looks import EDITS
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import EphemeralMessage, Fault, PostedMessage
from tests.listeners.shown import buttons
from tests.support.stepped_bot import SteppedBot

COPY = scenario("copy_with_renames_and_restrictions")
STALL = scenario("stall")
NOTIFIED = "You will be mentioned in the thread when this task ends."
NOT_NOTIFIED = "You will not be mentioned when this task ends. The thread still follows it."
#: each way in which Slack does not show an answer
REFUSALS: Mapping[str, Fault] = {
    "not a member": Fault.error("user_not_in_channel"),
    "the bot not a member": Fault.error("not_in_channel"),
    "an unknown word": Fault.error("something_new"),
    "rate limited": Fault.ratelimited(30),
    "unavailable": Fault.status(503),
    "hung up": Fault.drop_before(),
}


def private(stepped: SteppedBot, user: str = COLLEAGUE) -> list[tuple[str, str | None, str]]:
    """What a person alone sees: how it came, in which thread, and its text."""
    return [(item.via, item.thread_ts, item.text) for item in stepped.slack.ephemerals(user)]


def newest(stepped: SteppedBot, user: str = COLLEAGUE) -> EphemeralMessage:
    """The newest message that a person alone sees."""
    return stepped.slack.ephemerals(user)[-1]


async def follow(stepped: SteppedBot) -> tuple[str, PostedMessage]:
    """The ts of the root and the card of a long task that runs for long."""
    remote_id = await stepped.follow(STALL)
    return stepped.root(remote_id).ts, stepped.card(remote_id)


def calls_since(stepped: SteppedBot, before: int) -> list[str]:
    """The methods by which the bot tried to answer."""
    ways = ("chat.postEphemeral", "response_url", "chat.postMessage")
    return [call.method for call in list(stepped.slack.calls)[before:] if call.method in ways]


# -- where


async def test_an_answer_is_shown_in_the_thread_of_the_button_to_the_person_alone(stepped: SteppedBot) -> None:
    root, card = await follow(stepped)

    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)

    assert private(stepped) == [("chat.postEphemeral", root, NOTIFIED)]
    assert NOTIFIED not in [item.text for item in stepped.slack.ephemerals(PERSON)]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_an_answer_that_the_thread_refuses_comes_by_the_response_url(stepped: SteppedBot, refusal: str) -> None:
    _, card = await follow(stepped)
    stepped.slack.faults.add("chat.postEphemeral", REFUSALS[refusal])

    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)

    assert private(stepped) == [("response_url", None, NOTIFIED)]
    assert list(buttons(newest(stepped))) == [Action.DO_NOT_NOTIFY_ME]
    assert Action.STOP in buttons(card)


@pytest.mark.parametrize("refused_by_url", [Fault.status(404, "used_url"), Fault.status(500), Fault.drop_before()])
async def test_an_answer_that_both_refuse_comes_as_a_direct_message_without_buttons(
    stepped: SteppedBot, refused_by_url: Fault
) -> None:
    _, card = await follow(stepped)
    stepped.slack.faults.add("chat.postEphemeral", Fault.error("user_not_in_channel"))
    stepped.slack.faults.add("response_url", refused_by_url)
    before = len(stepped.slack.calls)

    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)

    (direct,) = stepped.slack.dms(COLLEAGUE)
    assert (direct.text, buttons(direct)) == (f"You pressed a button in <#{CHANNEL}>:\n{NOTIFIED}", {})
    assert calls_since(stepped, before) == ["chat.postEphemeral", "response_url", "chat.postMessage"]
    assert private(stepped) == []


async def test_a_press_that_cannot_be_answered_is_carried_out_and_logged(
    stepped: SteppedBot, logs: list[EventDict]
) -> None:
    _, card = await follow(stepped)
    stepped.slack.faults.add("chat.postEphemeral", Fault.error("user_not_in_channel"))
    stepped.slack.faults.add("response_url", Fault.status(404, "used_url"))
    stepped.slack.faults.add("chat.postMessage", Fault.error("messages_tab_disabled"))

    assert await stepped.press(card, Action.STOP, user=COLLEAGUE) == []

    await stepped.until(lambda: f"<@{COLLEAGUE}>" in card.text)
    assert [log["answers"] for log in logs if log["event"] == "press_not_answered"] == [
        ["user_not_in_channel", "used_url", "messages_tab_disabled"]
    ]


async def test_an_answer_to_a_button_of_a_private_message_replaces_it(stepped: SteppedBot) -> None:
    root, card = await follow(stepped)
    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)
    before = len(stepped.slack.calls)

    await stepped.press_at(CHANNEL, newest(stepped).ts, Action.DO_NOT_NOTIFY_ME, user=COLLEAGUE)

    assert private(stepped) == [("response_url", root, NOT_NOTIFIED)]
    assert calls_since(stepped, before) == ["response_url"]


async def test_a_private_message_that_cannot_be_replaced_is_answered_in_its_thread(stepped: SteppedBot) -> None:
    root, card = await follow(stepped)
    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)
    stepped.slack.faults.add("response_url", Fault.status(404, "used_url"))

    await stepped.press_at(CHANNEL, newest(stepped).ts, Action.DO_NOT_NOTIFY_ME, user=COLLEAGUE)

    assert private(stepped) == [
        ("chat.postEphemeral", root, NOTIFIED),
        ("chat.postEphemeral", root, NOT_NOTIFIED),
    ]


async def test_a_private_message_whose_button_failed_keeps_it(stepped: SteppedBot, en: Texts) -> None:
    _, card = await follow(stepped)
    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)
    question = newest(stepped)
    stepped.clock.move(timedelta(days=2).total_seconds())
    stepped.slack.faults.add("users.info", Fault.status(503), probability=1.0)

    said = await stepped.press_at(CHANNEL, question.ts, Action.DO_NOT_NOTIFY_ME, user=COLLEAGUE)

    assert (said, question.gone) == ([replies.not_known(en).text], False)


# -- Notify me


async def test_a_person_who_presses_notify_me_is_mentioned_at_the_end(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(COPY)

    await stepped.press(stepped.card(remote_id), Action.NOTIFY_ME, user=COLLEAGUE)

    assert buttons(newest(stepped)) == {Action.DO_NOT_NOTIFY_ME: buttons(stepped.card(remote_id))[Action.STOP]}
    await stepped.until(lambda: f"<@{COLLEAGUE}>" in stepped.thread(remote_id)[-1].text)


@pytest.mark.parametrize("user", [PERSON, COLLEAGUE])
async def test_notify_me_is_undone_and_done_again_from_its_answer_by_the_owner_too(
    stepped: SteppedBot, user: str
) -> None:
    remote_id = await stepped.follow(COPY)
    await stepped.press(stepped.card(remote_id), Action.NOTIFY_ME, user=user)

    for action, said, offered in (
        (Action.DO_NOT_NOTIFY_ME, NOT_NOTIFIED, Action.NOTIFY_ME),
        (Action.NOTIFY_ME, NOTIFIED, Action.DO_NOT_NOTIFY_ME),
        (Action.DO_NOT_NOTIFY_ME, NOT_NOTIFIED, Action.NOTIFY_ME),
    ):
        assert await stepped.press_at(CHANNEL, newest(stepped, user).ts, action, user=user) == [said]
        assert list(buttons(newest(stepped, user))) == [offered]

    await stepped.until(
        lambda: len(stepped.thread(remote_id)) > 1 and stepped.thread(remote_id)[-1].text.startswith("*Finished")
    )
    assert f"<@{user}>" not in stepped.thread(remote_id)[-1].text


async def test_a_button_in_an_answer_does_nothing_once_the_thread_has_ended(stepped: SteppedBot, en: Texts) -> None:
    _, card = await follow(stepped)
    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)
    await stepped.press(card, Action.STOP)

    said = await stepped.press_at(CHANNEL, newest(stepped).ts, Action.DO_NOT_NOTIFY_ME, user=COLLEAGUE)

    assert said == [replies.no_longer_followed(en).text]


# -- Check now


async def test_check_now_looks_at_once_and_the_card_shows_when(stepped: SteppedBot) -> None:
    # Nothing moves in its first two minutes, so nothing else brings an edit.
    remote_id = await stepped.follow(scenario("long_outage"))
    await stepped.run(60)
    card, looks = stepped.card(remote_id), stepped.confluence.looks(remote_id)
    edits, text = len(card.versions), card.text

    assert await stepped.press(card, Action.CHECK_NOW, user=COLLEAGUE) == []

    assert stepped.confluence.looks(remote_id) == looks + 1
    await stepped.until(lambda: len(card.versions) > edits, within=5)
    assert card.text != text


async def test_check_now_says_so_when_it_is_pressed_again_within_five_seconds(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(STALL)
    await stepped.run(10)
    card = stepped.card(remote_id)
    await stepped.press(card, Action.CHECK_NOW)
    looks, asked_at = stepped.confluence.looks(remote_id), stepped.clock()

    said = await stepped.press(card, Action.CHECK_NOW, user=COLLEAGUE)

    assert (said, stepped.confluence.looks(remote_id)) == ([replies.checked_just_now(en, asked_at).text], looks)
    stepped.clock.move(5)
    assert await stepped.press(card, Action.CHECK_NOW, user=COLLEAGUE) == []
    assert stepped.confluence.looks(remote_id) == looks + 1


def use_up_the_edits(stepped: SteppedBot) -> None:
    """Let *Check now* be answered by as many edits as a workspace may have in a minute."""
    taken = [stepped.deps.shown_looks.take(TEAM, stepped.clock()) for _ in range(EDITS + 1)]
    assert taken == [True] * EDITS + [False]


def look_while_waiting(stepped: SteppedBot) -> None:
    """Let the poller work while a press waits for it."""

    async def sleep(seconds: float) -> None:
        stepped.clock.move(seconds)
        await stepped.bot.poller.claim_step()
        await stepped.bot.poller.settle()

    stepped.worker.deps = replace(stepped.deps, sleep=sleep)


async def test_where_six_edits_a_minute_have_gone_that_way_check_now_is_answered_by_a_sentence(
    stepped: SteppedBot,
) -> None:
    remote_id = await stepped.follow(scenario("long_outage"))
    await stepped.run(20)
    card = stepped.card(remote_id)
    look_while_waiting(stepped)
    answers = []
    for _ in range(EDITS + 1):
        stepped.clock.move(5)
        answers.append(await stepped.press(card, Action.CHECK_NOW, user=COLLEAGUE))
        await stepped.run(2)
    edits = len(card.versions)
    await stepped.run(10)

    assert answers[:EDITS] == [[]] * EDITS
    assert [(said.startswith("Checked <!date^"), said.endswith(": still 0%.")) for said in answers[EDITS]] == [
        (True, True)
    ]
    assert len(card.versions) == edits
    stepped.clock.move(60)
    assert await stepped.press(card, Action.CHECK_NOW, user=COLLEAGUE) == []


async def test_the_sentence_says_how_far_it_is_or_that_it_has_ended(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(COPY)
    card = stepped.card(remote_id)
    look_while_waiting(stepped)
    said = []
    for seconds in (8, 3600):
        stepped.clock.move(seconds)
        use_up_the_edits(stepped)
        said += await stepped.press(card, Action.CHECK_NOW, user=COLLEAGUE)

    assert ["now " in said[0], said[1].endswith("it has ended. The result is in the thread.")] == [True, True]


async def test_where_confluence_takes_long_the_person_is_told_when_it_answered_last(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = await stepped.follow(STALL)
    await stepped.run(10)
    use_up_the_edits(stepped)

    (said,) = await stepped.press(stepped.card(remote_id), Action.CHECK_NOW, user=COLLEAGUE)

    assert said.startswith(replies.no_answer_yet(en, None).text)
