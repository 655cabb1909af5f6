"""Threads that follow long tasks, and who is mentioned at their end."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import followers, is_active, is_following, long_tasks, sites, subscriptions
from bot.domain.outcome import Outcome


async def follow(
    connection: AsyncConnection,
    *,
    long_task_id: int,
    team_id: str,
    channel_id: str,
    owner_id: str,
    command_id: int | None,
    language: str,
    loudness: str,
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
        loudness=loudness,
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


async def mark_dirty(connection: AsyncConnection, long_task_ids: Sequence[int], *, now: datetime) -> None:
    """The cards of these long tasks say something else now."""
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.long_task_id.in_(long_task_ids), is_active)
        .values(card_dirty_since=func.coalesce(subscriptions.c.card_dirty_since, now))
    )


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
            card_dirty_since=func.coalesce(subscriptions.c.card_dirty_since, now),
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


async def root_stands(
    connection: AsyncConnection, subscription_id: int, *, channel_id: str, ts: str, outcome: Outcome
) -> None:
    """The root is in the channel: its thread can be told the rest."""
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(
            channel_id=channel_id,
            root_ts=ts,
            thread_ts=ts,
            root_outcome=outcome,
            state=case((subscriptions.c.state == "starting", "following"), else_=subscriptions.c.state),
        )
    )


async def root_shown(connection: AsyncConnection, subscription_id: int, outcome: Outcome) -> None:
    """The root shows this outcome."""
    await change(connection, subscription_id, root_outcome=outcome, root_not_before=None)


async def root_settled(connection: AsyncConnection, subscription_id: int) -> None:
    """The root stays as it is, whatever it shows."""
    await change(connection, subscription_id, root_outcome=subscriptions.c.outcome)


async def show_next_look(connection: AsyncConnection, subscription_id: int, *, after: datetime) -> None:
    """A person waits for a look: the card is edited after it, even if only *last checked* has changed."""
    await change(connection, subscription_id, card_shown=None, card_dirty_since=after, card_not_before=after)


async def begin_edit(connection: AsyncConnection, subscription_id: int) -> bool:
    """A card's edit begins: what changes from now on makes it dirty anew; False where there is none to make."""
    result = await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id, subscriptions.c.card_dirty_since.is_not(None))
        .values(card_editing=True, card_dirty_since=None)
    )
    return result.rowcount == 1


async def edit_failed(
    connection: AsyncConnection, subscription_id: int, *, dirty_since: datetime, **values: Any
) -> None:
    """A card's edit was not made: it is dirty for as long as it was before."""
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(card_editing=False, card_dirty_since=dirty_since, **values)
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


async def channels(connection: AsyncConnection, subscription_ids: Collection[int]) -> dict[int, str]:
    """The channel of each of some threads."""
    query = select(subscriptions.c.id, subscriptions.c.channel_id).where(subscriptions.c.id.in_(subscription_ids))
    return {row.id: row.channel_id for row in await connection.execute(query)}


async def to_edit(connection: AsyncConnection, team_id: str, *, at_most: int) -> list[RowMapping]:
    """Threads of a workspace whose root or card shows something old: the ended first, then the longest dirty."""
    columns = (
        subscriptions.c.id,
        subscriptions.c.channel_id,
        subscriptions.c.outcome,
        subscriptions.c.root_ts,
        subscriptions.c.root_outcome,
        subscriptions.c.root_not_before,
        subscriptions.c.thread_ts,
        subscriptions.c.card_ts,
        subscriptions.c.card_form,
        subscriptions.c.card_percent,
        subscriptions.c.card_dirty_since,
        subscriptions.c.card_not_before,
        subscriptions.c.ended_at,
        long_tasks.c.percent,
    )
    joined = select(*columns).join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
    of_team = subscriptions.c.team_id == team_id
    roots = (
        joined.where(of_team, subscriptions.c.root_outcome != subscriptions.c.outcome)
        .order_by(subscriptions.c.ended_at)
        .limit(at_most)
    )
    cards = (
        joined.where(of_team, subscriptions.c.card_dirty_since.is_not(None))
        .order_by(case((subscriptions.c.outcome == Outcome.FOLLOWING, 1), else_=0), subscriptions.c.card_dirty_since)
        .limit(at_most)
    )
    found = [*(await connection.execute(roots)).mappings(), *(await connection.execute(cards)).mappings()]
    return list({row["id"]: row for row in found}.values())


async def unsettled(connection: AsyncConnection, team_ids: Sequence[str], *, now: datetime) -> None:
    """Card edits that were begun and whose end nobody saw are to be made again, and may still arrive late.

    Only for the process that has just claimed these workspaces.
    """
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.team_id.in_(team_ids), subscriptions.c.card_editing)
        .values(
            card_editing=False,
            card_unsure=True,
            card_shown=None,
            card_dirty_since=func.coalesce(subscriptions.c.card_dirty_since, now),
        )
    )


async def refresh_checked(connection: AsyncConnection, *, before: datetime, now: datetime) -> None:
    """Cards that have shown the same last look since `before` say when they were last checked."""
    await connection.execute(
        update(subscriptions)
        .where(
            is_following,
            subscriptions.c.card_checked_at < before,
            subscriptions.c.card_dirty_since.is_(None),
        )
        .values(card_dirty_since=now, card_shown=None)
    )


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
