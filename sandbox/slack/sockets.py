"""Keep the WebSockets of the app: tickets that count once, hello, pings, at most ten at a time.

Documented: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import WSMessage, WSMsgType, web

from sandbox.slack.records import Json
from sandbox.slack.state import SlackState

PATH = "/link/"
MOST_CONNECTIONS = 10
#: bytes of a frame of the app's; a larger one ends the connection with code 1009
LONGEST_FRAME = 20_480
#: seconds; Slack's own clients expect a ping each thirty
PING_SECONDS = 10.0
_HOST = "applink-sandbox"


@dataclass(eq=False, kw_only=True)
class SocketConnection:
    """One WebSocket of the app."""

    socket: web.WebSocketResponse
    request: web.Request = field(repr=False)
    #: nothing is heard on it any more but pongs, and Slack does not know
    is_deaf: bool = False
    #: ids of the envelopes it brought, in order
    brought: list[str] = field(default_factory=list)
    #: how often the app has answered a ping, and how often it has sent one, which was answered
    pongs: int = 0
    pings: int = 0

    async def send(self, message: Json | str) -> None:
        """Send a message, or any text."""
        if not (self.is_deaf or self.socket.closed):
            await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def disconnect(self, reason: str) -> None:
        """Say that the connection will be closed: warning, refresh_requested, link_disabled."""
        await self.send({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})

    async def close(self, code: int = 1000) -> None:
        """Close it."""
        await self.socket.close(code=code)

    def drop(self) -> None:
        """Let the connection break without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def ping(self) -> None:
        """Ask whether the app is there."""
        if not (self.is_deaf or self.socket.closed):
            await self.socket.ping()


class SocketListener(Protocol):
    """What is notified of the connections."""

    async def opened(self, connection: SocketConnection, /) -> None:
        """A connection stands."""

    async def received(self, connection: SocketConnection, text: str, /) -> None:
        """The app sent a message."""

    async def closed(self, connection: SocketConnection, /) -> None:
        """A connection has ended."""


class Sockets:
    """All WebSockets of the app."""

    def __init__(self, state: SlackState, listener: SocketListener) -> None:
        #: those that stand, the oldest first
        self.open: list[SocketConnection] = []
        #: the codes with which the app's connections ended, in order; 1006 for one that broke
        self.codes: list[int | None] = []
        self._state = state
        self._listener = listener
        self._tickets: set[str] = set()
        self._turn = 0

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to serve."""
        return [web.get(PATH, self._connect, allow_head=False)]

    def new_url(self) -> str:
        """Return an address that is good for one connection."""
        ticket = self._state.new_id("W")
        self._tickets.add(ticket)
        return f"{self._state.origin.replace('http', 'ws', 1)}{PATH}?ticket={ticket}&app_id={self._state.app_id}"

    def next(self) -> SocketConnection | None:
        """Return the connection that brings the next envelope: each in turn; None if there is none."""
        if not self.open:
            return None
        self._turn += 1
        return self.open[self._turn % len(self.open)]

    async def stop(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(connection.close(1001) for connection in self.open))

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(max_msg_size=LONGEST_FRAME, timeout=0.5, compress=False, autoping=False)
        await socket.prepare(request)
        connection = SocketConnection(socket=socket, request=request)
        if len(self.open) >= MOST_CONNECTIONS:
            await connection.disconnect("too_many_websockets")
            await connection.close()
            return socket
        self.open.append(connection)
        pinging = asyncio.create_task(_ping(connection))
        try:
            await connection.send(self._hello())
            await self._listener.opened(connection)
            self._state.notify("socket", connection)
            async for message in socket:
                await self._received(connection, message)
        finally:
            pinging.cancel()
            self.open.remove(connection)
            self.codes.append(socket.close_code)
            await self._listener.closed(connection)
            self._state.notify("socket", connection)
        return socket

    async def _received(self, connection: SocketConnection, message: WSMessage) -> None:
        if message.type is WSMsgType.TEXT:
            await self._listener.received(connection, message.data)
        elif message.type is WSMsgType.PING:
            await connection.socket.pong(message.data)
            connection.pings += 1
        elif message.type is WSMsgType.PONG:
            connection.pongs += 1
        self._state.notify("socket", connection)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "debug_info": {
                "host": _HOST,
                "started": "2026-11-22 12:00:00.000",
                "build_number": 1,
                "approximate_connection_time": 3600,
            },
            "connection_info": {"app_id": self._state.app_id},
        }


async def _ping(connection: SocketConnection) -> None:
    while not connection.socket.closed:
        await asyncio.sleep(PING_SECONDS)
        await connection.ping()
