"""The real deliverer against the Slack simulator, with rows added by hand and time passed in."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, takewhile

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace
from sqlalchemy import String, select, type_coerce

from bot.clients.slack.client import SlackClient
from bot.clients.slack.workspaces import SingleWorkspace
from bot.db import (
    commands,
    findings,
    long_tasks,
    messages,
    stale_messages,
    subscriptions,
    threads,
    warnings,
    workspaces,
)
from bot.db.engine import Database
from bot.db.models import messages as message_rows
from bot.db.rows import CommandRow, MessageRow, ThreadRow
from bot.db.secrets import Secrets
from bot.db.slack_models import workspaces as workspace_rows
from bot.deliver import Deliverer, Deps
from bot.deliver.candidates import Candidates, candidates
from bot.domain.message_facts import Answer, Completion, Warnings
from bot.domain.message_kinds import CommandOwner, MessageKind
from bot.domain.message_plan import Draft
from bot.domain.snapshot import Finding
from bot.domain.states import MessageState, Outcome
from bot.domain.task_state import Decision, TaskState
from bot.metrics import Metrics
from bot.render.i18n import Catalogs
from sandbox.slack import ApiCall, PostedMessage, SlackSimulator
from tests.support.clock import Clock
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase, copying, fill, finding
from tests.support.interruptions import Gate

FRIEND = "U2"
TOKEN = "xoxb-acme"
SCOPES = ("commands", "chat:write", "users:read", "channels:read", "groups:read", "files:write")
#: what a message says that may be in Slack twice
REPEATED = "This may already have been posted above: Slack did not say whether it had arrived."
#: steps that each ask for another at once; more of them are a busy loop
MAX_STEPS = 1000
#: real seconds after which something is taken to hang
PATIENCE = 60.0


def renamed(*numbers: int) -> list[Finding]:
    """Pages that were renamed."""
    return [finding(number) for number in numbers]


def figures(text: str) -> str:
    """The percentage in the text of a card."""
    return text.splitlines()[0].rpartition(" · ")[2]


@dataclass(kw_only=True)
class DeliveryRig:
    """A database, a simulated Slack, and as many deliverers as a test wants."""

    filled: FilledDatabase
    slack: SlackSimulator
    catalogs: Catalogs
    #: what is closed at the end
    stack: AsyncExitStack
    metrics: Metrics = field(default_factory=Metrics)
    secrets: Secrets = field(default_factory=lambda: Secrets(["a secret of this test, long enough for a key"]))
    deliverers: list[Deliverer] = field(default_factory=list)
    remote_ids: Iterator[int] = field(default_factory=lambda: count(1001))

    @property
    def database(self) -> Database:
        """The database."""
        return self.filled.database

    @property
    def clock(self) -> Clock:
        """The clock of the bot and of Slack."""
        return self.filled.clock

    # -- deliverers

    @property
    def deliverer(self) -> Deliverer:
        """The newest deliverer."""
        return self.deliverers[-1]

    async def add_deliverer(
        self,
        *,
        database: Database | None = None,
        middlewares: Sequence[aiohttp.ClientMiddlewareType] = (),
        readers_wait: float = PATIENCE,
    ) -> Deliverer:
        """The deliverer of a process that has just started; `middlewares` see every call it makes."""
        session = await self.stack.enter_async_context(aiohttp.ClientSession(middlewares=middlewares))
        client = SlackClient(session, token=TOKEN, base_url=self.slack.api_url, metrics=self.metrics)
        deps = Deps(
            database=database or self.database,
            slack=SingleWorkspace(client),
            catalogs=self.catalogs,
            secrets=self.secrets,
            metrics=self.metrics,
            now=self.clock,
            site_urls={},
            readers_wait=readers_wait,
            monotonic=self.clock.seconds,
            sleep=self._sleep,
        )
        self.deliverers.append(Deliverer(deps=deps))
        return self.deliverer

    async def _sleep(self, seconds: float) -> None:
        self.clock.move(seconds)

    async def run(self, seconds: float, deliverer: Deliverer | None = None) -> float:
        """Let so many seconds pass: a turn when the deliverer asks for one, after ten seconds one each 2.5 seconds,
        after five minutes one each ten.

        Returns the last wait (seconds) that the deliverer asked for: the newest, unless another is passed.
        """
        if not self.deliverers:
            await self.add_deliverer()
        one = deliverer or self.deliverer
        began = renew_at = turn_at = self.clock.seconds()
        wait = 0.0
        while (passed := self.clock.seconds() - began) < seconds:
            if self.clock.seconds() >= renew_at:
                renew_at = self.clock.seconds() + await one.renew_step()
            if self.clock.seconds() >= turn_at:
                wait = await self.turn(one)
                turn_at = self.clock.seconds() + (max(wait, 0.5) if passed < 10 else 2.5 if passed < 300 else 10.0)
            self.clock.move(min(turn_at - self.clock.seconds(), 2.5))
        return wait

    async def turn(self, one: Deliverer) -> float:
        """Step until no other step is asked for at once; returns the wait (seconds)."""
        one.wake.set()
        wait = 0.0
        for _ in range(MAX_STEPS):
            if not one.wake.is_set():
                return wait
            one.wake.clear()
            wait = await one.step()
            await one.settle()
        raise AssertionError("a busy loop")

    async def finish(self, *, within: float = 60.0) -> None:
        """Let time pass until nothing is left to post or edit."""
        until = self.clock.later(within)
        while await self._is_unfinished():
            assert self.clock() < until, "there is always something left"
            await self.run(1)

    async def _is_unfinished(self) -> bool:
        async with self.database.read() as connection:
            listed = await candidates(connection, TEAM, busy=frozenset(), now=self.clock())
        return listed != Candidates(work=())

    async def run_up_to(self, subscription_id: int, kind: MessageKind) -> None:
        """Let time pass until the first message of a kind is the next that its thread posts."""
        while True:
            found = await self.filled.messages(subscription_id)
            before = [message.state for message in takewhile(lambda message: message.kind is not kind, found)]
            if before == [MessageState.POSTED] * len(before):
                return
            await self.run(0.5)

    async def stop(self) -> None:
        """Stop the newest process as SIGTERM does: calls are finished, claims given back."""
        await self.deliverer.stop(within=timedelta(seconds=1))

    async def restart(self) -> Deliverer:
        """Stop the newest process, and start another."""
        await self.stop()
        return await self.add_deliverer()

    async def begin_call(self, *, database: Database | None = None) -> tuple[Deliverer, Gate]:
        """A new process in the middle of a call, which ends once the gate is opened."""
        gate = Gate()
        late = await self.add_deliverer(database=database, middlewares=[gate])
        for _ in range(8):
            await late.renew_step()
            await late.step()
            ends = [asyncio.create_task(late.settle()), asyncio.create_task(gate.reached.wait())]
            _, unfinished = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in unfinished:
                task.cancel()
            if gate.reached.is_set():
                return late, gate
            self.clock.move(0.5)
        raise AssertionError("no call was begun")

    async def expire_claims(self) -> None:
        """Let the lease on the workspace run out."""
        await self.filled.expire(workspace_rows)

    # -- add

    def add_channel(self, channel_id: str) -> str:
        """A channel with people and the bot in it, unless there is one; its id."""
        if channel_id not in self.slack.channels:
            self.slack.add_channel(channel_id, members=[OWNER, FRIEND])
        return channel_id

    async def add_thread(
        self,
        *,
        channel: str = CHANNEL,
        command_id: int | None = None,
        percent: float = 10.0,
        long_task_id: int | None = None,
        thread_ts: str | None = None,
    ) -> int:
        """A thread that was just asked for, of a long task of its own unless one is named; its id.

        `thread_ts`: of the thread of somebody else that it is.
        """
        now = self.clock()
        if long_task_id is None:
            state = TaskState(
                remote_id=str(next(self.remote_ids)),
                created_at=now,
                snapshot=copying(percent),
                checked_at=now,
                moved_at=now,
            )
            long_task_id = await self.filled.add_long_task(state=state)
        added = await self.filled.add_thread(
            long_task_id, channel_id=self.add_channel(channel), command_id=command_id, thread_ts=thread_ts
        )
        async with self.database.begin() as connection:
            await subscriptions.add_follower(
                connection, subscription_id=added, user_id=FRIEND, account_id=None, now=now
            )
        return added

    async def add_posted_thread(self, *, channel: str = CHANNEL, percent: float = 10.0) -> int:
        """A thread whose root and card are in Slack."""
        added = await self.add_thread(channel=channel, percent=percent)
        await self.run(6)
        return added

    async def add_findings(self, subscription_id: int, found: Sequence[Finding]) -> None:
        """New findings of a thread's long task, without a reply about them."""
        task = (await self.thread(subscription_id)).task
        await self.filled.add_findings(task.id, found, seq=task.findings_seq)
        await self.mark_card(subscription_id)

    async def add_warnings(self, subscription_id: int, found: Sequence[Finding]) -> int:
        """New findings, and replies to be posted about their kinds; the id of the first."""
        await self.add_findings(subscription_id, found)
        kinds = dict.fromkeys(one.kind for one in found)
        drafts = [Draft(kind=MessageKind.WARNINGS, facts=Warnings(kind=kind)) for kind in kinds]
        return (await self.filled.add_messages(subscription_id, *drafts))[0]

    async def add_posted_warnings(self, subscription_id: int, found: Sequence[Finding]) -> int:
        """New findings, and replies about their kinds that are in Slack; the id of the first."""
        first = await self.add_warnings(subscription_id, found)
        await self.run(2.5 * len({one.kind for one in found}))
        return first

    async def add_command(self) -> int:
        """A command that a person typed and that Slack has been acknowledged; its id."""
        typed = await self.slack.command("1001", user=OWNER, channel=CHANNEL)
        assert typed.response_url_id is not None
        return await self.add_command_row(response_url=self.slack.response_url(typed.response_url_id))

    async def add_command_row(
        self, *, response_url: str | None, message_ts: str | None = None, thread_ts: str | None = None
    ) -> int:
        """A command as it is stored; its id. `message_ts`, `thread_ts`: of the message that a mention is."""
        async with self.database.begin() as connection:
            command_id = await commands.add(
                connection,
                trigger_id=f"trigger-{next(self.remote_ids)}",
                team_id=TEAM,
                enterprise_id=None,
                channel_id=CHANNEL,
                user_id=OWNER,
                command="/longtask",
                text="1001",
                message_ts=message_ts,
                thread_ts=thread_ts,
                response_url=None if response_url is None else self.secrets.seal(response_url),
                now=self.clock(),
            )
        assert command_id is not None
        return command_id

    async def add_answer(self, command_id: int, text: str) -> None:
        """The answer to a command, to be given to the person who typed it."""
        draft = Draft(kind=MessageKind.PRIVATE, facts=Answer(text=text), user_id=OWNER)
        planned = messages.Planned(owner=CommandOwner(command_id), team_id=TEAM, draft=draft)
        async with self.database.begin() as connection:
            await messages.plan(connection, [planned], now=self.clock())

    # -- change

    async def look(self, subscription_id: int, percent: float, *, outcome: Outcome = Outcome.FOLLOWING) -> None:
        """A look at a thread's long task found another percentage."""
        now, task = self.clock(), (await self.thread(subscription_id)).task
        before = long_tasks.task_state(task)
        after = replace(before, snapshot=copying(percent), outcome=outcome, checked_at=now, moved_at=now)
        decision = Decision(after=after, due_at=now if outcome is Outcome.FOLLOWING else None)
        async with self.database.begin() as connection:
            await long_tasks.write_decisions(connection, [(task.id, before, decision)], now=now)
        await self.mark_card(subscription_id)

    async def mark_card(self, subscription_id: int) -> None:
        """The card of a thread shows something old."""
        task = (await self.thread(subscription_id)).task
        async with self.database.begin() as connection:
            await stale_messages.mark_cards(connection, [task.id], now=self.clock())

    async def grow(self, subscription_id: int, found: Sequence[Finding]) -> None:
        """Findings of a thread's long task have other counts now."""
        task = (await self.thread(subscription_id)).task
        async with self.database.begin() as connection:
            await findings.grow(connection, task.id, found)
            replies = await warnings.of_long_tasks(connection, [task.id])
            stale = [one.message_id for one in replies if one.kind in [each.kind for each in found]]
            await stale_messages.mark_warnings(connection, stale, now=self.clock())

    async def end(self, subscription_id: int, outcome: Outcome = Outcome.FINISHED, *also: Draft) -> None:
        """A thread's long task has ended; `also`: messages after the completion."""
        task = (await self.thread(subscription_id)).task
        await self.look(subscription_id, 100.0, outcome=outcome)
        completion = Draft(kind=MessageKind.COMPLETION, facts=Completion())
        await self.filled.add_messages(subscription_id, completion, *also)
        await self.filled.end(task.id, outcome)

    async def stop_thread(self, subscription_id: int) -> None:
        """A person stops a thread."""
        async with self.database.begin() as connection:
            await subscriptions.stop(connection, subscription_id, stopped_by=FRIEND, now=self.clock())

    async def reactivate(self) -> None:
        """A request of the workspace comes in, which shows that Slack knows the bot."""
        async with self.database.begin() as connection:
            await workspaces.put(connection, TEAM, enterprise_id=None, now=self.clock())

    # -- read

    async def thread(self, subscription_id: int) -> ThreadRow:
        """A thread with the long task it follows."""
        async with self.database.read() as connection:
            row = await threads.find(connection, subscription_id)
        assert row is not None
        return row

    async def command(self, command_id: int) -> CommandRow:
        """A command."""
        async with self.database.read() as connection:
            row = await commands.find(connection, command_id)
        assert row is not None
        return row

    async def message(self, subscription_id: int, kind: MessageKind) -> MessageRow:
        """The newest message of a kind in a thread."""
        found = await self.filled.messages(subscription_id)
        return [message for message in found if message.kind is kind][-1]

    async def states(self, subscription_id: int) -> list[str]:
        """Kind and state of every message of a thread, in their order; also of those that do not read."""
        query = (
            select(type_coerce(message_rows.c.kind, String), message_rows.c.state)
            .where(message_rows.c.subscription_id == subscription_id)
            .order_by(message_rows.c.id)
        )
        async with self.database.read() as connection:
            return [f"{kind} {state}" for kind, state in await connection.execute(query)]

    def root(self, channel: str = CHANNEL) -> PostedMessage:
        """The only root in a channel, deleted or not."""
        (root,) = self.slack.messages(channel, deleted=True)
        return root

    def replies(self, channel: str = CHANNEL) -> list[PostedMessage]:
        """The messages of the only thread in a channel, the card first."""
        return self.slack.thread(channel, self.root(channel).ts)

    def calls(self, method: str | None = None) -> list[ApiCall]:
        """The calls of the bot, of one method or of all."""
        return [call for call in self.slack.calls if method in (None, call.method)]


async def _acknowledge(_request: web.Request) -> web.Response:
    return web.Response()


@asynccontextmanager
async def open_rig(database: Database, clock: Clock, catalogs: Catalogs) -> AsyncIterator[DeliveryRig]:
    """Start a simulated Slack with one channel, and a server that acknowledges commands."""
    slack = SlackSimulator(clock=clock.seconds, ack_seconds=PATIENCE)
    slack.add_workspace(TEAM, TOKEN, SCOPES)
    for person in (OWNER, FRIEND):
        slack.add_user(person)
    application = web.Application()
    application.router.add_post("/", _acknowledge)
    async with slack, TestServer(application) as server, AsyncExitStack() as stack:
        slack.request_url = str(server.make_url("/"))
        rig = DeliveryRig(filled=await fill(database, clock), slack=slack, catalogs=catalogs, stack=stack)
        rig.add_channel(CHANNEL)
        yield rig
        for deliverer in rig.deliverers:
            await deliverer.settle()
