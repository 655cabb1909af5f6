"""The HTTP face: Slack requests, OAuth, health, metrics."""

import asyncio
import hmac
import ipaddress
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.metrics import CONTENT_TYPE

_log = structlog.get_logger(__name__)

#: bytes; a click carries its whole message with up to 50 blocks, a submitted modal at most 250 kB
_LARGEST_BODY = 1024 * 1024
#: Slack gives up on a request after this many seconds
_SLACK_PATIENCE = 3.0
_READY_SECONDS = 5.0
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

Ready = Callable[[], Awaitable[Sequence[str]]]


class CannotListen(Exception):
    """The address cannot be listened on; the text says which, and why."""


def create(
    *,
    slack: AsyncApp | None,
    ready: Ready,
    metrics: Callable[[], bytes],
    metrics_token: str | None = None,
    routes: Sequence[web.RouteDef] = (),
) -> web.Application:
    """The web application. `slack` is None in a worker and in Socket Mode: then there is no /slack/events.

    `ready` returns the reasons why this process is not ready, none where it is. `routes` are further ones, OAuth's.
    """
    app = web.Application(client_max_size=_LARGEST_BODY)
    app.on_response_prepare.append(_dress)
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _readiness(ready))
    app.router.add_get("/metrics", _metrics(metrics, metrics_token))
    if slack is not None:
        app.router.add_post("/slack/events", _events(slack))
    app.router.add_routes(routes)
    return app


@dataclass(frozen=True, kw_only=True)
class Server:
    """A listening web application."""

    #: where it listens really, where port 0 let the system choose
    port: int
    _runner: web.AppRunner
    _site: web.TCPSite

    async def stop(self) -> None:
        """Take no more requests, finish those under way (for at most three seconds), close every connection."""
        await self._site.stop()
        await self._runner.cleanup()


async def serve(app: web.Application, *, host: str, port: int) -> Server:
    """Listen. Raises CannotListen."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_SLACK_PATIENCE)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(f"HOST {host}, PORT {port} cannot be listened on: {_why(error)}.") from None
    return Server(port=runner.addresses[0][1], _runner=runner, _site=site)


def _why(error: OSError) -> str:
    # asyncio replaces the words of the system with a longer sentence of its own
    return os.strerror(error.errno) if error.errno else "the name is not known"


async def _dress(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    # aiohttp sets it with its own and Python's version before this is called
    response.headers.popall("Server", None)


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="alive\n")


def _readiness(ready: Ready) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                reasons = await ready()
        except TimeoutError:
            reasons = [f"no answer within {_READY_SECONDS:.0f} seconds"]
        except Exception as error:  # noqa: BLE001 — whatever it is, the answer is that we are not ready
            _log.warning("readiness_unknown", error=type(error).__name__)
            reasons = ["readiness could not be found out"]
        if reasons:
            return web.Response(status=503, text="".join(f"{reason}\n" for reason in reasons))
        return web.Response(text="ready\n")

    return answer


def _metrics(render: Callable[[], bytes], token: str | None) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        if not _may_see_metrics(request, token):
            headers = {"WWW-Authenticate": "Bearer"} if token else {}
            return web.Response(status=401 if token else 403, text="not for you\n", headers=headers)
        return web.Response(body=render(), headers={"Content-Type": CONTENT_TYPE})

    return answer


def _may_see_metrics(request: web.Request, token: str | None) -> bool:
    if token is not None:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode())
    # a proxy on this machine makes every request look like one of our own
    return _is_loopback(request.remote) and not any(name in request.headers for name in _FORWARDED)


def _is_loopback(address: str | None) -> bool:
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _events(slack: AsyncApp) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
        # Bolt turns it into a number without a look and answers a stranger's letters with 500 and a traceback
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return web.Response(status=401, text="invalid timestamp\n")
        try:
            async with asyncio.timeout(_SLACK_PATIENCE):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408, text="too slow\n")
        bolt_request = _read(request, body)
        if bolt_request is None:
            return web.Response(status=400, text="unreadable\n")
        return await to_aiohttp_response(await slack.async_dispatch(bolt_request))

    return answer


def _read(request: web.Request, body: bytes) -> AsyncBoltRequest | None:
    try:
        return AsyncBoltRequest(
            body=body.decode(),
            query=request.query_string,
            headers={name: request.headers.getall(name) for name in request.headers},
        )
    except Exception:  # noqa: BLE001 — Bolt reads the body before it checks who sent it: anything can be in it
        return None
