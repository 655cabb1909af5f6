"""Simulated users: start long tasks, type commands, and type them again if they failed."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from time import time

from sandbox.slack.records import PostedMessage
from tests.chaos.answers import NOTHING_STARTED, says_coming, says_failed
from tests.chaos.bystanders import Bystanders
from tests.chaos.simulators import RecordingConfluence, RecordingSlack
from tests.chaos.workload import PlannedCommand, PlannedTask

#: seconds after which a person types a command again
RETRY_AFTER = (1.0, 3.0)
#: seconds after the end of a long task in which a failed command is still typed again
RETRY_UNTIL = 30.0
#: seconds that a long task waits for a bot that is ready
READY_PATIENCE = 30.0
#: seconds that a person waits for an answer
ANSWER_PATIENCE = 75.0
#: by which a script is asked to call later
TOO_OFTEN = HTTPStatus.TOO_MANY_REQUESTS


@dataclass(kw_only=True)
class TypedCommand:
    """A command that was typed once. Times are seconds since the epoch."""

    remote_id: str
    plan: PlannedCommand
    at: float
    text: str
    #: whether the bot acknowledged it in time
    acknowledged: bool
    trigger_id: str | None = None
    #: when the person had an answer, or gave up waiting
    answered: float | None = None


@dataclass(kw_only=True)
class HookCall:
    """One call of a script. Times are seconds since the epoch."""

    at: float
    answered: float
    #: None if there was no answer
    status: int | None


@dataclass(kw_only=True)
class StartedTask:
    """A long task that was started, the commands typed about it, and the calls of its script.

    Times are seconds since the epoch.
    """

    plan: PlannedTask
    remote_id: str
    began: float
    commands: list[TypedCommand] = field(default_factory=list)
    calls: list[HookCall] = field(default_factory=list)

    @property
    def ends(self) -> float:
        """When it ends in Confluence."""
        return self.began + self.plan.scenario.story.ends_at

    def follows(self, channel: str) -> list[TypedCommand]:
        """The commands that ask to follow it in a channel."""
        return [typed for typed in self.commands if typed.plan.channel == channel and not typed.plan.stop]

    def stops(self, channel: str) -> list[TypedCommand]:
        """The commands that ask to stop it in a channel."""
        return [typed for typed in self.commands if typed.plan.channel == channel and typed.plan.stop]


@dataclass(kw_only=True)
class Users:
    """Start the planned long tasks and type the planned commands."""

    slack: RecordingSlack
    confluence: RecordingConfluence
    #: where Slack sends the next command; None if nobody listens
    address: Callable[[], str | None]
    #: whether a process of the bot is ready
    ready: Callable[[], bool]
    tasks: list[StartedTask] = field(default_factory=list)
    bystanders: Bystanders = field(init=False)

    def __post_init__(self) -> None:
        self.bystanders = Bystanders(slack=self.slack, address=self.address)

    async def carry_out(self, plan: PlannedTask) -> None:
        """Start a long task once a bot is there to follow it, and type every command about it."""
        await asyncio.sleep(plan.at)
        until = time() + READY_PATIENCE
        while not self.ready() and time() < until:  # noqa: ASYNC110 -- another process has no event
            await asyncio.sleep(0.1)
        task = StartedTask(plan=plan, remote_id=self.confluence.add(plan.scenario.story), began=time())
        self.tasks.append(task)
        commands = (self._carry_out_command(task, command) for command in plan.commands)
        script = (self._call_hook(task) for _ in range(plan.by_script))
        await asyncio.gather(*commands, *script)

    async def _call_hook(self, task: StartedTask) -> None:
        """Call the hook like a script that repeats a call until it is answered, however long after a kill that is."""
        while time() < task.ends + RETRY_UNTIL:
            at = time()
            status = await self.bystanders.call_hook(task.remote_id)
            task.calls.append(HookCall(at=at, answered=time(), status=status))
            if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR and status != TOO_OFTEN:
                return
            await asyncio.sleep(random.uniform(*RETRY_AFTER))

    async def _carry_out_command(self, task: StartedTask, plan: PlannedCommand) -> None:
        """Type it, and again while it fails and the long task is not long over."""
        await asyncio.sleep(plan.at)
        while True:
            typed = await self._type(task, plan)
            if typed.acknowledged:
                answer = await self._await_answer(typed)
                if answer is None or not says_failed(answer):
                    return
            if time() > task.ends + RETRY_UNTIL:
                return
            await asyncio.sleep(random.uniform(*RETRY_AFTER))

    async def _type(self, task: StartedTask, plan: PlannedCommand) -> TypedCommand:
        text = f"stop {task.remote_id}" if plan.stop else task.remote_id
        while (address := self.address()) is None:  # noqa: ASYNC110 -- another process's port has no event
            await asyncio.sleep(0.1)
        self.slack.request_url = address
        at = time()
        result = await self.slack.command(text, user=plan.user, channel=plan.channel)
        typed = TypedCommand(
            remote_id=task.remote_id,
            plan=plan,
            at=at,
            text=text,
            acknowledged=result.error is None,
            trigger_id=result.trigger_id,
        )
        task.commands.append(typed)
        return typed

    async def _await_answer(self, typed: TypedCommand) -> str | None:
        until = time() + ANSWER_PATIENCE
        while (answer := self._answer(typed)) is None and time() < until:  # noqa: ASYNC110 -- two sources
            await asyncio.sleep(0.1)
        typed.answered = time()
        return answer

    def _answer(self, typed: TypedCommand) -> str | None:
        """What the person reads, in a private message, a direct one or the channel; None if nothing yet."""
        for private in self.slack.private_messages:
            # An acknowledgement is an answer only if it says that nothing was started.
            is_answer = private.via != "ack" or private.text == NOTHING_STARTED
            if private.trigger_id == typed.trigger_id and is_answer and not says_coming(private.text, typed.remote_id):
                return private.text
        for message in self.slack.dms(typed.plan.user):
            if float(message.ts) > typed.at and _seems_to_answer(message, typed):
                return message.text
        roots = () if typed.plan.stop else self.slack.messages(typed.plan.channel)
        return next((root.text for root in roots if typed.remote_id in root.text), None)


def _seems_to_answer(message: PostedMessage, typed: TypedCommand) -> bool:
    """Whether a person takes a direct message for the answer; some failures name no long task."""
    if says_coming(message.text, typed.remote_id):
        return False
    return typed.remote_id in message.text or says_failed(message.text)
