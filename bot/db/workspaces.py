"""Slack workspaces the bot works in."""

from datetime import datetime

from sqlalchemy import select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import commands, long_tasks, people, subscriptions, workspaces
from bot.domain.states import WorkspaceState


async def put(connection: Connection, team_id: str, *, enterprise_id: str | None, now: datetime) -> None:
    """Store a workspace from which a request came; a stopped one becomes active again, since Slack calls for it."""
    insert = upsert(connection, workspaces).values(
        team_id=team_id, enterprise_id=enterprise_id, state=WorkspaceState.ACTIVE, created_at=now
    )
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=[workspaces.c.team_id],
            set_={"state": WorkspaceState.ACTIVE, "reason": None, "enterprise_id": insert.excluded.enterprise_id},
            where=workspaces.c.state != WorkspaceState.ACTIVE,
        )
    )


async def stop(connection: Connection, team_id: str, *, reason: str) -> bool:
    """Post nothing to a workspace any more, because Slack refuses the token; true if that is new."""
    result = await connection.execute(
        update(workspaces)
        .where(workspaces.c.team_id == team_id, workspaces.c.state == WorkspaceState.ACTIVE)
        .values(state=WorkspaceState.STOPPED, reason=reason[:64], claim_id=None, claimed_until=None)
    )
    return result.rowcount == 1


async def enterprise_of(connection: Connection, team_id: str) -> str | None:
    """The enterprise id of a workspace in an Enterprise organisation."""
    query = select(workspaces.c.enterprise_id).where(workspaces.c.team_id == team_id)
    return (await connection.execute(query)).scalar()


async def known_since(connection: Connection, team_id: str) -> datetime | None:
    """When the first request of a workspace came in since it installed the app (UTC); None if none has."""
    query = select(workspaces.c.created_at).where(workspaces.c.team_id == team_id)
    return (await connection.execute(query)).scalar()


async def delete(connection: Connection, team_id: str) -> None:
    """Delete a workspace with its subscriptions, messages, commands and people, and the long tasks of no other.

    A long task goes with its snapshot and findings.
    """
    of_others = subscriptions.alias()
    followed = select(subscriptions.c.long_task_id).where(subscriptions.c.team_id == team_id)
    shared = select(of_others.c.long_task_id).where(of_others.c.team_id != team_id)
    own = long_tasks.c.id.in_(followed) & long_tasks.c.id.not_in(shared)
    await connection.execute(long_tasks.delete().where(own))
    for table in (commands, subscriptions, people, workspaces):
        await connection.execute(table.delete().where(table.c.team_id == team_id))
