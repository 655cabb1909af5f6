"""Events of Slack that have been taken: each id once."""

from datetime import datetime

from sqlalchemy import delete

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.slack_models import events


async def take(connection: Connection, event_id: str, *, now: datetime) -> bool:
    """Take an event; false if it was taken before. Slack delivers an event again if it saw no acknowledgement."""
    insert = upsert(connection, events).values(id=event_id, taken_at=now)
    found = await connection.execute(insert.on_conflict_do_nothing().returning(events.c.id))
    return found.first() is not None


async def forget(connection: Connection, *, taken_before: datetime) -> None:
    """Delete the ids of events that were taken before a time."""
    await connection.execute(delete(events).where(events.c.taken_at < taken_before))
