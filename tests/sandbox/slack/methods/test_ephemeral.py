"""chat.postEphemeral is as strict as Slack's pages say: docs.slack.dev/reference/methods/chat.postEphemeral."""

import json

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import BUTTON, SECTION, BotStub, Clock, error_of, form


async def thread(client: AsyncWebClient) -> str:
    """The ts of a root with a reply."""
    root = await client.chat_postMessage(channel="C1", text="root")
    await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    return str(root["ts"])


async def test_one_member_of_the_channel_sees_it(slack: SlackSimulator, client: AsyncWebClient) -> None:
    posted = await client.chat_postEphemeral(channel="C1", user="U1", text="psst", blocks=[SECTION])
    (seen,) = slack.ephemerals("U1")
    assert (seen.ts, seen.via, seen.channel, seen.text, seen.thread_ts) == (
        posted["message_ts"],
        "chat.postEphemeral",
        "C1",
        "psst",
        None,
    )
    assert [block["type"] for block in seen.blocks] == ["section"]
    assert (slack.ephemerals("U2"), slack.messages("C1")) == ([], [])


async def test_in_a_thread_it_is_seen_there(slack: SlackSimulator, client: AsyncWebClient) -> None:
    root = await thread(client)
    await client.chat_postEphemeral(channel="C1", user="U1", text="psst", thread_ts=root)
    assert [(item.text, item.thread_ts) for item in slack.ephemerals("U1")] == [("psst", root)]


async def test_under_a_message_without_replies_nobody_sees_it(slack: SlackSimulator, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    assert (await client.chat_postEphemeral(channel="C1", user="U1", text="psst", thread_ts=root["ts"]))["ok"]
    assert slack.ephemerals("U1") == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"user": "U3"}, "user_not_in_channel"),
        ({"channel": "C2"}, "not_in_channel"),
        ({"channel": "C3"}, "channel_not_found"),
        ({"channel": "D1"}, "channel_not_found"),
        ({"channel": "U1"}, "channel_not_found"),
        ({"channel": "C4"}, "is_archived"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"blocks": "section"}, "invalid_blocks_format"),
        ({"thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
async def test_what_slack_refuses(
    slack: SlackSimulator, client: AsyncWebClient, arguments: dict[str, object], error: str
) -> None:
    asked = {"channel": "C1", "user": "U1", "text": "psst", **arguments}
    assert await error_of(client.api_call("chat.postEphemeral", json=asked)) == error
    assert slack.private_messages == []


async def test_posting_everywhere_is_not_enough_without_membership(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.workspaces["T1"].scopes |= {"chat:write.public"}
    await client.chat_postMessage(channel="C2", text="hello")
    assert await error_of(client.chat_postEphemeral(channel="C2", user="U1", text="psst")) == "not_in_channel"


async def test_the_messages_tab_and_the_scope_are_needed(slack: SlackSimulator, client: AsyncWebClient) -> None:
    channel = (await client.chat_postMessage(channel="U1", text="hello"))["channel"]
    await client.chat_postEphemeral(channel=channel, user="U1", text="psst")
    slack.policies.messages_tab = False
    assert await error_of(client.chat_postEphemeral(channel=channel, user="U1", text="psst")) == "messages_tab_disabled"
    slack.workspaces["T1"].scopes -= {"chat:write"}
    assert await error_of(client.chat_postEphemeral(channel="C1", user="U1", text="psst")) == "missing_scope"


async def test_it_can_neither_be_edited_nor_linked(client: AsyncWebClient) -> None:
    ts = (await client.chat_postEphemeral(channel="C1", user="U1", text="psst"))["message_ts"]
    assert await error_of(client.chat_update(channel="C1", ts=ts, text="x")) == "message_not_found"
    assert await error_of(client.chat_getPermalink(channel="C1", message_ts=ts)) == "message_not_found"


async def test_a_hundred_a_minute(slack: SlackSimulator, client: AsyncWebClient, clock: Clock) -> None:
    slack.limits.enabled = True
    for _ in range(100):
        await client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert await error_of(client.chat_postEphemeral(channel="C1", user="U1", text="psst")) == "ratelimited"
    clock.now += 60
    await client.chat_postEphemeral(channel="C1", user="U1", text="psst")


async def test_a_click_on_it_names_the_thread_and_carries_no_message(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    root = await thread(client)
    part = {"type": "plain_text", "text": "x"}
    confirm = {"title": part, "text": part, "confirm": part, "deny": part}
    blocks = [{"type": "actions", "elements": [{**BUTTON, "confirm": confirm}]}]
    await client.chat_postEphemeral(channel="C1", user="U1", text="sure?", blocks=blocks, thread_ts=root)
    (question,) = slack.ephemerals("U1")
    await slack.click("C1", question.ts, "stop", "U1")
    payload = json.loads(form(bot.seen[0][1])["payload"])
    assert payload["container"] == {
        "type": "message",
        "message_ts": question.ts,
        "channel_id": "C1",
        "is_ephemeral": True,
        "thread_ts": root,
    }
    assert ("message" in payload, payload["actions"][0]["confirm"]) == (False, confirm)
