"""Roots and cards: what they show, what they should, and edits under way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.models import is_active, is_following, long_tasks, subscriptions
from bot.db.subscriptions import change
from bot.domain.states import Outcome


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


async def mark_dirty(connection: AsyncConnection, long_task_ids: Sequence[int], *, now: datetime) -> None:
    """The cards of these long tasks say something else now."""
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.long_task_id.in_(long_task_ids), is_active)
        .values(card_dirty_since=func.coalesce(subscriptions.c.card_dirty_since, now))
    )
