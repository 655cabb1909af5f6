"""Commands as they came in, kept until they are a day old."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import commands
from bot.db.rows import CommandRow, build, columns
from bot.domain.hook_answer import CallAnswer, encode

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
    message_ts: str | None = None,
    thread_ts: str | None = None,
) -> int | None:
    """Write down a command; its id, or None if this very command (same team and trigger id) is there already.

    `message_ts`, `thread_ts`: of the message that a mention or a shortcut is about, and of the thread it is in.
    """
    insert = upsert(connection, commands).values(
        trigger_id=trigger_id[:200],
        team_id=team_id,
        enterprise_id=enterprise_id,
        channel_id=channel_id,
        user_id=user_id,
        command=command[:64],
        text=text,
        message_ts=message_ts,
        thread_ts=thread_ts,
        response_url=response_url,
        created_at=now,
    )
    key = [commands.c.team_id, commands.c.trigger_id]
    statement = insert.on_conflict_do_nothing(index_elements=key).returning(commands.c.id)
    return (await connection.execute(statement)).scalar()


async def refuse(connection: Connection, command_id: int) -> None:
    """Delete a command of a workspace that the app does not serve, unanswered."""
    await connection.execute(delete(commands).where(commands.c.id == command_id))


async def answered(
    connection: Connection, command_id: int, *, now: datetime, language: str, answer: CallAnswer | None = None
) -> None:
    """A command has been carried out; its answer, in this language, is planned. `answer`: that for a script."""
    kept = None if answer is None else encode(answer)
    await connection.execute(
        update(commands)
        .where(commands.c.id == command_id)
        .values(answered_at=now, language=language, answer=kept, claim_id=None, claimed_until=None)
    )


async def put_off(connection: Connection, command_id: int, *, until: datetime) -> None:
    """A look did not find the long task: give the command back, to be carried out again from a time on."""
    await connection.execute(
        update(commands)
        .where(commands.c.id == command_id)
        .values(looks=commands.c.looks + 1, not_before=until, claim_id=None, claimed_until=None)
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


async def sealed_urls(connection: Connection, *, since: datetime, limit: int) -> list[bytes]:
    """The encrypted response URLs of the newest commands that came in after a time."""
    query = select(commands.c.response_url).where(commands.c.created_at > since, commands.c.response_url.is_not(None))
    rows = await connection.execute(query.order_by(commands.c.created_at.desc()).limit(limit))
    return [row.response_url for row in rows if row.response_url is not None]


async def next_due(connection: Connection) -> datetime | None:
    """From when on the next command that is not answered may be carried out; None if all are answered."""
    due_at = func.coalesce(commands.c.not_before, commands.c.created_at)
    query = select(due_at).where(commands.c.answered_at.is_(None)).order_by(due_at).limit(1)
    return (await connection.execute(query)).scalar()
