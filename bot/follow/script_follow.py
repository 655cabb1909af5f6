"""Follow what a script asked for with a hook, in the name of the person who made it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.db import failed_calls, hooks, messages
from bot.db.engine import Connection
from bot.db.rows import CommandRow, HookRow
from bot.domain.hook_answer import CallAnswer, CallResult
from bot.domain.hook_call import decode
from bot.domain.message_facts import Answer, FailedCall, FailedCalls
from bot.domain.message_kinds import CommandOwner, MessageKind
from bot.domain.message_plan import Draft
from bot.domain.permissions import Act, may
from bot.domain.states import HookEnd
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain
from bot.follow.follow_result import Begun, Ended, FollowedAlready, NotFollowed, Result
from bot.follow.following import follow_for_script
from bot.follow.hook_place import HOLDS, Standing, find_standing
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message, plain_line

_log = structlog.get_logger(__name__)

#: after the time for which a script waits, its hook's maker is informed instead
_SPARE = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class NoThread:
    """A call that leads to no thread: what the script is answered, and what its hook's maker if it waits no longer."""

    answer: CallAnswer
    #: None if the maker is informed in any case
    report: Message | None = None


async def follow(deps: Deps, request: Request, call: CommandRow) -> NoThread | LookAgain | None:
    """Follow the long task of a call, if its hook is still one that may be used; None if there is a thread, or will be.

    Where Slack does not say whether the maker may use it, what it said within 24 hours holds.
    """
    async with deps.database.read() as connection:
        hook = await hooks.find(connection, call.hook or "")
    if hook is None:
        return _over(request)
    if not may(request.person, Act.HOOK):
        return await _end(deps, request, call, hook, HookEnd.NOT_MEMBER)
    standing = await find_standing(deps, request)
    match standing:
        case Standing.LEFT:
            return await _end(deps, request, call, hook, HookEnd.LEFT)
        case Standing.CLOSED:
            return await _end(deps, request, call, hook, HookEnd.CLOSED)
        case Standing.SHARED:
            return _unnamed(call, CallResult.NOT_HERE, replies.call_not_in_shared(request.texts), request.texts)
        case Standing.SCOPE_MISSING | Standing.NO_ANSWER:
            if deps.now() - hook.allowed_at > HOLDS:
                return not_checked(call, request.texts)
        case Standing.ALLOWED:
            async with deps.database.begin() as connection:
                await hooks.allowed(connection, hook.token_hash, now=deps.now())
        case _:
            assert_never(standing)
    return _outcome(request, await follow_for_script(deps, request, decode(call.text)))


def not_checked(call: CommandRow, texts: Texts) -> NoThread:
    """Slack does not say whether the hook's maker may still use it."""
    return _unnamed(call, CallResult.LATER, replies.call_not_checked(texts), texts)


def _outcome(request: Request, result: Result) -> NoThread | LookAgain | None:
    match result:
        case Begun() | FollowedAlready():
            return None
        case LookAgain():
            return result
        case Ended():
            sentence = plain_line(replies.call_too_late(request.texts, result.view.remote_id))
            answer = CallAnswer(result=CallResult.ENDED, sentence=sentence, outcome=result.view.outcome)
            return NoThread(answer=answer, report=replies.ended(request.texts, result.view))
        case NotFollowed():
            kind = CallResult.LATER if result.may_succeed else CallResult.NOT_FOLLOWED
            reason = replies.not_followed(request.texts, [result.remote_id], result.reason)
            return NoThread(answer=CallAnswer(result=kind, sentence=plain_line(reason)), report=reason)
        case _:
            assert_never(result)


def _unnamed(call: CommandRow, result: CallResult, message: Message, texts: Texts) -> NoThread:
    """What is said without the id, which the script knows, and its hook's maker does not."""
    report = replies.call_of(texts, _remote_id(call), message)
    return NoThread(answer=CallAnswer(result=result, sentence=plain_line(message)), report=report)


def _remote_id(call: CommandRow) -> str:
    return decode(call.text).refs[0].remote_id


def _over(request: Request) -> NoThread:
    return NoThread(answer=CallAnswer(result=CallResult.OVER, sentence=plain_line(replies.call_over(request.texts))))


async def _end(deps: Deps, request: Request, call: CommandRow, hook: HookRow, reason: HookEnd) -> NoThread:
    """End a hook that may be used no longer, and inform its maker."""
    message = replies.hook_over(request.texts, reason, channel_id=hook.channel_id)
    facts = Answer(text=message.text, blocks=message.blocks)
    draft = Draft(kind=MessageKind.DIRECT, facts=facts, user_id=hook.maker_id)
    planned = messages.Planned(owner=CommandOwner(call.id), team_id=hook.team_id, draft=draft)
    async with deps.database.begin() as connection:
        is_ended = await hooks.end(connection, hook.token_hash)
        if is_ended:
            await messages.plan(connection, [planned], now=deps.now())
    if is_ended:
        _log.warning("hook_ended", reason=reason.value, user=hook.maker_id, channel=hook.channel_id)
    return _over(request)


async def plan(
    connection: Connection,
    deps: Deps,
    call: CommandRow,
    said: NoThread | Message | None,
    texts: Texts,
    *,
    now: datetime,
) -> CallAnswer | None:
    """Write down what the hook's maker is informed of, and return what the script is answered.

    `said`: what a call that leads to no thread came to, or the sentence about one that went wrong.
    """
    if said is None:
        return None
    found = _unnamed(call, CallResult.LATER, said, texts) if isinstance(said, Message) else said
    if found.report is not None:
        failed = FailedCall(
            command_id=call.id,
            remote_id=_remote_id(call),
            text=found.report.text,
            blocks=found.report.blocks,
        )
        facts = FailedCalls(channel_id=call.channel_id, language=texts.language, calls=(failed,))
        not_before = call.created_at + timedelta(seconds=deps.hook_seconds) + _SPARE
        await failed_calls.plan(connection, call, facts, not_before=not_before, now=now)
    return found.answer
