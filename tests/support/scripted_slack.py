"""A Slack that gives prepared answers, the broken ones included."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.web_server import Answer


@dataclass
class ScriptedSlack:
    """Gives the prepared answers of each method in turn, and records what it is asked."""

    url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    #: method and arguments of each call
    calls: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def prepare(self, method: str, *answers: Answer) -> None:
        """Answer the next calls of a method."""
        self.answers[method] = list(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        method = request.path.rpartition("/")[2]
        raw = await request.read()
        if request.content_type == "application/json":
            arguments = json.loads(raw)
        else:
            arguments = dict(request.query) or {"raw": raw.decode()}
        self.calls.append((method, arguments))
        self.headers.append(dict(request.headers))
        return await self.answers[method].pop(0)(request)


def says(body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=headers)

    return answer


def ok(**body: object) -> Answer:
    """An answer that says ok."""
    return says({"ok": True, **body})


def refuses(error: str) -> Answer:
    """An answer with an error word."""
    return says({"ok": False, "error": error})


def page(status: int, text: str = "<html>Oh no</html>") -> Answer:
    """An answer with an HTML page."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="text/html")

    return answer


def text(body: str, *, content_type: str = "text/plain") -> Answer:
    """An answer with this body."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=content_type)

    return answer


async def dropped(request: web.Request) -> web.Response:
    """Close the connection instead of an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def silent(_request: web.Request) -> web.Response:
    """Never answer."""
    await asyncio.sleep(3600)
    return web.Response()
