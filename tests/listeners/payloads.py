"""Payloads as Slack sends them, with whatever a test wants to be different."""

from itertools import count

from bot.render.buttons import Action
from bot.render.modal import Modal
from sandbox.harness import CHANNEL, PERSON, TEAM
from sandbox.slack import interaction_payloads
from sandbox.slack.records import Json, View
from tests.support.stepped_bot import SteppedBot

_numbers = count(1)


def command(stepped: SteppedBot, text: str = "list", **fields: str) -> dict[str, str]:
    """The form of a slash command; `fields` replace those of the usual one."""
    slack = stepped.slack
    form = interaction_payloads.command_form(
        slack,
        slack.workspaces[TEAM],
        slack.channels[CHANNEL],
        PERSON,
        command="/longtask",
        text=text,
        response_url=slack.response_urls.address("none"),
    )
    return {**form, "trigger_id": f"1.{next(_numbers)}.made-up", **fields}


def press(stepped: SteppedBot, ts: str, action: Action, value: str = "1", **fields: Json | str | None) -> Json:
    """The payload of a press on a message of the usual channel; `fields` replace those of the usual one."""
    slack = stepped.slack
    payload = interaction_payloads.click_payload(
        slack, slack.workspaces[TEAM], slack.channels[CHANNEL], ts, user=PERSON, action_id=action, value=value
    )
    trigger_id = f"1.{next(_numbers)}.press"
    return {**payload, "trigger_id": trigger_id, "response_url": slack.response_urls.address("none"), **fields}


def shortcut(stepped: SteppedBot, callback_id: str, *, ts: str | None = None, **fields: Json | str | None) -> Json:
    """The payload of a shortcut, on a message of the usual channel if one is named."""
    slack = stepped.slack
    channel = slack.channels[CHANNEL] if ts is not None else None
    payload = interaction_payloads.shortcut_payload(
        slack, slack.workspaces[TEAM], callback_id, PERSON, channel=channel, ts=ts
    )
    url = {"response_url": slack.response_urls.address("none")} if ts is not None else {}
    return {**payload, "trigger_id": f"1.{next(_numbers)}.made-up", **url, **fields}


def submission(stepped: SteppedBot, callback_id: str, **fields: Json | str | None) -> Json:
    """The payload of a modal that was sent, with something in each kind of field."""
    slack = stepped.slack
    names = ("reference", "running", "channel", "language", "verbosity", "titles", "result", "editors", "own_language")
    filled = {
        "value": "42",
        "selected_option": {"value": "1/42"},
        "selected_options": [{"value": "broadcast"}],
        "selected_conversation": CHANNEL,
    }
    view = View(
        id="V1",
        team_id=TEAM,
        user=PERSON,
        type="modal",
        hash="1.1",
        view={
            "type": "modal",
            "callback_id": callback_id,
            "title": {"type": "plain_text", "text": "x"},
            "private_metadata": CHANNEL if callback_id == Modal.SETTINGS else "",
            "blocks": [],
        },
    )
    values = {name: {name: filled} for name in names}
    payload = interaction_payloads.submission_payload(slack, slack.workspaces[TEAM], view, PERSON, values)
    return {**payload, "trigger_id": f"1.{next(_numbers)}.made-up", **fields}


def mention(stepped: SteppedBot, text: str) -> Json:
    """A mention in its envelope."""
    slack = stepped.slack
    bot = slack.workspaces[TEAM].bot_user_id
    inner = {
        "type": "app_mention",
        "user": PERSON,
        "text": f"<@{bot}> {text}",
        "channel": CHANNEL,
        "ts": "1795424520.1",
    }
    event_id = f"Ev{next(_numbers):08d}"
    return interaction_payloads.event_envelope(slack, slack.workspaces[TEAM], inner, event_id=event_id)


def press_on_home(stepped: SteppedBot, action: Action, value: str = "1") -> Json:
    """The payload of a press on a home."""
    slack = stepped.slack
    view = View(id="V1", team_id=TEAM, user=PERSON, type="home", view={"type": "home", "blocks": []}, hash="1.1")
    payload = interaction_payloads.view_click_payload(
        slack, slack.workspaces[TEAM], view, user=PERSON, action_id=action, value=value, values={}
    )
    return {**payload, "trigger_id": "1.1.press"}


def event(stepped: SteppedBot, kind: str, **fields: Json | str | int | None) -> Json:
    """An event in its envelope; `fields` replace those of the usual one."""
    slack = stepped.slack
    inner: Json = {"type": kind, **({"tokens": {"bot": ["U0BOT"]}} if kind == "tokens_revoked" else {})}
    envelope = interaction_payloads.event_envelope(
        slack, slack.workspaces[TEAM], inner, event_id=f"Ev{next(_numbers):08d}"
    )
    return {**envelope, **fields}
