"""Serve the page on 127.0.0.1, stream every change to it, and send the bot what is typed and clicked there."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from babel import Locale

from sandbox.harness import CHANNEL, PERSON, Sandbox
from sandbox.other_sites import is_from_another_site
from sandbox.page.channel import FILES_PATH, channel_messages
from sandbox.page.conversations import conversations, find_conversation, find_file
from sandbox.slack.records import DispatchResult, Json, StateChange, User
from sandbox.slack_html import style

#: gets a command's text, its user and its channel
OnCommand = Callable[[str, str, str], Awaitable[DispatchResult]]

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
    **{f"/{name}.js": (f"{name}.js", "text/javascript") for name in ("page", "messages", "times", "news", "question")},
}
#: where the HTML holds the first state of the channel
_FIRST = "{first}"
#: seconds between two states of the channel
_INTERVAL = 0.1
#: seconds after which something is written to a silent connection, to notice if it is closed
_SILENCE = 15.0


@asynccontextmanager
async def serve_page(sandbox: Sandbox, on_command: OnCommand, *, port: int = 0) -> AsyncIterator[str]:
    """Serve the page until the end of the block; yields the address."""
    page = _Page(sandbox, on_command)
    application = web.Application(middlewares=[_take_requests_of_the_page], client_max_size=64 * 1024)
    application.add_routes([web.get(path, page.static) for path in _STATIC])
    application.add_routes(
        [
            web.get("/events", page.events),
            web.get(FILES_PATH + "{file}", page.file),
            web.post("/type", page.type),
            web.post("/click", page.click),
        ]
    )
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
    except (KeyError, LookupError, TypeError, ValueError) as error:
        return web.json_response({"error": type(error).__name__}, status=400, headers=_HEADERS)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


class _Page:
    """The handlers of the page."""

    def __init__(self, sandbox: Sandbox, on_command: OnCommand) -> None:
        self._slack = sandbox.slack
        self._on_command = on_command
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
        file, content = find_file(self._slack, self._person(request.query), request.match_info["file"])
        media_type = guess_type(file.filename)[0] or "application/octet-stream"
        disposition = f"attachment; filename*=UTF-8''{quote(file.filename)}"
        return web.Response(body=content, headers={"Content-Disposition": disposition}, content_type=media_type)

    def _state_json(self, person: str, channel: str) -> str:
        return json.dumps(
            {
                "people": self._people(),
                "conversations": conversations(self._slack, person),
                "channel": channel,
                "messages": channel_messages(self._slack, channel, person),
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream a conversation, now and whenever something has changed (server-sent events)."""
        person = self._person(request.query)
        channel = find_conversation(self._slack, person, request.query.get("channel"))
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

    async def type(self, request: web.Request) -> web.Response:
        """Send the bot a command, typed as `{"text": …, "user": …, "channel": …}`."""
        body = await request.json()
        text = str(body["text"])
        return _result_json(await self._on_command(text, *self._place(body)))

    async def click(self, request: web.Request) -> web.Response:
        """Send the bot a click on a button: `{"ts": …, "action_id": …, "user": …, "channel": …}`."""
        body = await request.json()
        ts, action_id = str(body["ts"]), str(body["action_id"])
        person, channel = self._place(body)
        return _result_json(await self._slack.click(channel, ts, action_id, person))

    def _members(self) -> list[User]:
        everybody = [self._slack.users[name] for name in self._slack.channels[CHANNEL].members]
        return sorted((user for user in everybody if not user.is_bot), key=lambda user: (user.id != PERSON, user.name))

    def _people(self) -> list[Json]:
        """Return the people whose view can be chosen, each with a language."""
        return [
            {
                "id": user.id,
                "name": user.name,
                "locale": user.locale,
                "language": Locale.parse(user.locale, sep="-").get_language_name() or user.locale,
            }
            for user in self._members()
        ]

    def _person(self, given: Mapping[str, object]) -> str:
        """Return the id of the person who views or acts. Raises LookupError if they are not in the channel."""
        wanted = given.get("user", PERSON)
        return {user.id: user.id for user in self._members()}[str(wanted)]

    def _place(self, body: Mapping[str, object]) -> tuple[str, str]:
        """Return who acts and in which conversation. Raises LookupError for a stranger there."""
        person = self._person(body)
        return person, find_conversation(self._slack, person, str(body.get("channel", CHANNEL)))


async def _next(changed: asyncio.Event, response: web.StreamResponse) -> None:
    """Wait for a change. Raises ConnectionError once the connection is closed."""
    while not changed.is_set():
        try:
            await asyncio.wait_for(changed.wait(), _SILENCE)
        except TimeoutError:
            await response.write(b": keep-alive\n\n")


def _result_json(result: DispatchResult) -> web.Response:
    return web.json_response({"status": result.status, "error": result.error})
