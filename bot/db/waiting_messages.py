"""Messages of a workspace that are to be posted or edited, and those that no longer are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
    update,
)

from bot.db.column_types import UtcDateTime
from bot.db.engine import Connection
from bot.db.models import commands, is_waiting, long_tasks, messages, subscriptions
from bot.db.rows import StaleRow, WaitingRow, owner_of
from bot.db.watch_models import watches
from bot.domain.message_facts import readable
from bot.domain.message_kinds import RULES, MessageKind, Owner, SubscriptionOwner, WatchOwner
from bot.domain.states import MessageForm, MessageState, Outcome, SubscriptionState, WatchState

_OWNERS = ("subscription_id", "command_id", "watch_id")
_COLUMNS = ("id", *_OWNERS, "facts", "state", "ambiguous", "user_id", "not_before", "created_at")
#: the kind as text: a kind of a newer version must not hold up the whole workspace
_WAITING = (*(messages.c[name] for name in _COLUMNS), type_coerce(messages.c.kind, String).label("kind"))
#: a message to one person, beside the thread
_TO_PERSON = messages.c.kind.in_((MessageKind.DIRECT, MessageKind.PRIVATE))
_OF_TEAM = messages.c.team_id == bindparam("b_team_id")
#: kinds of messages that are edited only so often while their long task runs
_EDITED_EVERY = {kind: rules.edited_every for kind, rules in RULES.items() if rules.edited_every is not None}
#: 1 for a message that waits for a time to come, else 0
_LATER = case((messages.c.not_before > bindparam("b_now", type_=UtcDateTime), 1), else_=0)


async def waiting(
    connection: Connection, team_id: str, *, ranks: Mapping[MessageKind, int], now: datetime, limit: int, of_thread: int
) -> list[WaitingRow]:
    """The messages of a workspace that are not posted yet, in order within each owner.

    Of at most `limit` threads, taken in turn by channel, so that none is crowded out by another: of each channel first
    the thread whose most urgent message ranks lowest (`ranks`: by kind; the first message in a thread of somebody else
    ranks like a root), then the one with the fewest messages, then the longest waiting; those that wait for a time to
    come are last. Of each thread the first `of_thread` messages, and as many of those to persons. And of at most
    `limit` answers to commands, in turn by person, and as many messages about watches, and to persons alone.
    """
    values = {"b_team_id": team_id, "b_now": now, "b_limit": limit}
    by_kind = tuple(ranks.items())
    queries = (
        (_of_threads(by_kind), values | {"b_of_thread": of_thread}),
        (_of_commands(by_kind), values),
        (_of_watches_and_persons(by_kind), values),
    )
    found = []
    for query, parameters in queries:
        for row in (await connection.execute(query, parameters)).mappings():
            fields = dict(row)
            owner = owner_of(*(fields.pop(name) for name in _OWNERS), user_id=fields["user_id"])
            kind, facts = _kind(fields.pop("kind")), readable(fields.pop("facts"))
            found.append(WaitingRow(owner=owner, kind=kind, facts=facts, **fields))
    return found


def _rank(ranks: tuple[tuple[MessageKind, int], ...]) -> ColumnElement[int]:
    least = max(number for _, number in ranks)
    return case(*((messages.c.kind == kind, number) for kind, number in ranks), else_=least)


@cache
def _of_threads(ranks: tuple[tuple[MessageKind, int], ...]) -> Select[Any]:
    rank = _rank(ranks)
    threads = (
        select(
            messages.c.subscription_id,
            func.max(_LATER).label("later"),
            func.min(rank).label("rank"),
            func.count().label("size"),
            func.min(messages.c.created_at).label("since"),
        )
        .where(_OF_TEAM, is_waiting, messages.c.subscription_id.is_not(None))
        .group_by(messages.c.subscription_id)
        .subquery()
    )
    begins = and_(subscriptions.c.is_foreign, subscriptions.c.state == SubscriptionState.STARTING)
    like_root = dict(ranks)[MessageKind.ROOT]
    least = case((begins & (threads.c.rank > like_root), like_root), else_=threads.c.rank)
    of_channel = (threads.c.later, least, threads.c.size, threads.c.since, threads.c.subscription_id)
    turn = func.row_number().over(partition_by=subscriptions.c.channel_id, order_by=of_channel)
    in_turn = (
        select(
            *(column for column in threads.c if column.name != "rank"),
            least.label("rank"),
            case((begins, 1), else_=0).label("begins"),
            subscriptions.c.channel_id,
            turn.label("turn"),
        )
        .join(subscriptions, subscriptions.c.id == threads.c.subscription_id)
        .subquery()
    )
    order = (in_turn.c.later, in_turn.c.turn, in_turn.c.rank, in_turn.c.size, in_turn.c.since)
    threads_chosen = select(in_turn).order_by(*order).limit(bindparam("b_limit")).subquery()
    group = (messages.c.subscription_id, _TO_PERSON)
    of_thread = and_(threads_chosen.c.begins == 1, not_(_TO_PERSON), rank > like_root)
    rank_here = case((of_thread, like_root), else_=rank)
    rows = (
        select(
            *_WAITING,
            threads_chosen.c.channel_id,
            func.min(rank_here).over(partition_by=group).label("rank"),
            func.row_number().over(partition_by=group, order_by=messages.c.id).label("place"),
        )
        .join(threads_chosen, threads_chosen.c.subscription_id == messages.c.subscription_id)
        .where(_OF_TEAM, is_waiting)
        .subquery()
    )
    columns = (column for column in rows.c if column.name != "place")
    query = select(*columns).where(rows.c.place <= bindparam("b_of_thread"))
    return query.order_by(rows.c.subscription_id, rows.c.id)


@cache
def _of_commands(ranks: tuple[tuple[MessageKind, int], ...]) -> Select[Any]:
    answers = (
        select(
            *_WAITING,
            commands.c.channel_id,
            _rank(ranks).label("rank"),
            commands.c.user_id.label("asked_by"),
            # The answers of one command wait for one another.
            func.max(_LATER).over(partition_by=messages.c.command_id).label("later"),
        )
        .join(commands, commands.c.id == messages.c.command_id)
        .where(_OF_TEAM, is_waiting, messages.c.subscription_id.is_(None))
        .subquery()
    )
    turn = func.row_number().over(partition_by=answers.c.asked_by, order_by=(answers.c.later, answers.c.id))
    columns = (column for column in answers.c if column.name not in ("asked_by", "later"))
    return select(*columns).order_by(answers.c.later, turn, answers.c.id).limit(bindparam("b_limit"))


@cache
def _of_watches_and_persons(ranks: tuple[tuple[MessageKind, int], ...]) -> Select[Any]:
    """Messages of watches, and direct messages that belong to nothing else."""
    channel_id = func.coalesce(watches.c.channel_id, messages.c.user_id).label("channel_id")
    query = select(*_WAITING, channel_id, _rank(ranks).label("rank")).outerjoin(watches)
    # A home is published, not posted.
    query = query.where(_OF_TEAM, is_waiting, messages.c.kind != MessageKind.HOME)
    query = query.where(messages.c.subscription_id.is_(None), messages.c.command_id.is_(None))
    return query.order_by(_LATER, messages.c.id).limit(bindparam("b_limit"))


def _kind(text: str) -> MessageKind:
    """A kind; the least urgent if it does not read. Posting that message crashes and is counted."""
    try:
        return MessageKind(text)
    except ValueError:
        return MessageKind.MILESTONE


async def stale(connection: Connection, team_id: str, *, now: datetime, limit: int) -> list[StaleRow]:
    """Messages of a workspace that show something old: those of ended threads first, then the longest stale.

    At most `limit`, taken in turn by channel; those that wait for a time to come are last.
    """
    values = {"b_team_id": team_id, "b_now": now, "b_limit": limit}
    edited = {f"b_{kind}_edited_after": now - every for kind, every in _EDITED_EVERY.items()}
    found = [_stale_row(SubscriptionOwner, row) for row in await connection.execute(_stale(), values | edited)]
    return found + [_stale_row(WatchOwner, row) for row in await connection.execute(_stale_of_watches(), values)]


def _stale_row(kind: Callable[[int], Owner], row: Sequence[Any]) -> StaleRow:
    message_id, owner_id, *values = row
    return StaleRow(message_id, kind(owner_id), *values)


@cache
def _stale() -> Select[Any]:
    is_running = subscriptions.c.outcome == Outcome.FOLLOWING
    running = case((is_running, 1), else_=0)
    edited_just_now = or_(
        *(
            and_(messages.c.kind == kind, messages.c.shown_at > bindparam(f"b_{kind}_edited_after", type_=UtcDateTime))
            for kind in _EDITED_EVERY
        )
    )
    # Milestones are replies: planning them calls nobody, so they do not wait.
    later = case((messages.c.form == MessageForm.MILESTONES, 0), (and_(is_running, edited_just_now), 1), else_=_LATER)
    order = (later, running, messages.c.stale_since, messages.c.id)
    turn = func.row_number().over(partition_by=subscriptions.c.channel_id, order_by=order)
    in_turn = (
        select(
            messages.c.id,
            subscriptions.c.id.label("owner"),
            messages.c.kind,
            messages.c.form,
            func.coalesce(messages.c.channel_id, subscriptions.c.channel_id).label("channel_id"),
            subscriptions.c.outcome,
            messages.c.stale_since,
            messages.c.not_before,
            messages.c.shown_at,
            func.abs(func.coalesce(long_tasks.c.percent, 0.0) - func.coalesce(messages.c.shown_percent, 0.0)).label(
                "change"
            ),
            running.label("running"),
        )
        .join(subscriptions, subscriptions.c.id == messages.c.subscription_id)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .where(
            _OF_TEAM,
            messages.c.stale_since.is_not(None),
            or_(
                messages.c.state == MessageState.POSTED,
                and_(messages.c.form == MessageForm.MILESTONES, subscriptions.c.thread_ts.is_not(None)),
            ),
        )
        .order_by(later, turn, running, messages.c.stale_since)
        .limit(bindparam("b_limit"))
        .subquery()
    )
    columns = (in_turn.c[name] for name in StaleRow.__struct_fields__)
    return select(*columns).order_by(in_turn.c.running, in_turn.c.stale_since)


@cache
def _stale_of_watches() -> Select[Any]:
    outcome = case((watches.c.state == WatchState.WATCHING, Outcome.FOLLOWING.value), else_=Outcome.STOPPED.value)
    columns: tuple[ColumnElement[Any], ...] = (
        messages.c.id,
        messages.c.watch_id,
        messages.c.kind,
        messages.c.form,
        messages.c.channel_id,
        type_coerce(outcome, subscriptions.c.outcome.type),
        messages.c.stale_since,
        messages.c.not_before,
        messages.c.shown_at,
        literal(0.0),
    )
    query = select(*columns).join(watches, watches.c.id == messages.c.watch_id)
    is_stale = (_OF_TEAM, messages.c.stale_since.is_not(None), messages.c.state == MessageState.POSTED)
    return query.where(*is_stale).order_by(_LATER, messages.c.stale_since).limit(bindparam("b_limit"))


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
    await _drop(connection, messages.c.id.in_(message_ids), planned, not_(messages.c.ambiguous), reason=reason)


async def _drop(connection: Connection, *conditions: ColumnElement[bool], reason: str) -> None:
    values = {"state": MessageState.DROPPED, "reason": reason[:64], "stale_since": None}
    await connection.execute(update(messages).where(*conditions).values(**values))
