"""Send the bot signed requests that no simulated person can cause."""

import json
import time
from urllib.parse import urlencode

import aiohttp

from sandbox.slack import SIGNING_SECRET
from sandbox.slack.records import Json
from sandbox.slack.signatures import signed_headers
from tests.support.stepped_bot import SteppedBot

FORM = "application/x-www-form-urlencoded"


async def send(stepped: SteppedBot, body: bytes, *, content_type: str = FORM) -> tuple[int, str]:
    """Send a body as Slack does; status and text of the answer."""
    headers = {"Content-Type": content_type, **signed_headers(SIGNING_SECRET, time.time(), body)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(stepped.slack.request_url, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def send_command(stepped: SteppedBot, form: dict[str, str]) -> tuple[int, str]:
    """Send a slash command."""
    return await send(stepped, urlencode(form).encode())


async def send_interaction(stepped: SteppedBot, payload: Json) -> tuple[int, str]:
    """Send a press, a submission or a shortcut."""
    return await send(stepped, urlencode({"payload": json.dumps(payload)}).encode())


async def send_event(stepped: SteppedBot, envelope: Json) -> tuple[int, str]:
    """Send an event in its envelope."""
    return await send(stepped, json.dumps(envelope).encode(), content_type="application/json")
