import json
from urllib.parse import parse_qs

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from sandbox.slack.records import Json
from tests.sandbox.slack.support import BotStub, Clock, error_of, plain

FIELD = {
    "type": "input",
    "block_id": "b",
    "label": plain("a"),
    "element": {"type": "plain_text_input", "action_id": "a"},
}
MODAL = {
    "type": "modal",
    "callback_id": "settings",
    "title": plain("Settings"),
    "submit": plain("Save"),
    "blocks": [FIELD],
}
HOME = {"type": "home", "blocks": [{"type": "divider", "block_id": "d"}]}


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub, clock: Clock
) -> None:
    used = await slack.command("settings", user="U1", channel="C1")
    late = await slack.command("settings", user="U1", channel="C1")
    opened = await client.views_open(trigger_id=used.trigger_id, view=MODAL)
    assert (slack.views[opened["view"]["id"]].user, opened["view"]["callback_id"]) == ("U1", "settings")
    assert await error_of(client.views_open(trigger_id=used.trigger_id, view=MODAL)) == "exchanged_trigger_id"
    assert await error_of(client.views_open(trigger_id="nonsense", view=MODAL)) == "invalid_trigger_id"
    clock.now += 3.1
    assert await error_of(client.views_open(trigger_id=late.trigger_id, view=MODAL)) == "expired_trigger_id"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": plain("x" * 25)}, "invalid_arguments"),
        ({"type": "home"}, "invalid_arguments"),
        ({"blocks": "none"}, "invalid_arguments"),
        ({"private_metadata": "x" * 3001}, "invalid_arguments"),
        ({"blocks": [{"type": "section", "text": plain("x" * 3001)}]}, "invalid_arguments"),
        ({"callback_id": "x" * 250_000}, "view_too_large"),
    ],
)
@pytest.mark.usefixtures("bot")
async def test_modals_that_are_refused(slack: SlackSimulator, client: AsyncWebClient, change: Json, error: str) -> None:
    trigger = (await slack.command("settings", user="U1", channel="C1")).trigger_id
    assert await error_of(client.views_open(trigger_id=trigger, view={**MODAL, **change})) == error


async def test_a_home_tab_is_published_over_and_over(slack: SlackSimulator, client: AsyncWebClient) -> None:
    first = await client.views_publish(user_id="U1", view=HOME)
    await client.views_publish(user_id="U1", view=HOME, hash=first["view"]["hash"])
    again = client.views_publish(user_id="U1", view=HOME, hash=first["view"]["hash"])
    assert await error_of(again) == "hash_conflict"
    assert [(view.user, view.type) for view in slack.views.values()] == [("U1", "home")]
    slack.policies.home_tab = False
    assert await error_of(client.views_publish(user_id="U1", view=HOME)) == "not_enabled"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"type": "modal"}, "invalid_arguments"),
        ({"title": plain("Home")}, "invalid_arguments"),
        ({"blocks": [{"type": "divider", "block_id": str(number)} for number in range(101)]}, "invalid_arguments"),
        ({"blocks": [{"type": "data_visualization", "title": "a", "chart": {}}]}, "invalid_arguments"),
        ({"blocks": [{"type": "divider", "block_id": "d"}] * 2}, "invalid_arguments"),
        ({"callback_id": "x" * 250_000}, "view_too_large"),
    ],
)
async def test_homes_that_are_refused(client: AsyncWebClient, change: Json, error: str) -> None:
    assert await error_of(client.views_publish(user_id="U1", view={**HOME, **change})) == error


async def test_a_home_of_a_hundred_blocks_is_published(slack: SlackSimulator, client: AsyncWebClient) -> None:
    blocks = [{"type": "divider", "block_id": str(number)} for number in range(100)]
    await client.views_publish(user_id="U1", view={"type": "home", "blocks": blocks})
    view = slack.home("U1")
    assert view is not None
    assert view.view["blocks"] == blocks
    assert await error_of(client.views_publish(user_id="U404", view=HOME)) == "user_not_found"


async def test_a_modal_is_updated_and_submitted(slack: SlackSimulator, client: AsyncWebClient, bot: BotStub) -> None:
    trigger = (await slack.command("settings", user="U1", channel="C1")).trigger_id
    view_id = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]["id"]
    await client.views_update(view_id=view_id, view={**MODAL, "title": plain("New")})
    assert slack.views[view_id].view["title"] == plain("New")
    assert await error_of(client.views_update(view_id="V404", view=MODAL)) == "not_found"
    values = {"b": {"a": {"type": "plain_text_input", "value": "hello"}}}
    await slack.submit(view_id, "U1", values)
    payload = json.loads(parse_qs(bot.seen[1][1].decode())["payload"][0])
    assert (payload["type"], payload["view"]["callback_id"], payload["view"]["state"]) == (
        "view_submission",
        "settings",
        {"values": values},
    )


async def test_a_button_on_the_home_tab_is_clicked(slack: SlackSimulator, client: AsyncWebClient, bot: BotStub) -> None:
    button = {"type": "button", "action_id": "stop", "value": "7", "text": plain("Stop")}
    home = {"type": "home", "blocks": [{"type": "actions", "block_id": "x", "elements": [button]}]}
    view_id = (await client.views_publish(user_id="U1", view=home))["view"]["id"]
    result = await slack.click_view(view_id, "stop", "U1")
    payload = json.loads(parse_qs(bot.seen[0][1].decode())["payload"][0])
    (action,) = payload["actions"]
    assert (payload["container"], action["value"], "channel" in payload) == (
        {"type": "view", "view_id": view_id},
        "7",
        False,
    )
    assert (result.kind, result.response_url_id, payload["trigger_id"] in slack.triggers) == ("click", None, True)
