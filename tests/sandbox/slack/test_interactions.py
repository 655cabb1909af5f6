import asyncio
import json
import time

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Signing, SlackSimulator
from tests.sandbox.slack.support import BUTTON, BotStub, form

BLOCKS = [{"type": "actions", "block_id": "buttons", "elements": [BUTTON]}]


async def test_a_command_comes_signed_with_all_its_fields(slack: SlackSimulator, bot: BotStub) -> None:
    result = await slack.command("1234 quiet", user="U1", channel="C1")
    headers, body = bot.seen[0]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert form(body) == {
        "token": "verification-token-nobody-should-trust",
        "team_id": "T1",
        "team_domain": "acme",
        "channel_id": "C1",
        "channel_name": "general",
        "user_id": "U1",
        "user_name": "olga",
        "command": "/longtask",
        "text": "1234 quiet",
        "api_app_id": "A0LONGTASK",
        "is_enterprise_install": "false",
        "response_url": slack.response_url(result.response_url_id),
        "trigger_id": result.trigger_id,
    }
    assert (result.status, result.error, slack.requests) == (200, None, [result])


@pytest.mark.parametrize(("channel", "name"), [("C1", "general"), ("C3", "privategroup"), ("D1", "directmessage")])
async def test_private_conversations_are_not_named(
    slack: SlackSimulator, bot: BotStub, channel: str, name: str
) -> None:
    await slack.command("help", user="U1", channel=channel)
    assert form(bot.seen[0][1])["channel_name"] == name


async def test_trigger_ids_are_never_the_same(slack: SlackSimulator, bot: BotStub) -> None:
    results = [await slack.command("help", user="U1", channel="C1") for _ in range(3)]
    assert len({result.trigger_id for result in results}) == 3


@pytest.mark.parametrize("signing", [Signing.WRONG_SECRET, Signing.GARBAGE_SIGNATURE, Signing.STALE, Signing.EARLY])
async def test_wrong_signatures_are_wrong(slack: SlackSimulator, bot: BotStub, signing: Signing) -> None:
    await slack.command("help", user="U1", channel="C1", signing=signing)
    headers, body = bot.seen[0]
    assert not SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)


async def test_timestamps_can_be_garbage_and_headers_missing(slack: SlackSimulator, bot: BotStub) -> None:
    await slack.command("help", user="U1", channel="C1", signing=Signing.GARBAGE_TIMESTAMP)
    await slack.command("help", user="U1", channel="C1", signing=Signing.MISSING)
    first, second = (headers for headers, _ in bot.seen)
    assert (first["X-Slack-Request-Timestamp"], "X-Slack-Signature" in second) == ("yesterday", False)


async def test_stale_requests_are_six_minutes_old(slack: SlackSimulator, bot: BotStub) -> None:
    await slack.command("help", user="U1", channel="C1", signing=Signing.STALE)
    age = time.time() - int(bot.seen[0][0]["X-Slack-Request-Timestamp"])
    assert 360 <= age < 420


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (web.json_response({"text": "hello"}), [("ack", "hello")]),
        (web.Response(text="hello"), [("ack", "hello")]),
        (web.Response(), []),
        (web.json_response({"text": "x", "blocks": [{}]}), [("slack", 'help failed with the error "invalid_blocks"')]),
        (web.Response(status=500), [("slack", 'help failed with the error "dispatch_failed"')]),
    ],
)
async def test_what_the_person_sees_of_the_answer(
    slack: SlackSimulator, bot: BotStub, answer: web.Response, shown: list[tuple[str, str]]
) -> None:
    async def handle(_request: web.Request) -> web.Response:
        return answer

    bot.answer = handle
    await slack.command("help", user="U1", channel="C1")
    assert [(item.via, item.text) for item in slack.ephemerals("U1")] == shown


async def test_an_answer_for_everybody_is_a_message(slack: SlackSimulator, bot: BotStub) -> None:
    async def handle(_request: web.Request) -> web.Response:
        return web.json_response({"text": "hello", "response_type": "in_channel"})

    bot.answer = handle
    await slack.command("help", user="U1", channel="C1")
    assert [message.text for message in slack.messages("C1")] == ["hello"]


async def test_no_answer_in_time_is_an_operation_timeout(bot: BotStub) -> None:
    release = asyncio.Event()

    async def handle(_request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    bot.answer = handle
    async with SlackSimulator(ack_seconds=0.05) as hasty:
        hasty.add_workspace("T1", "xoxb-first")
        hasty.add_user("U1")
        hasty.add_channel("C1")
        hasty.request_url = bot.url
        result = await hasty.command("help", user="U1", channel="C1")
    release.set()
    assert (result.status, result.error) == (None, "operation_timeout")
    assert [item.text for item in hasty.ephemerals("U1")] == ['help failed with the error "operation_timeout"']


async def test_a_bot_that_is_not_there_is_a_failed_dispatch(slack: SlackSimulator) -> None:
    slack.request_url = "http://127.0.0.1:9/slack/events"
    result = await slack.command("help", user="U1", channel="C1")
    assert (result.status, result.error) == (None, "dispatch_failed")


async def test_a_click_carries_message_button_and_channel(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    posted = await client.chat_postMessage(channel="C1", text="card", blocks=BLOCKS, thread_ts=root["ts"])
    result = await slack.click("C1", posted["ts"], "stop", "U1")
    payload = json.loads(form(bot.seen[0][1])["payload"])
    (action,) = payload.pop("actions")
    assert {name: action[name] for name in ("type", "action_id", "block_id", "value", "text")} == {
        "type": "button",
        "action_id": "stop",
        "block_id": "buttons",
        "value": "7",
        "text": {"type": "plain_text", "text": "Stop"},
    }
    assert payload == {
        "type": "block_actions",
        "user": {"id": "U1", "username": "olga", "name": "olga", "team_id": "T1"},
        "api_app_id": "A0LONGTASK",
        "token": "verification-token-nobody-should-trust",
        "container": {
            "type": "message",
            "message_ts": posted["ts"],
            "channel_id": "C1",
            "is_ephemeral": False,
            "thread_ts": root["ts"],
        },
        "team": {"id": "T1", "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C1", "name": "general"},
        "state": {"values": {}},
        "message": posted["message"],
        "trigger_id": result.trigger_id,
        "response_url": slack.response_url(result.response_url_id),
    }


async def test_a_button_that_is_gone_can_be_clicked_with_its_value(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    posted = await client.chat_postMessage(channel="C1", text="card", blocks=BLOCKS)
    with pytest.raises(LookupError):
        await slack.click("C1", posted["ts"], "again", "U1")
    await slack.click("C1", posted["ts"], "again", "U1", value="8")
    (action,) = json.loads(form(bot.seen[0][1])["payload"])["actions"]
    assert (action["action_id"], action["value"]) == ("again", "8")


async def test_events_come_in_an_envelope_and_may_be_repeated(slack: SlackSimulator, bot: BotStub) -> None:
    await slack.event({"type": "app_uninstalled"}, event_id="Ev1")
    await slack.event({"type": "app_uninstalled"}, event_id="Ev1", retry=(1, "http_timeout"))
    envelopes = [json.loads(body) for _, body in bot.seen]
    assert [(item["type"], item["event"]["type"], item["event_id"], item["team_id"]) for item in envelopes] == [
        ("event_callback", "app_uninstalled", "Ev1", "T1")
    ] * 2
    assert [headers.get("X-Slack-Retry-Num") for headers, _ in bot.seen] == [None, "1"]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(bot.seen[1][1], bot.seen[1][0])


async def test_a_shortcut_carries_its_message(slack: SlackSimulator, bot: BotStub) -> None:
    said = slack.say("C1", "U2", "look at this")
    result = await slack.shortcut("follow", user="U1", channel="C1", ts=said.ts)
    payload = json.loads(form(bot.seen[0][1])["payload"])
    assert (payload["type"], payload["callback_id"], payload["message"]["text"], payload["channel"]["id"]) == (
        "message_action",
        "follow",
        "look at this",
        "C1",
    )
    assert payload["response_url"] == slack.response_url(result.response_url_id)


async def test_a_global_shortcut_has_no_message_and_no_response_url(slack: SlackSimulator, bot: BotStub) -> None:
    await slack.shortcut("follow", user="U1")
    payload = json.loads(form(bot.seen[0][1])["payload"])
    assert (payload["type"], "message" in payload, "response_url" in payload) == ("shortcut", False, False)


async def test_a_choice_from_a_menu_comes_as_an_option(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    option = {"text": {"type": "plain_text", "text": "Quiet"}, "value": "quiet"}
    menu = {"type": "static_select", "action_id": "verbosity", "options": [option]}
    blocks = [{"type": "actions", "elements": [menu]}]
    posted = await client.chat_postMessage(channel="C1", text="card", blocks=blocks)
    await slack.click("C1", posted["ts"], "verbosity", "U1", value="quiet")
    (action,) = json.loads(form(bot.seen[0][1])["payload"])["actions"]
    assert action["selected_option"] == option


async def test_a_shortcut_carries_the_attachments_of_its_message(slack: SlackSimulator, bot: BotStub) -> None:
    said = slack.say("C1", "U2", "look at this", attachments=[{"fallback": "long task 7"}])
    await slack.shortcut("follow", user="U1", channel="C1", ts=said.ts)
    payload = json.loads(form(bot.seen[0][1])["payload"])
    assert payload["message"]["attachments"] == [{"fallback": "long task 7"}]


async def test_a_mention_comes_as_an_event_with_its_thread(slack: SlackSimulator, bot: BotStub) -> None:
    slack.workspaces["T1"].scopes |= {"app_mentions:read"}
    root = slack.say("C1", "U2", "look")
    said = slack.say("C1", "U1", "<@U1BOT> 42", thread_ts=root.ts)

    await slack.mention(said, event_id="Ev7", retry=(2, "http_timeout"))

    headers, body = bot.seen[0]
    envelope = json.loads(body)
    assert (envelope["event_id"], headers["X-Slack-Retry-Num"]) == ("Ev7", "2")
    assert envelope["event"] == {
        "type": "app_mention",
        "user": "U1",
        "ts": said.ts,
        "text": "<@U1BOT> 42",
        "team": "T1",
        "channel": "C1",
        "event_ts": said.ts,
        "thread_ts": root.ts,
    }


@pytest.mark.parametrize("reason", ["no scope", "not a member", "a direct message"])
async def test_there_are_mentions_of_which_the_bot_gets_no_event(
    slack: SlackSimulator, bot: BotStub, reason: str
) -> None:
    if reason != "no scope":
        slack.workspaces["T1"].scopes |= {"app_mentions:read"}
    channel = {"no scope": "C1", "not a member": "C2", "a direct message": "D1"}[reason]

    assert await slack.mention(slack.say(channel, "U1", "<@U1BOT> 42")) is None
    assert bot.seen == []


async def test_a_message_without_a_mention_is_none(slack: SlackSimulator) -> None:
    with pytest.raises(ValueError, match="not mentioned"):
        await slack.mention(slack.say("C1", "U1", "42"))
