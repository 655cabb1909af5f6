"""Claim rows: leases with a fresh claim id each, judged by the database's clock.

The holder of a claim may write; a claim that ran out and was taken by another process has another id, so a late writer
finds that it holds nothing. On SQLite one process has the whole file, so the same statements simply succeed.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, bindparam, case, exists, func, or_, select, update

from bot.db.engine import Connection, database_now
from bot.db.models import Claimable, commands, is_waiting, long_tasks, messages, viewers
from bot.db.rows import CommandRow, LongTaskRow, build, columns
from bot.db.slack_models import workspaces
from bot.domain.states import WorkspaceState

#: how long a claim holds without being renewed
LEASE = timedelta(seconds=10)
#: seconds between renewals; two renewals may fail before a claim is lost
RENEW_SECONDS = 3.0

_LONG_TASK = columns(LongTaskRow, long_tasks)
_COMMAND = columns(CommandRow, commands)


def new_claim_id() -> str:
    """A fresh claim id: 128 random bits, hexadecimal."""
    return secrets.token_hex(16)


async def _claim(
    connection: Connection,
    table: Claimable,
    query: Select[Any],
    *,
    claim_id: str,
    limit: int,
    now: datetime,
    returning: Sequence[ColumnElement[Any]],
    **values: ColumnElement[Any],
) -> Sequence[Row[Any]]:
    """Claim the rows whose keys a query finds and no other process holds. A subquery in `IN (…)` may be run again by
    the planner and take more than the limit, so it is a materialized CTE
    (https://www.postgresql.org/docs/current/queries-with.html)."""
    clock = await database_now(connection, fallback=now)
    key = _key(table)
    query = query.where(_is_free(table, clock)).limit(limit).with_for_update(skip_locked=True, of=table)
    due = query.cte("due").prefix_with("MATERIALIZED")
    statement = update(table).values(claim_id=claim_id, claimed_until=clock + LEASE, **values)
    return (await connection.execute(statement.where(key == due.c[key.name]).returning(*returning))).all()


def _key(table: Claimable) -> Column[Any]:
    return next(iter(table.primary_key.columns))


def _is_free(table: Claimable, clock: datetime) -> ColumnElement[bool]:
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until < clock)


async def claim_long_tasks(
    connection: Connection,
    *,
    claim_id: str,
    site_id: int,
    limit: int,
    now: datetime,
    excluded_accounts: Collection[int] = (),
    account_id: int | None = None,
    but: Collection[int] = (),
) -> list[LongTaskRow]:
    """Claim due long tasks of a site, the longest due first.

    Those that only excluded accounts have seen are left out, and those with the ids `but`. `account_id`: to probe an
    account, one that it has seen, whether it is due or not.
    """
    candidates = _candidates(site_id, excluded_accounts=excluded_accounts, account_id=account_id, but=but)
    due_at = long_tasks.c.due_at
    due = due_at <= now if account_id is None else due_at.is_not(None)
    query = select(long_tasks.c.id).where(due, *candidates).order_by(due_at)
    found = await _claim(connection, long_tasks, query, claim_id=claim_id, limit=limit, now=now, returning=_LONG_TASK)
    return sorted((build(LongTaskRow, row) for row in found), key=lambda row: row.due_at or now)


def _candidates(
    site_id: int, *, excluded_accounts: Collection[int], account_id: int | None, but: Collection[int]
) -> list[ColumnElement[bool]]:
    """Conditions for long tasks of a site that may be claimed if they are free."""
    candidates = [long_tasks.c.site_id == site_id]
    seen = exists().where(viewers.c.long_task_id == long_tasks.c.id)
    if account_id is not None:
        candidates.append(seen.where(viewers.c.account_id == account_id))
    elif excluded_accounts:
        candidates.append(seen.where(viewers.c.account_id.not_in(excluded_accounts)))
    if but:
        candidates.append(long_tasks.c.id.not_in(but))
    return candidates


async def held_long_tasks(connection: Connection, claims: Sequence[tuple[int, str]]) -> dict[int, LongTaskRow]:
    """The claimed long tasks (id, claim id) that are still held, as they are now; locked until the transaction ends,
    so that no successor can claim them meanwhile."""
    by_id = dict(claims)
    query = select(*_LONG_TASK).where(long_tasks.c.id.in_(by_id)).order_by(long_tasks.c.id)
    rows = [build(LongTaskRow, row) for row in await connection.execute(query.with_for_update())]
    return {row.id: row for row in rows if row.claim_id == by_id[row.id]}


async def claim_workspaces(connection: Connection, *, now: datetime, claim_id: str, limit: int = 50) -> list[str]:
    """Claim workspaces that have something to post or edit and that no process delivers for; their team ids.

    A resting workspace is claimed once it is to be tried again.
    """
    waiting = exists().where(messages.c.team_id == workspaces.c.team_id, is_waiting)
    stale = exists().where(messages.c.team_id == workspaces.c.team_id, messages.c.stale_since.is_not(None))
    is_tried = or_(workspaces.c.state == WorkspaceState.ACTIVE, workspaces.c.next_try_at <= now)
    query = select(workspaces.c.team_id).where(is_tried, or_(waiting, stale))
    key = workspaces.c.team_id
    found = await _claim(connection, workspaces, query, claim_id=claim_id, limit=limit, now=now, returning=[key])
    return [row.team_id for row in found]


async def holds_workspace(connection: Connection, *, team_id: str, claim_id: str) -> bool:
    """Whether this claim still holds the workspace; if so no other process can claim it until the transaction ends."""
    return await _holds(connection, workspaces, team_id, claim_id)


async def claim_commands(connection: Connection, *, now: datetime, limit: int, per_person: int) -> list[CommandRow]:
    """Claim commands that are not answered yet, in turn by person: the oldest of each, then the second oldest of each.

    Of one person at most `per_person` are claimed at a time, by whichever processes.
    """
    clock = await database_now(connection, fallback=now)
    person = (commands.c.team_id, commands.c.user_id)
    in_work_first = case((_is_free(commands, clock), 1), else_=0)
    turn = func.row_number().over(partition_by=person, order_by=(in_work_first, commands.c.created_at, commands.c.id))
    is_due = or_(commands.c.not_before.is_(None), commands.c.not_before <= now)
    turns = select(commands.c.id, turn.label("turn")).where(commands.c.answered_at.is_(None), is_due).subquery()
    query = (
        select(commands.c.id)
        .join(turns, turns.c.id == commands.c.id)
        .where(turns.c.turn <= per_person)
        .order_by(turns.c.turn, commands.c.created_at)
    )
    found = await _claim(
        connection,
        commands,
        query,
        claim_id=new_claim_id(),
        limit=limit,
        now=now,
        returning=_COMMAND,
        attempts=commands.c.attempts + 1,
    )
    return sorted((build(CommandRow, row) for row in found), key=lambda row: row.created_at)


async def holds_command(connection: Connection, *, command_id: int, claim_id: str) -> bool:
    """Whether this claim still holds the command; if so no other process can claim it until the transaction ends."""
    return await _holds(connection, commands, command_id, claim_id)


async def _holds(connection: Connection, table: Claimable, key: int | str, claim_id: str) -> bool:
    query = select(_key(table)).where(_key(table) == key, table.c.claim_id == claim_id).with_for_update()
    return (await connection.execute(query)).first() is not None


async def renew(
    connection: Connection, table: Claimable, claims: Sequence[tuple[Any, str]], *, now: datetime
) -> set[Any]:
    """Hold claims (row key, claim id) for another lease; returns the keys that are still held."""
    if not claims:
        return set()
    key = _key(table)
    by_key = dict(claims)
    clock = await database_now(connection, fallback=now)
    await _update_claims(connection, table, claims, claimed_until=clock + LEASE)
    rows = await connection.execute(select(key, table.c.claim_id).where(key.in_(by_key)))
    return {row[0] for row in rows if row[1] == by_key[row[0]]}


async def release(connection: Connection, table: Claimable, claims: Sequence[tuple[Any, str]]) -> None:
    """Give claims back, so that other processes need not wait for the lease to end."""
    if claims:
        await _update_claims(connection, table, claims, claim_id=None, claimed_until=None)


async def _update_claims(
    connection: Connection, table: Claimable, claims: Sequence[tuple[Any, str]], **values: datetime | None
) -> None:
    statement = update(table).where(and_(_key(table) == bindparam("b_key"), table.c.claim_id == bindparam("b_claim")))
    await connection.execute(statement.values(**values), [{"b_key": k, "b_claim": claim} for k, claim in claims])


async def clear_all(connection: Connection) -> None:
    """Give every claim back: at the start on SQLite, where no other process can hold one."""
    for table in (long_tasks, workspaces, commands):
        await connection.execute(
            update(table).where(table.c.claim_id.is_not(None)).values(claim_id=None, claimed_until=None)
        )


async def next_due(
    connection: Connection,
    site_id: int,
    *,
    now: datetime,
    excluded_accounts: Collection[int] = (),
    account_id: int | None = None,
    but: Collection[int] = (),
) -> datetime | None:
    """When the next long task that `claim_long_tasks` would claim is due."""
    candidates = _candidates(site_id, excluded_accounts=excluded_accounts, account_id=account_id, but=but)
    due_at = long_tasks.c.due_at
    query = select(due_at).where(due_at.is_not(None), _is_free(long_tasks, now), *candidates)
    return (await connection.execute(query.order_by(due_at).limit(1))).scalar()
