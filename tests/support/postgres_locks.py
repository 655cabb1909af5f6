"""Wait for what waits for a lock of Postgres."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")

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


async def while_threads_end(url: str, doing: Coroutine[Any, Any, T]) -> T:
    """What comes of something that meets the end of every thread: it waits for it, and then they have ended."""
    async with await psycopg.AsyncConnection.connect(url) as poller:
        await poller.execute("UPDATE subscriptions SET state = 'ended', outcome = 'failed'")
        done = asyncio.create_task(doing)
        await until_somebody_waits(poller)
        await poller.commit()
        return await done
