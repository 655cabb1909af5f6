"""What happens around the bot, as Slack reports it."""

import json
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import BotStub, error_of

HOME = {"type": "home", "blocks": [{"type": "divider", "block_id": "d"}]}


def events(bot: BotStub) -> list[dict[str, Any]]:
    """The inner part of every event that the bot was sent, without its time."""
    found = [json.loads(body)["event"] for _headers, body in bot.seen]
    return [{name: value for name, value in event.items() if name != "event_ts"} for event in found]


async def test_a_tab_that_is_opened_comes_with_the_home_that_was_published(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    await slack.open_home("U1")
    await slack.open_home("U1", tab="messages")
    published = await client.views_publish(user_id="U1", view=HOME)
    await slack.open_home("U1")

    opened = events(bot)
    conversation = slack.open_im(slack.workspaces["T1"], "U1").id
    first = {"type": "app_home_opened", "user": "U1", "channel": conversation, "tab": "home"}
    assert opened[:2] == [first, first | {"tab": "messages"}]
    assert (opened[2]["view"]["hash"], opened[2]["view"]["blocks"]) == (published["view"]["hash"], HOME["blocks"])


async def test_what_happens_to_channels_is_named_by_their_kind(slack: SlackSimulator, bot: BotStub) -> None:
    slack.invite("C3")
    for channel in ("C1", "C3"):
        await slack.rename_channel(channel, "new")
        await slack.archive_channel(channel, by="U1")
        await slack.remove_bot(channel, by="U1")

    assert events(bot) == [
        event
        for channel, kind in (("C1", "channel"), ("C3", "group"))
        for event in (
            {"type": f"{kind}_rename", "channel": {"id": channel, "name": "new"}},
            {"type": f"{kind}_archive", "channel": channel, "user": "U1"},
            {"type": f"{kind}_left", "channel": channel, "actor_id": "U1"},
        )
    ]
    assert [slack.channels[channel].archived for channel in ("C1", "C3")] == [True, True]
    assert "U1BOT" not in slack.channels["C1"].members


@pytest.mark.usefixtures("bot")
async def test_events_about_channels_need_the_scope_of_their_kind(slack: SlackSimulator) -> None:
    slack.invite("C3")
    slack.workspaces["T1"].scopes -= {"groups:read"}
    assert await slack.archive_channel("C3") is None
    assert slack.channels["C3"].archived
    assert await slack.archive_channel("C1") is not None


async def test_a_deactivated_person_is_in_no_channel_and_gets_no_message(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.deactivate("U1")
    assert (await client.users_info(user="U1"))["user"]["deleted"] is True
    assert await error_of(client.chat_postMessage(channel="U1", text="hello")) == "channel_not_found"
    assert "U1" not in slack.channels["C1"].members


async def test_an_app_that_was_removed_has_no_token_no_channel_and_no_home(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    await client.views_publish(user_id="U1", view=HOME)
    await slack.uninstall()
    assert events(bot)[-1] == {"type": "app_uninstalled"}
    assert await error_of(client.auth_test()) == "account_inactive"
    assert ("U1BOT" in slack.channels["C1"].members, slack.home("U1")) == (False, None)

    slack.reinstall("xoxb-new")
    assert await error_of(client.auth_test()) == "invalid_auth"
    client.token = "xoxb-new"
    assert (await client.auth_test())["ok"]
