"""Answer requests: health, metrics, what Slack sends and what scripts send."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.web.deferred import Part
from bot.web.hooks import PATH
from bot.web.metrics_access import may_read
from bot.web.rejections import Rejections
from bot.web.slack_events import LARGEST_BODY

_log = structlog.get_logger(__name__)

#: where the application keeps its rejections
REFUSALS = web.AppKey("REFUSALS", Rejections)
#: seconds
_READINESS_TIMEOUT = 5.0

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.Response]]
#: returns the reasons why the process is not ready; none if it is
Readiness = Callable[[], Awaitable[Sequence[str]]]


def create(
    *,
    slack: Part | None,
    hooks: Part | None = None,
    readiness: Readiness,
    metrics: Callable[[], Awaitable[bytes]],
    metrics_token: str | None = None,
    rejections: Rejections | None = None,
) -> web.Application:
    """Build the web application. It has no /slack/events if `slack` is None, nor hooks if `hooks` is, as in a worker.

    `metrics` returns Prometheus text. Without a `metrics_token` only this machine gets it.
    """
    app = web.Application(client_max_size=LARGEST_BODY)
    app[REFUSALS] = rejections or Rejections()
    app.on_response_prepare.append(_set_headers)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz(readiness))
    app.router.add_get("/metrics", _metrics(metrics, metrics_token))
    if slack is not None:
        app.router.add_post("/slack/events", _passed_on(slack))
    if hooks is not None:
        app.router.add_post(PATH, _passed_on(hooks))
    return app


async def _set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    # aiohttp has set it to its own and Python's version
    response.headers.popall("Server", None)


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="alive\n")


def _readyz(readiness: Readiness) -> Handler:
    running: asyncio.Task[Sequence[str]] | None = None

    async def find_out() -> Sequence[str]:
        return await readiness()

    async def handle(_request: web.Request) -> web.Response:
        nonlocal running
        # anybody may ask, and each time the database works for it
        if running is None or running.done():
            running = asyncio.create_task(find_out())
        try:
            async with asyncio.timeout(_READINESS_TIMEOUT):
                reasons = await asyncio.shield(running)
        except TimeoutError:
            reasons = [f"no answer within {_READINESS_TIMEOUT:.0f} seconds"]
        except Exception as error:  # noqa: BLE001 -- whatever it is, the process is not known to be ready
            _log.warning("readiness_unknown", error=type(error).__name__)
            reasons = ["readiness could not be found out"]
        if reasons:
            return web.Response(status=503, text="".join(f"{reason}\n" for reason in reasons))
        return web.Response(text="ready\n")

    return handle


def _metrics(render: Callable[[], Awaitable[bytes]], token: str | None) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        if not may_read(request, token):
            headers = {"WWW-Authenticate": "Bearer"} if token else {}
            return web.Response(status=401 if token else 403, text="not for you\n", headers=headers)
        return web.Response(body=await render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return handle


def _passed_on(part: Part) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return await part.handle(request, request.app[REFUSALS])

    return handle
