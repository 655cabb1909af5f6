"""Keep a connection to Slack that hears, and answer what comes over it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.clients.slack.errors import SlackError, SlackRateLimited
from bot.clients.slack.socket import Envelope, Socket
from bot.metrics import Metrics
from bot.socket_mode.connection import Connection
from bot.socket_mode.dispatcher import Answer

_log = structlog.get_logger(__name__)

#: seconds between two pings, which keep the way to Slack open
PING_SECONDS = 10.0
#: seconds from the handshake to Slack's hello
HELLO_SECONDS = 8.0
#: seconds before the second try to connect; doubled with each further one in a row
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 60.0
#: a connection that ends sooner (seconds) counts as a failed try
STEADY_AFTER = 10.0
#: seconds that a connection stays open beside the next one: Slack warns about ten before it closes one
LINGER_SECONDS = 15.0
#: envelopes in hand at once; more wait to be read
MOST_IN_HAND = 100
#: what Slack says where the app has ten connections already: this one has to go before the next is opened
TOO_MANY = "too_many_websockets"
#: kinds of envelopes, for metrics
_KINDS = frozenset({"slash_commands", "interactive", "events_api"})


@dataclass(kw_only=True)
class SocketReceiver:
    """Receives Slack's requests. One loop runs `step`, which returns the seconds to wait before the next.

    Another connection takes the place of the newest one when Slack asks for it, when that is closed, and when nothing
    is heard on it. The older one stays open for a while, and what still comes over it is taken.
    """

    #: opens a connection, or raises SlackError
    connect: Callable[[], Awaitable[Socket]]
    #: has the listeners take an envelope; None if it is not to be acknowledged
    answer: Callable[[Envelope], Awaitable[Answer | None]]
    metrics: Metrics
    #: seconds
    monotonic: Callable[[], float] = time.monotonic
    #: between 0 and 1; shortens the waits between two tries
    jitter: Callable[[], float] = random.random
    #: set when there is something to do
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _newest: Connection | None = None
    _older: list[Connection] = field(default_factory=list)
    _connecting: asyncio.Task[None] | None = None
    _in_hand: set[asyncio.Task[None]] = field(default_factory=set)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_IN_HAND))
    #: tries in a row that led to no steady connection
    _failures: int = 0
    _retry_at: float = 0.0
    #: why the last try failed; None if it did not
    _refused: str | None = None
    _is_stopping: bool = False

    def __post_init__(self) -> None:
        self.metrics.sockets.open(lambda: len(self._open))

    @property
    def _open(self) -> list[Connection]:
        return [*self._older, *([] if self._newest is None else [self._newest])]

    def trouble(self) -> str | None:
        """Why Slack's requests do not arrive; None if they do."""
        now = self.monotonic()
        return None if any(one.hears(now) for one in self._open) else self._refused or "connecting"

    async def step(self) -> float:
        """See that there is a connection that hears, and close what is no longer needed."""
        now = self.monotonic()
        if self._is_stopping:
            return PING_SECONDS
        if self._newest is not None and (reason := self._newest.trouble(now)) is not None:
            self._replace(self._newest, reason, now)
        await self._close(one for one in self._older[:] if self._is_over(one, now))
        for connection in self._open:
            await connection.socket.ping()
        if self._newest is not None or self._is_connecting:
            return PING_SECONDS
        if now < self._retry_at:
            return self._retry_at - now
        self._connecting = asyncio.create_task(self._connect())
        return PING_SECONDS

    @property
    def _is_connecting(self) -> bool:
        return self._connecting is not None and not self._connecting.done()

    def _is_over(self, older: Connection, now: float) -> bool:
        """Whether nothing more is expected of a connection; until there is another, it may be all there is."""
        stands_since = self._newest.opened_at if self._newest is not None and self._newest.hello is not None else now
        return older.is_closed or older.hello is None or older.ending == TOO_MANY or now - stands_since > LINGER_SECONDS

    def _replace(self, connection: Connection, reason: str, now: float) -> None:
        """Let another connection take the place of the newest: at once if that was steady."""
        self._older.append(connection)
        self._newest = None
        lived = now - connection.opened_at
        if connection.hello is None or lived < STEADY_AFTER:
            self._put_off(reason)
        else:
            self._failures, self._retry_at = 0, now
            _log.info("socket_ends", reason=reason, seconds=round(lived))

    async def _connect(self) -> None:
        """Open a connection and wait for Slack's hello."""
        try:
            socket = await self.connect()
        except SlackError as error:
            self._put_off(str(error), rest=error.retry_after if isinstance(error, SlackRateLimited) else 0.0)
        except Exception as error:  # noqa: BLE001 -- whatever it was, it is tried again
            _log.exception("socket_crashed")
            self._put_off(type(error).__name__)
        else:
            connection = Connection(socket=socket, take=self._take, ended=self.wake, monotonic=self.monotonic)
            self._newest = connection
            await connection.stands(within=HELLO_SECONDS)
            if connection.hello is not None:
                self._refused = None
                self.metrics.sockets.opened("ok")
                _log.info("socket_open", connections=connection.hello.num_connections)
        self.wake.set()

    def _put_off(self, reason: str, *, rest: float = 0.0) -> None:
        """Try again after an ever longer wait, at least after the seconds that Slack asked for."""
        backoff = min(FIRST_BACKOFF * 2.0**self._failures, LONGEST_BACKOFF)
        self._failures = min(self._failures + 1, 10)
        wait = max(backoff * (1 + self.jitter()) / 2, rest)
        self._retry_at = self.monotonic() + wait
        self.metrics.sockets.opened("failed")
        if reason != self._refused:
            _log.warning("socket_not_open", answer=reason)
        self._refused = reason

    async def _take(self, connection: Connection, envelope: Envelope) -> None:
        """Begin to answer an envelope, once not too many are in hand. At a stop Slack is left to send it again."""
        await self._places.acquire()
        if self._is_stopping:
            self._places.release()
            return
        task = asyncio.create_task(self._answer(connection, envelope))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _answer(self, connection: Connection, envelope: Envelope) -> None:
        """Answer an envelope on the connection that brought it; unacknowledged, Slack delivers it again."""
        kind = envelope.type if envelope.type in _KINDS else "other"
        is_acknowledged = False
        try:
            answer = await self.answer(envelope)
            if answer is not None:
                is_acknowledged = await connection.socket.acknowledge(envelope, answer.payload)
        except Exception:  # noqa: BLE001 -- one envelope must not end the connection
            _log.exception("envelope_crashed", kind=kind)
        finally:
            self._places.release()
        self.metrics.sockets.envelope(kind, "acknowledged" if is_acknowledged else "not_acknowledged")
        if not is_acknowledged:
            _log.info("envelope_not_acknowledged", kind=kind)

    async def settle(self) -> None:
        """Wait until no connection is being opened and nothing is in hand."""
        while pending := {task for task in (self._connecting, *self._in_hand) if task is not None and not task.done()}:
            await asyncio.wait(pending)

    async def stop(self, *, within: timedelta) -> None:
        """Take nothing more, finish what is in hand as far as the time allows, and close every connection."""
        self._is_stopping = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        await asyncio.gather(*(connection.stop_reading() for connection in self._open))
        if self._in_hand:
            await asyncio.wait(set(self._in_hand), timeout=within.total_seconds())
        unfinished = set(self._in_hand)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await self._close(self._open)
        self._newest = None

    async def _close(self, connections: Iterable[Connection]) -> None:
        ending = list(connections)
        self._older = [one for one in self._older if one not in ending]
        await asyncio.gather(*(connection.close() for connection in ending))
