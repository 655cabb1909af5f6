"""Send the bot requests that no simulated person can cause: signed ones over HTTP, or envelopes in Socket Mode."""

import time

import aiohttp

from sandbox.slack import SIGNING_SECRET
from sandbox.slack.app_request import AppRequest
from sandbox.slack.records import Json
from sandbox.slack.signatures import signed_headers
from tests.support.stepped_bot import SteppedBot


async def send_command(stepped: SteppedBot, form: dict[str, str]) -> tuple[int, str]:
    """Send a slash command; status and text of the answer."""
    return await _send(stepped, "command", form)


async def send_interaction(stepped: SteppedBot, payload: Json) -> tuple[int, str]:
    """Send a press, a submission or a shortcut; status and text of the answer."""
    return await _send(stepped, "click", payload)


async def send_event(stepped: SteppedBot, envelope: Json) -> tuple[int, str]:
    """Send an event in its envelope; status and text of the answer."""
    return await _send(stepped, "event", envelope)


async def _send(stepped: SteppedBot, kind: str, payload: Json) -> tuple[int, str]:
    slack = stepped.slack
    request = AppRequest(kind=kind, workspace=slack.first_workspace, text="", payload=payload)
    if slack.socket_mode:
        status, text, error = await slack.envelopes.deliver(request)
        assert status is not None, error
        return status, text
    body = request.body
    headers = {**signed_headers(SIGNING_SECRET, time.time(), body), **request.headers}
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.request_url, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()
