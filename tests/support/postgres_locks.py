"""Wait for what waits for a lock of Postgres."""

import asyncio

import psycopg

_WAITING = """
    SELECT FROM pg_locks l WHERE NOT granted AND EXISTS (
        SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND a.datname = current_database()
    )
"""


async def until_somebody_waits(connection: psycopg.AsyncConnection) -> None:
    """Wait until another connection to this database waits for a lock."""
    async with asyncio.timeout(60):
        while await (await connection.execute(_WAITING)).fetchone() is None:  # noqa: ASYNC110 -- the server has no event
            await asyncio.sleep(0.02)
