"""Let a simulator's clock differ from the real time, in the `Date` of its answers."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web


def dated(ahead: Callable[[], float]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return what sets the `Date` of each answer; `ahead`: by how many seconds the clock is ahead of the real time."""

    async def set_date(_request: web.Request, response: web.StreamResponse) -> None:
        if ahead():
            response.headers["Date"] = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead()), usegmt=True)

    return set_date
