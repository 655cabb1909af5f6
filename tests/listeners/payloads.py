"""Payloads as Slack sends them, with whatever a test wants to be different."""

from itertools import count

from bot.render.buttons import Action
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
    return {**payload, "trigger_id": "1.1.press", "response_url": slack.response_urls.address("none"), **fields}


def press_on_home(stepped: SteppedBot, action: Action, value: str = "1") -> Json:
    """The payload of a press on a home."""
    slack = stepped.slack
    view = View(id="V1", team_id=TEAM, user=PERSON, type="home", view={"type": "home", "blocks": []}, hash="1.1")
    payload = interaction_payloads.view_click_payload(
        slack, slack.workspaces[TEAM], view, user=PERSON, action_id=action, value=value
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
