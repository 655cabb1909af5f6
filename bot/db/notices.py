"""Facts that threads have to be told once, from the plan to the message."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import is_untold, notices, subscriptions
from bot.domain.pacing import Telling


def new_marker() -> str:
    """The mark by which a notice's message is found again: 96 random bits."""
    return secrets.token_hex(12)


def planned(
    telling: Telling, *, subscription_id: int, team_id: str, now: datetime, facts: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A row for `plan`.

    Facts: `first`, `last` (sequence numbers) and `earlier` of WARNINGS; `trouble`, `over`, `since`, `until` of TROUBLE;
    `status` of PHASE; `user` and `reason` of DM; `reason` of CALLER.
    """
    return {
        "marker": new_marker(),
        "subscription_id": subscription_id,
        "team_id": team_id,
        "kind": telling,
        "facts": msgspec.json.encode(facts or {}).decode(),
        "created_at": now,
    }


async def plan(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write down facts to tell, in this order; in the transaction of what caused them."""
    if rows:
        await connection.execute(notices.insert(), list(rows))


async def change(connection: AsyncConnection, notice_id: int, **values: Any) -> None:
    """Write columns of one notice."""
    await connection.execute(update(notices).where(notices.c.id == notice_id).values(**values))


async def fresh(connection: AsyncConnection, notice: RowMapping) -> None:
    """A told notice shows what it should, unless that has changed since the row was read."""
    await connection.execute(
        update(notices)
        .where(notices.c.id == notice["id"], notices.c.dirty_since == notice["dirty_since"])
        .values(dirty_since=None, not_before=None)
    )


async def begin(connection: AsyncConnection, notice_id: int) -> bool:
    """planned → sending; False where it is no longer planned."""
    result = await connection.execute(
        update(notices)
        .where(notices.c.id == notice_id, notices.c.state == "planned")
        .values(state="sending", attempts=notices.c.attempts + 1)
    )
    return result.rowcount == 1


async def unsettled(connection: AsyncConnection, team_ids: Sequence[str]) -> int:
    """Posts that were begun and whose end nobody saw become planned again, marked as such; how many.

    Only for the process that has just claimed these workspaces.
    """
    result = await connection.execute(
        update(notices)
        .where(notices.c.team_id.in_(team_ids), is_untold, notices.c.state == "sending")
        .values(state="planned", may_stand=True)
    )
    return result.rowcount


async def put_off(connection: AsyncConnection, notice_id: int, *, until: datetime) -> None:
    """A notice whose telling broke off is told later; it may stand where its post had been begun."""
    begun = notices.c.state == "sending"
    await connection.execute(
        update(notices)
        .where(notices.c.id == notice_id)
        .values(
            state=case((begun, "planned"), else_=notices.c.state),
            may_stand=or_(notices.c.may_stand, begun),
            not_before=until,
        )
    )


async def unseen(connection: AsyncConnection, notice_ids: Sequence[int]) -> None:
    """Posts that were begun and whose end was not written down become planned again, marked as such."""
    await connection.execute(
        update(notices)
        .where(notices.c.id.in_(notice_ids), notices.c.state == "sending")
        .values(state="planned", may_stand=True)
    )


async def drop_planned(connection: AsyncConnection, notice_ids: Sequence[int], *, reason: str) -> None:
    """These need not be told any more, unless their telling has begun."""
    await connection.execute(
        update(notices)
        .where(notices.c.id.in_(notice_ids), notices.c.state == "planned")
        .values(state="dropped", reason=reason[:64])
    )


async def plan_once(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Write down a fact to tell, unless one with this marker was written down before."""
    insert = upsert(connection, notices).values(row)
    await connection.execute(insert.on_conflict_do_nothing(index_elements=[notices.c.marker]))


async def untold(
    connection: AsyncConnection, team_id: str, *, ranks: Mapping[str, int], at_most: int
) -> list[RowMapping]:
    """The untold notices of a workspace, each thread's in their order: of so many threads at most, those first whose
    most urgent notice ranks lowest, then the longest waiting. `ranks`: by kind."""
    waiting = and_(notices.c.team_id == team_id, is_untold)
    threads = (
        select(notices.c.subscription_id)
        .where(waiting)
        .group_by(notices.c.subscription_id)
        .order_by(
            func.min(case(dict(ranks), value=notices.c.kind, else_=max(ranks.values()))),
            func.min(notices.c.created_at),
        )
        .limit(at_most)
    )
    query = (
        select(
            notices.c.id,
            notices.c.subscription_id,
            notices.c.kind,
            notices.c.facts,
            notices.c.state,
            notices.c.not_before,
            notices.c.created_at,
            subscriptions.c.channel_id,
        )
        .join(subscriptions, subscriptions.c.id == notices.c.subscription_id)
        .where(waiting, notices.c.subscription_id.in_(threads))
        .order_by(notices.c.subscription_id, notices.c.id)
    )
    return list((await connection.execute(query)).mappings())


async def stale(connection: AsyncConnection, team_id: str, *, at_most: int) -> list[RowMapping]:
    """Told notices of a workspace whose wanted text has changed, the longest stale first."""
    query = (
        select(
            notices.c.id,
            notices.c.subscription_id,
            notices.c.dirty_since,
            notices.c.not_before,
            subscriptions.c.channel_id,
        )
        .join(subscriptions, subscriptions.c.id == notices.c.subscription_id)
        .where(notices.c.team_id == team_id, notices.c.dirty_since.is_not(None))
        .order_by(notices.c.dirty_since)
        .limit(at_most)
    )
    return list((await connection.execute(query)).mappings())


async def find(connection: AsyncConnection, notice_id: int) -> RowMapping | None:
    """One notice."""
    return (await connection.execute(select(notices).where(notices.c.id == notice_id))).mappings().first()


async def drop_untold(
    connection: AsyncConnection, subscription_id: int, *, reason: str, kinds: Sequence[Telling] | None = None
) -> None:
    """What a thread has still to be told is told to nobody (DMs and answers to the caller stay, unless named)."""
    kept = (Telling.DM, Telling.CALLER)
    which = notices.c.kind.not_in(kept) if kinds is None else notices.c.kind.in_(kinds)
    await connection.execute(
        update(notices)
        .where(notices.c.subscription_id == subscription_id, is_untold, which)
        .values(state="dropped", reason=reason[:64])
    )


async def ages(connection: AsyncConnection) -> list[tuple[str, int, datetime]]:
    """How many notices of each kind wait, and since when the oldest does."""
    query = (
        select(notices.c.kind, func.count(), func.min(notices.c.created_at)).where(is_untold).group_by(notices.c.kind)
    )
    return [(kind, count, oldest) for kind, count, oldest in await connection.execute(query)]
