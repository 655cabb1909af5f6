"""Store commands as they come in, and carry out every one of them."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, assert_never

import structlog

from bot.db import claims, coming, commands, messages
from bot.db.engine import DatabaseAway
from bot.db.models import commands as command_table
from bot.db.rows import CommandRow
from bot.domain.command import Command
from bot.domain.message_facts import Answer
from bot.domain.message_kinds import CommandOwner, MessageKind
from bot.domain.message_plan import Draft
from bot.domain.person import Person
from bot.domain.states import Membership
from bot.follow import modals, script_follow
from bot.follow.command_store import CommandStore, IncomingCommand
from bot.follow.commands import HANDLERS, Words, coming_of
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain
from bot.follow.people import NotKnown, People
from bot.follow.permissions import denial
from bot.follow.script_follow import NoThread
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.modal import notice, waiting
from bot.render.mrkdwn import Mrkdwn
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: seconds; the longest wait between two steps
IDLE_SECONDS = 1.0
#: commands carried out at once
MAX_COMMANDS = 50
#: of these at most so many of one person
MAX_OF_PERSON = 5
#: a command that waited longer than this is not carried out any more, and its caller is informed
EXPIRES_AFTER = timedelta(minutes=30)
#: how often a command is begun before its caller is informed that it failed
ATTEMPTS = 3
#: what metrics call the call of a script
SCRIPT = "Script"

#: what comes of a command; None: what the channel sees is the answer
Answered = Message | NoThread | None


@dataclass(kw_only=True)
class CommandWorker:
    """Stores commands and carries them out. Two loops run it: `step` and `renew_step`, each returning the seconds to
    wait before the next."""

    deps: Deps
    people: People
    #: set when a command was stored
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    worker: Worker[int] = field(init=False)
    _store: CommandStore = field(init=False)

    def __post_init__(self) -> None:
        deps = self.deps
        self.worker = Worker(table=command_table, database=deps.database, now=deps.now, metrics=deps.metrics.work)
        self._store = CommandStore(deps=deps, texts=self.texts, start=self.worker.start, wake=self.wake)

    def texts(self, team_id: str = "", user_id: str = "") -> Texts:
        """The language of a person, as far as it is known without asking Slack; else the default language."""
        return self.texts_for(self.people.remembered(team_id, user_id))

    def texts_for(self, person: Person | None) -> Texts:
        """The language of a person; the default language for nobody."""
        return self.deps.catalogs.texts_for(person, self.deps.default_language)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run what a listener leaves for after its acknowledgement; `stop` waits for it."""
        self.worker.start(work)

    async def store(self, incoming: IncomingCommand, *, within: float) -> None:
        """Store a command within so many seconds, unless it is stored already.

        Raises DatabaseAway, TakesNoWrites or a mistake of ours if nothing is stored, nor ever will be.
        """
        await self._store.store(incoming, coming=coming_of(self.deps.parse(incoming.text)), within=within)

    async def step(self) -> float:
        """Claim the commands that are not answered yet, and carry them out."""
        free = MAX_COMMANDS - len(self.worker.held)
        if free <= 0:
            return IDLE_SECONDS
        now = self.deps.now()
        async with self.deps.database.read() as connection:
            due_at = await commands.next_due(connection)
        if due_at is None:
            return IDLE_SECONDS
        if due_at > now:
            return min((due_at - now).total_seconds(), IDLE_SECONDS)
        async with self.deps.database.begin() as connection:
            rows = await claims.claim_commands(connection, now=now, limit=free, per_person=MAX_OF_PERSON)
        for row in rows:
            self.worker.hold(row.id, row.claim_id or "")
            self.worker.start(self._answer(row), then_let_go=row.id)
        return IDLE_SECONDS

    async def _answer(self, row: CommandRow) -> None:
        """Carry out a command, and plan its answer in the transaction that marks it answered."""
        try:
            view_id = await self._open_modal(row)
            # Who made a hook is asked about at each call.
            asker = await self.people.find(row.team_id, row.enterprise_id, row.user_id, afresh=row.hook is not None)
            match asker:
                case NotKnown.NOT_INSTALLED:
                    await self._refuse(row)
                case NotKnown.NO_ANSWER:
                    await self._plan_answer(row, self._to_somebody(row), self.texts(), view_id=view_id)
                case Person(membership=Membership.BOT) if row.message_ts is not None:
                    # A mention by a bot: an answer might be one for it to answer.
                    await self._plan_answer(row, None, self.texts())
                case Person():
                    await self._answer_person(row, self._request(row, asker, view_id))
                case _:
                    assert_never(asker)
        except DatabaseAway as error:
            _log.warning("command_not_answered", command=row.id, error=type(error).__name__)
        # Another command of this person may have waited for this one.
        self.wake.set()

    async def _open_modal(self, row: CommandRow) -> str | None:
        """Open the modal that answers a command, within the three seconds that Slack leaves for it; the view's id.

        A mention opens none, nor does a script.
        """
        if row.message_ts is not None or row.hook is not None:
            return None
        handler = HANDLERS[type(self.deps.parse(row.text))]
        if isinstance(handler, Words) or handler.modal is None:
            return None
        texts = self.texts(row.team_id, row.user_id)
        view = waiting(texts, title=handler.modal(texts))
        return await modals.open_modal(self.deps, row.team_id, row.enterprise_id, trigger_id=row.trigger_id, view=view)

    def _to_somebody(self, row: CommandRow) -> Answered:
        """The answer to a person whom Slack has not described."""
        texts = self.texts()
        if row.hook is not None:
            return script_follow.not_checked(row, texts)
        command = self.deps.parse(row.text)
        handler = HANDLERS[type(command)]
        if isinstance(handler, Words):
            return handler.render(texts, row.command, self.deps.example, command)
        return replies.not_known(texts)

    async def _answer_person(self, row: CommandRow, request: Request) -> None:
        with self.deps.spans.span("command", command=row.id, team=row.team_id, user=row.user_id):
            message = await self._carry_out(row, request)
        if isinstance(message, LookAgain):
            await self._put_off(row, message)
        else:
            await self._plan_answer(row, message, request.texts, view_id=request.view_id)

    def _request(self, row: CommandRow, person: Person, view_id: str | None) -> Request:
        return Request(
            command_id=row.id,
            team_id=row.team_id,
            enterprise_id=row.enterprise_id,
            channel_id=row.channel_id,
            user_id=row.user_id,
            command=row.command,
            texts=self.texts_for(person),
            person=person,
            looks=row.looks,
            by_script=row.hook is not None,
            thread_ts=row.thread_ts or row.message_ts,
            view_id=view_id,
        )

    async def _refuse(self, row: CommandRow) -> None:
        """Delete a command that came before Slack had said whose the token is, and from another workspace."""
        async with self.deps.database.begin() as connection:
            await commands.refuse(connection, row.id)
        _log.warning("request_of_another_workspace", team=row.team_id)

    async def _put_off(self, row: CommandRow, again: LookAgain) -> None:
        """Give a command back until the long task is looked for again; meanwhile it takes no other's place."""
        async with self.deps.database.begin() as connection:
            if await claims.holds_command(connection, command_id=row.id, claim_id=row.claim_id or ""):
                await commands.put_off(connection, row.id, until=self.deps.now() + again.after)

    async def _plan_answer(
        self, row: CommandRow, message: Answered, texts: Texts, *, view_id: str | None = None
    ) -> None:
        """Mark a command answered, with a private message unless what the channel or a modal shows is the answer."""
        if isinstance(message, Message) and view_id is not None:
            view = notice(texts, message, title=Mrkdwn(self.deps.bot_name))
            if await modals.fill(self.deps, row.team_id, row.enterprise_id, view_id=view_id, view=view):
                message = None
        now = self.deps.now()
        async with self.deps.database.begin() as connection:
            if not await claims.holds_command(connection, command_id=row.id, claim_id=row.claim_id or ""):
                return
            for_script = None
            if row.hook is not None:
                for_script = await script_follow.plan(connection, self.deps, row, message, texts, now=now)
            elif isinstance(message, Message):
                await coming.drop(connection, row.id)
                await messages.plan(connection, [_private(row, message)], now=now)
            await commands.answered(connection, row.id, now=now, language=texts.language, answer=for_script)
        self.deps.delivery_wake.set()

    async def _carry_out(self, row: CommandRow, request: Request) -> Answered | LookAgain:
        command = None if row.hook is not None else self.deps.parse(row.text)
        verb = SCRIPT if command is None else type(command).__name__
        if self.deps.now() - row.created_at > EXPIRES_AFTER:
            self.deps.metrics.commands.carried_out(verb, "given_up")
            return replies.nothing_started(request.texts)
        try:
            if command is None:
                message: Answered | LookAgain = await script_follow.follow(self.deps, request, row)
            else:
                message = await self._handle(request, command)
        except DatabaseAway:
            if row.attempts - row.looks < ATTEMPTS:
                raise
            self.deps.metrics.commands.carried_out(verb, "given_up")
            return replies.nothing_started(request.texts)
        except Exception:  # noqa: BLE001 -- whatever failed, the caller is informed
            _log.exception("command_crashed", command=row.id, verb=verb)
            self.deps.metrics.commands.carried_out(verb, "crashed")
            return replies.gone_wrong(request.texts, request.command)
        if not isinstance(message, LookAgain):
            self.deps.metrics.commands.carried_out(verb, "answered")
        return message

    async def _handle(self, request: Request, command: Command) -> Message | LookAgain | None:
        handler = HANDLERS[type(command)]
        if isinstance(handler, Words):
            return handler.render(request.texts, request.command, self.deps.example, command)
        refused = denial(request, handler.act)
        if refused is None:
            return await handler.carry_out(self.deps, request, command)
        return (
            refused if handler.refused is None else handler.refused(request.texts, request.command, self.deps.example)
        )

    async def renew_step(self) -> float:
        """Renew the claims of commands that are being carried out."""
        await self.worker.renew()
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every command that was begun is answered."""
        await self.worker.settle()

    async def stop(self, *, within: timedelta) -> None:
        """Finish what is under way, as far as the time allows; the rest is taken up at the next start."""
        await self.worker.stop(within=within)


def _private(row: CommandRow, message: Message) -> messages.Planned:
    """The answer that only the caller sees."""
    facts = Answer(text=message.text, blocks=message.blocks)
    draft = Draft(kind=MessageKind.PRIVATE, facts=facts, user_id=row.user_id)
    return messages.Planned(owner=CommandOwner(row.id), team_id=row.team_id, draft=draft)
