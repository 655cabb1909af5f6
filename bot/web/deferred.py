"""Take requests for a part of the bot that is not built yet."""

import asyncio
from typing import Protocol

from aiohttp import web

from bot.web.rejections import Rejections

#: seconds that a request waits for its part: Slack gives up on it after three
PATIENCE = 2.0
#: seconds after which a request that waited in vain may be repeated
_REPEAT_AFTER = 5


class Part(Protocol):
    """What answers the requests of one address."""

    async def handle(self, request: web.Request, rejections: Rejections) -> web.Response:
        """Answer a request."""


class Deferred:
    """Passes requests on to a part once there is one. Until then they wait, and are then answered with 503.

    Slack repeats an event that was answered so (docs.slack.dev/apis/events-api, retries), and a script reads
    Retry-After.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """`patience`: seconds that a request waits."""
        self._part: asyncio.Future[Part] = asyncio.get_running_loop().create_future()
        self._patience = patience

    def begin(self, part: Part) -> None:
        """Pass on what waits, and everything that comes."""
        self._part.set_result(part)

    async def handle(self, request: web.Request, rejections: Rejections) -> web.Response:
        """Answer a request."""
        done, _ = await asyncio.wait({self._part}, timeout=self._patience)
        if not done:
            return web.Response(status=503, text="starting\n", headers={"Retry-After": str(_REPEAT_AFTER)})
        return await self._part.result().handle(request, rejections)
