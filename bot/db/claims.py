"""Take rows for a while: leases with a fresh claim id each, judged by the database's clock.

Whoever holds a claim may write; a claim that ran out and was taken by somebody else has another id, so a late
writer finds that it holds nothing. On SQLite one process has the whole file, so the same statements simply succeed.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Table, Update, and_, bindparam, exists, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.engine import database_now
from bot.db.models import commands, is_untold, long_tasks, notices, subscriptions, viewers, workspaces

#: how long a claim holds without being renewed
LEASE = timedelta(seconds=10)
#: how often claims are renewed; two renewals may fail before one is lost
RENEW_SECONDS = 3.0


def new_claim_id() -> str:
    """A claim id nobody had before: 128 random bits, hexadecimal."""
    return secrets.token_hex(16)


def _due(query: Select[Any], limit: int, *, sqlite: bool, lock: Table) -> CTE:
    """The rows to take. A subquery in `IN (…)` may be run again by the planner and take more than the limit, so it
    is a materialized CTE (https://www.postgresql.org/docs/current/queries-with.html)."""
    query = query.limit(limit)
    if not sqlite:
        query = query.with_for_update(skip_locked=True, of=lock)
    return query.cte("due").prefix_with("MATERIALIZED")


async def claim_long_tasks(
    connection: AsyncConnection,
    *,
    site_id: int,
    limit: int,
    now: datetime,
    paused_accounts: Collection[int] = (),
    but: Collection[int] = (),
) -> list[RowMapping]:
    """Take due long tasks of a site, the longest due first, each with this claim's fresh `claim_id`.

    Those which only paused accounts can see are left, and so are those with the ids `but`.
    """
    clock = await database_now(connection, fallback=now)
    claim_id = new_claim_id()
    free = _free(site_id, clock=clock, paused_accounts=paused_accounts, but=but)
    query = select(long_tasks.c.id).where(long_tasks.c.due_at <= now, *free).order_by(long_tasks.c.due_at)
    due = _due(query, limit, sqlite=connection.dialect.name == "sqlite", lock=long_tasks)
    statement = (
        update(long_tasks)
        .values(claim_id=claim_id, claimed_until=clock + LEASE)
        .where(long_tasks.c.id == due.c.id)
        .returning(long_tasks)
    )
    return sorted((await connection.execute(statement)).mappings(), key=lambda row: row["due_at"])


def _free(
    site_id: int, *, clock: datetime, paused_accounts: Collection[int], but: Collection[int]
) -> list[ColumnElement[bool]]:
    """Long tasks of a site that are looked at, and that nobody looks at now."""
    free = [
        long_tasks.c.site_id == site_id,
        or_(long_tasks.c.claimed_until.is_(None), long_tasks.c.claimed_until < clock),
    ]
    if paused_accounts:
        sees = viewers.c.account_id.not_in(paused_accounts)
        free.append(exists().where(viewers.c.long_task_id == long_tasks.c.id, sees))
    if but:
        free.append(long_tasks.c.id.not_in(but))
    return free


async def held_long_tasks(connection: AsyncConnection, claims: Sequence[tuple[int, str]]) -> dict[int, RowMapping]:
    """Which of the claimed long tasks (id, claim id) are still held, with their rows as they are now; locked until
    the transaction ends, so that no successor can take them meanwhile."""
    by_id = dict(claims)
    query = select(long_tasks).where(long_tasks.c.id.in_(by_id)).order_by(long_tasks.c.id)
    if connection.dialect.name != "sqlite":
        query = query.with_for_update()
    rows = (await connection.execute(query)).mappings()
    return {row["id"]: row for row in rows if row["claim_id"] == by_id[row["id"]]}


async def claim_workspaces(
    connection: AsyncConnection, *, now: datetime, claim_id: str, at_most: int = 50
) -> list[str]:
    """Take active workspaces which have something to tell and which nobody delivers for; their team ids."""
    clock = await database_now(connection, fallback=now)
    untold = exists().where(notices.c.team_id == workspaces.c.team_id, is_untold)
    stale = exists().where(notices.c.team_id == workspaces.c.team_id, notices.c.dirty_since.is_not(None))
    dirty = exists().where(
        subscriptions.c.team_id == workspaces.c.team_id, subscriptions.c.card_dirty_since.is_not(None)
    )
    root = exists().where(
        subscriptions.c.team_id == workspaces.c.team_id,
        subscriptions.c.root_outcome != subscriptions.c.outcome,
    )
    query = select(workspaces.c.team_id).where(
        workspaces.c.state == "active",
        or_(workspaces.c.claimed_until.is_(None), workspaces.c.claimed_until < clock),
        or_(untold, dirty, root, stale),
    )
    due = _due(query, at_most, sqlite=connection.dialect.name == "sqlite", lock=workspaces)
    statement = (
        update(workspaces)
        .values(claim_id=claim_id, claimed_until=clock + LEASE)
        .where(workspaces.c.team_id == due.c.team_id)
        .returning(workspaces.c.team_id)
    )
    return list((await connection.execute(statement)).scalars())


async def holds_workspace(connection: AsyncConnection, *, team_id: str, claim_id: str) -> bool:
    """Whether this claim still holds the workspace; if so it is kept from others until the transaction ends."""
    query = select(workspaces.c.team_id).where(workspaces.c.team_id == team_id, workspaces.c.claim_id == claim_id)
    if connection.dialect.name != "sqlite":
        query = query.with_for_update()
    return (await connection.execute(query)).first() is not None


async def claim_commands(connection: AsyncConnection, *, now: datetime, limit: int) -> list[RowMapping]:
    """Take commands which nobody has answered yet, oldest first."""
    clock = await database_now(connection, fallback=now)
    query = (
        select(commands.c.id)
        .where(
            commands.c.answered_at.is_(None),
            or_(commands.c.claimed_until.is_(None), commands.c.claimed_until < clock),
        )
        .order_by(commands.c.created_at)
    )
    due = _due(query, limit, sqlite=connection.dialect.name == "sqlite", lock=commands)
    statement = (
        update(commands)
        .values(claim_id=new_claim_id(), claimed_until=clock + LEASE, attempts=commands.c.attempts + 1)
        .where(commands.c.id == due.c.id)
        .returning(commands)
    )
    return sorted((await connection.execute(statement)).mappings(), key=lambda row: row["created_at"])


async def renew(
    connection: AsyncConnection, table: Table, claims: Sequence[tuple[Any, str]], *, now: datetime
) -> set[Any]:
    """Hold claims (row key, claim id) for another lease; the keys that are still held."""
    if not claims:
        return set()
    key = next(iter(table.primary_key.columns))
    by_key = dict(claims)
    clock = await database_now(connection, fallback=now)
    statement = _renewal(table, clock + LEASE)
    await connection.execute(statement, [{"b_key": k, "b_claim": claim} for k, claim in claims])
    rows = await connection.execute(select(key, table.c.claim_id).where(key.in_(by_key)))
    return {row[0] for row in rows if row[1] == by_key[row[0]]}


def _renewal(table: Table, until: datetime) -> Update:
    key = next(iter(table.primary_key.columns))
    return (
        update(table)
        .where(and_(key == bindparam("b_key"), table.c.claim_id == bindparam("b_claim")))
        .values(claimed_until=until)
    )


async def release(connection: AsyncConnection, table: Table, claims: Sequence[tuple[Any, str]]) -> None:
    """Give claims back, so that others need not wait for the lease."""
    if claims:
        key = next(iter(table.primary_key.columns))
        statement = (
            update(table)
            .where(and_(key == bindparam("b_key"), table.c.claim_id == bindparam("b_claim")))
            .values(claim_id=None, claimed_until=None)
        )
        await connection.execute(statement, [{"b_key": k, "b_claim": claim} for k, claim in claims])


async def clear_all(connection: AsyncConnection) -> None:
    """Forget every claim: at the start on SQLite, where no other process can hold one."""
    for table in (long_tasks, workspaces, commands):
        await connection.execute(
            update(table).where(table.c.claim_id.is_not(None)).values(claim_id=None, claimed_until=None)
        )


async def next_due(
    connection: AsyncConnection,
    site_id: int,
    *,
    now: datetime,
    paused_accounts: Collection[int] = (),
    but: Collection[int] = (),
) -> datetime | None:
    """When the next long task that `claim_long_tasks` would take is due."""
    free = _free(site_id, clock=now, paused_accounts=paused_accounts, but=but)
    query = (
        select(long_tasks.c.due_at)
        .where(long_tasks.c.due_at.is_not(None), *free)
        .order_by(long_tasks.c.due_at)
        .limit(1)
    )
    due: datetime | None = (await connection.execute(query)).scalar()
    return due
