"""Messages of a workspace that are to be posted or edited, and calls whose end was not seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, String, and_, case, func, not_, or_, select, type_coerce, update

from bot.db.engine import Connection
from bot.db.models import commands, is_editing, is_waiting, long_tasks, messages, subscriptions
from bot.db.rows import StaleRow, WaitingRow, owner_of
from bot.domain.message_facts import Facts, decode
from bot.domain.message_kinds import MessageKind, Owner, SubscriptionOwner
from bot.domain.states import MessageForm, MessageState, Outcome

_COLUMNS = ("id", "subscription_id", "command_id", "facts", "state", "user_id", "not_before", "created_at")
#: the kind as text: a kind of a newer version must not hold up the whole workspace
_WAITING = (*(messages.c[name] for name in _COLUMNS), type_coerce(messages.c.kind, String).label("kind"))


async def waiting(
    connection: Connection, team_id: str, *, ranks: Mapping[MessageKind, int], limit: int
) -> list[WaitingRow]:
    """The messages of a workspace that are not posted yet, grouped by owner, in order within each.

    Of at most `limit` threads: those first whose most urgent message ranks lowest (`ranks`: by kind), then the longest
    waiting; and of at most `limit` answers to commands.
    """
    of_team = and_(messages.c.team_id == team_id, is_waiting)
    rank = case(*((messages.c.kind == kind, number) for kind, number in ranks.items()), else_=max(ranks.values()))
    threads = (
        select(messages.c.subscription_id)
        .where(of_team, messages.c.subscription_id.is_not(None))
        .group_by(messages.c.subscription_id)
        .order_by(func.min(rank), func.min(messages.c.created_at))
        .limit(limit)
    )
    of_threads = (
        select(*_WAITING, subscriptions.c.channel_id)
        .join(subscriptions, subscriptions.c.id == messages.c.subscription_id)
        .where(of_team, messages.c.subscription_id.in_(threads))
        .order_by(messages.c.subscription_id, messages.c.id)
    )
    of_commands = (
        select(*_WAITING, commands.c.channel_id)
        .join(commands, commands.c.id == messages.c.command_id)
        .where(of_team, messages.c.subscription_id.is_(None))
        .order_by(messages.c.id)
        .limit(limit)
    )
    found = []
    for query in (of_threads, of_commands):
        for row in (await connection.execute(query)).mappings():
            values = dict(row)
            owner = owner_of(values.pop("subscription_id"), values.pop("command_id"))
            kind, facts = _kind(values.pop("kind")), _facts(values.pop("facts"))
            found.append(WaitingRow(owner=owner, kind=kind, facts=facts, **values))
    return found


def _kind(text: str) -> MessageKind:
    """A kind; the least urgent if it does not read. Posting that message crashes and is counted."""
    try:
        return MessageKind(text)
    except ValueError:
        return MessageKind.MILESTONE


def _facts(text: str) -> Facts | None:
    try:
        return decode(text)
    except msgspec.MsgspecError:
        return None


async def stale(connection: Connection, team_id: str, *, limit: int) -> list[StaleRow]:
    """Messages of a workspace that show something old: those of ended threads first, then the longest stale."""
    running = case((subscriptions.c.outcome == Outcome.FOLLOWING, 1), else_=0)
    query = (
        select(
            messages.c.id,
            subscriptions.c.id,
            messages.c.kind,
            messages.c.form,
            func.coalesce(messages.c.channel_id, subscriptions.c.channel_id),
            subscriptions.c.outcome,
            messages.c.stale_since,
            messages.c.not_before,
            func.abs(func.coalesce(long_tasks.c.percent, 0.0) - func.coalesce(messages.c.shown_percent, 0.0)),
        )
        .join(subscriptions, subscriptions.c.id == messages.c.subscription_id)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .where(
            messages.c.team_id == team_id,
            messages.c.stale_since.is_not(None),
            or_(
                messages.c.state == MessageState.POSTED,
                and_(messages.c.form == MessageForm.MILESTONES, subscriptions.c.thread_ts.is_not(None)),
            ),
        )
        .order_by(running, messages.c.stale_since)
        .limit(limit)
    )
    return [StaleRow(*row) for row in await connection.execute(query)]


async def editing(connection: Connection, team_id: str) -> list[tuple[int, Owner]]:
    """Messages of a workspace whose edit was begun and is not finished: id and owner."""
    query = select(messages.c.id, messages.c.subscription_id).where(messages.c.team_id == team_id, is_editing)
    return [
        (message_id, SubscriptionOwner(subscription_id))
        for message_id, subscription_id in await connection.execute(query)
        if subscription_id is not None
    ]


async def restore_unfinished(connection: Connection, team_ids: Sequence[str], *, now: datetime) -> int:
    """Posts and edits that were begun and whose end nobody saw are to be made again, and may be in Slack already.

    Only for the process that has just claimed these workspaces. Returns the number of posts.
    """
    return await _restore(connection, messages.c.team_id.in_(team_ids), now=now)


async def restore(connection: Connection, message_ids: Sequence[int], *, now: datetime) -> None:
    """The same for posts and edits that this process began and whose end was not written down."""
    await _restore(connection, messages.c.id.in_(message_ids), now=now)


async def _restore(connection: Connection, which: ColumnElement[bool], *, now: datetime) -> int:
    result = await connection.execute(
        update(messages)
        .where(which, is_waiting, messages.c.state == MessageState.SENDING)
        .values(state=MessageState.PLANNED, ambiguous=True)
    )
    await connection.execute(
        update(messages)
        .where(which, is_editing)
        .values(
            state=MessageState.POSTED,
            edit_ambiguous=True,
            shown=None,
            stale_since=func.coalesce(messages.c.stale_since, now),
        )
    )
    return result.rowcount


async def retry_after_crash(connection: Connection, message_id: int, *, at: datetime) -> None:
    """A post or an edit that crashed is made again later; it may have reached Slack."""
    sending, editing = (messages.c.state == state for state in (MessageState.SENDING, MessageState.EDITING))
    await connection.execute(
        update(messages)
        .where(messages.c.id == message_id)
        .values(
            state=case(
                (sending, MessageState.PLANNED.value), (editing, MessageState.POSTED.value), else_=messages.c.state
            ),
            ambiguous=or_(messages.c.ambiguous, sending),
            edit_ambiguous=or_(messages.c.edit_ambiguous, editing),
            shown=None,
            stale_since=case((editing, func.coalesce(messages.c.stale_since, at)), else_=messages.c.stale_since),
            not_before=at,
        )
    )


async def drop_thread(connection: Connection, subscription_id: int, *, reason: str) -> None:
    """Post nothing more in a thread, and edit nothing more; messages to single persons are still posted."""
    to_thread = messages.c.kind.not_in((MessageKind.DIRECT, MessageKind.PRIVATE))
    await _drop(connection, messages.c.subscription_id == subscription_id, is_waiting, to_thread, reason=reason)


async def drop_stopped(connection: Connection, subscription_id: int, *, reason: str) -> None:
    """Post nothing more in a thread that was stopped, but root and card if their post was begun.

    Such a copy may be in Slack: it is posted again, so that there is one that says how it ended.
    """
    shows_end = messages.c.kind.in_((MessageKind.ROOT, MessageKind.CARD))
    begun = or_(messages.c.state == MessageState.SENDING, messages.c.ambiguous)
    to_thread = messages.c.kind.not_in((MessageKind.DIRECT, MessageKind.PRIVATE))
    of_thread = messages.c.subscription_id == subscription_id
    await _drop(connection, of_thread, is_waiting, to_thread, not_(and_(shows_end, begun)), reason=reason)


async def drop_planned(connection: Connection, message_ids: Sequence[int], *, reason: str) -> None:
    """Drop messages whose post was not begun."""
    planned = messages.c.state == MessageState.PLANNED
    await _drop(connection, messages.c.id.in_(message_ids), planned, reason=reason)


async def _drop(connection: Connection, *conditions: ColumnElement[bool], reason: str) -> None:
    values = {"state": MessageState.DROPPED, "reason": reason[:64], "stale_since": None}
    await connection.execute(update(messages).where(*conditions).values(**values))
