"""A small app in place of the bot: it opens modals, publishes homes, and gives the answers that a test sets."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.harness import TOKEN
from sandbox.slack import SlackSimulator
from sandbox.slack.records import Json
from tests.support.web_server import served

#: gets a payload, and returns what the acknowledgement holds
Handler = Callable[[Json], Awaitable[Json | None]]


@dataclass
class ScriptedApp:
    """Records what Slack sends, and has it handled by type: shortcut, view_submission, app_mention, …"""

    session: aiohttp.ClientSession
    client: AsyncWebClient
    handlers: dict[str, Handler] = field(default_factory=dict)
    seen: list[Json] = field(default_factory=list)

    def on(self, kind: str, handler: Handler) -> None:
        """Handle payloads of a type."""
        self.handlers[kind] = handler

    def acknowledge(self, kind: str, answer: Json) -> None:
        """Acknowledge payloads of a type with this."""

        async def give(_payload: Json) -> Json:
            return answer

        self.on(kind, give)

    def open(self, kind: str, view: Json) -> None:
        """Open a modal whenever a payload of a type comes."""

        async def show(payload: Json) -> None:
            await self.client.views_open(trigger_id=payload["trigger_id"], view=view)

        self.on(kind, show)

    async def update(self, view_id: str, view: Json) -> None:
        """Show something else in a modal."""
        await self.client.views_update(view_id=view_id, view=view)

    async def publish(self, user: str, *blocks: Json) -> None:
        """Publish a home."""
        await self.client.views_publish(user_id=user, view={"type": "home", "blocks": list(blocks)})

    async def respond(self, payload: Json, **message: object) -> None:
        """Send a message to the response URL of a payload."""
        async with self.session.post(payload["response_url"], json=message) as response:
            assert response.status == 200, await response.text()

    def payloads(self, kind: str) -> list[Json]:
        """What came of a type."""
        return [payload for payload in self.seen if payload["type"] == kind]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one request of Slack."""
        raw = (await request.read()).decode()
        if request.content_type == "application/json":
            payload = json.loads(raw)["event"]
        else:
            payload = json.loads(parse_qs(raw)["payload"][0])
        self.seen.append(payload)
        handler = self.handlers.get(payload["type"])
        answer = await handler(payload) if handler else None
        return web.Response() if answer is None else web.json_response(answer)


@asynccontextmanager
async def scripted_app(slack: SlackSimulator) -> AsyncIterator[ScriptedApp]:
    """Have Slack send everything to a new app."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        app = ScriptedApp(session, client)
        async with served(app.handle) as url:
            slack.request_url = url
            yield app


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: object) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(label: str, **more: object) -> Json:
    return {"type": "button", "action_id": label.lower(), "text": plain(label), **more}


def field_of(kind: str, name: str, *, block: Json | None = None, **element: object) -> Json:
    """An input block; its label, its block and its action have the same name."""
    control = {"type": kind, "action_id": name, **element}
    return {"type": "input", "block_id": name, "label": plain(name.title()), "element": control, **(block or {})}


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def modal(*blocks: Json, title: str = "Follow", submit: str | None = "Send", **more: object) -> Json:
    view = {"type": "modal", "callback_id": "ask", "title": plain(title), "blocks": list(blocks), **more}
    return view if submit is None else {**view, "submit": plain(submit)}
