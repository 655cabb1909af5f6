"""Slash commands as they came, until they are answered."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.claims import LEASE
from bot.db.dialect import upsert
from bot.db.engine import database_now
from bot.db.models import commands


async def write_down(
    connection: AsyncConnection,
    *,
    trigger_id: str,
    team_id: str,
    enterprise_id: str | None,
    channel_id: str,
    user_id: str,
    user_team_id: str | None,
    command: str,
    text: str,
    response_url: bytes,
    now: datetime,
    claim_id: str | None = None,
) -> int | None:
    """Keep a command; its id, or none where this very command (same trigger id) was kept before.

    With a claim nobody else begins it before that is given back, or has run out.
    """
    claimed_until = await database_now(connection, fallback=now) + LEASE if claim_id else None
    insert = upsert(connection, commands).values(
        trigger_id=trigger_id[:200],
        team_id=team_id,
        enterprise_id=enterprise_id,
        channel_id=channel_id,
        user_id=user_id,
        user_team_id=user_team_id,
        command=command[:64],
        text=text,
        response_url=response_url,
        created_at=now,
        claim_id=claim_id,
        claimed_until=claimed_until,
    )
    statement = insert.on_conflict_do_nothing(index_elements=[commands.c.trigger_id]).returning(commands.c.id)
    return (await connection.execute(statement)).scalar()


async def withdraw(connection: AsyncConnection, trigger_id: str) -> None:
    """Drop a command that nobody has begun to answer."""
    await connection.execute(
        delete(commands).where(commands.c.trigger_id == trigger_id[:200], commands.c.attempts == 0)
    )


async def answered(connection: AsyncConnection, command_id: int, *, now: datetime, uses: int) -> None:
    """A command has its answer; `uses` of its response URL were spent."""
    await connection.execute(
        update(commands)
        .where(commands.c.id == command_id)
        .values(
            answered_at=now,
            uses_left=commands.c.uses_left - uses,
            claim_id=None,
            claimed_until=None,
        )
    )


async def forget(connection: AsyncConnection, *, older_than: datetime) -> int:
    """Drop commands older than a time; how many."""
    result = await connection.execute(delete(commands).where(commands.c.created_at < older_than))
    return result.rowcount


async def find(connection: AsyncConnection, command_id: int | None) -> RowMapping | None:
    """One command, while it is kept."""
    return (await connection.execute(select(commands).where(commands.c.id == command_id))).mappings().first()


async def spent(connection: AsyncConnection, command_id: int) -> None:
    """One more use of a command's response URL."""
    await connection.execute(
        update(commands).where(commands.c.id == command_id).values(uses_left=commands.c.uses_left - 1)
    )


async def any_unanswered(connection: AsyncConnection) -> bool:
    """Whether there is a command that nobody has answered."""
    query = select(commands.c.id).where(commands.c.answered_at.is_(None)).limit(1)
    return (await connection.execute(query)).first() is not None
