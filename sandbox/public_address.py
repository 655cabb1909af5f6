"""Forward what comes in from outside to the bot that runs now, as the router in front of a bot does."""

import aiohttp
from aiohttp import web
from yarl import URL

from sandbox.other_sites import refuse_other_sites

#: bytes of a body; the bot's own limits are smaller
_LARGEST = 2 * 1024 * 1024
#: of a request, what the bot reads
_PASSED_ON = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature")
#: of an answer, what a script reads
_PASSED_BACK = ("Content-Type", "Location", "Retry-After", "Cache-Control")


class PublicAddress:
    """An address on 127.0.0.1 that stays the same while bots come and go."""

    def __init__(self) -> None:
        #: the address of the bot; None while there is none
        self.target: str | None = None
        self.url = ""
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        app = web.Application(client_max_size=_LARGEST, middlewares=[refuse_other_sites])
        app.router.add_route("*", "/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close everything."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _forward(self, request: web.Request) -> web.Response:
        if self.target is None or self._session is None:
            return web.Response(status=503, text="no bot is running\n")
        url = URL(self.target + request.raw_path, encoded=True)
        headers = {"X-Forwarded-For": request.remote or ""}
        headers |= {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        body = await request.read()
        try:
            async with self._session.request(request.method, url, data=body, headers=headers) as answer:
                passed = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
                return web.Response(status=answer.status, body=await answer.read(), headers=passed)
        except aiohttp.ClientError:
            return web.Response(status=502, text="the bot does not answer\n")
