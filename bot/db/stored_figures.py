"""Count what waits in the database, for the metrics.

Each query reads a partial index of the rows that wait, or a table with few rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, String, func, select, type_coerce

from bot.db.dialect import limit_statements
from bot.db.engine import Connection
from bot.db.models import accounts, commands, is_active, is_waiting, long_tasks, messages, pauses, sites, subscriptions
from bot.db.slack_models import workspaces
from bot.domain.message_kinds import MessageKind
from bot.domain.states import SubscriptionState, WorkspaceState
from bot.metrics import Group, Stored

Key = TypeVar("Key", str, int)

#: seconds that one statement may take
STATEMENT_SECONDS = 5.0

#: the kind as text: a kind of a newer version is none of this one's
_KIND = type_coerce(messages.c.kind, String)
#: a home is compared with what is true from time to time, whether or not that has changed
_NO_HOME = messages.c.kind != MessageKind.HOME
#: each is shown, also where none waits, so that graphs have no gaps
_KINDS = tuple(kind.value for kind in MessageKind if kind is not MessageKind.HOME)
#: what is paused, by the beginning of the scope
_SCOPES = ("app", "site", "account", "slack")


async def read(connection: Connection, *, site_ids: Sequence[int], now: datetime) -> Stored:
    """Read what waits at a time (UTC), in the few statements of one transaction.

    `site_ids`: the sites that are looked at; what is due at one that is configured no more waits for nobody.
    """
    await limit_statements(connection, seconds=STATEMENT_SECONDS)
    return Stored(
        unposted=await _by_kind(connection, is_waiting, messages.c.created_at, now=now),
        stale=await _by_kind(connection, messages.c.stale_since <= now, messages.c.stale_since, now=now),
        due_looks=await _due_looks(connection, site_ids, now=now),
        site_down=await _site_down(connection, site_ids, now=now),
        unanswered_commands=await _unanswered(connection, now=now),
        subscriptions=await _subscriptions(connection),
        workspaces=await _workspaces(connection),
        accounts=await _accounts(connection),
        pauses=await _pauses(connection, now=now),
    )


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _grouped(rows: Iterable[Any], keys: Sequence[Key], *, now: datetime) -> dict[Key, Group]:
    """Rows of key, count and oldest time; a group for each of `keys`, empty if there is no row for it."""
    found = {key: Group(count, _seconds(since, now)) for key, count, since in rows if key in keys}
    return {key: found.get(key, Group()) for key in keys}


async def _by_kind(
    connection: Connection, waits: ColumnElement[bool], since: ColumnElement[Any], *, now: datetime
) -> dict[str, Group]:
    query = select(_KIND, func.count(), func.min(since)).where(waits, _NO_HOME).group_by(_KIND)
    return _grouped(await connection.execute(query), _KINDS, now=now)


async def _site_down(connection: Connection, site_ids: Sequence[int], *, now: datetime) -> dict[int, float]:
    query = select(sites.c.id, sites.c.down_since).where(sites.c.id.in_(site_ids))
    return {site_id: _seconds(since, now) for site_id, since in await connection.execute(query)}


async def _due_looks(connection: Connection, site_ids: Sequence[int], *, now: datetime) -> dict[int, Group]:
    due_at = long_tasks.c.due_at
    query = select(long_tasks.c.site_id, func.count(), func.min(due_at))
    query = query.where(long_tasks.c.site_id.in_(site_ids), due_at <= now)
    return _grouped(await connection.execute(query.group_by(long_tasks.c.site_id)), site_ids, now=now)


async def _unanswered(connection: Connection, *, now: datetime) -> Group:
    query = select(func.count(), func.min(commands.c.created_at)).where(commands.c.answered_at.is_(None))
    count, since = (await connection.execute(query)).one()
    return Group(count, _seconds(since, now))


async def _subscriptions(connection: Connection) -> dict[str, int]:
    query = select(subscriptions.c.state, func.count()).where(is_active).group_by(subscriptions.c.state)
    none = {SubscriptionState.STARTING.value: 0, SubscriptionState.FOLLOWING.value: 0}
    return none | {state.value: count for state, count in await connection.execute(query)}


async def _workspaces(connection: Connection) -> dict[str, int]:
    query = select(workspaces.c.state, func.count()).group_by(workspaces.c.state)
    none = {state.value: 0 for state in WorkspaceState}
    return none | {state.value: count for state, count in await connection.execute(query)}


async def _accounts(connection: Connection) -> dict[tuple[str, str], int]:
    query = select(accounts.c.kind, accounts.c.state, func.count()).group_by(accounts.c.kind, accounts.c.state)
    return {(kind.value, state.value): count for kind, state, count in await connection.execute(query)}


async def _pauses(connection: Connection, *, now: datetime) -> dict[str, float]:
    longest = dict.fromkeys(_SCOPES, 0.0)
    for scope, until in await connection.execute(select(pauses.c.scope, pauses.c.until).where(pauses.c.until > now)):
        paused = scope.partition(":")[0]
        if paused in longest:
            longest[paused] = max(longest[paused], (until - now).total_seconds())
    return longest
