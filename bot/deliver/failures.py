"""Write down what a failed post or edit leads to."""

from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.clients.slack.errors import Ambiguous, Refused, SlackError, SlackRateLimited
from bot.db import messages, pauses, threads, watches, workspaces
from bot.db.engine import Connection
from bot.db.rows import MessageRow
from bot.deliver import lost_thread
from bot.deliver.deps import Deps
from bot.deliver.error_policy import POLICY, Decision, Operation, backoff, decide
from bot.deliver.findings_list import post_as_text
from bot.deliver.thread import Thread
from bot.deliver.watch import lose_watches
from bot.domain.message_facts import FindingsFile
from bot.domain.message_kinds import RULES, Loss, MessageKind, Place, SubscriptionOwner, WatchOwner
from bot.domain.message_plan import Draft
from bot.domain.pacing import Method
from bot.domain.states import MessageState, Outcome, WorkspaceState
from bot.domain.workspace_rest import next_try

_log = structlog.get_logger(__name__)

#: tries of a response URL that does not answer, before a direct message is posted instead
RESPONSE_URL_TRIES = 3
#: tries of a file that does not go through, before its list is posted as text instead
FILE_TRIES = 5


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
    elif isinstance(message.facts, FindingsFile) and thread is not None and _is_no_file(message, error):
        await post_as_text(connection, deps, message, thread, error)
    elif not isinstance(error, Refused):
        await messages.post_later(connection, message.id, at=later, ambiguous=isinstance(error, Ambiguous))
    else:
        await _post_refused(connection, deps, message, thread, error, later=later)


async def _post_refused(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: Refused, *, later: datetime
) -> None:
    decision = decide(Operation.POST, error, message, _outcome(thread))
    _log_refused("post_refused", message, error, decision)
    match decision:
        case Decision.REST_WORKSPACE:
            await _rest_workspace(connection, deps, message, error)
            await messages.post_later(connection, message.id, at=None)
        case Decision.RETRY | Decision.RETRY_UNKNOWN:
            unknown = decision is Decision.RETRY_UNKNOWN
            await messages.post_later(connection, message.id, at=later, unknown=unknown)
        case Decision.USE_PLAIN:
            await messages.use_plain(connection, message)
        case Decision.REFUSE | Decision.LEAVE | Decision.DELETED:
            await messages.drop(connection, message.id, reason=error.answer)
            begins = await begins_thread(connection, message, thread)
            loss = RULES[MessageKind.ROOT if begins else message.kind].refused
            await _without(connection, deps, message, thread, error, loss=loss)
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
    decision = decide(Operation.EDIT, error, message, _outcome(thread))
    _log_refused("edit_refused", message, error, decision)
    match decision:
        case Decision.REST_WORKSPACE:
            await _rest_workspace(connection, deps, message, error)
            await messages.edit_later(connection, message, failed=False)
        case Decision.RETRY | Decision.RETRY_UNKNOWN:
            await messages.edit_later(connection, message, at=later, unknown=decision is Decision.RETRY_UNKNOWN)
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
            await messages.use_milestones(connection, message.id, state=state, stale_since=deps.now())
        case Loss.POST_AGAIN:
            await _post_again(connection, deps, message)
        case _:
            assert_never(loss)


async def _post_again(connection: Connection, deps: Deps, message: MessageRow) -> None:
    """Post a message that was deleted once more; deleted again, replies at every quarter follow instead."""
    owner = message.owner
    if isinstance(owner, SubscriptionOwner) and not await threads.was_gone(
        connection, owner.id, message.kind, but=message.id
    ):
        draft = Draft(kind=message.kind, facts=message.facts)
        again = messages.Planned(owner=owner, team_id=message.team_id, draft=draft)
        await messages.plan(connection, [again], now=deps.now())
    else:
        await messages.use_milestones(connection, message.id, state=MessageState.GONE, stale_since=deps.now())


async def _end_thread(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread | None, error: Refused
) -> None:
    if thread is None:
        await messages.drop(connection, message.id, reason=error.answer)
        if isinstance(message.owner, WatchOwner) and (row := await watches.find(connection, message.owner.id)):
            here, now = row.channel_id, deps.now()
            await lose_watches(connection, team_id=row.team_id, channel_id=here, reason=error.answer, now=now)
        return
    starting = await begins_thread(connection, message, thread)
    await lost_thread.end(connection, thread, error, starting=starting, now=deps.now())
    deps.metrics.commands.ended("lost")


async def begins_thread(connection: Connection, message: MessageRow, thread: Thread | None) -> bool:
    """Whether a message that is not in Slack would be the first of its thread.

    That is a root, and in a thread of somebody else whatever comes first.
    """
    if thread is None or message.address is not None:
        return False
    if message.kind is MessageKind.ROOT:
        return True
    subscription = thread.row.subscription
    is_in_thread = RULES[message.kind].place is Place.THREAD
    return is_in_thread and subscription.is_foreign and not await threads.has_begun(connection, subscription.id)


def _outcome(thread: Thread | None) -> Outcome | None:
    return None if thread is None else thread.view.outcome


def _is_no_file(message: MessageRow, error: SlackError) -> bool:
    """Whether a file is given up, whatever the reason, so that its list follows as text."""
    if isinstance(error, Refused):
        return POLICY[Operation.POST, error.refusal] is not Decision.REST_WORKSPACE
    return message.attempts >= FILE_TRIES


def _log_refused(event: str, message: MessageRow, error: Refused, decision: Decision) -> None:
    """Log a refusal of one message; of unknown answers in a row to one that is tried again, only the first."""
    is_repeated = decision is Decision.RETRY_UNKNOWN and message.unknown_answers > 0
    if decision is not Decision.REST_WORKSPACE and not is_repeated:
        _log.warning(
            event,
            message=message.id,
            kind=message.kind,
            method=error.method,
            answer=error.answer,
            decision=decision,
        )


async def _pause(connection: Connection, deps: Deps, message: MessageRow, error: SlackRateLimited) -> None:
    until = deps.now() + timedelta(seconds=error.retry_after)
    scope = pauses.slack_scope(message.team_id, error.method)
    await pauses.pause(connection, scope, until=until, reason=error.answer)


def _unpaced_until(deps: Deps, error: SlackRateLimited) -> datetime | None:
    """Until when a message waits by itself, because pacing does not know the method that is paused."""
    return None if error.method in set(Method) else deps.now() + timedelta(seconds=error.retry_after)


async def _rest_workspace(connection: Connection, deps: Deps, message: MessageRow, error: Refused) -> None:
    now, row = deps.now(), await workspaces.find(connection, message.team_id)
    if row is None:
        return
    until = next_try(row.tries, now=now)
    rests = await workspaces.rest(connection, row.team_id, reason=error.answer, until=until, now=now)
    if rests and row.state is WorkspaceState.ACTIVE:
        _log.error("workspace_rests", team=row.team_id, method=error.method, answer=error.answer)
