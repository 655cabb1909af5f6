"""Write commands down, and answer every one of them."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.db import claims, workspaces
from bot.db import commands as command_rows
from bot.db.engine import DatabaseAway, Row
from bot.db.models import commands
from bot.domain.command import (
    Command,
    Connect,
    Disconnect,
    Follow,
    ListFollowed,
    ShowHelp,
    ShowSettings,
    ShowStatus,
    Stop,
    StopAll,
)
from bot.domain.command_parser import parse_command
from bot.follow import stopping
from bot.follow.deps import Asker, Means, People, asker_of
from bot.follow.following import follow
from bot.follow.responder import reply
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: seconds; the longest a turn waits where no listener says that a command came in
IDLE_SECONDS = 1.0
#: commands under way at once
AT_ONCE = 50
#: seconds that giving claims back may take at the end
RELEASE_SECONDS = 2.0
#: unanswered for longer than this, a command is not carried out any more, and its caller is told so
TAKEN_UP_WITHIN = timedelta(minutes=30)
#: times a command is begun before its caller is told that it went wrong
ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A slash command as Slack delivers it."""

    trigger_id: str
    team_id: str
    enterprise_id: str | None
    channel_id: str
    user_id: str
    user_team_id: str | None
    command: str
    text: str
    response_url: str


@dataclass
class _Keeping:
    """How far the writing of a command has come."""

    #: its caller was told that nothing was started
    given_up: bool = False
    committing: bool = False


@dataclass(kw_only=True)
class Answerer:
    """Answers commands. Two loops drive it: `step` and `renew_step`, each giving the seconds to wait before the
    next."""

    means: Means
    people: People
    #: set when a command was written down
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flying: dict[int, str] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def texts(self, team_id: str, user_id: str) -> Texts:
        """The language of a person, as far as it is known without asking."""
        person = self.people.remembered(team_id, user_id)
        return self.means.catalogs.texts(person.locale if person else None, self.means.default_language)

    def parse(self, text: str) -> Command:
        """What a text asks for."""
        return parse_command(text, sites=[access.name for access in self.means.sites.values()])

    async def keep(self, typed: Typed, *, within: float) -> bool:
        """Write a command down within so many seconds; False where it was before.

        What is being committed by then is waited for as long again. Raises DatabaseAway: then nothing was kept, and
        what is still being written is withdrawn.
        """
        claim_id = claims.new_claim_id()
        writing = asyncio.create_task(self._write_down(typed, claim_id))
        done, _ = await asyncio.wait({writing}, timeout=within)
        if not done:
            self._in_background(self._withdraw(writing, typed.trigger_id))
            raise DatabaseAway("too slow")
        command_id = writing.result()
        if command_id is not None:
            self._in_background(self._offer(command_id, claim_id))
        return command_id is not None

    async def _write_down(self, typed: Typed, claim_id: str) -> int | None:
        async with self.means.database.begin() as connection:
            # Slack calls us from there, so whatever stopped the workspace is over.
            await workspaces.put_workspace(
                connection, typed.team_id, enterprise_id=typed.enterprise_id, now=self.means.now()
            )
            return await command_rows.write_down(
                connection,
                trigger_id=typed.trigger_id,
                team_id=typed.team_id,
                enterprise_id=typed.enterprise_id,
                channel_id=typed.channel_id,
                user_id=typed.user_id,
                user_team_id=typed.user_team_id,
                command=typed.command,
                text=typed.text,
                response_url=self.means.secrets.seal(typed.response_url),
                now=self.means.now(),
                # Until its caller has been told that it was heard, it may have to be withdrawn, so nobody begins it.
                claim_id=claim_id,
            )

    async def _offer(self, command_id: int, claim_id: str) -> None:
        """It was heard in time, so whoever is free may begin it; without this it waits until the claim runs out."""
        try:
            async with self.means.database.begin() as connection:
                await claims.release(connection, commands, [(command_id, claim_id)])
        except DatabaseAway:
            _log.warning("command_not_offered", command=command_id)
        self.wake.set()

    async def _withdraw(self, writing: asyncio.Task[int | None], trigger_id: str) -> None:
        """Its caller was told that nothing was started, so nothing is."""
        try:
            await writing
        except DatabaseAway:
            return
        try:
            async with self.means.database.begin() as connection:
                await command_rows.withdraw(connection, trigger_id)
        except DatabaseAway:
            _log.warning("command_not_withdrawn")

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def step(self) -> float:
        """Take up the commands that nobody has answered."""
        free = AT_ONCE - len(self._flying)
        if free <= 0:
            return IDLE_SECONDS
        async with self.means.database.read() as connection:
            if not await command_rows.any_unanswered(connection):
                return IDLE_SECONDS
        async with self.means.database.begin() as connection:
            rows = await claims.claim_commands(connection, now=self.means.now(), limit=free)
        for row in rows:
            self._flying[row["id"]] = row["claim_id"]
            self._in_background(self._answer(row))
        return IDLE_SECONDS

    async def _answer(self, row: Row) -> None:
        try:
            person = await self.people.find(row["team_id"], row["user_id"])
            texts = self.means.catalogs.texts(person.locale if person else None, self.means.default_language)
            message = await self._carry_out(row, asker_of(row, person=person, texts=texts))
            uses = await reply(self.means, row, message)
            async with self.means.database.begin() as connection:
                await command_rows.answered(connection, row["id"], now=self.means.now(), uses=uses)
        except DatabaseAway as error:
            _log.warning("command_put_off", command=row["id"], error=type(error).__name__)
        except Exception:  # noqa: BLE001 -- a command that crashes its answer must not stop the others
            _log.exception("answer_crashed", command=row["id"])
        finally:
            self._flying.pop(row["id"], None)

    async def _carry_out(self, row: Row, asker: Asker) -> Message:
        if self.means.now() - row["created_at"] > TAKEN_UP_WITHIN:
            return replies.nothing_started(asker.texts)
        wish = self.parse(row["text"])
        verb = type(wish).__name__
        try:
            message = await self._do(asker, wish)
        except DatabaseAway:
            if row["attempts"] < ATTEMPTS:
                raise
            return replies.nothing_started(asker.texts)
        except Exception:  # noqa: BLE001 -- whatever went wrong, the caller is told that it did
            _log.exception("command_crashed", command=row["id"], verb=verb)
            self.means.metrics.command(verb, "crashed")
            return replies.gone_wrong(asker.texts)
        self.means.metrics.command(verb, "answered")
        return message

    async def _do(self, asker: Asker, wish: Command) -> Message:
        means = self.means
        match wish:
            case Follow():
                return await follow(means, asker, wish)
            case ShowStatus():
                return await stopping.status(means, asker, wish)
            case ListFollowed():
                return await stopping.listing(means, asker, wish)
            case Stop():
                return await stopping.stop(means, asker, wish)
            case StopAll():
                return await stopping.stop_all(means, asker)
            case _:
                return said_at_once(asker.texts, asker.command, wish)

    async def renew_step(self) -> float:
        """Hold the claims of commands under way."""
        if self._flying:
            async with self.means.database.begin() as connection:
                await claims.renew(connection, commands, list(self._flying.items()), now=self.means.now())
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every command under way has been answered."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, *, within: timedelta) -> None:
        """Finish what is under way, as far as the time allows; the rest is taken up at the next start."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=within.total_seconds())
            held = list(self._flying.items())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            await self._give_back(held)

    async def _give_back(self, held: list[tuple[int, str]]) -> None:
        try:
            async with asyncio.timeout(RELEASE_SECONDS), self.means.database.begin() as connection:
                await claims.release(connection, commands, held)
        except (TimeoutError, DatabaseAway) as error:
            # They run out by themselves.
            _log.warning("commands_not_given_back", commands=len(held), error=type(error).__name__)


def said_at_once(texts: Texts, command: str, wish: Command) -> Message:
    """The answer to what needs neither database nor network."""
    match wish:
        case ShowHelp():
            return replies.help(texts, command)
        case Connect() | Disconnect():
            return replies.connect_not_available(texts)
        case ShowSettings():
            return replies.settings_not_available(texts)
        case Follow() | ShowStatus() | ListFollowed() | Stop() | StopAll():
            raise ValueError("this is answered by looking")
        case _:
            return replies.misread(texts, command, wish)


def needs_looking(wish: Command) -> bool:
    """Whether a command asks for more than words."""
    return isinstance(wish, Follow | ShowStatus | ListFollowed | Stop | StopAll)
