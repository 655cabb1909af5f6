import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import BUTTON, BotStub, Clock


@pytest.fixture
async def url(slack: SlackSimulator, bot: BotStub) -> str:
    result = await slack.command("help", user="U1", channel="C3")
    return slack.response_url(result.response_url_id)


async def post(http: aiohttp.ClientSession, url: str, payload: object) -> tuple[int, str]:
    async with http.post(url, json=payload) as answer:
        return answer.status, await answer.text()


async def test_slack_sdk_answers_a_command_where_the_bot_may_not_post(slack: SlackSimulator, url: str) -> None:
    answer = await AsyncWebhookClient(url).send(text="hello", response_type="ephemeral", replace_original=False)
    assert (answer.status_code, answer.body) == (200, "ok")
    assert [(item.via, item.channel, item.text) for item in slack.ephemerals("U1")] == [("response_url", "C3", "hello")]


async def test_five_uses_and_no_more(slack: SlackSimulator, http: aiohttp.ClientSession, url: str) -> None:
    answers = [await post(http, url, {"text": str(number)}) for number in range(6)]
    assert answers == [(200, "ok")] * 5 + [(404, '{"ok": false, "error": "used_url"}')]
    assert len(slack.ephemerals("U1")) == 5


async def test_thirty_minutes_and_no_longer(
    slack: SlackSimulator, http: aiohttp.ClientSession, url: str, clock: Clock
) -> None:
    clock.now += 30 * 60
    assert await post(http, url, {"text": "in time"}) == (200, "ok")
    clock.now += 1
    assert await post(http, url, {"text": "late"}) == (404, '{"ok": false, "error": "expired_url"}')


async def test_nobody_guesses_a_url(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    assert await post(http, slack.response_url("T1-1"), {"text": "x"}) == (
        404,
        '{"ok": false, "error": "expired_url"}',
    )


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({}, "no_text"),
        ([], "invalid_payload"),
        ({"text": 7}, "invalid_payload"),
        ({"text": "x", "response_type": ["ephemeral"]}, "invalid_payload"),
        ({"text": "x", "replace_original": "false"}, "invalid_payload"),
        ({"text": "x", "channel": "C1"}, "invalid_payload"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "delete_original": True}, "invalid_payload"),
    ],
)
async def test_payloads_that_are_refused_use_nothing_up(
    slack: SlackSimulator, http: aiohttp.ClientSession, url: str, payload: object, error: str
) -> None:
    status, body = await post(http, url, payload)
    assert (status, f'"error": "{error}"' in body, slack.private_messages) == (400, True, [])
    for _ in range(5):
        assert await post(http, url, {"text": "x"}) == (200, "ok")


async def test_in_channel_is_seen_by_everybody(slack: SlackSimulator, http: aiohttp.ClientSession, url: str) -> None:
    await post(http, url, {"text": "hello", "response_type": "in_channel"})
    assert [message.text for message in slack.messages("C3")] == ["hello"]


BLOCKS = [{"type": "actions", "elements": [BUTTON]}]


async def test_a_click_can_replace_its_message(
    slack: SlackSimulator, http: aiohttp.ClientSession, client: AsyncWebClient, bot: BotStub
) -> None:
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=BLOCKS)
    click = await slack.click("C1", posted["ts"], "stop", "U1")
    url = slack.response_url(click.response_url_id)
    await post(http, url, {"text": "two", "replace_original": True})
    assert [version.text for version in slack.message("C1", posted["ts"]).versions] == ["one", "two"]


async def test_an_ephemeral_message_is_replaced_too(
    slack: SlackSimulator, http: aiohttp.ClientSession, url: str
) -> None:
    await post(http, url, {"text": "sure?", "blocks": BLOCKS})
    (question,) = slack.ephemerals("U1")
    click = await slack.click("C3", question.ts, "stop", "U1")
    await post(http, slack.response_url(click.response_url_id), {"text": "done", "replace_original": True})
    assert [item.text for item in slack.ephemerals("U1")] == ["done"]
    assert [item.text for item in slack.ephemerals("U1", gone=True)] == ["sure?", "done"]


async def test_a_replaced_ephemeral_message_stays_in_its_thread(
    slack: SlackSimulator, http: aiohttp.ClientSession, client: AsyncWebClient, bot: BotStub
) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    await client.chat_postEphemeral(channel="C1", user="U1", text="sure?", blocks=BLOCKS, thread_ts=root["ts"])
    (question,) = slack.ephemerals("U1")
    click = await slack.click("C1", question.ts, "stop", "U1")
    await post(http, slack.response_url(click.response_url_id), {"text": "done", "replace_original": True})
    assert [(item.text, item.thread_ts) for item in slack.ephemerals("U1")] == [("done", root["ts"])]
