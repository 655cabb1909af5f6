"""What Slack has delivered and was taken: each event, press, shortcut and modal once."""

import hashlib
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


async def take_key(connection: Connection, team_id: str, key: str, *, now: datetime) -> bool:
    """Take what a person did, by a key of its workspace, like a trigger id; false if it was taken before."""
    digest = hashlib.blake2b(f"{team_id} {key}".encode(), digest_size=16).hexdigest()
    return await take(connection, f"key-{digest}", now=now)


async def forget(connection: Connection, *, taken_before: datetime) -> None:
    """Delete the ids of events that were taken before a time."""
    await connection.execute(delete(events).where(events.c.taken_at < taken_before))
