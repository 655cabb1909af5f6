"""Subscriptions together with what they follow: lists of them, one whole, and the one a message belongs to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import case, or_, select

from bot.db.engine import Connection
from bot.db.models import followers, is_active, long_tasks, messages, sites, subscriptions
from bot.db.rows import Address, LongTaskRow, SubscriptionRow, ThreadRow, build, columns
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome, Titles

_SUBSCRIPTION = columns(SubscriptionRow, subscriptions)
_THREAD = (*_SUBSCRIPTION, *columns(LongTaskRow, long_tasks), sites.c.base_url)


class ListedRow(Struct, frozen=True):
    """One line of a list of what is followed."""

    id: int
    long_task_id: int
    channel_id: str
    owner_id: str | None
    outcome: Outcome
    created_at: datetime
    thread_ts: str | None
    remote_id: str
    label: str | None
    titles: Titles
    snapshot: str | None  #: JSON, read by `long_tasks.readable_snapshot`
    site_id: int


_LISTED = columns(ListedRow, subscriptions, long_tasks)


async def followed(
    connection: Connection,
    *,
    team_id: str,
    channel_id: str | None = None,
    user_id: str | None = None,
    remote_id: str | None = None,
) -> list[ListedRow]:
    """What is followed in a workspace, in one channel or by one person (as owner or follower), oldest first."""
    query = (
        select(*_LISTED)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .where(subscriptions.c.team_id == team_id, is_active)
    )
    if channel_id is not None:
        query = query.where(subscriptions.c.channel_id == channel_id)
    if user_id is not None:
        mine = select(followers.c.subscription_id).where(followers.c.user_id == user_id)
        query = query.where(or_(subscriptions.c.owner_id == user_id, subscriptions.c.id.in_(mine)))
    if remote_id is not None:
        query = query.where(long_tasks.c.remote_id == remote_id)
    return [build(ListedRow, row) for row in await connection.execute(query.order_by(subscriptions.c.id))]


async def listed(connection: Connection, subscription_ids: Collection[int]) -> dict[int, ListedRow]:
    """The lines of some threads in a list, by subscription id."""
    query = (
        select(*_LISTED)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .where(subscriptions.c.id.in_(subscription_ids))
    )
    rows = [build(ListedRow, row) for row in await connection.execute(query)]
    return {row.id: row for row in rows}


async def about(connection: Connection, team_id: str, remote_ids: Collection[str]) -> list[ListedRow]:
    """The threads of a workspace that follow long tasks with these ids, on whichever site, oldest first."""
    query = (
        select(*_LISTED)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .where(subscriptions.c.team_id == team_id, is_active, long_tasks.c.remote_id.in_(remote_ids))
    )
    return [build(ListedRow, row) for row in await connection.execute(query.order_by(subscriptions.c.id))]


async def find(connection: Connection, subscription_id: int) -> ThreadRow | None:
    """A subscription with the long task it follows."""
    query = (
        select(*_THREAD)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .join(sites, sites.c.id == long_tasks.c.site_id)
        .where(subscriptions.c.id == subscription_id)
    )
    row: Sequence[Any] | None = (await connection.execute(query)).first()
    if row is None:
        return None
    *values, site_base_url = row
    split = len(_SUBSCRIPTION)
    return ThreadRow(build(SubscriptionRow, values[:split]), build(LongTaskRow, values[split:]), site_base_url)


async def of_message(
    connection: Connection, *, team_id: str, channel_id: str, message_ts: str, subscription_id: int | None = None
) -> int | None:
    """The id of the subscription that a message of the bot belongs to; of several about one long task in the channel,
    the one that follows it now.

    A copy of a root or card whose post was ambiguous is known by the `subscription_id` that its buttons carry.
    """
    here = (subscriptions.c.team_id == team_id, subscriptions.c.channel_id == channel_id)
    by_message = select(messages.c.subscription_id).where(
        messages.c.team_id == team_id,
        messages.c.channel_id == channel_id,
        messages.c.ts == message_ts,
        messages.c.kind.in_((MessageKind.ROOT, MessageKind.CARD)),
        messages.c.subscription_id.is_not(None),
    )
    found = select(subscriptions.c.long_task_id).where(
        *here, or_(subscriptions.c.id.in_(by_message), subscriptions.c.id == subscription_id)
    )
    query = (
        select(subscriptions.c.id)
        .where(*here, subscriptions.c.long_task_id.in_(found), subscriptions.c.thread_ts.is_not(None))
        .order_by(case((is_active, 0), else_=1), subscriptions.c.id.desc())
        .limit(1)
    )
    return (await connection.execute(query)).scalar()


async def shown_messages(connection: Connection, subscription_id: int) -> dict[MessageKind, str]:
    """The ts of root and card of a thread, as far as they are in Slack."""
    query = select(messages.c.kind, messages.c.ts).where(
        messages.c.subscription_id == subscription_id,
        messages.c.kind.in_((MessageKind.ROOT, MessageKind.CARD)),
        messages.c.state.in_((MessageState.POSTED, MessageState.EDITING)),
    )
    return {kind: ts for kind, ts in await connection.execute(query) if ts is not None}


async def has_begun(connection: Connection, subscription_id: int) -> bool:
    """Whether a message of a thread is in Slack, or was."""
    query = select(messages.c.id).where(
        messages.c.subscription_id == subscription_id,
        messages.c.kind.not_in((MessageKind.DIRECT, MessageKind.PRIVATE)),
        messages.c.state.in_((MessageState.POSTED, MessageState.EDITING, MessageState.GONE)),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def was_gone(connection: Connection, subscription_id: int, kind: MessageKind, *, but: int) -> bool:
    """Whether a message of this kind, other than `but` (its id), was deleted in a thread before."""
    query = select(messages.c.id).where(
        messages.c.subscription_id == subscription_id,
        messages.c.kind == kind,
        messages.c.state == MessageState.GONE,
        messages.c.id != but,
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def direct_to(connection: Connection, subscription_id: int, user_id: str) -> Address | None:
    """The last direct message about a thread that a person got; None if there is none."""
    query = (
        select(messages.c.channel_id, messages.c.ts)
        .where(
            messages.c.subscription_id == subscription_id,
            messages.c.kind == MessageKind.DIRECT,
            messages.c.user_id == user_id,
            messages.c.state == MessageState.POSTED,
            messages.c.ts.is_not(None),
        )
        .order_by(messages.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Address(row.channel_id or "", row.ts or "")
