"""Send requests to a listening server: whole ones, signed ones, and bytes that are none."""

import asyncio
import hashlib
import hmac
import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.web import Server, SlackEvents, serve

SECRET = "signing-secret"
FORM = "application/x-www-form-urlencoded"


async def _authorize(**_: object) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1", bot_user_id="UB")


def slack_events() -> SlackEvents:
    """The address for Slack's requests, with a listener that answers `/longtask` with *looking*."""
    app = AsyncApp(signing_secret="", request_verification_enabled=False, authorize=_authorize)

    @app.command("/longtask")
    async def command(ack: AsyncAck) -> None:
        await ack("looking")

    return SlackEvents(app, signing_secret=SECRET, now=lambda: datetime.now(UTC))


def signed(body: str | bytes, stamp: str | None = None, *, content_type: str = FORM) -> dict[str, str]:
    """The headers with which Slack sends a body; `stamp` is in seconds since the epoch."""
    stamp = stamp or str(int(time.time()))
    raw = body.encode() if isinstance(body, str) else body
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": content_type}


class Client:
    """Sends requests to a listening server."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self.port = port
        self._base = f"http://127.0.0.1:{port}"
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: str | bytes | io.BytesIO | None = None,
        headers: dict[str, str] | list[tuple[str, str]] | None = None,
    ) -> tuple[int, str]:
        """Send a request; the status and text of its answer."""
        async with self._session.request(method, self._base + path, data=body, headers=headers) as response:
            return response.status, await response.text()

    async def headers(self, path: str) -> dict[str, str]:
        """The headers of an answer."""
        async with self._session.get(self._base + path) as response:
            return dict(response.headers)

    async def send(self, raw: bytes, *, end: bool = False) -> bytes:
        """Send bytes, and with `end` that none will follow; all that comes until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        if end:
            writer.write_eof()
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[Client]:
    """A client of an application that listens on a free port."""
    server: Server = await serve(app, host="127.0.0.1", port=0)
    try:
        async with aiohttp.ClientSession() as session:
            yield Client(server.port, session)
    finally:
        await server.stop()
