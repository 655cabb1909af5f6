"""Serve the page on 127.0.0.1, and stream every change to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from sandbox.harness import CHANNEL, PERSON, Sandbox
from sandbox.other_sites import is_from_another_site
from sandbox.page.acts import Acts, OnCommand
from sandbox.page.channel import FILES_PATH, channel_messages
from sandbox.page.conversations import conversations, find_conversation, find_file
from sandbox.page.people import find_person, people
from sandbox.page.shortcuts import PageShortcut, read_shortcuts
from sandbox.page.views import page_home, page_modal
from sandbox.slack import SlackSimulator
from sandbox.slack.records import StateChange
from sandbox.slack_html import style

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STATIC = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    **{f"/{path.name}": (path.name, "text/javascript") for path in sorted(_HERE.glob("*.js"))},
}
#: where the HTML holds the first state of the channel
_FIRST = "{first}"
#: seconds between two states of the channel
_INTERVAL = 0.1
#: seconds after which something is written to a silent connection, to notice if it is closed
_SILENCE = 15.0


@asynccontextmanager
async def serve_page(
    sandbox: Sandbox, on_command: OnCommand, *, port: int = 0, shortcuts: Sequence[PageShortcut] | None = None
) -> AsyncIterator[str]:
    """Serve the page until the end of the block; yields the address.

    `shortcuts`: those of the app, if not those of its manifest.
    """
    page = _Page(sandbox.slack, read_shortcuts() if shortcuts is None else shortcuts)
    application = web.Application(middlewares=[_take_requests_of_the_page], client_max_size=64 * 1024)
    application.add_routes([web.get(path, page.static) for path in _STATIC])
    application.add_routes([web.get("/events", page.events), web.get(FILES_PATH + "{file}", page.file)])
    application.add_routes(Acts(sandbox, on_command).routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    unsubscribe = sandbox.slack.subscribe(page.changed)
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        unsubscribe()
        page.close()
        await runner.cleanup()


@web.middleware
async def _take_requests_of_the_page(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse requests of other sites, forms, and what cannot be read."""
    if is_from_another_site(request):
        return web.Response(status=403, headers=_HEADERS)
    if request.method == "POST" and request.content_type != "application/json":
        return web.Response(status=415, headers=_HEADERS)
    try:
        response = await handler(request)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        return web.json_response({"error": type(error).__name__}, status=400, headers=_HEADERS)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


class _Page:
    """The handlers of what the page shows."""

    def __init__(self, slack: SlackSimulator, shortcuts: Sequence[PageShortcut]) -> None:
        self._slack = slack
        self._shortcuts = shortcuts
        self._streams: set[asyncio.Event] = set()
        self._closing = False

    def changed(self, _change: StateChange) -> None:
        """Wake every stream."""
        for stream in self._streams:
            stream.set()

    def close(self) -> None:
        """End every stream."""
        self._closing = True
        for stream in self._streams:
            stream.set()

    async def static(self, request: web.Request) -> web.Response:
        """Serve the page itself, its style and its scripts."""
        name, media_type = _STATIC[request.path]
        text = (_HERE / name).read_text(encoding="utf-8")
        if name.endswith("css"):
            text = style() + text
        elif name.endswith("html"):
            # the first state comes with the page, so that nothing flickers; as data, not as a script
            text = text.replace(_FIRST, self._state_json(PERSON, CHANNEL).replace("<", "\\u003c"))
        return web.Response(text=text, content_type=media_type)

    async def file(self, request: web.Request) -> web.Response:
        """Serve a file that was shared where the viewer sees it."""
        person = find_person(self._slack, request.query.get("user"))
        file, content = find_file(self._slack, person, request.match_info["file"])
        media_type = guess_type(file.filename)[0] or "application/octet-stream"
        disposition = f"attachment; filename*=UTF-8''{quote(file.filename)}"
        return web.Response(body=content, headers={"Content-Disposition": disposition}, content_type=media_type)

    def _state_json(self, person: str, channel: str) -> str:
        return json.dumps(
            {
                "people": people(self._slack),
                "conversations": conversations(self._slack, person),
                "channel": channel,
                "messages": channel_messages(self._slack, channel, person),
                "shortcuts": self._shortcuts,
                "home": page_home(self._slack, person),
                "modal": page_modal(self._slack, person, channel),
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream a conversation, now and whenever something has changed (server-sent events)."""
        person = find_person(self._slack, request.query.get("user"))
        wanted, else_first = request.query.get("channel"), "else_first" in request.query
        channel = find_conversation(self._slack, person, wanted, else_first=else_first)
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        changed = asyncio.Event()
        self._streams.add(changed)
        try:
            while not self._closing:
                changed.clear()
                await response.write(f"data: {self._state_json(person, channel)}\n\n".encode())
                await _next(changed, response)
                await asyncio.sleep(_INTERVAL)
        except ConnectionError:
            pass
        finally:
            self._streams.discard(changed)
        return response


async def _next(changed: asyncio.Event, response: web.StreamResponse) -> None:
    """Wait for a change. Raises ConnectionError once the connection is closed."""
    while not changed.is_set():
        try:
            await asyncio.wait_for(changed.wait(), _SILENCE)
        except TimeoutError:
            await response.write(b": keep-alive\n\n")
