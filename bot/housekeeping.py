"""Forget what is no longer needed, and keep the database in order."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.db import cards, commands, engine, long_tasks, pauses
from bot.db.engine import Connection, Database

_log = structlog.get_logger(__name__)

#: seconds between two turns
EVERY_SECONDS = 60.0
#: a card says when it was last checked at least this often
CHECKED_SHOWN_EVERY = timedelta(minutes=10)
#: a command is kept for this long
COMMANDS_KEPT = timedelta(hours=24)
#: long tasks dropped in one transaction, so that nobody waits long for it
AT_ONCE = 200
#: the planner's statistics are brought up to date this often
OPTIMIZED_EVERY = timedelta(hours=1)


def step(database: Database, *, retention_days: int, now: Callable[[], datetime]) -> Callable[[], Awaitable[float]]:
    """A turn of housekeeping, giving the seconds to wait before the next."""
    optimized_at: datetime | None = None

    async def turn() -> float:
        nonlocal optimized_at
        at = now()
        async with database.begin() as connection:
            await cards.refresh_checked(connection, before=at - CHECKED_SHOWN_EVERY, now=at)
            await commands.forget(connection, older_than=at - COMMANDS_KEPT)
            await pauses.forget_past(connection, now=at)
        dropped = await _forget(database, before=at - timedelta(days=retention_days))
        if optimized_at is None or at - optimized_at >= OPTIMIZED_EVERY:
            await engine.optimize(database)
            optimized_at = at
        return EVERY_SECONDS if dropped < AT_ONCE else 0.1

    return turn


async def _forget(database: Database, *, before: datetime) -> int:
    async def drop(connection: Connection) -> int:
        ended = await long_tasks.forget(connection, ended_before=before, at_most=AT_ONCE)
        return ended + await long_tasks.forget_unfollowed(connection, before=before, at_most=AT_ONCE)

    async with database.begin() as connection:
        dropped = await drop(connection)
    if dropped:
        _log.info("forgotten", long_tasks=dropped)
    return dropped
