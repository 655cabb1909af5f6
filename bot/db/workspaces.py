"""Slack workspaces the bot works in."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import commands, subscriptions, workspaces


async def put_workspace(connection: AsyncConnection, team_id: str, *, enterprise_id: str | None, now: datetime) -> None:
    """Write down a workspace whose people use the bot; one that was stopped works again, since it just called."""
    insert = upsert(connection, workspaces).values(
        team_id=team_id, enterprise_id=enterprise_id, state="active", created_at=now
    )
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=[workspaces.c.team_id],
            set_={"state": "active", "reason": None, "enterprise_id": insert.excluded.enterprise_id},
            where=workspaces.c.state != "active",
        )
    )


async def stop_workspace(connection: AsyncConnection, team_id: str, *, reason: str) -> bool:
    """Slack no longer lets the bot into a workspace: nothing is sent there; whether this is news."""
    result = await connection.execute(
        update(workspaces)
        .where(workspaces.c.team_id == team_id, workspaces.c.state == "active")
        .values(state="stopped", reason=reason[:64], claim_id=None, claimed_until=None)
    )
    return result.rowcount == 1


async def is_active(connection: AsyncConnection, team_id: str) -> bool:
    """Whether anything is sent to a workspace."""
    query = select(workspaces.c.state).where(workspaces.c.team_id == team_id)
    return (await connection.execute(query)).scalar() == "active"


async def delete_workspace(connection: AsyncConnection, team_id: str) -> None:
    """Delete a workspace with its subscriptions, texts and commands."""
    await connection.execute(commands.delete().where(commands.c.team_id == team_id))
    await connection.execute(subscriptions.delete().where(subscriptions.c.team_id == team_id))
    await connection.execute(workspaces.delete().where(workspaces.c.team_id == team_id))
