"""Threads that follow long tasks, and who is mentioned at their end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import followers, is_active, long_tasks, sites, subscriptions
from bot.domain.states import Outcome

#: a thread without a card to edit says milestones
_card_stands = or_(
    subscriptions.c.card_ts.is_not(None),
    and_(subscriptions.c.card_form == "milestones", subscriptions.c.thread_ts.is_not(None)),
)


async def follow(
    connection: AsyncConnection,
    *,
    long_task_id: int,
    team_id: str,
    channel_id: str,
    owner_id: str,
    command_id: int | None,
    language: str,
    verbosity: str,
    told_seq: int,
    now: datetime,
) -> int | None:
    """Let a channel follow a long task; the new subscription's id, or none where it follows already."""
    insert = upsert(connection, subscriptions).values(
        long_task_id=long_task_id,
        team_id=team_id,
        channel_id=channel_id,
        owner_id=owner_id,
        command_id=command_id,
        language=language,
        verbosity=verbosity,
        told_seq=told_seq,
        root_outcome=Outcome.FOLLOWING,
        created_at=now,
    )
    statement = insert.on_conflict_do_nothing().returning(subscriptions.c.id)
    return (await connection.execute(statement)).scalar()


async def active(connection: AsyncConnection, *, long_task_id: int, team_id: str, channel_id: str) -> RowMapping | None:
    """The subscription with which a channel follows a long task now."""
    query = select(subscriptions).where(
        subscriptions.c.long_task_id == long_task_id,
        subscriptions.c.team_id == team_id,
        subscriptions.c.channel_id == channel_id,
        is_active,
    )
    return (await connection.execute(query)).mappings().first()


async def came_of(connection: AsyncConnection, *, long_task_id: int, command_id: int) -> bool:
    """Whether a command has been carried out for a long task before, whatever has become of its thread."""
    query = select(subscriptions.c.id).where(
        subscriptions.c.long_task_id == long_task_id, subscriptions.c.command_id == command_id
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def add_follower(
    connection: AsyncConnection, *, subscription_id: int, user_id: str, account_id: int | None, now: datetime
) -> bool:
    """Mention a person at the end; whether that is new."""
    insert = upsert(connection, followers).values(
        subscription_id=subscription_id, user_id=user_id, account_id=account_id, created_at=now
    )
    statement = insert.on_conflict_do_nothing().returning(followers.c.user_id)
    return (await connection.execute(statement)).first() is not None


async def followers_of(connection: AsyncConnection, subscription_id: int) -> tuple[str, ...]:
    """Who is mentioned at the end, in the order in which they asked."""
    query = (
        select(followers.c.user_id)
        .where(followers.c.subscription_id == subscription_id)
        .order_by(followers.c.created_at, followers.c.user_id)
    )
    return tuple((await connection.execute(query)).scalars())


async def of_long_tasks(connection: AsyncConnection, long_task_ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    """The threads that follow each of some long tasks."""
    query = (
        select(subscriptions)
        .where(subscriptions.c.long_task_id.in_(long_task_ids), is_active)
        .order_by(subscriptions.c.id)
    )
    found: dict[int, list[RowMapping]] = {}
    for row in (await connection.execute(query)).mappings():
        found.setdefault(row["long_task_id"], []).append(row)
    return found


async def end(connection: AsyncConnection, long_task_ids: Sequence[tuple[int, Outcome]], *, now: datetime) -> None:
    """These long tasks have ended: their threads show it."""
    by_outcome: dict[Outcome, list[int]] = {}
    for long_task_id, outcome in long_task_ids:
        by_outcome.setdefault(outcome, []).append(long_task_id)
    for outcome, some in by_outcome.items():
        await connection.execute(
            update(subscriptions)
            .where(subscriptions.c.long_task_id.in_(some), is_active)
            .values(
                state="ended",
                outcome=outcome,
                ended_at=now,
                card_dirty_since=func.coalesce(subscriptions.c.card_dirty_since, now),
            )
        )


async def stop(connection: AsyncConnection, subscription_id: int, *, stopped_by: str, now: datetime) -> bool:
    """A person stops a thread; False where it had ended already."""
    result = await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id, is_active)
        .values(
            state="stopped",
            outcome=Outcome.STOPPED,
            stopped_by=stopped_by,
            ended_at=now,
            # What does not stand yet will not be told any more, so there is nothing to bring up to date.
            card_dirty_since=case((_card_stands, func.coalesce(subscriptions.c.card_dirty_since, now)), else_=None),
            root_outcome=case((subscriptions.c.root_ts.is_(None), Outcome.STOPPED), else_=subscriptions.c.root_outcome),
        )
    )
    return result.rowcount == 1


async def lose(connection: AsyncConnection, subscription_id: int, *, reason: str, now: datetime) -> None:
    """Nothing can be told in a thread any more."""
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(
            state="lost",
            reason=reason[:64],
            ended_at=func.coalesce(subscriptions.c.ended_at, now),
            card_dirty_since=None,
            card_editing=False,
            root_outcome=subscriptions.c.outcome,
        )
    )


async def change(connection: AsyncConnection, subscription_id: int, **values: Any) -> None:
    """Write columns of one subscription."""
    await connection.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(**values))


def _listing() -> Select[Any]:
    return (
        select(
            subscriptions,
            long_tasks.c.remote_id,
            long_tasks.c.kind,
            long_tasks.c.percent,
            long_tasks.c.site_id,
            sites.c.alias.label("site_alias"),
        )
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .join(sites, sites.c.id == long_tasks.c.site_id)
    )


async def followed(
    connection: AsyncConnection,
    *,
    team_id: str,
    channel_id: str | None,
    owner_id: str | None,
    remote_id: str | None = None,
) -> list[RowMapping]:
    """What is followed in a workspace, in one channel or by one person (as owner or follower), oldest first."""
    query = _listing().where(subscriptions.c.team_id == team_id, is_active)
    if channel_id is not None:
        query = query.where(subscriptions.c.channel_id == channel_id)
    if owner_id is not None:
        mine = select(followers.c.subscription_id).where(followers.c.user_id == owner_id)
        query = query.where(or_(subscriptions.c.owner_id == owner_id, subscriptions.c.id.in_(mine)))
    if remote_id is not None:
        query = query.where(long_tasks.c.remote_id == remote_id)
    return list((await connection.execute(query.order_by(subscriptions.c.id))).mappings())


async def whole(connection: AsyncConnection, subscription_id: int) -> RowMapping | None:
    """A subscription with the long task and the site it is about, in one row (`subscription_…` names are its own)."""
    query = (
        select(
            subscriptions,
            *[column.label(f"task_{column.name}") for column in long_tasks.c],
            sites.c.base_url.label("site_base_url"),
            sites.c.kind.label("site_kind"),
        )
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        .join(sites, sites.c.id == long_tasks.c.site_id)
        .where(subscriptions.c.id == subscription_id)
    )
    return (await connection.execute(query)).mappings().first()
