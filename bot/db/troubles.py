"""Trouble of a whole site or account: begun and ended for all its long tasks in one statement each."""

import secrets
from datetime import datetime

import msgspec
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.models import accounts, is_active, long_tasks, notices, subscriptions, viewers
from bot.domain.pacing import Telling
from bot.domain.states import Outcome, Trouble

#: which long tasks a trouble concerns
Which = ColumnElement[bool]


def of_all() -> Which:
    """Every long task."""
    return true()


def of_both(one: Which, other: Which) -> Which:
    """The long tasks that are of one and of the other."""
    return and_(one, other)


def of_site(site_id: int) -> Which:
    """The long tasks of a site."""
    return long_tasks.c.site_id == site_id


def of_account(account_id: int) -> Which:
    """The long tasks which no other working account than this has seen."""
    sees = exists().where(viewers.c.long_task_id == long_tasks.c.id, viewers.c.account_id == account_id)
    other = exists().where(
        viewers.c.long_task_id == long_tasks.c.id,
        viewers.c.account_id != account_id,
        viewers.c.account_id == accounts.c.id,
        accounts.c.state == "active",
    )
    return and_(sees, not_(other))


async def begin(
    connection: AsyncConnection,
    which: Which,
    trouble: Trouble,
    *,
    since: datetime,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Trouble begins for every live long task of `which` that has none: the cards show it, the threads are told."""
    live = and_(
        which,
        long_tasks.c.due_at.is_not(None),
        long_tasks.c.outcome == Outcome.FOLLOWING,
        long_tasks.c.trouble.is_(None),
    )
    affected = select(long_tasks.c.id).where(live)
    facts = {"trouble": trouble, "over": False, "since": since.timestamp()}
    if until is not None:
        facts["until"] = until.timestamp()
    await _tell(connection, affected, facts=facts, now=now)
    await connection.execute(
        update(long_tasks).where(live).values(trouble=trouble, trouble_since=since, version=long_tasks.c.version + 1)
    )


async def end(
    connection: AsyncConnection,
    which: Which,
    trouble: Trouble,
    *,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """A trouble is over for every live long task of `which` that had it (only those that have it since `since`)."""
    live = and_(which, long_tasks.c.outcome == Outcome.FOLLOWING, long_tasks.c.trouble == trouble)
    facts: dict[str, object] = {"trouble": trouble, "over": True}
    if since is not None:
        live = and_(live, long_tasks.c.trouble_since == since)
        facts["since"] = since.timestamp()
    affected = select(long_tasks.c.id).where(live)
    await _tell(connection, affected, facts=facts, now=now)
    await connection.execute(
        update(long_tasks)
        .where(live)
        .values(trouble=None, trouble_since=None, failures=0, failing_since=None, version=long_tasks.c.version + 1)
    )


async def look_again(connection: AsyncConnection, which: Which, *, now: datetime) -> None:
    """Whatever kept us from looking is over: every long task of `which` that was not looked at just now is due."""
    stale = or_(long_tasks.c.checked_at.is_(None), long_tasks.c.checked_at < now)
    await connection.execute(
        update(long_tasks)
        .where(which, long_tasks.c.due_at.is_not(None), stale)
        .values(
            due_at=case((long_tasks.c.due_at > now, now), else_=long_tasks.c.due_at),
            failures=0,
            failing_since=None,
        )
    )


async def _tell(
    connection: AsyncConnection, affected: Select[tuple[int]], *, facts: dict[str, object], now: datetime
) -> None:
    in_question = and_(subscriptions.c.long_task_id.in_(affected), is_active)
    await connection.execute(
        update(subscriptions)
        .where(in_question)
        .values(card_dirty_since=func.coalesce(subscriptions.c.card_dirty_since, now))
    )
    incident = secrets.token_hex(8)
    rows = select(
        literal(f"{incident}-").concat(cast(subscriptions.c.id, String)),
        subscriptions.c.id,
        subscriptions.c.team_id,
        literal(Telling.TROUBLE.value),
        literal(msgspec.json.encode(facts).decode()),
        literal(now, notices.c.created_at.type),
    ).where(in_question, subscriptions.c.verbosity != "quiet")
    columns = ["marker", "subscription_id", "team_id", "kind", "facts", "created_at"]
    await connection.execute(insert(notices).from_select(columns, rows))
