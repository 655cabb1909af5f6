"""Delete rows that are no longer needed, refresh old cards, and keep the database in order."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.db import (
    channels,
    commands,
    engine,
    events,
    homes,
    listed_tasks,
    long_tasks,
    pauses,
    people,
    stale_messages,
    watches,
)
from bot.db.engine import Database
from bot.domain.audience import KNOWN_FOR

_log = structlog.get_logger(__name__)

#: seconds between two turns
INTERVAL_SECONDS = 60.0
#: seconds before the next turn if more is left to delete
CONTINUE_SECONDS = 0.1
#: a card shows when its long task was last checked at least this often
REFRESH_CARDS_AFTER = timedelta(minutes=10)
#: commands, ids of events, homes and what Slack said about people are kept for so long
KEEP_REQUESTS = timedelta(hours=24)
#: long tasks deleted in one transaction, so that others need not wait long for it
BATCH_SIZE = 200
#: time between two optimizations of the database
OPTIMIZE_AFTER = timedelta(hours=1)


def step(database: Database, *, retention_days: int, now: Callable[[], datetime]) -> Callable[[], Awaitable[float]]:
    """Return one turn of housekeeping; it returns the seconds to wait before the next."""
    optimized_at: datetime | None = None

    async def turn() -> float:
        nonlocal optimized_at
        at = now()
        retained_since = at - timedelta(days=retention_days)
        async with database.begin() as connection:
            await stale_messages.refresh_checked(connection, before=at - REFRESH_CARDS_AFTER, now=at)
            await commands.forget(connection, older_than=at - KEEP_REQUESTS)
            await events.forget(connection, taken_before=at - KEEP_REQUESTS)
            await people.forget(connection, asked_before=at - KEEP_REQUESTS)
            await pauses.forget_past(connection, now=at)
            await channels.forget(connection, asked_before=at - KNOWN_FOR)
            await listed_tasks.forget(connection, unwatched_before=retained_since)
            await watches.forget(connection, before=retained_since)
            await homes.forget(connection, shown_before=at - KEEP_REQUESTS)
        deleted = await _delete_old_long_tasks(database, before=retained_since)
        if optimized_at is None or at - optimized_at >= OPTIMIZE_AFTER:
            await engine.optimize(database)
            optimized_at = at
        return INTERVAL_SECONDS if deleted < BATCH_SIZE else CONTINUE_SECONDS

    return turn


async def _delete_old_long_tasks(database: Database, *, before: datetime) -> int:
    """Delete long tasks that ended, or were last followed, before a time; returns how many."""
    async with database.begin() as connection:
        deleted = await long_tasks.forget(connection, ended_before=before, limit=BATCH_SIZE)
        deleted += await long_tasks.forget_unfollowed(connection, before=before, limit=BATCH_SIZE)
    if deleted:
        _log.info("long_tasks_deleted", count=deleted)
    return deleted
