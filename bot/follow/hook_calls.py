"""Take the call of a script: find its hook, store the call, and wait for what comes of it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

import structlog
from msgspec import Struct

from bot.clients.slack.errors import SlackError
from bot.db import failed_calls, hook_calls, hooks
from bot.db.engine import Database, DatabaseAway
from bot.db.rows import HookRow, SubscriptionRow
from bot.domain.command import Follow, Reference
from bot.domain.hook_answer import CallAnswer, CallResult
from bot.domain.hook_call import encode, parse_call
from bot.domain.states import SubscriptionState
from bot.follow.command_worker import CommandWorker
from bot.follow.deps import COMMAND
from bot.follow.hook_token import hash_of, is_token
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message, plain_line

_log = structlog.get_logger(__name__)

#: seconds between two looks at what has come of a call
LOOK_EVERY = 0.25
#: hooks that this process remembers to exist
REMEMBERED = 1_000


class IncomingCall(Struct, frozen=True, kw_only=True):
    """A call as it comes in."""

    token: str  #: text from outside
    body: bytes | None  #: None: larger than any that is meant
    query: Mapping[str, str]
    #: seconds for which its address may ask for no hook that is not remembered: it has called many that there are not
    blocked_for: int | None = None


class Followed(Struct, frozen=True, kw_only=True):
    """The long task is followed, and its thread is in Slack."""

    remote_id: str
    link: str
    is_new: bool  #: this call has begun the thread


class Accepted(Struct, frozen=True, kw_only=True):
    """The call is stored, and the thread is not there yet, or Slack does not say where."""

    remote_id: str


class Answered(Struct, frozen=True, kw_only=True):
    """The call leads to no thread."""

    remote_id: str
    answer: CallAnswer


class BadRequest(Struct, frozen=True, kw_only=True):
    """The call cannot be read, or names nothing to follow."""

    sentence: str
    is_too_large: bool = False


class NoSuchHook(Struct, frozen=True, kw_only=True):
    """There is no such hook."""

    sentence: str


class TooOften(Struct, frozen=True, kw_only=True):
    """The call comes too soon after others."""

    sentence: str
    seconds: int  #: until another one is taken


class NotStored(Struct, frozen=True, kw_only=True):
    """The database does not take it now. It may have been stored all the same, and repeating it does no harm."""

    sentence: str


Outcome = Followed | Accepted | Answered | BadRequest | NoSuchHook | TooOften | NotStored


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """A call that is to be carried out."""

    hook: HookRow
    command_id: int
    ref: Reference


@dataclass(kw_only=True)
class HookCalls:
    """Takes calls. Each is stored like a command and carried out like one, by whichever process."""

    worker: CommandWorker
    database: Database
    #: set when the process is to end: nobody is kept waiting
    stopping: asyncio.Event
    #: hashes of tokens, the one used last at the end
    _known: dict[str, None] = field(default_factory=dict)

    async def take(self, call: IncomingCall) -> Outcome:
        """Take a call, and wait for its thread for as long as a script waits."""
        now: Callable[[], float] = asyncio.get_running_loop().time
        until = now() + self.worker.deps.hook_seconds
        try:
            async with asyncio.timeout(max(self.worker.deps.hook_seconds, self.worker.deps.store_seconds)):
                stored = await self._store(call)
        except (DatabaseAway, TimeoutError) as error:
            _log.warning("hook_call_not_stored", error=type(error).__name__)
            return NotStored(sentence=self._say(replies.call_not_stored))
        if not isinstance(stored, _Stored):
            return stored
        while (left := until - now()) > 0 and not self.stopping.is_set():
            with suppress(DatabaseAway, TimeoutError):
                async with asyncio.timeout(left):
                    outcome = await self._outcome(stored)
                if outcome is not None:
                    return outcome
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, LOOK_EVERY)):
                    await self.stopping.wait()
        return Accepted(remote_id=stored.ref.remote_id)

    async def _store(self, call: IncomingCall) -> _Stored | Outcome:
        """Store a call, unless it is refused at once. Raises DatabaseAway."""
        deps, token_hash = self.worker.deps, hash_of(call.token)
        hook = None
        if is_token(call.token) and (token_hash in self._known or call.blocked_for is None):
            async with self.database.read() as connection:
                hook = await hooks.find(connection, token_hash)
        if hook is None:
            self._known.pop(token_hash, None)
            if call.blocked_for is not None:
                return TooOften(sentence=self._say(replies.call_too_often), seconds=call.blocked_for)
            return NoSuchHook(sentence=self._say(replies.call_unknown))
        self._remember(token_hash)
        now = deps.now()
        async with self.database.begin() as connection:
            free_at = await hooks.count_call(connection, token_hash, now=now)
        texts = self.worker.texts(hook.team_id, hook.maker_id)
        if free_at is not None:
            return TooOften(sentence=plain_line(replies.call_too_often(texts)), seconds=_seconds(free_at, now))
        if call.body is None:
            return BadRequest(sentence=plain_line(replies.call_too_large(texts)), is_too_large=True)
        follow = parse_call(call.body, call.query, sites=deps.site_names)
        if not isinstance(follow, Follow):
            return BadRequest(sentence=plain_line(replies.call_unreadable(texts, follow)))
        async with self.database.begin() as connection:
            command_id = await hook_calls.add(
                connection, hook, follow.refs[0], command=COMMAND, text=encode(follow), now=now
            )
        self.worker.wake.set()
        return _Stored(hook=hook, command_id=command_id, ref=follow.refs[0])

    async def _outcome(self, call: _Stored) -> Outcome | None:
        """What has come of a call; None if nothing has yet."""
        async with self.database.read() as connection:
            state = await hook_calls.state(connection, call.command_id)
            begun = await hook_calls.thread_begun(connection, call.hook, call.command_id)
            is_answered = state is not None and state.answered_at is not None
            thread = begun
            if thread is None and is_answered:
                thread = await hook_calls.thread_of(connection, call.hook, call.ref)
        if state is None:
            return NoSuchHook(sentence=self._say(replies.call_unknown))
        if state.answer is not None:
            async with self.database.begin() as connection:
                await failed_calls.answer_taken(
                    connection, call.hook.token_hash, call.command_id, now=self.worker.deps.now()
                )
            return Answered(remote_id=call.ref.remote_id, answer=state.answer)
        return None if thread is None else await self._of_thread(call, thread, is_new=begun is not None)

    async def _of_thread(self, call: _Stored, thread: SubscriptionRow, *, is_new: bool) -> Outcome | None:
        remote_id = call.ref.remote_id
        if thread.thread_ts is not None:
            link = await self._permalink(call.hook, thread.channel_id, thread.thread_ts)
            if link is None:
                return Accepted(remote_id=remote_id)
            return Followed(remote_id=remote_id, link=link, is_new=is_new)
        if thread.state is SubscriptionState.LOST:
            sentence = plain_line(replies.call_not_posted(self._texts(call.hook)))
            return Answered(remote_id=remote_id, answer=CallAnswer(result=CallResult.NOT_FOLLOWED, sentence=sentence))
        return None

    async def _permalink(self, hook: HookRow, channel_id: str, ts: str) -> str | None:
        try:
            client = await self.worker.deps.slack.client(hook.team_id, hook.enterprise_id)
            return await client.permalink(channel_id, ts)
        except SlackError:
            return None

    def _texts(self, hook: HookRow) -> Texts:
        return self.worker.texts(hook.team_id, hook.maker_id)

    def _say(self, sentence: Callable[[Texts], Message]) -> str:
        """A sentence in the language of those of whom none is known."""
        return plain_line(sentence(self.worker.texts()))

    def _remember(self, token_hash: str) -> None:
        self._known.pop(token_hash, None)
        while len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[token_hash] = None


def _seconds(until: datetime, now: datetime) -> int:
    """Whole seconds until a time, at least one."""
    return max(1, ceil((until - now).total_seconds()))
