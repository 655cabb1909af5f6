"""Store a command within the time that Slack leaves for its acknowledgement, or roll it back."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import structlog

from bot.clients.slack.errors import SlackError
from bot.db import coming, commands, workspaces
from bot.db.dialect import limit_statements
from bot.db.engine import Database, DatabaseAway, TakesNoWrites
from bot.domain.message_facts import Coming
from bot.follow.deps import Deps
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: seconds between two tries of a write whose commit was not seen to end
RETRY_SECONDS = 0.5
#: how often such a write is tried, for about a minute
TRIES = 120
#: seconds that one statement of such a further try may take
_RETRY_STATEMENT_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class IncomingCommand:
    """A slash command, a mention or a shortcut as Slack sends it."""

    #: unique among those of its workspace, and the same however often Slack delivers it
    trigger_id: str
    team_id: str
    enterprise_id: str | None
    channel_id: str
    user_id: str
    command: str
    text: str
    #: None for a mention, and for what was typed into a window
    response_url: str | None
    #: of the message that a mention or a shortcut is about
    message_ts: str | None = None
    #: of the thread that this message is in
    thread_ts: str | None = None


class _Phase(Enum):
    #: nothing is committed, so the write can be given up
    OPEN = auto()
    #: its commit was begun: from here on only the database knows
    COMMITTING = auto()
    #: its caller is answered that nothing was started, so it is never committed
    GIVEN_UP = auto()


@dataclass(kw_only=True)
class _Write:
    """The write of one command, which is either given up or committed.

    Whether it is given up is decided once, right before the commit and without waiting in between. So a write that
    ends after its caller was answered has nothing to withdraw: it is rolled back.
    """

    deps: Deps
    database: Database
    incoming: IncomingCommand
    #: what is said if the command takes long
    coming: Coming | None
    #: seconds of the event loop's clock
    deadline: float
    #: whether its caller is acknowledged although its commit is still going on
    acknowledged: bool = False
    _phase: _Phase = _Phase.OPEN

    def give_up(self) -> bool:
        """Give the write up unless its commit was begun; whether it is given up."""
        if self._phase is _Phase.OPEN:
            self._phase = _Phase.GIVEN_UP
        return self._phase is _Phase.GIVEN_UP

    async def run(self) -> bool:
        """Write the command unless it is there already; false if after every try it is not known whether it is there.

        A commit whose end was not seen, because the connection was lost, may have been carried out or not. The same
        write again finds out, since a command is stored once by its trigger id and an INSERT waits for one that is
        still being committed. Raises DatabaseAway, TakesNoWrites or a mistake of ours where nothing was written.
        """
        is_unseen = False
        for left in reversed(range(TRIES)):
            try:
                await self._write_once()
                return True
            except DatabaseAway as error:
                is_unseen |= self._phase is _Phase.COMMITTING and not isinstance(error, TakesNoWrites)
                if not is_unseen:
                    raise
            if left:
                await self.deps.sleep(RETRY_SECONDS)
        return False

    async def _write_once(self) -> None:
        incoming, now = self.incoming, self.deps.now()
        async with self.database.begin() as connection:
            # SQLite holds the lock of the file from here on, and may have waited for it.
            await limit_statements(connection, seconds=self._seconds_left())
            await workspaces.put(connection, incoming.team_id, enterprise_id=incoming.enterprise_id, now=now)
            command_id = await commands.add(
                connection,
                trigger_id=incoming.trigger_id,
                team_id=incoming.team_id,
                enterprise_id=incoming.enterprise_id,
                channel_id=incoming.channel_id,
                user_id=incoming.user_id,
                command=incoming.command,
                text=incoming.text,
                message_ts=incoming.message_ts,
                thread_ts=incoming.thread_ts,
                response_url=self.deps.secrets.seal(incoming.response_url) if incoming.response_url else None,
                now=now,
            )
            if command_id is not None and self.coming is not None:
                await coming.plan(
                    connection, command_id, self.coming, team_id=incoming.team_id, user_id=incoming.user_id, now=now
                )
            self._seconds_left()
            self._phase = _Phase.COMMITTING

    def _seconds_left(self) -> float:
        """Seconds that a statement may take. Raises DatabaseAway if the write is given up or its time is over."""
        if self._phase is _Phase.COMMITTING:
            return _RETRY_STATEMENT_SECONDS
        left = self.deadline - asyncio.get_running_loop().time()
        if left <= 0:
            self.give_up()
        if self._phase is _Phase.GIVEN_UP:
            raise DatabaseAway("too slow")
        return left


@dataclass(kw_only=True)
class CommandStore:
    """Stores commands, each while Slack waits for its acknowledgement."""

    deps: Deps
    #: the language of a person (team id, user id)
    texts: Callable[[str, str], Texts]
    #: runs work that is finished before the process ends
    start: Callable[[Coroutine[Any, Any, None]], None]
    #: set when a command was stored
    wake: asyncio.Event
    _database: Database = field(init=False)

    def __post_init__(self) -> None:
        self._database = self.deps.database.share(goes_first=True)

    async def store(self, incoming: IncomingCommand, *, coming: Coming | None, within: float) -> None:
        """Store a command within so many seconds, unless it is stored already; `coming`: said if it takes long.

        Raises DatabaseAway, TakesNoWrites or a mistake of ours if nothing is stored, nor ever will be. A commit that
        takes longer than the time is waited for in the background, since nobody can say yet how it ends: if it fails,
        the caller is informed by the response URL, else by a direct message.
        """
        deadline = asyncio.get_running_loop().time() + within
        write = _Write(deps=self.deps, database=self._database, incoming=incoming, coming=coming, deadline=deadline)
        running = asyncio.create_task(write.run())
        self.start(self._conclude(write, running))
        done, _ = await asyncio.wait({running}, timeout=within)
        if done:
            running.result()
        elif write.give_up():
            raise DatabaseAway("too slow")
        else:
            write.acknowledged = True

    async def _conclude(self, write: _Write, running: asyncio.Task[bool]) -> None:
        """Wait for the end of a write. If it fails although its caller is acknowledged, inform the caller."""
        texts = self.texts(write.incoming.team_id, write.incoming.user_id)
        try:
            if await running:
                self.wake.set()
            else:
                await self._inform(write.incoming, replies.gone_wrong(texts, write.incoming.command), "unseen")
        except Exception as error:  # noqa: BLE001 -- whatever it was, nothing is stored
            if write.acknowledged:
                await self._inform(write.incoming, replies.nothing_started(texts), type(error).__name__)
        finally:
            running.cancel()

    async def _inform(self, incoming: IncomingCommand, message: Message, reason: str) -> None:
        _log.warning("command_lost", user=incoming.user_id, reason=reason)
        client = await self.deps.slack.client(incoming.team_id, incoming.enterprise_id)
        if incoming.response_url is not None:
            await client.respond(incoming.response_url, message.text, message.blocks)
            return
        try:
            await client.post(incoming.user_id, message.text, message.blocks)
        except SlackError as error:
            _log.warning("caller_not_informed", user=incoming.user_id, answer=error.answer)
