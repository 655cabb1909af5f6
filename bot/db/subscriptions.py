"""Threads that follow long tasks, and who is mentioned at their end."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, delete, func, or_, select, update

from bot.db import stale_messages
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import followers, is_active, long_tasks, subscriptions
from bot.db.rows import SubscriptionRow, build, columns
from bot.domain.states import Outcome, SubscriptionState, Verbosity

_COLUMNS = columns(SubscriptionRow, subscriptions)


async def add(
    connection: Connection,
    *,
    long_task_id: int,
    team_id: str,
    channel_id: str,
    owner_id: str | None,
    command_id: int | None,
    watch_id: int | None = None,
    language: str,
    verbosity: Verbosity,
    now: datetime,
    label: str | None = None,
    by_script: bool = False,
    thread_ts: str | None = None,
) -> int | None:
    """Let a channel follow a long task; returns the subscription's id, or None if the channel follows it already.

    `thread_ts`: of the thread of somebody else in which it is to be followed; None for a root of ours.
    """
    insert = upsert(connection, subscriptions).values(
        long_task_id=long_task_id,
        team_id=team_id,
        channel_id=channel_id,
        owner_id=owner_id,
        command_id=command_id,
        watch_id=watch_id,
        language=language,
        verbosity=verbosity,
        label=label,
        by_script=by_script,
        thread_ts=thread_ts,
        is_foreign=thread_ts is not None,
        created_at=now,
    )
    found = await connection.execute(insert.on_conflict_do_nothing().returning(subscriptions.c.id))
    return found.scalar()


async def active(connection: Connection, *, long_task_id: int, team_id: str, channel_id: str) -> SubscriptionRow | None:
    """The subscription with which a channel follows a long task now.

    `channel_id` may be a user id: the direct message with this person. Its own channel id (D…) is known once its root
    is posted, and of all direct messages with the bot a person sees only that one.
    """
    in_direct_message = and_(subscriptions.c.channel_id.startswith("D"), subscriptions.c.owner_id == channel_id)
    query = select(*_COLUMNS).where(
        subscriptions.c.long_task_id == long_task_id,
        subscriptions.c.team_id == team_id,
        or_(subscriptions.c.channel_id == channel_id, in_direct_message),
        is_active,
    )
    row = (await connection.execute(query)).first()
    return None if row is None else build(SubscriptionRow, row)


async def count_active(
    connection: Connection, *, team_id: str, owner_id: str | None = None, channel_id: str | None = None
) -> int:
    """How many threads of a workspace follow: those of a person, or those in a channel."""
    query = select(func.count()).select_from(subscriptions).where(subscriptions.c.team_id == team_id, is_active)
    if owner_id is not None:
        query = query.where(subscriptions.c.owner_id == owner_id)
    if channel_id is not None:
        query = query.where(subscriptions.c.channel_id == channel_id)
    return (await connection.execute(query)).scalar_one()


async def from_command(connection: Connection, *, long_task_id: int, command_id: int) -> bool:
    """Whether a command has made a subscription to a long task, in whatever state that is now."""
    query = select(subscriptions.c.id).where(
        subscriptions.c.long_task_id == long_task_id, subscriptions.c.command_id == command_id
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def add_follower(
    connection: Connection, *, subscription_id: int, user_id: str, account_id: int | None, now: datetime
) -> bool:
    """Mention a person at the end, and let the card show it; false if the thread has ended, so nobody is mentioned."""
    # An end that is being written goes first, and one that comes waits until the person is among those mentioned.
    followed = select(subscriptions.c.id).where(subscriptions.c.id == subscription_id, is_active)
    if (await connection.execute(followed.with_for_update())).first() is None:
        return False
    insert = upsert(connection, followers).values(
        subscription_id=subscription_id, user_id=user_id, account_id=account_id, created_at=now
    )
    added = await connection.execute(insert.on_conflict_do_nothing().returning(followers.c.user_id))
    if added.first() is not None:
        await stale_messages.mark_card(connection, subscription_id, now=now)
    return True


async def remove_follower(connection: Connection, *, subscription_id: int, user_id: str, now: datetime) -> None:
    """Mention a person at the end no more, and let the card show it."""
    is_theirs = (followers.c.subscription_id == subscription_id, followers.c.user_id == user_id)
    removed = await connection.execute(delete(followers).where(*is_theirs).returning(followers.c.user_id))
    if removed.first() is not None:
        await stale_messages.mark_card(connection, subscription_id, now=now)


async def followers_of(connection: Connection, subscription_id: int) -> tuple[str, ...]:
    """User ids of those mentioned at the end, in the order in which they asked."""
    query = (
        select(followers.c.user_id)
        .where(followers.c.subscription_id == subscription_id)
        .order_by(followers.c.created_at, followers.c.user_id)
    )
    return tuple((await connection.execute(query)).scalars())


async def of_long_tasks(connection: Connection, long_task_ids: Sequence[int]) -> dict[int, list[SubscriptionRow]]:
    """The active subscriptions of some long tasks, by long task id."""
    query = (
        select(*_COLUMNS).where(subscriptions.c.long_task_id.in_(long_task_ids), is_active).order_by(subscriptions.c.id)
    )
    found: dict[int, list[SubscriptionRow]] = {}
    for row in await connection.execute(query):
        subscription = build(SubscriptionRow, row)
        found.setdefault(subscription.long_task_id, []).append(subscription)
    return found


async def root_posted(connection: Connection, subscription_id: int, *, channel_id: str, ts: str) -> None:
    """The root is in the channel, so messages can be posted in its thread."""
    starting = subscriptions.c.state == SubscriptionState.STARTING
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(
            channel_id=channel_id,
            thread_ts=ts,
            state=case((starting, SubscriptionState.FOLLOWING.value), else_=subscriptions.c.state),
        )
    )


async def thread_begun(connection: Connection, subscription_id: int) -> None:
    """The first message of ours is in a thread of somebody else."""
    starting = subscriptions.c.state == SubscriptionState.STARTING
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id, starting)
        .values(state=SubscriptionState.FOLLOWING)
    )


async def end(connection: Connection, ended: Sequence[tuple[int, Outcome]], *, now: datetime) -> dict[Outcome, int]:
    """End the threads of long tasks (id, outcome) that have ended: what is kept true is to show it.

    Returns how many threads have ended, by outcome.
    """
    by_outcome: dict[Outcome, list[int]] = {}
    threads: dict[Outcome, int] = {}
    for long_task_id, outcome in ended:
        by_outcome.setdefault(outcome, []).append(long_task_id)
    for outcome, long_task_ids in by_outcome.items():
        result = await connection.execute(
            update(subscriptions)
            .where(subscriptions.c.long_task_id.in_(long_task_ids), is_active)
            .values(state=SubscriptionState.ENDED, outcome=outcome, ended_at=now)
            .returning(subscriptions.c.id)
        )
        subscription_ids = list(result.scalars())
        await stale_messages.mark_outcome(connection, subscription_ids, now=now)
        threads[outcome] = len(subscription_ids)
    return threads


async def stop(connection: Connection, subscription_id: int, *, stopped_by: str, now: datetime) -> bool:
    """Stop a thread because a person asks; false if it had ended already."""
    result = await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id, is_active)
        .values(state=SubscriptionState.STOPPED, outcome=Outcome.STOPPED, stopped_by=stopped_by, ended_at=now)
    )
    if result.rowcount != 1:
        return False
    await stale_messages.mark_outcome(connection, [subscription_id], now=now)
    return True


async def take_over(
    connection: Connection, subscription_id: int, *, owner_id: str, new_owner_id: str, now: datetime
) -> bool:
    """Give a thread that is followed from its owner to another person; false if it was given away before."""
    result = await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id, subscriptions.c.owner_id == owner_id, is_active)
        .values(owner_id=new_owner_id)
    )
    if result.rowcount != 1:
        return False
    await stale_messages.mark_outcome(connection, [subscription_id], now=now)
    return True


async def in_channel(
    connection: Connection, *, team_id: str, channel_id: str, begun_before: datetime
) -> list[SubscriptionRow]:
    """The threads that follow in a channel and began before a time (UTC)."""
    query = select(*_COLUMNS).where(
        subscriptions.c.team_id == team_id,
        subscriptions.c.channel_id == channel_id,
        subscriptions.c.created_at < begun_before,
        is_active,
    )
    return [build(SubscriptionRow, row) for row in await connection.execute(query.order_by(subscriptions.c.id))]


async def lose(connection: Connection, subscription_id: int, *, reason: str, now: datetime) -> None:
    """End a thread in which nothing can be posted or edited any more."""
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(state=SubscriptionState.LOST, reason=reason[:64], ended_at=func.coalesce(subscriptions.c.ended_at, now))
    )
    await stale_messages.leave_thread(connection, subscription_id)


async def was_followed(connection: Connection, *, site_id: int, remote_id: str, team_id: str, channel_id: str) -> bool:
    """Whether a channel follows a long task, or has followed it until it ended or was stopped."""
    query = (
        select(subscriptions.c.id)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .where(
            long_tasks.c.site_id == site_id,
            long_tasks.c.remote_id == remote_id,
            subscriptions.c.team_id == team_id,
            subscriptions.c.channel_id == channel_id,
        )
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def take(connection: Connection, subscription_id: int, *, owner_id: str, now: datetime) -> None:
    """Give a thread without an owner to a person, and let the root show it."""
    result = await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id, subscriptions.c.owner_id.is_(None))
        .values(owner_id=owner_id)
    )
    if result.rowcount == 1:
        await stale_messages.mark_outcome(connection, [subscription_id], now=now)
