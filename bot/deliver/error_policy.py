"""What each refusal of Slack leads to: a table of decisions, and the rows they change."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

import structlog

from bot.clients.slack.errors import Ambiguous, Refusal, Refused, SlackError, SlackRateLimited
from bot.db import messages, pauses, workspaces
from bot.db.engine import Connection
from bot.db.rows import MessageRow
from bot.deliver import lost_thread
from bot.deliver.deps import Deps
from bot.deliver.findings_list import post_as_text
from bot.deliver.thread import Thread
from bot.domain.message_kinds import RULES, Loss, MessageKind, SubscriptionOwner
from bot.domain.message_plan import Draft
from bot.domain.pacing import Method
from bot.domain.states import MessageForm, MessageState

_log = structlog.get_logger(__name__)

#: tries of a response URL that does not answer, before a direct message is posted instead
RESPONSE_URL_TRIES = 3
#: seconds before a call that did not go through is made again: doubled each time up to the last
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0


class Operation(StrEnum):
    """What Slack was asked to do with a message."""

    POST = "post"
    EDIT = "edit"


class Decision(StrEnum):
    """What a refusal leads to."""

    REST_WORKSPACE = "rest_workspace"  #: Slack refuses the token
    RETRY = "retry"  #: refused for now
    USE_PLAIN = "use_plain"  #: without blocks from now on; refused again, as REFUSE
    REFUSE = "refuse"  #: this message cannot be posted or edited
    DELETED = "deleted"  #: somebody deleted this message
    LEAVE = "leave"  #: keep this message as it is
    END_THREAD = "end_thread"  #: the channel or thread takes no messages


#: by refusal: what it leads to if it was a post, and if it was an edit.
#: docs.slack.dev/reference/methods/chat.postMessage and chat.update list the error words.
_DECISIONS: Mapping[Refusal, tuple[Decision, Decision]] = {
    Refusal.MESSAGE_GONE: (Decision.REFUSE, Decision.DELETED),
    Refusal.EDIT_CLOSED: (Decision.REFUSE, Decision.REFUSE),
    Refusal.BLOCKS_REFUSED: (Decision.USE_PLAIN, Decision.USE_PLAIN),
    Refusal.TOO_LONG: (Decision.USE_PLAIN, Decision.USE_PLAIN),
    Refusal.NOT_IN_CHANNEL: (Decision.END_THREAD, Decision.END_THREAD),
    Refusal.CHANNEL_GONE: (Decision.END_THREAD, Decision.END_THREAD),
    Refusal.ARCHIVED: (Decision.END_THREAD, Decision.END_THREAD),
    Refusal.WORKSPACE_GONE: (Decision.REST_WORKSPACE, Decision.REST_WORKSPACE),
    Refusal.RESTRICTED: (Decision.END_THREAD, Decision.LEAVE),
    Refusal.MISSING_SCOPE: (Decision.REFUSE, Decision.LEAVE),
    Refusal.THREAD_GONE: (Decision.END_THREAD, Decision.LEAVE),
    Refusal.USER_GONE: (Decision.REFUSE, Decision.LEAVE),
    Refusal.NOT_NOW: (Decision.RETRY, Decision.RETRY),
    Refusal.UNKNOWN: (Decision.REFUSE, Decision.LEAVE),
}
POLICY: Mapping[tuple[Operation, Refusal], Decision] = {
    (operation, refusal): decision
    for refusal, decisions in _DECISIONS.items()
    for operation, decision in zip(Operation, decisions, strict=True)
}


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 or more) in a row."""
    return timedelta(seconds=min(FIRST_BACKOFF * 2.0 ** min(attempts - 1, 20), LONGEST_BACKOFF))


def decide(operation: Operation, refused: Refused, message: MessageRow) -> Decision:
    """What a refusal of a message leads to."""
    decision = POLICY[operation, refused.refusal]
    if decision is Decision.USE_PLAIN and message.form is not MessageForm.BLOCKS:
        return Decision.REFUSE
    if decision is Decision.END_THREAD and message.kind in (MessageKind.DIRECT, MessageKind.PRIVATE):
        return Decision.REFUSE
    if decision is Decision.END_THREAD and operation is Operation.EDIT and message.kind is MessageKind.WARNINGS:
        # It may grow long after its thread was stopped, when nobody expects a message about the channel.
        return Decision.LEAVE
    return decision


async def after_post(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: SlackError
) -> None:
    """A message was not posted: plan it again, post it otherwise, or drop it."""
    later = deps.now() + backoff(message.attempts)
    if isinstance(error, SlackRateLimited):
        await _pause(connection, deps, message, error)
        await messages.post_later(connection, message.id, at=_unpaced_until(deps, error))
    elif message.kind is MessageKind.PRIVATE and (isinstance(error, Refused) or message.attempts >= RESPONSE_URL_TRIES):
        await messages.post_directly(connection, message.id)
    elif not isinstance(error, Refused):
        await messages.post_later(connection, message.id, at=later, ambiguous=isinstance(error, Ambiguous))
    else:
        await _post_refused(connection, deps, message, thread, error, later=later)


async def _post_refused(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: Refused, *, later: datetime
) -> None:
    decision = decide(Operation.POST, error, message)
    if message.kind is MessageKind.FILE and decision is not Decision.REST_WORKSPACE and thread is not None:
        await post_as_text(connection, deps, message, thread, error)
        return
    match decision:
        case Decision.REST_WORKSPACE:
            await _rest_workspace(connection, message, error)
            await messages.post_later(connection, message.id, at=None)
        case Decision.RETRY:
            await messages.post_later(connection, message.id, at=later)
        case Decision.USE_PLAIN:
            await messages.use_plain(connection, message)
        case Decision.REFUSE | Decision.LEAVE | Decision.DELETED:
            _log.warning(
                "post_refused", message=message.id, kind=message.kind, method=error.method, answer=error.answer
            )
            await messages.drop(connection, message.id, reason=error.answer)
            await _without(connection, deps, message, thread, error, loss=RULES[message.kind].refused)
        case Decision.END_THREAD:
            await _end_thread(connection, deps, message, thread, error)
        case _:
            assert_never(decision)


async def after_edit(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: SlackError
) -> None:
    """A message was not edited: edit it again later, otherwise, or not at all."""
    later = deps.now() + backoff(message.attempts + 1)
    if isinstance(error, SlackRateLimited):
        await _pause(connection, deps, message, error)
        await messages.edit_later(connection, message, failed=False)
    elif not isinstance(error, Refused):
        await messages.edit_later(connection, message, at=later, ambiguous=isinstance(error, Ambiguous))
    else:
        await _edit_refused(connection, deps, message, thread, error, later=later)


async def _edit_refused(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: Refused, *, later: datetime
) -> None:
    decision = decide(Operation.EDIT, error, message)
    if decision is not Decision.REST_WORKSPACE:
        _log.warning("edit_refused", message=message.id, kind=message.kind, answer=error.answer)
    match decision:
        case Decision.REST_WORKSPACE:
            await _rest_workspace(connection, message, error)
            await messages.edit_later(connection, message, failed=False)
        case Decision.RETRY:
            await messages.edit_later(connection, message, at=later)
        case Decision.USE_PLAIN:
            await messages.use_plain(connection, message)
        case Decision.REFUSE:
            await messages.leave(connection, message.id)
            refused = RULES[message.kind].refused
            # A root that cannot be edited any more still has its thread.
            if refused is not Loss.END_THREAD:
                await _without(connection, deps, message, thread, error, loss=refused)
        case Decision.LEAVE:
            await messages.leave(connection, message.id)
        case Decision.DELETED:
            await messages.gone(connection, message.id)
            await _without(connection, deps, message, thread, error, loss=RULES[message.kind].deleted)
        case Decision.END_THREAD:
            await _end_thread(connection, deps, message, thread, error)
        case _:
            assert_never(decision)


async def _without(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: Refused, *, loss: Loss
) -> None:
    """What the loss of a message means for its thread, by its kind."""
    match loss:
        case Loss.NOTHING:
            pass
        case Loss.END_THREAD:
            await _end_thread(connection, deps, message, thread, error)
        case Loss.MILESTONES:
            state = MessageState.POSTED if message.address is not None else MessageState.DROPPED
            await messages.use_milestones(connection, message.id, state=state)
        case Loss.POST_AGAIN:
            await _post_again(connection, deps, message)
        case _:
            assert_never(loss)


async def _post_again(connection: Connection, deps: Deps, message: MessageRow) -> None:
    """Post a message that was deleted once more; deleted again, replies at every quarter follow instead."""
    owner = message.owner
    if isinstance(owner, SubscriptionOwner) and not await messages.was_gone(
        connection, owner.id, message.kind, but=message.id
    ):
        draft = Draft(kind=message.kind, facts=message.facts)
        again = messages.Planned(owner=owner, team_id=message.team_id, draft=draft)
        await messages.plan(connection, [again], now=deps.now())
    else:
        await messages.use_milestones(connection, message.id, state=MessageState.GONE)


async def _end_thread(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: Refused
) -> None:
    if thread is None:
        await messages.drop(connection, message.id, reason=error.answer)
        return
    starting = message.kind is MessageKind.ROOT and message.address is None
    await lost_thread.end(connection, thread, error, starting=starting, now=deps.now())


async def _pause(connection: Connection, deps: Deps, message: MessageRow, error: SlackRateLimited) -> None:
    until = deps.now() + timedelta(seconds=error.retry_after)
    scope = pauses.slack_scope(message.team_id, error.method)
    await pauses.pause(connection, scope, until=until, reason=error.answer)


def _unpaced_until(deps: Deps, error: SlackRateLimited) -> datetime | None:
    """Until when a message waits by itself, because pacing does not know the method that is paused."""
    return None if error.method in set(Method) else deps.now() + timedelta(seconds=error.retry_after)


async def _rest_workspace(connection: Connection, message: MessageRow, error: Refused) -> None:
    if await workspaces.stop(connection, message.team_id, reason=error.answer):
        _log.error("workspace_stopped", team=message.team_id, answer=error.answer)
