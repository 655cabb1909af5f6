"""One WebSocket, the task that reads it, and what is known of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import assert_never

import structlog

from bot.clients.slack.socket import Closed, Disconnect, Envelope, Frame, Hello, Ping, Pong, Socket, Unreadable

_log = structlog.get_logger(__name__)

#: seconds without a word of Slack's after which a connection counts as deaf. Slack pings each connection, and its own
#: clients wait as long (docs.slack.dev/tools/node-slack-sdk/reference/socket-mode/interfaces/SocketModeOptions)
DEAF_AFTER = 30.0


@dataclass(eq=False, kw_only=True)
class Connection:
    """A connection from its handshake to its end."""

    socket: Socket
    #: takes an envelope; the next one is read when it returns
    take: Callable[["Connection", Envelope], Awaitable[None]]
    #: set when the connection ends, or is about to
    ended: asyncio.Event
    #: seconds
    monotonic: Callable[[], float]
    opened_at: float = field(init=False)
    #: when Slack last said something of its own accord
    heard_at: float = field(init=False)
    #: what Slack said when the connection stood; None before
    hello: Hello | None = None
    #: why another has to take its place; None while nothing is known against it
    ending: str | None = None
    is_closed: bool = False
    #: set once it is known whether it stands
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.opened_at = self.heard_at = self.monotonic()
        self._reading = asyncio.create_task(self._read())

    def hears(self, now: float) -> bool:
        """Whether what Slack sends arrives, as far as is known. Until it is closed it does so after a warning, too."""
        return self.hello is not None and not self.is_closed and now - self.heard_at <= DEAF_AFTER

    def trouble(self, now: float) -> str | None:
        """Why another has to take its place; None if it need not."""
        if self.ending is None and now - self.heard_at > DEAF_AFTER:
            self.ending = f"nothing heard for {DEAF_AFTER:.0f} seconds"
        return self.ending

    async def stands(self, *, within: float) -> None:
        """Wait for Slack's hello or the end, at most so many seconds."""
        try:
            async with asyncio.timeout(within):
                await self._settled.wait()
        except TimeoutError:
            self.ending = "no hello"

    async def _read(self) -> None:
        try:
            while not self.is_closed:
                frame = await self.socket.receive()
                if not isinstance(frame, Pong | Closed):
                    self.heard_at = self.monotonic()
                await self._take(frame)
        except Exception:  # noqa: BLE001 -- another connection is to take its place, whatever it was
            _log.exception("socket_crashed")
            self._end("a mistake of the bot")

    async def _take(self, frame: Frame) -> None:
        match frame:
            case Hello():
                self.hello = frame
                self._settled.set()
            case Envelope():
                await self.take(self, frame)
            case Disconnect():
                self._end(frame.reason)
            case Closed():
                self.is_closed = True
                self._end(f"closed ({frame.code})")
            case Unreadable():
                _log.warning("socket_message_not_read", reason=frame.reason)
            case Ping() | Pong():
                pass
            case _:
                assert_never(frame)

    def _end(self, reason: str) -> None:
        self.ending = self.ending or reason
        self._settled.set()
        self.ended.set()

    async def stop_reading(self) -> None:
        """Take nothing more; what has been taken can still be acknowledged."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def close(self) -> None:
        """End the connection."""
        await self.stop_reading()
        self.is_closed = True
        await self.socket.close()
