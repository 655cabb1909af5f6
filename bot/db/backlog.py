"""What is late: looks, commands and messages that no process took up, and claims that ran out meanwhile."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, func, literal, select

from bot.db import accounts, pauses, sites
from bot.db.claims import is_free
from bot.db.column_types import UtcDateTime
from bot.db.engine import Connection, database_now
from bot.db.models import Claimable, commands, long_tasks, messages, viewers
from bot.db.slack_models import workspaces
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, WorkspaceState

#: a process that runs takes up a look or a command within seconds, and another's after a lease of ten
LATE = timedelta(minutes=1)
#: a message may wait for others of a busy workspace
MESSAGE_LATE = timedelta(minutes=5)

_SLACK = "slack:"


class Late(Struct, frozen=True, kw_only=True):
    """Rows of one kind that are late."""

    count: int
    since: datetime | None  #: when the first of them was due (UTC); None if there is none


class Backlog(Struct, frozen=True, kw_only=True):
    """What is late. What rests on purpose is not: a site that is down, an account or a workspace that is paused."""

    looks: Late
    commands: Late
    messages: Late
    lapsed_claims: int  #: on looks and commands that are late: who held them is gone, and nobody took over


async def find_backlog(connection: Connection, *, now: datetime) -> Backlog:
    """Count what is late at a time (UTC); claims are judged by the database's clock."""
    clock = await database_now(connection, fallback=now)
    paused = await pauses.paused(connection, now=now)
    looks = await _late_looks(connection, paused, now=now)
    waiting = func.coalesce(commands.c.not_before, commands.c.created_at)
    unanswered = (commands.c.answered_at.is_(None), waiting < now - LATE)
    return Backlog(
        looks=await _late(connection, long_tasks, long_tasks.c.due_at, *looks, _is_free(long_tasks, clock)),
        commands=await _late(connection, commands, waiting, *unanswered, _is_free(commands, clock)),
        messages=await _late_messages(connection, paused, now=now),
        lapsed_claims=await _lapsed(connection, long_tasks, *looks, before=clock - LATE)
        + await _lapsed(connection, commands, *unanswered, before=clock - LATE),
    )


def _is_free(table: Claimable, clock: datetime) -> ColumnElement[bool]:
    return is_free(table, literal(clock, UtcDateTime))


async def _lapsed(connection: Connection, table: Claimable, *conditions: ColumnElement[bool], before: datetime) -> int:
    """Count the rows whose claim ran out before a time of the database's clock."""
    ran_out = and_(table.c.claim_id.is_not(None), table.c.claimed_until < literal(before, UtcDateTime))
    query = select(func.count()).select_from(table).where(*conditions, ran_out)
    return (await connection.execute(query)).scalar_one()


async def _late_looks(
    connection: Connection, paused: dict[str, datetime], *, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a look that is late although its site and an account that has seen it may be asked."""
    open_sites = [
        site.id
        for site in await sites.all_sites(connection)
        if site.down_since is None and pauses.APP not in paused and pauses.site_scope(site.id) not in paused
    ]
    resting = pauses.account_ids(paused) | (await accounts.refused(connection)).keys()
    seen = exists().where(viewers.c.long_task_id == long_tasks.c.id, viewers.c.account_id.not_in(resting))
    return (long_tasks.c.due_at < now - LATE, long_tasks.c.site_id.in_(open_sites), seen)


async def _late_messages(connection: Connection, paused: dict[str, datetime], *, now: datetime) -> Late:
    resting = {scope.split(":")[1] for scope in paused if scope.startswith(_SLACK)}
    waiting = func.coalesce(messages.c.not_before, messages.c.created_at)
    return await _late(
        connection,
        messages.join(workspaces, workspaces.c.team_id == messages.c.team_id),
        waiting,
        messages.c.state == MessageState.PLANNED,
        # A home is published when it is opened.
        messages.c.kind != MessageKind.HOME,
        workspaces.c.state == WorkspaceState.ACTIVE,
        messages.c.team_id.not_in(resting),
        waiting < now - MESSAGE_LATE,
    )


async def _late(
    connection: Connection, source: Any, since: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> Late:
    query = select(func.count(), func.min(since, type_=UtcDateTime)).select_from(source)
    count, first = (await connection.execute(query.where(*conditions))).one()
    return Late(count=count, since=first)
