"""Speak Socket Mode with Slack: connect, read what it sends, acknowledge.

The protocol: https://docs.slack.dev/apis/events-api/using-socket-mode
slack_sdk's own client (3.47) is not used. It connects outside the rule of outbound calls and past NO_PROXY, tries an
address that is good for one connection again and again, closes a connection before the next one stands, queues what
comes in without bounds, and logs payloads.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

import aiohttp
import msgspec
from aiohttp import ClientWSTimeout, WSMsgType
from msgspec import Meta, Struct

from bot.clients.http import BodyRefused, decode_json
from bot.clients.proxy import proxy_for
from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import FAILURES, Refused, error_from_exception, error_from_response

#: bytes of one message from Slack; a click carries its whole message, a submitted modal at most 250 kB
LARGEST_MESSAGE = 1024 * 1024
#: bytes of one acknowledgement: Slack closes a connection on which a larger frame comes, with code 1009 and the words
#: "Max frame length of 20480 has been exceeded" (github.com/revelrylabs/slax/pull/614)
LARGEST_ACKNOWLEDGEMENT = 20_480
#: seconds that Slack may take to agree to the end of a connection
_CLOSE_SECONDS = 1.0
#: seconds that a frame may wait for what was sent before it to leave this machine
_SEND_SECONDS = 3.0

Id = Annotated[str, Meta(pattern=r"\A[!-~]{1,200}\Z")]


class Hello(Struct, frozen=True):
    """The connection stands."""

    #: how many connections the app has, of all processes
    num_connections: int | None = None


class Disconnect(Struct, frozen=True):
    """Slack is about to close the connection."""

    #: in Slack's words: warning, refresh_requested, too_many_websockets, link_disabled
    reason: str


class Envelope(Struct, frozen=True, kw_only=True):
    """A command, an interaction or an event, to be acknowledged by its id."""

    envelope_id: Id
    type: str
    payload: dict[str, Any]
    #: whether the acknowledgement may say something
    accepts_response_payload: bool = False
    #: how often it was delivered before, and why it comes again
    retry_attempt: int | None = None
    retry_reason: str | None = None


class Ping(Struct, frozen=True):
    """Slack asks whether anybody is there; that has been answered."""


class Pong(Struct, frozen=True):
    """An answer to a ping of ours, which whatever is between us and Slack may give as well."""


class Unreadable(Struct, frozen=True):
    """Something else; `reason` holds nothing of it."""

    reason: str


class Closed(Struct, frozen=True):
    """Nothing comes any more; `code` is that of RFC 6455, None if the connection just ended."""

    code: int | None


Frame = Hello | Disconnect | Envelope | Ping | Pong | Unreadable | Closed

_REASON = re.compile(r"[a-z_]{1,40}")


def read_frame(text: str) -> Frame:
    """Read a message of Slack's."""
    try:
        value = decode_json(text)
        kind = value.get("type") if isinstance(value, dict) else None
        if kind == "hello":
            count = value.get("num_connections")
            return Hello(count if isinstance(count, int) else None)
        if kind == "disconnect":
            reason = str(value.get("reason"))
            return Disconnect(reason if _REASON.fullmatch(reason) else "no reason")
        return msgspec.convert(value, Envelope)
    except json.JSONDecodeError:
        return Unreadable("no JSON")
    except (BodyRefused, msgspec.ValidationError) as error:
        return Unreadable(str(error))
    except UnicodeError:
        # JSON can name half a surrogate pair, which no pattern is matched against.
        return Unreadable("a character that no encoding can write")


def acknowledgement(envelope: Envelope, payload: Mapping[str, Any] | None) -> bytes:
    """The acknowledgement of an envelope, with a message in it if Slack takes one.

    A message that is too large for it is said as text alone, or not at all.
    """
    whole = dict(payload or {}) if envelope.accepts_response_payload else {}
    without_blocks = {name: value for name, value in whole.items() if name != "blocks"}
    for each in filter(None, (whole, without_blocks)):
        written = _written({"envelope_id": envelope.envelope_id, "payload": each})
        if len(written) <= LARGEST_ACKNOWLEDGEMENT:
            return written
    return _written({"envelope_id": envelope.envelope_id})


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")


class Socket:
    """One connection. Nothing it does raises for what Slack or the network does."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection

    async def receive(self) -> Frame:
        """Wait for what Slack sends next; a ping is answered at once."""
        message = await self._connection.receive()
        match message.type:
            case WSMsgType.TEXT:
                return read_frame(message.data)
            case WSMsgType.PING:
                await self._send(message.data, WSMsgType.PONG)
                return Ping()
            case WSMsgType.PONG:
                return Pong()
            case WSMsgType.BINARY:
                return Unreadable("no text")
            case _:
                return Closed(self._connection.close_code)

    async def acknowledge(self, envelope: Envelope, payload: Mapping[str, Any] | None) -> bool:
        """Acknowledge an envelope, with a message if there is one; whether it was sent."""
        return await self._send(acknowledgement(envelope, payload), WSMsgType.TEXT)

    async def ping(self) -> None:
        """Keep the connection open where something between us and Slack closes what is idle."""
        await self._send(b"", WSMsgType.PING)

    async def close(self) -> None:
        """End the connection."""
        await self._connection.close()

    async def _send(self, content: bytes, kind: WSMsgType) -> bool:
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._connection.send_frame(content, kind)
        except FAILURES:
            return False
        return True


class SocketClient:
    """Opens connections, each at an address of its own."""

    def __init__(self, session: aiohttp.ClientSession, slack: SlackClient) -> None:
        """`slack` calls with the token of the app."""
        self._session = session
        self._slack = slack

    async def open(self) -> Socket:
        """Open a connection. Raises SlackError."""
        url = await self._slack.socket_url()
        method = "socket"
        if not url.startswith(("wss://", "ws://")):
            raise Refused(method, "no address of a WebSocket")
        try:
            connection = await self._session.ws_connect(
                url,
                proxy=proxy_for(url),
                # A pong says only that something answers, so pings and pongs are seen here.
                autoping=False,
                max_msg_size=LARGEST_MESSAGE,
                timeout=ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            )
        except aiohttp.WSServerHandshakeError as error:
            raise error_from_response(method, error.status, None, error.headers or {}) from None
        except (*FAILURES, ValueError) as error:
            raise error_from_exception(method, error) from None
        return Socket(connection)
