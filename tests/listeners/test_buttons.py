import asyncio
from collections.abc import Awaitable, Callable

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from sandbox.confluence import faults
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM, TOKEN
from sandbox.scenarios import scenario
from sandbox.slack import EphemeralMessage, PostedMessage
from sandbox.slack.records import Json
from tests.listeners.shown import VALUELESS, buttons
from tests.support.signed_requests import send_interaction
from tests.support.stepped_bot import SteppedBot

COPY = scenario("copy_with_renames_and_restrictions")
Over = Callable[[SteppedBot], Awaitable[str]]
STALL = scenario("stall")
VANISHING = scenario("vanishing")


async def send(stepped: SteppedBot, payload: Json) -> int:
    """Send a payload of Slack's that no simulated person can cause; the status of the answer."""
    status, _ = await send_interaction(stepped, payload)
    await stepped.turn()
    return status


def payload_of(card: PostedMessage, action: Action, **fields: Json | str | None) -> Json:
    """The payload of a press on a card; `fields` replace those of the usual one."""
    payload: Json = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "sandbox"},
        "user": {"id": COLLEAGUE, "team_id": TEAM},
        "channel": {"id": CHANNEL, "name": "releases"},
        "container": {"type": "message", "message_ts": card.ts, "channel_id": CHANNEL},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": buttons(card)[action]}],
    }
    return payload | fields


# -- Stop following


async def test_anybody_in_the_channel_stops_with_a_button_and_the_card_says_who(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(STALL)
    card = stepped.card(remote_id)

    assert await stepped.press(card, Action.STOP, user=COLLEAGUE) == [replies.stopped(en, remote_id).text]

    await stepped.until(lambda: f"<@{COLLEAGUE}>" in card.text and "No longer followed" in stepped.root(remote_id).text)
    (message,) = await stepped.until(lambda: stepped.slack.dms(PERSON))
    said = f"<@{COLLEAGUE}> stopped following it in <#{CHANNEL}>. The task itself goes on in Confluence."
    assert (said in message.text, remote_id in message.text) == (True, True)


async def test_a_guest_may_not_stop_with_a_button(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    card = stepped.card(await stepped.follow(STALL))

    assert await stepped.press(card, Action.STOP, user="U0GUEST") == [replies.may_not_stop(en).text]

    await stepped.run(10)
    assert "No longer followed" not in card.text


async def test_a_stopped_thread_is_stopped_once(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(STALL)
    card = stepped.card(remote_id)
    value = buttons(card)[Action.STOP]
    await stepped.press(card, Action.STOP)

    again = await stepped.press(card, Action.STOP, user=COLLEAGUE, value=value)

    assert again == [replies.no_longer_followed(en).text]
    await stepped.run(10)
    assert stepped.slack.dms(PERSON) == []


# -- Follow again


async def vanished(stepped: SteppedBot) -> str:
    """The id of a followed long task that Confluence does not find any more, so that its result is unknown."""
    remote_id = await stepped.follow(STALL)
    stepped.confluence.faults.add(faults.status(404), task=remote_id)
    await stepped.until(lambda: Action.FOLLOW_AGAIN in buttons(stepped.card(remote_id)), within=300)
    return remote_id


async def stopped(stepped: SteppedBot) -> str:
    """The id of a long task that was followed until somebody stopped that."""
    remote_id = await stepped.follow(STALL)
    await stepped.press(stepped.card(remote_id), Action.STOP)
    await stepped.until(lambda: Action.FOLLOW_AGAIN in buttons(stepped.card(remote_id)))
    return remote_id


async def test_a_card_offers_to_follow_again_only_once_the_result_is_unknown(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(VANISHING)
    card = stepped.card(remote_id)
    assert list(buttons(card)) == [Action.STOP, Action.NOTIFY_ME, Action.CHECK_NOW]

    await stepped.until(lambda: "Result unknown" in card.text)

    assert list(buttons(card)) == [Action.FOLLOW_AGAIN]


@pytest.mark.parametrize("over", [vanished, stopped])
async def test_follow_again_begins_a_new_thread_after_a_stop_and_once_confluence_finds_the_long_task_again(
    stepped: SteppedBot, over: Over
) -> None:
    remote_id = await over(stepped)
    first = stepped.root(remote_id)
    stepped.confluence.faults.clear()

    answers = await stepped.press(stepped.card(remote_id), Action.FOLLOW_AGAIN, user=COLLEAGUE)

    assert answers == []
    await stepped.until(lambda: stepped.root(remote_id) is not first and stepped.thread(remote_id))
    assert f"<@{COLLEAGUE}>" in stepped.root(remote_id).text
    assert list(buttons(stepped.card(remote_id))) == [Action.STOP, Action.NOTIFY_ME, Action.CHECK_NOW]


@pytest.mark.parametrize("over", [vanished, stopped])
async def test_follow_again_begins_one_thread_however_often_it_is_pressed(
    stepped: SteppedBot, en: Texts, over: Over
) -> None:
    remote_id = await over(stepped)
    answered = len(stepped.answers())
    root, card = stepped.root(remote_id), stepped.card(remote_id)
    stepped.confluence.faults.clear()

    await asyncio.gather(
        *(stepped.slack.click(CHANNEL, card.ts, Action.FOLLOW_AGAIN, user) for user in (PERSON, COLLEAGUE))
    )
    await stepped.until(lambda: stepped.root(remote_id) is not root and stepped.thread(remote_id))
    (later,) = await stepped.press(card, Action.FOLLOW_AGAIN, user=COLLEAGUE)

    first_answers = [*stepped.answers()[answered:], *stepped.answers(COLLEAGUE)[:-1]]
    assert first_answers == [f"{replies.already_following(en, remote_id).text}\nCopying pages"]
    assert later.startswith(replies.left_over(en, remote_id).text)
    assert stepped.root(remote_id).ts.replace(".", "") in later
    assert len(stepped.slack.messages(CHANNEL)) == 2


async def test_follow_again_says_why_nothing_is_followed_while_the_long_task_is_not_found(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = await vanished(stepped)

    answers = await stepped.press(stepped.card(remote_id), Action.FOLLOW_AGAIN)

    assert answers == [replies.not_followed(en, [remote_id], replies.no_such_task(en)).text]
    await stepped.run(30)
    assert len(stepped.slack.messages(CHANNEL)) == 1


@pytest.mark.parametrize("over", [vanished, stopped])
async def test_follow_again_shows_the_result_of_a_long_task_that_has_ended_meanwhile(
    stepped: SteppedBot, over: Over
) -> None:
    remote_id = await over(stepped)
    stepped.confluence.faults.clear()
    stepped.clock.move(2 * 3600)

    (answer,) = await stepped.press(stepped.card(remote_id), Action.FOLLOW_AGAIN)

    assert answer.startswith("This task has already ended, so it isn't followed:")
    await stepped.run(30)
    assert len(stepped.slack.messages(CHANNEL)) == 1


# -- What runs now


async def test_a_failure_offers_what_runs_now_on_card_and_completion(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(scenario("failure"))
    card = stepped.card(remote_id)
    await stepped.until(lambda: Action.WHAT_RUNS_NOW in buttons(card))
    await stepped.run(10)
    (completion,) = [message for message in stepped.thread(remote_id) if buttons(message) and message is not card]
    assert list(buttons(completion)) == [Action.WHAT_RUNS_NOW]

    for message in (card, completion):
        assert await stepped.press(message, Action.WHAT_RUNS_NOW, user=COLLEAGUE) == [
            replies.running(en, [], "/longtask", stepped.deps.example).text
        ]


# -- Open in Confluence


async def test_open_is_acknowledged_and_leads_to_the_copied_page(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(COPY)
    await stepped.until(lambda: Action.OPEN in buttons(stepped.card(remote_id)))
    card = stepped.card(remote_id)
    calls = len(stepped.slack.calls)
    urls = [
        element["url"]
        for block in card.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == Action.OPEN
    ]

    assert await stepped.press(card, Action.OPEN) == []

    assert urls == [f"{stepped.confluence.base_url}/wiki/spaces/DEST/pages/98765433/Team+handbook+2"]
    assert [call.method for call in list(stepped.slack.calls)[calls:] if call.method == "users.info"] == []


# -- Follow in a DM


async def invited(stepped: SteppedBot, remote_id: str) -> EphemeralMessage:
    """The answer to a command in a private channel that the bot is not in."""
    stepped.slack.add_channel("C0SECRET", "secret", members=[PERSON], bot=False, private=True)
    await stepped.ask(remote_id, channel="C0SECRET")
    return stepped.slack.ephemerals(PERSON)[-1]


async def test_follow_in_a_dm_begins_a_thread_in_the_direct_message(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    answer = await invited(stepped, remote_id)

    said = await stepped.press_at("C0SECRET", answer.ts, Action.FOLLOW_IN_DM)

    assert said == [replies.followed_in_dm(en).text]
    await stepped.until(lambda: len(stepped.slack.dms(PERSON)) > 1)
    root, card = stepped.slack.dms(PERSON)
    assert (remote_id in root.text, card.thread_ts) == (True, root.ts)
    assert list(buttons(card)) == [Action.STOP, Action.NOTIFY_ME, Action.CHECK_NOW]
    assert stepped.slack.messages("C0SECRET") == []


async def test_follow_in_a_dm_begins_one_thread_however_often_it_is_pressed(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    answer = await invited(stepped, remote_id)
    # Both before the answer takes the place of the button.
    clicks = [stepped.slack.click("C0SECRET", answer.ts, Action.FOLLOW_IN_DM, PERSON, None) for _ in range(2)]
    await asyncio.gather(*clicks)
    await stepped.until(lambda: len(stepped.slack.dms(PERSON)) > 1)
    root = stepped.slack.dms(PERSON)[0]

    (typed,) = await stepped.ask(remote_id, channel=root.channel)
    await stepped.run(30)

    first, second = sorted(stepped.answers()[-3:-1], key=lambda said: said != replies.followed_in_dm(en).text)
    assert first == replies.followed_in_dm(en).text
    assert second == f"{replies.already_following(en, remote_id).text}\nCopying pages"
    assert typed.startswith(replies.already_following(en, remote_id).text)
    assert root.ts.replace(".", "") in typed
    assert len(stepped.slack.dms(PERSON)) == 2


async def test_a_thread_in_a_direct_message_can_be_stopped_there(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    answer = await invited(stepped, remote_id)
    await stepped.press_at("C0SECRET", answer.ts, Action.FOLLOW_IN_DM)
    await stepped.until(lambda: len(stepped.slack.dms(PERSON)) > 1)
    card = stepped.slack.dms(PERSON)[1]

    assert await stepped.press(card, Action.STOP) == [replies.stopped(en, remote_id).text]

    await stepped.until(lambda: "No longer followed" in card.text)


# -- buttons that mean nothing any more


async def test_a_button_of_an_old_message_answers_with_the_thread_that_goes_on(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(STALL)
    root, card = stepped.root(remote_id), stepped.card(remote_id)
    value = buttons(card)[Action.STOP]
    await stepped.press(card, Action.STOP)
    await stepped.ask(remote_id)
    await stepped.until(lambda: stepped.root(remote_id) is not root and stepped.thread(remote_id))

    for action in (Action.STOP, Action.NOTIFY_ME, Action.CHECK_NOW):
        (said,) = await stepped.press(card, action, user=COLLEAGUE, value=value)
        assert said.startswith(replies.left_over(en, remote_id).text)
        assert stepped.root(remote_id).ts.replace(".", "") in said

    await stepped.run(10)
    assert "No longer followed" not in stepped.root(remote_id).text


@pytest.mark.parametrize("action", [action for action in Action if action not in VALUELESS])
@pytest.mark.parametrize("value", ["1", "0", "nonsense", "99999999999999999999"])
async def test_a_value_is_not_believed_in_another_channel(
    stepped: SteppedBot, en: Texts, action: Action, value: str
) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON, COLLEAGUE])
    remote_id = await stepped.follow(STALL)
    elsewhere = stepped.slack.say("C0OTHER", PERSON, "hello")

    said = await stepped.press(elsewhere, action, user=COLLEAGUE, value=value)

    assert said == [replies.gone_wrong(en, "/longtask").text]
    await stepped.run(10)
    assert "No longer followed" not in stepped.root(remote_id).text
    assert (stepped.slack.messages("C0OTHER"), stepped.slack.dms(COLLEAGUE)) == ([elsewhere], [])


# -- presses that lack something


async def test_a_press_on_the_home_tab_has_no_channel_and_does_nothing(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    client = AsyncWebClient(token=TOKEN, base_url=stepped.slack.api_url)
    button = {"type": "button", "action_id": Action.STOP, "text": {"type": "plain_text", "text": "Stop"}, "value": "1"}
    view = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    published = await client.views_publish(user_id=PERSON, view=view)

    result = await stepped.slack.click_view(published["view"]["id"], Action.STOP, PERSON)
    await stepped.run(10)

    assert result.status == 200
    assert "No longer followed" not in stepped.root(remote_id).text


async def test_a_press_without_a_channel_is_answered_by_its_response_url(stepped: SteppedBot, en: Texts) -> None:
    card = stepped.card(await stepped.follow(STALL))
    command = await stepped.sandbox.type("list", user=COLLEAGUE)
    await stepped.turn()
    url = stepped.slack.response_url(command.response_url_id)

    status = await send(stepped, payload_of(card, Action.STOP, channel=None, response_url=url))

    assert status == 200
    assert stepped.answers(COLLEAGUE)[-1] == replies.gone_wrong(en).text
    assert "No longer followed" not in card.text


async def test_a_press_without_a_response_url_does_what_it_says_and_is_answered(stepped: SteppedBot) -> None:
    card = stepped.card(await stepped.follow(STALL))

    assert await send(stepped, payload_of(card, Action.STOP)) == 200

    await stepped.until(lambda: f"<@{COLLEAGUE}>" in card.text)
    assert len(stepped.answers(COLLEAGUE)) == 1


async def test_a_press_that_names_no_team_belongs_to_the_persons(stepped: SteppedBot) -> None:
    card = stepped.card(await stepped.follow(STALL))

    assert await send(stepped, payload_of(card, Action.STOP, team=None)) == 200

    await stepped.until(lambda: f"<@{COLLEAGUE}>" in card.text)
