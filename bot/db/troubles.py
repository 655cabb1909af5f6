"""Trouble of a whole site or account: begun and ended for all its long tasks in one statement each."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from bot.db import stale_messages
from bot.db.engine import Connection
from bot.db.models import accounts, is_active, long_tasks, messages, subscriptions, viewers
from bot.domain.message_facts import TroubleOver, TroubleStarted, encode
from bot.domain.message_plan import for_trouble
from bot.domain.states import AccountState, Outcome, Trouble, Verbosity

#: which long tasks a trouble concerns
Scope = sa.ColumnElement[bool]


def of_all() -> Scope:
    """Every long task."""
    return sa.true()


def of_both(one: Scope, other: Scope) -> Scope:
    """The long tasks in both scopes."""
    return sa.and_(one, other)


def of_site(site_id: int) -> Scope:
    """The long tasks of a site."""
    return long_tasks.c.site_id == site_id


def of_account(account_id: int) -> Scope:
    """The long tasks that an account has seen, and no other account that is not refused."""
    sees = sa.exists().where(viewers.c.long_task_id == long_tasks.c.id, viewers.c.account_id == account_id)
    other = sa.exists().where(
        viewers.c.long_task_id == long_tasks.c.id,
        viewers.c.account_id != account_id,
        viewers.c.account_id == accounts.c.id,
        accounts.c.state == AccountState.ACTIVE,
    )
    return sa.and_(sees, sa.not_(other))


async def begin(
    connection: Connection,
    scope: Scope,
    trouble: Trouble,
    *,
    since: datetime,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Begin a trouble for every followed long task of a scope that has none: on the cards and in the threads."""
    concerned = sa.and_(
        scope,
        long_tasks.c.due_at.is_not(None),
        long_tasks.c.outcome == Outcome.FOLLOWING,
        long_tasks.c.trouble.is_(None),
    )
    facts = TroubleStarted(trouble=trouble, since=since, until=until)
    await _announce(connection, sa.select(long_tasks.c.id).where(concerned), facts=facts, now=now)
    await connection.execute(sa.update(long_tasks).where(concerned).values(trouble=trouble, trouble_since=since))


async def end(
    connection: Connection, scope: Scope, trouble: Trouble, *, now: datetime, since: datetime | None = None
) -> None:
    """End a trouble of every followed long task of a scope (only of those that have it since `since`)."""
    concerned = sa.and_(scope, long_tasks.c.outcome == Outcome.FOLLOWING, long_tasks.c.trouble == trouble)
    if since is not None:
        concerned = sa.and_(concerned, long_tasks.c.trouble_since == since)
    facts = TroubleOver(trouble=trouble, since=since)
    await _announce(connection, sa.select(long_tasks.c.id).where(concerned), facts=facts, now=now)
    await connection.execute(
        sa.update(long_tasks).where(concerned).values(trouble=None, trouble_since=None, failures=0, failing_since=None)
    )


async def look_again(connection: Connection, scope: Scope, *, now: datetime) -> None:
    """Make every long task of a scope due that was not looked at just now: nothing prevents looks any more."""
    stale = sa.or_(long_tasks.c.checked_at.is_(None), long_tasks.c.checked_at < now)
    await connection.execute(
        sa.update(long_tasks)
        .where(scope, long_tasks.c.due_at.is_not(None), stale)
        .values(
            due_at=sa.case((long_tasks.c.due_at > now, now), else_=long_tasks.c.due_at), failures=0, failing_since=None
        )
    )


async def _announce(
    connection: Connection, long_task_ids: sa.Select[int], *, facts: TroubleStarted | TroubleOver, now: datetime
) -> None:
    """Mark the cards of these long tasks stale, and plan a message in each of their threads."""
    concerned = sa.and_(subscriptions.c.long_task_id.in_(long_task_ids), is_active)
    await stale_messages.mark_cards(connection, long_task_ids, now=now)
    draft = for_trouble(facts)
    incident = secrets.token_hex(8)
    rows = sa.select(
        sa.literal(f"{incident}-").concat(sa.cast(subscriptions.c.id, sa.String)),
        subscriptions.c.id,
        subscriptions.c.team_id,
        sa.literal(draft.kind, messages.c.kind.type),
        sa.literal(encode(draft.facts)),
        sa.literal(now, messages.c.created_at.type),
    ).where(concerned, subscriptions.c.verbosity != Verbosity.QUIET)
    columns = ["marker", "subscription_id", "team_id", "kind", "facts", "created_at"]
    await connection.execute(sa.insert(messages).from_select(columns, rows))
