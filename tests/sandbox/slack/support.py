"""Parts of the tests of the simulated Slack: a clock, a stand-in for the bot, blocks, and ways to call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from sandbox.slack import SlackSimulator
from sandbox.slack.records import Json

TOKEN = "xoxb-first"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
BUTTON: Json = {"type": "button", "action_id": "stop", "value": "7", "text": {"type": "plain_text", "text": "Stop"}}
SECTION: Json = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class BotStub:
    """Records what it is sent, and answers with `answer`."""

    url: str = ""
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((dict(request.headers), await request.read()))
        return await self.answer(request) if self.answer else web.Response()


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def form(body: bytes) -> dict[str, str]:
    """The fields of a form."""
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def texts(slack: SlackSimulator, channel: str = "C1") -> list[str]:
    return [message.text for message in slack.messages(channel)]


async def call(http: aiohttp.ClientSession, slack: SlackSimulator, method: str, **request: Any) -> Json:
    """The JSON that a method answers."""
    async with http.post(slack.api_url + method, **{"headers": AUTH, **request}) as answer:
        body: Json = await answer.json()
        return body


async def error_of(call: Awaitable[object]) -> str:
    """The error of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
