"""The real bot between a simulated Slack and a simulated Confluence, stepped by hand on a clock that tests move."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select, update

from bot import app, web
from bot.db import commands, due_long_tasks, messages
from bot.db.engine import Database, database_now
from bot.db.models import commands as command_rows
from bot.db.models import messages as message_rows
from bot.db.rows import CommandRow, MessageRow
from bot.domain.message_facts import Answer
from bot.follow import CommandWorker, Deps
from bot.follow.command_worker import IDLE_SECONDS
from bot.follow.people import People
from sandbox.confluence import ConfluenceSimulator
from sandbox.harness import CHANNEL, PERSON, Sandbox, open_sandbox
from sandbox.scenarios import Scenario
from sandbox.slack import PostedMessage, SlackSimulator
from tests.support.clock import Clock

T = TypeVar("T")

#: steps in a row after which the loops are taken for endless
MAX_STEPS = 500
#: seconds between two turns: at least, so that time passes
MIN_WAIT = 0.05
#: and at most, since a step does not say for how long it would wait beyond its own limit
MAX_WAIT = 2.5
#: real seconds after which something is taken to hang
PATIENCE = 60.0


@dataclass(kw_only=True)
class SteppedBot:
    """Every part of a bot without its loops: nothing happens between two steps but what Slack sends."""

    sandbox: Sandbox
    clock: Clock
    store_seconds: float  #: seconds that storing a command may take
    hook_seconds: float  #: seconds that a script waits for its thread
    bot: app.Bot = field(init=False)
    #: workers of other processes on the same database, whose work a turn waits for
    others: list[CommandWorker] = field(default_factory=list)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def slack(self) -> SlackSimulator:
        return self.sandbox.slack

    @property
    def confluence(self) -> ConfluenceSimulator:
        return self.sandbox.confluence

    @property
    def database(self) -> Database:
        return self.bot.database

    @property
    def worker(self) -> CommandWorker:
        return self.bot.command_worker

    @property
    def deps(self) -> Deps:
        """Dependencies of commands and buttons."""
        return self.worker.deps

    def new_worker(self, deps: Deps | None = None) -> CommandWorker:
        """A worker of another process on the same database."""
        deps = deps or self.deps
        return CommandWorker(
            deps=deps, people=People(slack=deps.slack, database=deps.database, now=self.clock, sleep=deps.sleep)
        )

    # -- start and stop

    async def start(self) -> None:
        """Build the bot and let it take Slack's requests; each run looks at the same times."""
        self.bot = await self._running.enter_async_context(
            app.build(
                self.sandbox.settings,
                now=self.clock,
                sleep=self._sleep,
                jitter=random.Random(7).random,
                store_seconds=self.store_seconds,
                hook_seconds=self.hook_seconds,
            )
        )
        # How busy the machine is shows in no metric and in no message.
        self.bot.metrics.database.clock = self.clock.seconds
        self.bot.stored_figures.wait = PATIENCE
        self.bot.deliverer.deps = replace(self.bot.deliverer.deps, readers_wait=PATIENCE)
        self._running.push_async_callback(self._stop_work)
        site = web.create(
            slack=self.bot.slack_events,
            hooks=self.bot.hooks,
            readiness=self.bot.check_readiness,
            metrics=self.bot.scrape,
        )
        server = await web.serve(site, host="127.0.0.1", port=0)
        self._running.push_async_callback(server.stop)
        if self.bot.socket_receiver is not None:
            self._running.push_async_callback(self.bot.socket_receiver.stop, within=timedelta(0))
            await self.connect()
        self.sandbox.point_at(server.port)

    async def connect(self) -> None:
        """In Socket Mode: do what the connections ask for, until one stands or none is to be opened yet."""
        if self.bot.socket_receiver is not None:
            await self.bot.socket_receiver.step()
            await self.bot.socket_receiver.settle()

    async def stop(self) -> None:
        """Stop the bot as SIGTERM would, without waiting for work in progress."""
        await self._running.aclose()

    async def _stop_work(self) -> None:
        for part in (
            self.bot.site_lister,
            self.bot.watcher,
            self.bot.command_worker,
            self.bot.poller,
            self.bot.deliverer,
        ):
            await part.stop(within=timedelta(0))

    async def _sleep(self, seconds: float) -> None:
        self.clock.move(seconds)
        await asyncio.sleep(0)

    # -- pass time

    async def turn(self) -> float:
        """Do all that is to be done now; returns the seconds until there may be more."""
        worker, poller, deliverer = self.bot.command_worker, self.bot.poller, self.bot.deliverer
        lister, watcher = self.bot.site_lister, self.bot.watcher
        wakes = (worker.wake, poller.wake, deliverer.wake, lister.wake, watcher.wake)
        await self.connect()
        for other in self.others:
            await other.settle()
        for part in (worker, poller, deliverer, lister, watcher):
            await part.renew_step()
        for _ in range(MAX_STEPS):
            await worker.settle()
            for wake in wakes:
                wake.clear()
            waits = []
            for step, settle in (
                (worker.step, worker.settle),
                (lister.step, lister.settle),
                (poller.claim_step, poller.settle),
                (watcher.step, watcher.settle),
                (deliverer.step, deliverer.settle),
            ):
                waits.append(await step())
                await settle()
            if not any(wake.is_set() for wake in wakes):
                wait = min(waits)
                seconds = wait if wait < IDLE_SECONDS else await self._seconds_to_next_look()
                return min(max(seconds, MIN_WAIT), MAX_WAIT)
        raise AssertionError("the loops never rest")

    async def _seconds_to_next_look(self) -> float:
        async with self.database.read() as connection:
            times = [
                await due_long_tasks.next_due(connection, site_id, now=self.clock()) for site_id in self.deps.sites
            ]
        return min(((at - self.clock()).total_seconds() for at in times if at is not None), default=MAX_WAIT)

    async def expire_claims(self) -> None:
        """Let every claim on a command run out, by the database's clock."""
        async with self.database.begin() as connection:
            past = await database_now(connection, fallback=self.clock()) - timedelta(seconds=1)
            claimed = command_rows.c.claim_id.is_not(None)
            await connection.execute(update(command_rows).where(claimed).values(claimed_until=past))

    async def run(self, seconds: float) -> None:
        """Let so many seconds pass."""
        end = self.clock.later(seconds)
        while True:
            wait = await self.turn()
            left = (end - self.clock()).total_seconds()
            if left <= 0:
                return
            self.clock.move(min(wait, left))

    async def until(self, predicate: Callable[[], T], *, within: float = 120.0) -> T:
        """What `predicate` returns, once that is true; fails after `within` seconds of the clock."""
        end = self.clock.later(within)
        while not (value := predicate()):
            assert self.clock() < end, f"not within {within} seconds"
            wait = await self.turn()
            if not predicate():
                self.clock.move(wait)
        return value

    # -- people

    async def ask(self, text: str, *, user: str = PERSON, channel: str = CHANNEL) -> list[str]:
        """Type `/longtask …`; returns the sentences by which the person is answered, acknowledgements left out.

        Time passes until a long task that is not found has been looked for as often as it is.
        """
        before = len(self.answers(user))
        await self.sandbox.type(text, user=user, channel=channel)
        wait = await self.turn()
        while (due_at := await self._next_command()) is not None and due_at > self.clock():
            self.clock.move(min(wait, (due_at - self.clock()).total_seconds()))
            wait = await self.turn()
        return self.answers(user)[before:]

    async def press(
        self, message: PostedMessage, action: str, *, user: str = PERSON, value: str | None = None
    ) -> list[str]:
        """Press a button of a message; returns the sentences by which the person is answered."""
        return await self.press_at(message.channel, message.ts, action, user=user, value=value)

    async def press_at(
        self, channel: str, ts: str, action: str, *, user: str = PERSON, value: str | None = None
    ) -> list[str]:
        """Press a button of the message with this ts, messages that one person sees included."""
        before = len(self.answers(user))
        result = await self.slack.click(channel, ts, action, user, value)
        assert result.status == 200
        await self.turn()
        return self.answers(user)[before:]

    def answers(self, user: str = PERSON) -> list[str]:
        """What a person alone was shown as an answer, replaced since or not: acknowledgements left out."""
        shown = self.slack.ephemerals(user, gone=True)
        return [message.text for message in shown if message.via in ("response_url", "chat.postEphemeral")]

    # -- long tasks and their threads

    async def follow(self, scenario: Scenario, *, user: str = PERSON, channel: str = CHANNEL) -> str:
        """Begin a story, type its id and wait for its card; the id of its long task."""
        remote_id = self.sandbox.begin(scenario)
        await self.ask(remote_id, user=user, channel=channel)
        await self.until(lambda: self.thread(remote_id, channel))
        return remote_id

    def root(self, remote_id: str, channel: str = CHANNEL) -> PostedMessage:
        """The newest message in a channel under which a long task is followed."""
        root = self.sandbox.root_of(remote_id, channel)
        assert root is not None
        return root

    def thread(self, remote_id: str, channel: str = CHANNEL) -> list[PostedMessage]:
        """What the newest thread of a long task holds: the card, then the replies; nothing before there is a root."""
        return self.sandbox.thread_of(remote_id, channel)

    def card(self, remote_id: str, channel: str = CHANNEL) -> PostedMessage:
        """The card of a long task."""
        return self.thread(remote_id, channel)[0]

    # -- read the database

    async def commands(self) -> list[CommandRow]:
        """All commands, the oldest first."""
        async with self.database.read() as connection:
            ids = list((await connection.execute(select(command_rows.c.id).order_by(command_rows.c.id))).scalars())
            found = [await commands.find(connection, command_id) for command_id in ids]
        return [command for command in found if command is not None]

    async def is_unanswered(self) -> bool:
        """Whether a command waits to be carried out."""
        return await self._next_command() is not None

    async def _next_command(self) -> datetime | None:
        async with self.database.read() as connection:
            return await commands.next_due(connection)

    async def planned_answers(self) -> list[MessageRow]:
        """The answers to commands, posted or not, in their order; not what is said while a command takes long."""
        query = select(message_rows.c.id).where(message_rows.c.command_id.is_not(None)).order_by(message_rows.c.id)
        async with self.database.read() as connection:
            ids = list((await connection.execute(query)).scalars())
            found = [await messages.find(connection, message_id) for message_id in ids]
        return [message for message in found if message is not None and isinstance(message.facts, Answer)]


@asynccontextmanager
async def open_stepped_bot(
    database_url: str,
    clock: Clock,
    *,
    kind: str = "cloud",
    environ: dict[str, str] | None = None,
    store_seconds: float = PATIENCE,
    socket: bool = False,
    hook_seconds: float = PATIENCE,
) -> AsyncIterator[SteppedBot]:
    """Start both simulators on the clock, and the bot between them.

    `kind`: of the site, `cloud` or `datacenter`; `environ`: further settings; `socket`: in Socket Mode.

    Slack waits for an acknowledgement, a script for its thread, and the bot for its database, as long as a busy machine
    takes.
    """
    async with open_sandbox(
        database_url=database_url,
        kind=kind,
        clock=clock.seconds,
        environ=environ,
        ack_seconds=PATIENCE,
        socket=socket,
    ) as sandbox:
        stepped = SteppedBot(sandbox=sandbox, clock=clock, store_seconds=store_seconds, hook_seconds=hook_seconds)
        await stepped.start()
        try:
            yield stepped
        finally:
            await stepped.stop()
