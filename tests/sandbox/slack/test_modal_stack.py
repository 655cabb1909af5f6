"""Modals on one another: what a sent one leads to, and what closing one shows."""

import json
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from sandbox.slack.modal_stack import TROUBLE, top_modal
from sandbox.slack.records import Json
from tests.sandbox.slack.support import BotStub, plain

FIELD: Json = {
    "type": "input",
    "block_id": "b",
    "label": plain("a"),
    "element": {"type": "plain_text_input", "action_id": "a", "initial_value": "7"},
}


def modal(title: str, **more: object) -> Json:
    return {"type": "modal", "title": plain(title), "submit": plain("Send"), "blocks": [FIELD], **more}


@pytest.fixture
async def view_id(slack: SlackSimulator, client: AsyncWebClient, bot: BotStub) -> str:
    """An open modal of olga's."""
    await slack.shortcut("follow", user="U1")
    answer = await client.views_open(trigger_id=newest_trigger(slack), view=modal("First"))
    return str(answer["view"]["id"])


def newest_trigger(slack: SlackSimulator) -> str:
    return next(reversed(slack.triggers))


def answers(bot: BotStub, answer: Json) -> None:
    """Have the bot acknowledge with this."""

    async def handle(_request: web.Request) -> web.Response:
        return web.json_response(answer)

    bot.answer = handle


def shown(slack: SlackSimulator) -> str | None:
    """The title of what the person sees."""
    top = top_modal(slack, "U1")
    return None if top is None else top.view["title"]["text"]


def payload(bot: BotStub) -> Json:
    """What the bot got last."""
    decoded: Json = json.loads(parse_qs(bot.seen[-1][1].decode())["payload"][0])
    return decoded


async def test_an_empty_answer_closes_a_modal(slack: SlackSimulator, bot: BotStub, view_id: str) -> None:
    await slack.submit(view_id, "U1", {})
    assert shown(slack) is None
    with pytest.raises(LookupError):
        await slack.submit(view_id, "U1", {})


async def test_a_sent_modal_may_become_another_one(slack: SlackSimulator, bot: BotStub, view_id: str) -> None:
    answers(bot, {"response_action": "update", "view": modal("Thanks")})
    await slack.submit(view_id, "U1", {})
    assert (shown(slack), list(slack.views)) == ("Thanks", [view_id])


async def test_a_pushed_modal_lies_on_the_first_until_it_is_closed(
    slack: SlackSimulator, bot: BotStub, view_id: str
) -> None:
    answers(bot, {"response_action": "push", "view": modal("Second")})
    await slack.submit(view_id, "U1", {})
    second = top_modal(slack, "U1")
    assert second is not None
    assert (shown(slack), second.previous_id, second.root_id) == ("Second", view_id, view_id)

    answers(bot, {"response_action": "push", "view": modal("Third")})
    await slack.submit(second.id, "U1", {})
    third = top_modal(slack, "U1")
    assert third is not None
    assert (shown(slack), third.previous_id, third.root_id) == ("Third", second.id, view_id)
    assert {name: payload(bot)["view"][name] for name in ("id", "root_view_id", "previous_view_id")} == {
        "id": second.id,
        "root_view_id": view_id,
        "previous_view_id": view_id,
    }

    assert await slack.close_view(third.id, "U1") is None
    assert shown(slack) == "Second"


async def test_no_more_than_three_lie_on_one_another(slack: SlackSimulator, bot: BotStub, view_id: str) -> None:
    answers(bot, {"response_action": "push", "view": modal("More")})
    top = view_id
    for _ in range(3):
        await slack.submit(top, "U1", {})
        seen = top_modal(slack, "U1")
        assert seen is not None
        top = seen.id
    assert [view.errors for view in slack.views.values()] == [{}, {}, {"": TROUBLE}]


async def test_clear_closes_the_whole_stack_and_no_other(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub, view_id: str
) -> None:
    answers(bot, {"response_action": "push", "view": modal("Second")})
    await slack.submit(view_id, "U1", {})
    await slack.shortcut("follow", user="U2")
    await client.views_open(trigger_id=newest_trigger(slack), view=modal("Another's"))
    answers(bot, {"response_action": "clear"})
    second = top_modal(slack, "U1")
    assert second is not None
    await slack.submit(second.id, "U1", {})
    assert (shown(slack), top_modal(slack, "U2") is None) == (None, False)


@pytest.mark.parametrize(
    "answer", [{"response_action": "push", "view": {"type": "modal"}}, {"response_action": "push"}, {"huh": 1}]
)
async def test_an_answer_that_slack_would_not_take_is_trouble(
    slack: SlackSimulator, bot: BotStub, view_id: str, answer: Json
) -> None:
    answers(bot, answer)
    await slack.submit(view_id, "U1", {})
    assert (shown(slack), slack.views[view_id].errors) == ("First", {"": TROUBLE})


async def test_a_modal_that_is_changed_stays_in_its_stack(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub, view_id: str
) -> None:
    answers(bot, {"response_action": "push", "view": modal("Second")})
    await slack.submit(view_id, "U1", {})
    second = top_modal(slack, "U1")
    assert second is not None
    await client.views_update(view_id=second.id, view=modal("Changed"))
    changed = slack.views[second.id]
    assert (shown(slack), changed.previous_id, changed.root_id) == ("Changed", view_id, view_id)


async def test_an_app_hears_of_a_modal_that_was_closed_only_if_it_asked(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub, view_id: str
) -> None:
    await client.views_update(view_id=view_id, view=modal("First", notify_on_close=True, callback_id="ask"))
    result = await slack.close_view(view_id, "U1")
    assert result is not None
    said = payload(bot)
    assert (result.kind, result.text, said["type"], said["is_cleared"], said["view"]["id"]) == (
        "close",
        "ask",
        "view_closed",
        False,
        view_id,
    )
    with pytest.raises(LookupError):
        await slack.close_view(view_id, "U1")


async def test_a_click_in_a_modal_carries_what_the_fields_hold(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub, view_id: str
) -> None:
    button = {"type": "button", "action_id": "look", "text": plain("Look")}
    blocks = [FIELD, {"type": "actions", "block_id": "x", "elements": [button]}]
    await client.views_update(view_id=view_id, view=modal("First", blocks=blocks))
    values = {"b": {"a": {"type": "plain_text_input", "value": "8"}}}
    await slack.click_view(view_id, "look", "U1", values=values)
    assert payload(bot)["view"]["state"] == {"values": values}
