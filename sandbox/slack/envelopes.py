"""Deliver requests to the bot in envelopes over its WebSockets, again where they are not acknowledged.

Documented: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.app_request import AppRequest
from sandbox.slack.records import Json
from sandbox.slack.sockets import SocketConnection, Sockets
from sandbox.slack.state import SlackState

#: how often an envelope comes again
RETRIES = 3
EVENTS = "events_api"


@dataclass(eq=False, kw_only=True)
class Delivery:
    """One request, and how it is delivered."""

    kind: str
    payload: Json
    #: set to the message of the acknowledgement, or to None if it carries none
    acknowledged: asyncio.Future[Json | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    attempt: int = 0
    reason: str = ""
    envelope_id: str = ""
    #: the one that brought it last
    connection: SocketConnection | None = None

    @property
    def accepts_payload(self) -> bool:
        """Whether the acknowledgement may carry a message."""
        return self.kind != EVENTS

    @property
    def envelope(self) -> Json:
        """What is sent. Events always say how often they come."""
        retry = {"retry_attempt": self.attempt, "retry_reason": self.reason}
        return {
            "envelope_id": self.envelope_id,
            "payload": self.payload,
            "type": self.kind,
            "accepts_response_payload": self.accepts_payload,
            **(retry if self.kind == EVENTS or self.attempt else {}),
        }


class Envelopes:
    """All envelopes. One that is not acknowledged in time, or whose connection ends before, is delivered again."""

    def __init__(self, state: SlackState, *, ack_seconds: float) -> None:
        self.sockets = Sockets(state, self)
        #: every envelope that was sent, in order
        self.sent: list[Json] = []
        #: what was wrong with acknowledgements that count for nothing
        self.refused: list[str] = []
        #: so many of the next acknowledgements are lost on their way
        self.lost_acknowledgements = 0
        #: seconds that the bot has for an acknowledgement
        self.ack_seconds = ack_seconds
        self._state = state
        #: by the ids of their envelopes
        self._deliveries: dict[str, Delivery] = {}
        #: to be delivered again once there is a connection
        self._waiting: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Deliver nothing more, and close every connection."""
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.stop()

    async def deliver(self, request: AppRequest) -> tuple[int | None, str, str | None]:
        """Deliver a request and wait for its acknowledgement; status, body and error as HTTP would have them."""
        attempt, reason = request.retry or (0, "")
        delivery = Delivery(kind=request.envelope_type, payload=request.payload, attempt=attempt, reason=reason)
        if not await self._send(delivery):
            if delivery.kind == EVENTS:
                self._waiting.append(delivery)
            return None, "", "dispatch_failed"
        done, _ = await asyncio.wait({delivery.acknowledged}, timeout=self.ack_seconds)
        if not done:
            self._start(self._insist(delivery))
            return None, "", "operation_timeout"
        message = delivery.acknowledged.result()
        return 200, "" if message is None else json.dumps(message), None

    async def opened(self, _connection: SocketConnection, /) -> None:
        """A connection stands: deliver what waits for one."""
        waiting, self._waiting = self._waiting, []
        for delivery in waiting:
            await self._again(delivery)

    async def closed(self, connection: SocketConnection, /) -> None:
        """A connection has ended: what it brought and nobody acknowledged comes over another."""
        for delivery in {id(each): each for each in self._deliveries.values()}.values():
            if delivery.connection is connection and not delivery.acknowledged.done():
                await self._again(delivery)

    async def received(self, connection: SocketConnection, text: str, /) -> None:
        """Take an acknowledgement."""
        problem = self._problem(connection, text)
        if problem is not None:
            self.refused.append(problem)
            self._state.notify("socket", connection)
            return
        value = json.loads(text)
        delivery = self._deliveries[value["envelope_id"]]
        if self.lost_acknowledgements:
            self.lost_acknowledgements -= 1
            await self._again(delivery)
        elif not delivery.acknowledged.done():
            delivery.acknowledged.set_result(value.get("payload"))
            self._state.notify("socket", connection)

    def _problem(self, connection: SocketConnection, text: str) -> str | None:
        """What is wrong with an acknowledgement; None if it counts."""
        try:
            value = json.loads(text)
        except ValueError:
            return "no JSON"
        if not isinstance(value, dict) or not value.keys() <= {"envelope_id", "payload"}:
            return "something else than envelope_id and payload"
        delivery = self._deliveries.get(value.get("envelope_id", ""))
        if delivery is None or value["envelope_id"] not in connection.brought:
            return "no envelope of this connection"
        if "payload" in value and not (delivery.accepts_payload and isinstance(value["payload"], dict)):
            return "a payload that is not accepted"
        return None

    async def _insist(self, delivery: Delivery) -> None:
        """Deliver again what was not acknowledged in time, a few times."""
        while delivery.attempt < RETRIES and not delivery.acknowledged.done():
            await self._again(delivery)
            await asyncio.wait({delivery.acknowledged}, timeout=self.ack_seconds)

    async def _again(self, delivery: Delivery) -> None:
        delivery.attempt, delivery.reason = delivery.attempt + 1, "timeout"
        if not await self._send(delivery):
            self._waiting.append(delivery)

    async def _send(self, delivery: Delivery) -> bool:
        """Send an envelope over any one connection; false if there is none."""
        connection = self.sockets.next()
        if connection is None:
            return False
        if not delivery.envelope_id or not self._state.policies.same_envelope_again:
            delivery.envelope_id = self._state.new_id("envelope-")
        delivery.connection = connection
        self._deliveries[delivery.envelope_id] = delivery
        connection.brought.append(delivery.envelope_id)
        self.sent.append(delivery.envelope)
        await connection.send(delivery.envelope)
        self._state.notify("socket", connection)
        return True

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
