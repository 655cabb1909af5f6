"""Slack workspaces the bot works in."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from bot.db import homes
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import commands, long_tasks, subscriptions
from bot.db.rows import WorkspaceRow, build, columns
from bot.db.slack_models import channels, hooks, people, workspaces
from bot.domain.states import WorkspaceState

_COLUMNS = columns(WorkspaceRow, workspaces)


async def put(connection: Connection, team_id: str, *, enterprise_id: str | None, now: datetime) -> None:
    """Store a workspace from which a request came; a resting one is tried at once, since Slack calls for it."""
    insert = upsert(connection, workspaces).values(
        team_id=team_id, enterprise_id=enterprise_id, state=WorkspaceState.ACTIVE, created_at=now
    )
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=[workspaces.c.team_id],
            set_={"next_try_at": now, "tries": 0, "enterprise_id": insert.excluded.enterprise_id},
            where=workspaces.c.state == WorkspaceState.RESTING,
        )
    )


async def find(connection: Connection, team_id: str) -> WorkspaceRow | None:
    """One workspace."""
    row = (await connection.execute(select(*_COLUMNS).where(workspaces.c.team_id == team_id))).first()
    return None if row is None else build(WorkspaceRow, row)


async def rest(
    connection: Connection, team_id: str, *, reason: str, until: datetime, now: datetime, take_claim: bool = False
) -> bool:
    """Slack refuses the token: post nothing until a time, then try; false if it rests beyond `now` already.

    `take_claim`: the process that delivers for it is not to go on either.
    """
    is_tried = or_(workspaces.c.state == WorkspaceState.ACTIVE, workspaces.c.next_try_at <= now)
    values: dict[str, Any] = {"state": WorkspaceState.RESTING, "reason": reason[:64], "next_try_at": until}
    if take_claim:
        values |= {"claim_id": None, "claimed_until": None}
    result = await connection.execute(
        update(workspaces)
        .where(workspaces.c.team_id == team_id, is_tried)
        .values(tries=workspaces.c.tries + 1, **values)
    )
    return result.rowcount == 1


async def resume(connection: Connection, team_id: str) -> bool:
    """Slack takes the token again; true if the workspace was resting."""
    result = await connection.execute(
        update(workspaces)
        .where(workspaces.c.team_id == team_id, workspaces.c.state == WorkspaceState.RESTING)
        .values(state=WorkspaceState.ACTIVE, reason=None, next_try_at=None, tries=0)
    )
    return result.rowcount == 1


async def try_all(connection: Connection, *, now: datetime) -> None:
    """Try every resting workspace at once: the bot has started, maybe with another token."""
    await connection.execute(
        update(workspaces).where(workspaces.c.state == WorkspaceState.RESTING).values(next_try_at=now, tries=0)
    )


async def lock(connection: Connection, team_id: str) -> None:
    """Let no other transaction that does so go on for this workspace until this one ends."""
    query = select(workspaces.c.team_id).where(workspaces.c.team_id == team_id)
    # Foreign keys to the row may be written meanwhile (https://www.postgresql.org/docs/current/explicit-locking.html).
    await connection.execute(query.with_for_update(key_share=True))


async def known_since(connection: Connection, team_id: str) -> datetime | None:
    """When the first request of a workspace came in since it installed the app (UTC); None if none has."""
    query = select(workspaces.c.created_at).where(workspaces.c.team_id == team_id)
    return (await connection.execute(query)).scalar()


async def delete(connection: Connection, team_id: str) -> None:
    """Delete a workspace with all that belongs to it, and the long tasks that no other follows.

    Messages but for homes go with their subscriptions and commands, snapshots and findings with their long tasks.
    """
    of_others = subscriptions.alias()
    followed = select(subscriptions.c.long_task_id).where(subscriptions.c.team_id == team_id)
    shared = select(of_others.c.long_task_id).where(of_others.c.team_id != team_id)
    own = long_tasks.c.id.in_(followed) & long_tasks.c.id.not_in(shared)
    await connection.execute(long_tasks.delete().where(own))
    await homes.delete(connection, team_id)
    for table in (commands, subscriptions, people, channels, hooks, workspaces):
        await connection.execute(table.delete().where(table.c.team_id == team_id))
