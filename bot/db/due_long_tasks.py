"""Long tasks that are due: claim them, see which are still held, put them off, and say when the next is due."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, bindparam, exists, null, select, update

from bot.db import claims
from bot.db.column_types import UtcDateTime
from bot.db.dialect import among, timed_id_values, timed_ids
from bot.db.engine import Connection
from bot.db.models import long_tasks, viewers
from bot.db.rows import DueRow, LongTaskRow, build, columns

_DUE = columns(DueRow, long_tasks)
_LONG_TASK = columns(LongTaskRow, long_tasks)


async def claim(
    connection: Connection,
    *,
    claim_id: str,
    site_id: int,
    limit: int,
    now: datetime,
    excluded_accounts: Collection[int] = (),
    account_id: int | None = None,
    but: Collection[int] = (),
    due_by: datetime | None = None,
) -> list[DueRow]:
    """Claim due long tasks of a site, the longest due first.

    Those that only excluded accounts have seen are left out, and those with the ids `but`. `account_id`: to probe an
    account, one that it has seen, whether it is due or not. `due_by`: those that are due until then, else until now.
    """
    values = _candidate_values(site_id, excluded_accounts=excluded_accounts, account_id=account_id, but=but)
    if account_id is None:
        values["due_by"] = due_by or now
    statement = _claiming_long_tasks(claims.dialect_of(connection), frozenset(values))
    found = await claims.claim_rows(connection, statement, claim_id=claim_id, limit=limit, now=now, **values)
    return sorted((build(DueRow, row) for row in found), key=lambda row: row.due_at)


@cache
def _claiming_long_tasks(dialect: str, conditions: frozenset[str]) -> Update:
    due_at = long_tasks.c.due_at
    due = due_at <= claims.DUE_BY if "due_by" in conditions else due_at.is_not(None)
    query = select(long_tasks.c.id).where(due, *_candidates(conditions)).order_by(due_at)
    return claims.claim_statement(long_tasks, query, dialect=dialect, returning=_DUE)


def _candidate_values(
    site_id: int, *, excluded_accounts: Collection[int], account_id: int | None, but: Collection[int]
) -> dict[str, Any]:
    """The values that say which long tasks of a site may be claimed if they are free; `_candidates` compares them."""
    values: dict[str, Any] = {"site_id": site_id}
    if account_id is not None:
        values["account_id"] = account_id
    elif excluded_accounts:
        values["excluded_accounts"] = list(excluded_accounts)
    if but:
        values["but"] = list(but)
    return values


def _candidates(conditions: frozenset[str]) -> list[ColumnElement[bool]]:
    """One condition for each of the values that are given, by their names."""
    seen = exists().where(viewers.c.long_task_id == long_tasks.c.id)
    every = {
        "site_id": long_tasks.c.site_id == bindparam("b_site_id"),
        "account_id": seen.where(viewers.c.account_id == bindparam("b_account_id")),
        "excluded_accounts": seen.where(~among(viewers.c.account_id, "b_excluded_accounts")),
        "but": ~among(long_tasks.c.id, "b_but"),
    }
    return [condition for name, condition in every.items() if name in conditions]


_HELD = select(*_LONG_TASK).where(among(long_tasks.c.id, "b_ids")).order_by(long_tasks.c.id).with_for_update()


async def held(connection: Connection, claim_ids: Sequence[tuple[int, str]]) -> dict[int, LongTaskRow]:
    """The claimed long tasks (id, claim id) that are still held, as they are now; locked until the transaction ends,
    so that no successor can claim them meanwhile."""
    by_id = dict(claim_ids)
    rows = [build(LongTaskRow, row) for row in await connection.execute(_HELD, {"b_ids": list(by_id)})]
    return {row.id: row for row in rows if row.claim_id == by_id[row.id]}


async def put_off(connection: Connection, rows: Sequence[tuple[int, datetime | None]], *, now: datetime) -> None:
    """Make long tasks (id, time) due again after looks that found nothing new, and give their claims back.

    One statement for all, since nine of ten looks find nothing new: a statement with parameters for each row costs
    about ten times as much.
    """
    if rows:
        dialect = claims.dialect_of(connection)
        await connection.execute(_putting_off(dialect), {**timed_id_values(dialect, rows), "b_now": now})


@cache
def _putting_off(dialect: str) -> Update:
    long_task_id, due_at = timed_ids(dialect)
    now = bindparam("b_now", type_=UtcDateTime)
    values = {"due_at": due_at, "checked_at": now, "claim_id": null(), "claimed_until": null()}
    return update(long_tasks).where(long_tasks.c.id == long_task_id).values(values)


async def next_due(
    connection: Connection,
    site_id: int,
    *,
    now: datetime,
    excluded_accounts: Collection[int] = (),
    account_id: int | None = None,
    but: Collection[int] = (),
) -> datetime | None:
    """When the next long task that `claim` would claim is due."""
    values = _candidate_values(site_id, excluded_accounts=excluded_accounts, account_id=account_id, but=but)
    statement = _first_due(frozenset(values))
    values = {f"b_{name}": value for name, value in values.items()}
    due_at: datetime | None = (await connection.execute(statement, {**values, "b_clock": now})).scalar()
    return due_at


@cache
def _first_due(conditions: frozenset[str]) -> Select[Any]:
    due_at = long_tasks.c.due_at
    is_free = claims.is_free(long_tasks, bindparam("b_clock", type_=UtcDateTime))
    query = select(due_at).where(due_at.is_not(None), is_free, *_candidates(conditions))
    return query.order_by(due_at).limit(1)
