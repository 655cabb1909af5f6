"""Commands as they came in, kept until they are a day old."""

from datetime import datetime

from sqlalchemy import delete, select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import commands
from bot.db.rows import CommandRow, build, columns

_COLUMNS = columns(CommandRow, commands)


async def add(
    connection: Connection,
    *,
    trigger_id: str,
    team_id: str,
    enterprise_id: str | None,
    channel_id: str,
    user_id: str,
    command: str,
    text: str,
    response_url: bytes | None,
    now: datetime,
) -> int | None:
    """Write down a command; its id, or None if this very command (same team and trigger id) is there already."""
    insert = upsert(connection, commands).values(
        trigger_id=trigger_id[:200],
        team_id=team_id,
        enterprise_id=enterprise_id,
        channel_id=channel_id,
        user_id=user_id,
        command=command[:64],
        text=text,
        response_url=response_url,
        created_at=now,
    )
    key = [commands.c.team_id, commands.c.trigger_id]
    statement = insert.on_conflict_do_nothing(index_elements=key).returning(commands.c.id)
    return (await connection.execute(statement)).scalar()


async def refuse(connection: Connection, command_id: int) -> None:
    """Delete a command of a workspace that the app does not serve, unanswered."""
    await connection.execute(delete(commands).where(commands.c.id == command_id))


async def answered(connection: Connection, command_id: int, *, now: datetime) -> None:
    """A command has been carried out; its answer is planned."""
    await connection.execute(
        update(commands).where(commands.c.id == command_id).values(answered_at=now, claim_id=None, claimed_until=None)
    )


async def forget(connection: Connection, *, older_than: datetime) -> None:
    """Delete commands older than a time, with their answers."""
    await connection.execute(delete(commands).where(commands.c.created_at < older_than))


async def find(connection: Connection, command_id: int | None) -> CommandRow | None:
    """One command, while it is kept."""
    row = (await connection.execute(select(*_COLUMNS).where(commands.c.id == command_id))).first()
    return None if row is None else build(CommandRow, row)


async def response_url_used(connection: Connection, command_id: int) -> None:
    """Count one use of a command's response URL."""
    await connection.execute(
        update(commands).where(commands.c.id == command_id).values(uses_left=commands.c.uses_left - 1)
    )


async def any_unanswered(connection: Connection) -> bool:
    """Whether a command waits to be carried out."""
    query = select(commands.c.id).where(commands.c.answered_at.is_(None)).limit(1)
    return (await connection.execute(query)).first() is not None
