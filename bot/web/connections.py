"""Bound connections: how long each part of a request may take, and how many connections there may be at once."""

import asyncio
from enum import Enum, auto
from typing import Any

import structlog
from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.web.rejections import Rejection, Rejections

_log = structlog.get_logger(__name__)

#: bytes of a head: about fifty header fields, some with long cookies
_LARGEST_HEAD = 32 * 1024
#: connections whose body has not arrived completely, each of which may hold a megabyte
_MOST_BODIES = 64
#: of aiohttp's protocol
_OPTIONS: dict[str, Any] = {
    "access_log": None,
    "max_headers": 64,
    # the signature covers the body as it was sent, and Slack compresses none
    "auto_decompress": False,
    # a connection serves one request
    "keepalive_timeout": 0,
    # seconds in which a client that is still sending may read why its request was refused
    "lingering_time": 2.0,
}


class Phase(Enum):
    """How far a connection's request has come. Where there are too many, those of an earlier phase are closed first."""

    HEAD = auto()
    BODY = auto()
    #: the answer is being sent
    ANSWER = auto()
    #: the request is complete, and a handler works on it for as long as it allows itself
    HANDLING = auto()


#: seconds in a phase
_LONGEST = {Phase.HEAD: 5.0, Phase.BODY: 5.0, Phase.ANSWER: 5.0}


class Connections:
    """All open connections of a server. Where there are too many, the one that has waited longest is closed."""

    def __init__(self, *, limit: int, rejections: Rejections) -> None:
        """`limit`: how many may be open, at least 1."""
        self.rejections = rejections
        self._limit = limit
        #: in each phase, the longest in it first
        self._connections: dict[Phase, dict[Connection, None]] = {phase: {} for phase in Phase}

    def enter(self, connection: "Connection", phase: Phase) -> None:
        """Note that a connection is in a phase, and make room for it."""
        self.leave(connection)
        if sum(map(len, self._connections.values())) >= self._limit:
            self._close_first(*Phase)
        if phase is Phase.BODY and len(self._connections[phase]) >= _MOST_BODIES:
            self._close_first(phase)
        self._connections[phase][connection] = None

    def leave(self, connection: "Connection") -> None:
        """Forget a connection."""
        for connections in self._connections.values():
            connections.pop(connection, None)

    def close_a_slow_one(self) -> None:
        """Close the connection that has waited longest, if any waits for its client."""
        self._close_first(Phase.HEAD, Phase.BODY, Phase.ANSWER)

    def _close_first(self, *phases: Phase) -> None:
        first = next((connection for phase in phases for connection in self._connections[phase]), None)
        if first is not None:
            first.abort(Rejection.TOO_MANY)


class Connection(web.RequestHandler):
    """A connection for one request, closed when a part of it takes too long.

    A second request would need a rule for how long a connection may wait between two, and a proxy that waits as long
    would send it just as the connection is closed.
    """

    def __init__(self, server: web.Server, connections: Connections) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **_OPTIONS)
        self._connections = connections
        self._phase = Phase.HEAD
        self._head_size = 0
        self._complete = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._enter(Phase.HEAD)

    def data_received(self, data: bytes) -> None:
        """Read one request, and close the connection if its head becomes too large."""
        if self._complete:
            return
        super().data_received(data)
        # aiohttp counts a request when its head is complete, and calls nothing of ours until later
        if self._request_count == 0:
            self._head_size += len(data)
            if self._head_size > _LARGEST_HEAD:
                self.abort(Rejection.TOO_LARGE)

    def head_received(self, body: StreamReader) -> None:
        """Begin to wait for the body, if it has not arrived with the head."""
        if body.is_eof():
            self._complete = True
            self._enter(Phase.HANDLING)
        else:
            self._enter(Phase.BODY)
            body.on_eof(self._body_received)

    def _body_received(self) -> None:
        self._complete = True
        if self._phase is Phase.BODY:
            self._enter(Phase.HANDLING)

    def handled(self) -> None:
        """Begin to wait until the client has taken the answer."""
        self._enter(Phase.ANSWER)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection."""
        self._leave()
        super().connection_lost(exc)

    def abort(self, rejection: Rejection) -> None:
        """Close the connection at once, without an answer."""
        self._leave()
        if self.transport is not None:
            self._connections.rejections.add(rejection)
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 -- it quotes the request
    ) -> web.StreamResponse:
        """Answer what is not HTTP, and what made a handler fail, without a word about the cause."""
        if isinstance(exc, ConnectionError) and (self.transport is None or self.transport.is_closing()):
            # the client is gone, and nothing is wrong with the handler
            raise exc
        if isinstance(exc, HttpProcessingError | web.RequestPayloadError):
            self._connections.rejections.add(Rejection.MALFORMED)
            status, text = 400, "bad request\n"
        else:
            _log.error("request_crashed", exc_info=exc)
            text = "internal error\n"
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        self.handled()
        return short_answer(status, text)

    def _enter(self, phase: Phase) -> None:
        self._leave()
        if self.transport is None or self.transport.is_closing():
            return
        self._phase = phase
        self._connections.enter(self, phase)
        if phase in _LONGEST:
            self._deadline = self._loop.call_later(_LONGEST[phase], self._too_slow)

    def _too_slow(self) -> None:
        # after a pause of the whole process the time is up in the moment in which the head arrives
        if self._phase is not Phase.HEAD or self._request_count == 0:
            self.abort(Rejection.TOO_SLOW)

    def _leave(self) -> None:
        self._connections.leave(self)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _ShortAnswer(web.Response):
    """An answer that no application prepares, and that does not name aiohttp's and Python's versions either."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall("Server", None)


def short_answer(status: int, text: str) -> web.Response:
    """Return an answer to a request that reaches no application; the connection is closed after it."""
    answer = _ShortAnswer(status=status, text=text)
    answer.force_close()
    return answer
