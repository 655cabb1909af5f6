"""The real receiver against a simulated Slack, on a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session
from bot.clients.slack.socket import Envelope, SocketClient
from bot.metrics import Metrics
from bot.socket_mode import SocketReceiver
from bot.socket_mode.dispatcher import Answer
from sandbox.slack import SlackSimulator
from sandbox.slack.records import DispatchResult
from sandbox.slack.sockets import SocketConnection
from tests.support.clock import Clock

APP_TOKEN = "xapp-1"


@dataclass(kw_only=True)
class Rig:
    """A receiver, the Slack that it listens to, and what it was given."""

    slack: SlackSimulator
    clock: Clock
    metrics: Metrics
    receiver: SocketReceiver = field(init=False)
    taken: list[Envelope] = field(default_factory=list)
    #: what every envelope is answered with; None: not at all
    answer: Answer | None = field(default_factory=lambda: Answer(None))
    #: held until set, if given
    release: asyncio.Event | None = None
    _took: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, envelope: Envelope) -> Answer | None:
        """Answer an envelope, as the listeners do."""
        self.taken.append(envelope)
        self._took.set()
        if self.release is not None:
            await self.release.wait()
        return self.answer

    async def until_taken(self, count: int) -> None:
        """Wait until so many envelopes have been taken."""
        while len(self.taken) < count:
            self._took.clear()
            await self._took.wait()

    async def turn(self) -> float:
        """A turn of the loop, and what it begins; the seconds it asks to wait."""
        wait = await self.receiver.step()
        await self.receiver.settle()
        self.receiver.wake.clear()
        return wait

    async def noticed(self) -> None:
        """Wait until the receiver knows that a connection ends, then let it turn."""
        await self.receiver.wake.wait()
        await self.turn()

    @property
    def connections(self) -> list[SocketConnection]:
        """What Slack takes for open, the oldest first."""
        return self.slack.sockets.open

    async def until_open(self, *connections: SocketConnection) -> None:
        """Wait until Slack takes these connections for open, and no others."""
        await self.slack.wait_for(lambda: self.connections == list(connections))

    async def say(self, text: str = "hello") -> DispatchResult:
        """Type a command."""
        return await self.slack.command(text, user="U1", channel="C1")


@pytest.fixture
async def rig(clock: Clock) -> AsyncIterator[Rig]:
    """A receiver that has not connected yet."""
    slack = SlackSimulator(clock=clock.seconds, ack_seconds=60.0)
    slack.add_workspace("T1", "xoxb-1")
    slack.add_app_token(APP_TOKEN)
    slack.add_user("U1")
    slack.add_channel("C1", members=["U1"])
    slack.socket_mode = True
    metrics = Metrics()
    async with slack, open_session(slack.api_url) as session:
        client = SlackClient(session, token=APP_TOKEN, base_url=slack.api_url, metrics=metrics)
        made = Rig(slack=slack, clock=clock, metrics=metrics)
        made.receiver = SocketReceiver(
            connect=SocketClient(session, client).open,
            answer=made.take,
            metrics=metrics,
            monotonic=clock.seconds,
            jitter=lambda: 1.0,
        )
        yield made
        await made.receiver.stop(within=timedelta(0))


@pytest.fixture
async def connected(rig: Rig) -> Rig:
    """A receiver with one connection."""
    await rig.turn()
    return rig
