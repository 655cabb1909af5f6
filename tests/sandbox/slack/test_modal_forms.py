"""Modals as people fill them in, and what the app's answer makes of them."""

import json
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from sandbox.slack.modal_stack import TROUBLE
from sandbox.slack.records import Json, View
from tests.sandbox.slack.support import BotStub, error_of, plain


def option(value: str) -> Json:
    return {"text": plain(value.upper()), "value": value}


def field(name: str, element: Json, **more: Json | bool) -> Json:
    return {"type": "input", "block_id": name, "label": plain(name), "element": {**element, "action_id": name}, **more}


NAME = field("name", {"type": "plain_text_input", "max_length": 5})
NOTE = field("note", {"type": "plain_text_input"}, optional=True)
SIZE = field("size", {"type": "static_select", "options": [option("s"), option("m")], "initial_option": option("m")})
EXTRAS = field("extras", {"type": "checkboxes", "options": [option("x"), option("y")]}, optional=True)
PLACE = field("place", {"type": "conversations_select"}, optional=True)
MODAL: Json = {
    "type": "modal",
    "title": plain("Order"),
    "submit": plain("Send"),
    "callback_id": "order",
    "blocks": [NAME, NOTE, SIZE, EXTRAS, PLACE],
}


async def opened(slack: SlackSimulator, client: AsyncWebClient, view: Json = MODAL) -> View:
    answer = await client.views_open(trigger_id=slack.new_trigger("U1"), view=view)
    return slack.views[answer["view"]["id"]]


def typed(text: str) -> dict[str, dict[str, Json]]:
    return {"name": {"name": {"type": "plain_text_input", "value": text}}}


async def send(slack: SlackSimulator, bot: BotStub, view: View, answer: web.Response) -> View:
    """Send a modal to an app that answers so; the modal afterwards."""

    async def handle(_request: web.Request) -> web.Response:
        return answer

    bot.answer = handle
    await slack.submit(view.id, "U1", typed("Ada"))
    return slack.views[view.id]


async def test_fields_that_nobody_touches_are_sent_as_they_are(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    view = await opened(slack, client)

    await slack.submit(view.id, "U1", typed("Ada"))

    payload = json.loads(parse_qs(bot.seen[0][1].decode())["payload"][0])
    assert payload["view"]["state"]["values"] == {
        "name": {"name": {"type": "plain_text_input", "value": "Ada"}},
        "note": {"note": {"type": "plain_text_input", "value": None}},
        "size": {"size": {"type": "static_select", "selected_option": option("m")}},
        "extras": {"extras": {"type": "checkboxes", "selected_options": []}},
        "place": {"place": {"type": "conversations_select", "selected_conversation": None}},
    }


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, ValueError),
        (typed(""), ValueError),
        (typed("too long"), ValueError),
        ({**typed("Ada"), "colour": {}}, LookupError),
        ({"name": {"other": {"value": "Ada"}}}, LookupError),
        ({**typed("Ada"), "size": {"size": {"type": "static_select", "selected_option": option("xl")}}}, LookupError),
        (
            {**typed("Ada"), "extras": {"extras": {"type": "checkboxes", "selected_options": [option("z")]}}},
            LookupError,
        ),
    ],
)
async def test_what_nobody_can_fill_in_is_not_sent(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub, values: Json, error: type[Exception]
) -> None:
    view = await opened(slack, client)

    with pytest.raises(error):
        await slack.submit(view.id, "U1", values)

    assert bot.seen == []


async def test_an_empty_answer_closes_it_for_good(slack: SlackSimulator, client: AsyncWebClient, bot: BotStub) -> None:
    view = await send(slack, bot, await opened(slack, client), web.Response())

    assert view.closed
    assert await error_of(client.views_update(view_id=view.id, view=MODAL)) == "not_found"
    with pytest.raises(LookupError):
        await slack.submit(view.id, "U1", typed("Ada"))


async def test_errors_are_shown_under_their_fields_until_it_is_sent_again(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub
) -> None:
    refused = web.json_response({"response_action": "errors", "errors": {"name": "Another one, please."}})
    view = await send(slack, bot, await opened(slack, client), refused)
    assert (view.closed, view.errors) == (False, {"name": "Another one, please."})

    again = await send(slack, bot, view, web.json_response({"response_action": "clear"}))

    assert (again.closed, again.errors) == (True, {})


async def test_another_view_takes_its_place(slack: SlackSimulator, client: AsyncWebClient, bot: BotStub) -> None:
    thanks = {"type": "modal", "title": plain("Thanks"), "blocks": []}
    view = await send(
        slack, bot, await opened(slack, client), web.json_response({"response_action": "update", "view": thanks})
    )

    assert (view.closed, view.view["title"]) == (False, plain("Thanks"))


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"colour": "No."}},
        {"response_action": "errors", "errors": {"name": ""}},
        {"response_action": "update", "view": {"type": "modal", "title": plain("x" * 25), "blocks": []}},
        {"response_action": "update"},
        {"response_action": "dance"},
        {"text": "thanks"},
        [],
    ],
)
async def test_an_answer_that_slack_does_not_take_is_trouble(
    slack: SlackSimulator, client: AsyncWebClient, bot: BotStub, answer: Json
) -> None:
    view = await send(slack, bot, await opened(slack, client), web.json_response(answer))

    assert (view.closed, view.errors) == (False, {"": TROUBLE})


async def test_an_app_that_fails_is_trouble(slack: SlackSimulator, client: AsyncWebClient, bot: BotStub) -> None:
    view = await send(slack, bot, await opened(slack, client), web.Response(status=500))

    assert (view.closed, view.errors) == (False, {"": TROUBLE})


@pytest.mark.parametrize(
    "change",
    [
        {"blocks": [field("size", {"type": "static_select", "options": [option("s")], "initial_option": option("m")})]},
        {"blocks": [field("x", {"type": "checkboxes", "options": [option("s")], "initial_options": [option("m")]})]},
        {"blocks": [field("x", {"type": "radio_buttons", "options": [option("s")], "initial_option": option("m")})]},
        {"submit": None},
        {"blocks": [field(name, {"type": "plain_text_input", "focus_on_load": True}) for name in "ab"]},
        {"blocks": [NAME, NAME]},
    ],
    ids=["option", "boxes", "radio", "no submit", "focus", "block id"],
)
async def test_modals_that_slack_does_not_open(slack: SlackSimulator, client: AsyncWebClient, change: Json) -> None:
    view = {name: value for name, value in {**MODAL, **change}.items() if value is not None}

    assert await error_of(client.views_open(trigger_id=slack.new_trigger("U1"), view=view)) == "invalid_arguments"


async def test_an_external_id_is_used_once(slack: SlackSimulator, client: AsyncWebClient) -> None:
    named = {**MODAL, "external_id": "order-7"}
    await opened(slack, client, named)

    again = client.views_open(trigger_id=slack.new_trigger("U1"), view=named)

    assert await error_of(again) == "duplicate_external_id"
