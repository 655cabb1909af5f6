"""Serve HTTP: requests from Slack, health and metrics."""

import asyncio
import hmac
import ipaddress
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

_log = structlog.get_logger(__name__)

#: bytes; a click carries its whole message with up to 50 blocks, a submitted modal at most 250 kB
_LARGEST_BODY = 1024 * 1024
#: seconds after which Slack gives up on a request (docs.slack.dev/interactivity/handling-user-interaction)
_SLACK_TIMEOUT = 3.0
#: seconds
_READINESS_TIMEOUT = 5.0
#: headers by which a proxy shows that it passed a request on
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.Response]]
#: returns the reasons why the process is not ready; none if it is
Readiness = Callable[[], Awaitable[Sequence[str]]]


class CannotListen(Exception):
    """The server cannot listen on its address; the text says on which, and why."""


def create(
    *, slack: AsyncApp | None, readiness: Readiness, metrics: Callable[[], bytes], metrics_token: str | None = None
) -> web.Application:
    """Build the web application. It has no /slack/events if `slack` is None, as in a worker.

    `metrics` returns Prometheus text. Without a `metrics_token` only loopback addresses get it.
    """
    app = web.Application(client_max_size=_LARGEST_BODY)
    app.on_response_prepare.append(_set_headers)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz(readiness))
    app.router.add_get("/metrics", _metrics(metrics, metrics_token))
    if slack is not None:
        app.router.add_post("/slack/events", _events(slack))
    return app


@dataclass(frozen=True, kw_only=True)
class Server:
    """A listening web application."""

    #: the port it listens on, also if the system chose it
    port: int
    _runner: web.AppRunner
    _site: web.TCPSite

    async def stop(self) -> None:
        """Accept no more requests, finish those under way (for at most three seconds), close every connection."""
        await self._site.stop()
        await self._runner.cleanup()


async def serve(app: web.Application, *, host: str, port: int) -> Server:
    """Listen on `host` and `port`; port 0 lets the system choose. Raises CannotListen."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_SLACK_TIMEOUT)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(f"HOST {host}, PORT {port} cannot be listened on: {_why(error)}.") from None
    return Server(port=runner.addresses[0][1], _runner=runner, _site=site)


def _why(error: OSError) -> str:
    # asyncio replaces the system's words with a longer sentence of its own
    return os.strerror(error.errno) if error.errno else "the name is not known"


async def _set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    # aiohttp has set it to its own and Python's version
    response.headers.popall("Server", None)


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="alive\n")


def _readyz(readiness: Readiness) -> Handler:
    async def handle(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_READINESS_TIMEOUT):
                reasons = await readiness()
        except TimeoutError:
            reasons = [f"no answer within {_READINESS_TIMEOUT:.0f} seconds"]
        except Exception as error:  # noqa: BLE001 -- whatever it is, the process is not known to be ready
            _log.warning("readiness_unknown", error=type(error).__name__)
            reasons = ["readiness could not be found out"]
        if reasons:
            return web.Response(status=503, text="".join(f"{reason}\n" for reason in reasons))
        return web.Response(text="ready\n")

    return handle


def _metrics(render: Callable[[], bytes], token: str | None) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        if not _may_see_metrics(request, token):
            headers = {"WWW-Authenticate": "Bearer"} if token else {}
            return web.Response(status=401 if token else 403, text="not for you\n", headers=headers)
        return web.Response(body=render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return handle


def _may_see_metrics(request: web.Request, token: str | None) -> bool:
    if token is not None:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode())
    # behind a proxy on this machine every request comes from a loopback address
    return _is_loopback(request.remote) and not any(name in request.headers for name in _FORWARDED)


def _is_loopback(address: str | None) -> bool:
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _events(slack: AsyncApp) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
        # Bolt converts it unchecked, and answers anything but digits with 500 and a traceback
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return web.Response(status=401, text="invalid timestamp\n")
        try:
            async with asyncio.timeout(_SLACK_TIMEOUT):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408, text="too slow\n")
        bolt_request = _bolt_request(request, body)
        if bolt_request is None:
            return web.Response(status=400, text="unreadable\n")
        return await to_aiohttp_response(await slack.async_dispatch(bolt_request))

    return handle


def _bolt_request(request: web.Request, body: bytes) -> AsyncBoltRequest | None:
    """The request as Bolt takes it; None if Bolt cannot read the body."""
    try:
        return AsyncBoltRequest(
            body=body.decode(),
            query=request.query_string,
            headers={name: request.headers.getall(name) for name in request.headers},
        )
    except Exception:  # noqa: BLE001 -- Bolt parses the body before it verifies the signature, so it can hold anything
        return None
