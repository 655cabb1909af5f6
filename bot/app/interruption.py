"""End what a start waits for when the process is to end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def unless_stopped(stopping: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Return what work returns; None if the process is to end before, and the work was cancelled."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    is_stopped = not working.done()
    if is_stopped:
        working.cancel()
    await asyncio.gather(working, waiting, return_exceptions=True)
    return None if is_stopped and (working.cancelled() or working.exception() is not None) else working.result()


async def finished(work: Coroutine[Any, Any, None], *, even_if_cancelled: bool) -> None:
    """Wait for work; `even_if_cancelled`, as for SQLite, whose statements run on in a thread when nobody waits."""
    working = asyncio.create_task(work)
    try:
        await (asyncio.shield(working) if even_if_cancelled else working)
    except asyncio.CancelledError:
        await asyncio.gather(working, return_exceptions=True)
        raise
