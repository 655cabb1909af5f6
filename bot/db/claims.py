"""Claim rows: leases with a fresh claim id each, judged by the database's clock.

The holder of a claim may write; a claim that ran out and was taken by another process has another id, so a late writer
finds that it holds nothing. On SQLite one process has the whole file, so the same statements simply succeed.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Interval,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.db.column_types import UtcDateTime
from bot.db.engine import Connection, database_now
from bot.db.models import Claimable, commands, is_waiting, long_tasks, messages
from bot.db.rows import CommandRow, build, columns
from bot.db.slack_models import workspaces
from bot.db.watch_models import site_lists, watches
from bot.domain.states import WorkspaceState

#: how long a claim holds without being renewed
LEASE = timedelta(seconds=10)
#: seconds between renewals; two renewals may fail before a claim is lost
RENEW_SECONDS = 3.0

#: in a query to claim, the latest time at which a row is due
DUE_BY: BindParameter[datetime] = bindparam("b_due_by", type_=UtcDateTime)
_COMMAND = columns(CommandRow, commands)


def new_claim_id() -> str:
    """A fresh claim id: 128 random bits, hexadecimal."""
    return secrets.token_hex(16)


async def claim_rows(connection: Connection, statement: Update, **values: Any) -> Sequence[Row[Any]]:
    """Run a statement of `claim_statement`; `values` are those of its query, `claim_id`, `limit` and `now`."""
    now = values.pop("now")
    if dialect_of(connection) == "sqlite":
        values |= {"clock": now, "lease_end": now + LEASE}
    return (await connection.execute(statement, {f"b_{name}": value for name, value in values.items()})).all()


def claim_statement(
    table: Claimable,
    query: Select[Any],
    *,
    dialect: str,
    returning: Sequence[ColumnElement[Any]],
    **values: ColumnElement[Any],
) -> Update:
    """Claim the rows whose keys a query finds and no other process holds. A subquery in `IN (…)` may be run again by
    the planner and take more than the limit, so it is a materialized CTE
    (https://www.postgresql.org/docs/current/queries-with.html)."""
    clock = _clock(dialect)
    lease_end = (
        clock + literal(LEASE, Interval()) if dialect != "sqlite" else bindparam("b_lease_end", type_=UtcDateTime)
    )
    key = _key(table)
    free = query.where(is_free(table, clock)).limit(bindparam("b_limit"))
    due = free.with_for_update(skip_locked=True, of=table).cte("due").prefix_with("MATERIALIZED")
    statement = update(table).values(claim_id=bindparam("b_claim_id"), claimed_until=lease_end, **values)
    return statement.where(key == due.c[key.name]).returning(*returning)


def _clock(dialect: str) -> ColumnElement[datetime]:
    """The database's clock; on SQLite a parameter, since there this process has the only one."""
    if dialect == "sqlite":
        return bindparam("b_clock", type_=UtcDateTime)
    return func.statement_timestamp(type_=UtcDateTime)


def dialect_of(connection: Connection) -> str:
    """The name of the database's dialect."""
    return connection.dialect.name


def _key(table: Claimable) -> Column[Any]:
    return next(iter(table.primary_key.columns))


def is_free(table: Claimable, clock: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether nobody claims a row at a time (UTC)."""
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until < clock)


async def claim_workspaces(connection: Connection, *, now: datetime, claim_id: str, limit: int = 50) -> list[str]:
    """Claim workspaces that have something to post or edit and that no process delivers for; their team ids.

    A resting workspace is claimed once it is to be tried again.
    """
    statement = _claiming_workspaces(dialect_of(connection))
    found = await claim_rows(connection, statement, claim_id=claim_id, limit=limit, now=now, due_by=now)
    return [row.team_id for row in found]


@cache
def _claiming_workspaces(dialect: str) -> Update:
    waiting = exists().where(messages.c.team_id == workspaces.c.team_id, is_waiting)
    stale = exists().where(messages.c.team_id == workspaces.c.team_id, messages.c.stale_since.is_not(None))
    is_tried = or_(workspaces.c.state == WorkspaceState.ACTIVE, workspaces.c.next_try_at <= DUE_BY)
    query = select(workspaces.c.team_id).where(is_tried, or_(waiting, stale))
    return claim_statement(workspaces, query, dialect=dialect, returning=[workspaces.c.team_id])


async def holds_workspace(connection: Connection, *, team_id: str, claim_id: str) -> bool:
    """Whether this claim still holds the workspace; if so no other process can claim it until the transaction ends."""
    return await _holds(connection, workspaces, team_id, claim_id)


async def claim_commands(connection: Connection, *, now: datetime, limit: int, per_person: int) -> list[CommandRow]:
    """Claim commands that are not answered yet, in turn by person: the oldest of each, then the second oldest of each.

    Of one person at most `per_person` are claimed at a time, by whichever processes.
    """
    statement = _claiming_commands(dialect_of(connection))
    found = await claim_rows(
        connection, statement, claim_id=new_claim_id(), limit=limit, now=now, due_by=now, per_person=per_person
    )
    return sorted((build(CommandRow, row) for row in found), key=lambda row: row.created_at)


@cache
def _claiming_commands(dialect: str) -> Update:
    person = (commands.c.team_id, commands.c.user_id)
    in_work_first = case((is_free(commands, _clock(dialect)), 1), else_=0)
    turn = func.row_number().over(partition_by=person, order_by=(in_work_first, commands.c.created_at, commands.c.id))
    is_due = or_(commands.c.not_before.is_(None), commands.c.not_before <= DUE_BY)
    turns = select(commands.c.id, turn.label("turn")).where(commands.c.answered_at.is_(None), is_due).subquery()
    query = (
        select(commands.c.id)
        .join(turns, turns.c.id == commands.c.id)
        .where(turns.c.turn <= bindparam("b_per_person"))
        .order_by(turns.c.turn, commands.c.created_at)
    )
    attempts = commands.c.attempts + 1
    return claim_statement(commands, query, dialect=dialect, returning=_COMMAND, attempts=attempts)


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
    for table in (long_tasks, workspaces, commands, site_lists, watches):
        await connection.execute(
            update(table).where(table.c.claim_id.is_not(None)).values(claim_id=None, claimed_until=None)
        )
