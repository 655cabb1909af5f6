"""Serves the page on 127.0.0.1, tells it of every change, and takes what is typed and clicked in it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from babel import Locale

from sandbox.environment import CHANNEL, PERSON, Sandbox
from sandbox.page.showing import channel_shown
from sandbox.slack.records import Change, CommandResult, User
from sandbox.slack_html import STYLE

Typed = Callable[[str, str], Awaitable[CommandResult]]

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
#: where the page holds the first picture of the channel
_FIRST = "{first}"
#: seconds between two pictures of the channel: what changes faster is told once
_REST = 0.1
#: seconds after which a silent connection is tried, so that a closed one is noticed
_SILENCE = 15.0


@asynccontextmanager
async def serving(sandbox: Sandbox, typed: Typed, *, port: int = 0) -> AsyncIterator[str]:
    """Serve the channel until the end of the block; the address. `typed` is handed the command's text and the user."""
    page = _Page(sandbox, typed)
    application = web.Application(middlewares=[_guarded], client_max_size=64 * 1024)
    application.add_routes([web.get(path, page.file) for path in _FILES])
    application.add_routes(
        [web.get("/events", page.events), web.post("/type", page.type), web.post("/click", page.click)]
    )
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    stop_looking = sandbox.slack.subscribe(page.changed)
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        stop_looking()
        page.close()
        await runner.cleanup()


@web.middleware
async def _guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Nobody but this page: another site may lead a browser here, by a name of its own or with a form."""
    host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    origin = request.headers.get("Origin")
    if host not in {"127.0.0.1", "localhost"} or origin not in {None, f"http://{request.headers['Host']}"}:
        return web.Response(status=403, headers=_HEADERS)
    if request.method == "POST" and request.content_type != "application/json":
        return web.Response(status=415, headers=_HEADERS)
    try:
        response = await handler(request)
    except (KeyError, LookupError, TypeError, ValueError) as error:
        return web.json_response({"error": type(error).__name__}, status=400, headers=_HEADERS)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


class _Page:
    """One channel, seen by one person."""

    def __init__(self, sandbox: Sandbox, typed: Typed) -> None:
        self._slack = sandbox.slack
        self._typed = typed
        self._looking: set[asyncio.Event] = set()
        self._closing = False

    def changed(self, _change: Change) -> None:
        """Something happened in Slack."""
        for looking in self._looking:
            looking.set()

    def close(self) -> None:
        """End every stream."""
        self._closing = True
        for looking in self._looking:
            looking.set()

    async def file(self, request: web.Request) -> web.Response:
        """The page itself, its style and its script."""
        name, media_type = _FILES[request.path]
        text = (_HERE / name).read_text(encoding="utf-8")
        if name.endswith("css"):
            text = STYLE + text
        elif name.endswith("html"):
            # the first picture comes with the page, so that nothing flickers; as data, not as a script
            text = text.replace(_FIRST, self._shown(PERSON).replace("<", "\\u003c"))
        return web.Response(text=text, content_type=media_type)

    def _shown(self, person: str) -> str:
        return json.dumps({"people": self._people(), "messages": channel_shown(self._slack, CHANNEL, person)})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The channel, now and whenever it has changed (server-sent events)."""
        person = self._person(request.query)
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        changed = asyncio.Event()
        self._looking.add(changed)
        try:
            while not self._closing:
                changed.clear()
                await response.write(f"data: {self._shown(person)}\n\n".encode())
                await _next(changed, response)
                await asyncio.sleep(_REST)
        except ConnectionError:
            pass
        finally:
            self._looking.discard(changed)
        return response

    async def type(self, request: web.Request) -> web.Response:
        """`{"text": …, "user": …}`: what was typed behind the command, sent to the bot as Slack does."""
        order = await request.json()
        return _said(await self._typed(str(order["text"]), self._person(order)))

    async def click(self, request: web.Request) -> web.Response:
        """`{"ts": …, "action_id": …, "user": …}`: a button of a message."""
        order = await request.json()
        person = self._person(order)
        return _said(await self._slack.click(CHANNEL, str(order["ts"]), str(order["action_id"]), person))

    def _members(self) -> list[User]:
        everybody = [self._slack.users[name] for name in self._slack.channels[CHANNEL].members]
        return sorted((user for user in everybody if not user.is_bot), key=lambda user: (user.id != PERSON, user.name))

    def _people(self) -> list[dict[str, str]]:
        """Who may be looked and written as, each with a language."""
        return [
            {
                "id": user.id,
                "name": user.name,
                "language": Locale.parse(user.locale, sep="-").get_language_name() or user.locale,
            }
            for user in self._members()
        ]

    def _person(self, given: Mapping[str, object]) -> str:
        """Who looks or acts. Raises LookupError where nobody of that name is in the channel."""
        wanted = given.get("user", PERSON)
        return {user.id: user.id for user in self._members()}[str(wanted)]


async def _next(changed: asyncio.Event, response: web.StreamResponse) -> None:
    """Wait for a change. Raises ConnectionError once nobody listens any more."""
    while not changed.is_set():
        try:
            await asyncio.wait_for(changed.wait(), _SILENCE)
        except TimeoutError:
            await response.write(b": still here\n\n")


def _said(result: CommandResult) -> web.Response:
    return web.json_response({"status": result.status, "error": result.error})
