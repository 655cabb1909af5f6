"""Serve a web application, within bounds of time, size and number of connections."""

import os
import resource
import socket
from dataclasses import dataclass
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.web_protocol import ERROR

from bot.web.application import REFUSALS
from bot.web.connections import Connection, Connections, short_answer
from bot.web.listener import Listener
from bot.web.rejections import Rejection

#: seconds after which Slack gives up on a request (docs.slack.dev/interactivity/handling-user-interaction)
_SLACK_TIMEOUT = 3.0
#: connections, where the process may have that many files and more
_MOST_CONNECTIONS = 1000
#: all that a client may expect of a server (RFC 9110, 10.1.1)
_CONTINUE = "100-continue"


class CannotListen(Exception):
    """The server cannot listen on its address; the text says on which, and why."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A listening web application."""

    #: the port it listens on, also if the system chose it
    port: int
    _runner: web.AppRunner
    _listener: Listener

    async def stop(self) -> None:
        """Accept no more requests, finish those under way (for at most three seconds), close every connection."""
        await self._listener.stop()
        await self._runner.cleanup()


async def serve(app: web.Application, *, host: str, port: int) -> Server:
    """Listen on `host` and `port`; port 0 lets the system choose. Raises CannotListen."""
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=_SLACK_TIMEOUT)
    await runner.setup()
    server = runner.server
    assert server is not None  # noqa: S101 -- it is set up
    _report_phases(server)
    connections = Connections(limit=_connection_limit(), rejections=app[REFUSALS])

    def nothing_accepted() -> None:
        app[REFUSALS].add(Rejection.NOT_ACCEPTED)
        connections.close_a_slow_one()

    listener = Listener(lambda: Connection(server, connections), nothing_accepted)
    try:
        port = await listener.start(host=host, port=port)
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(f"HOST {host}, PORT {port} cannot be listened on: {_why(error)}.") from None
    return Server(port=port, _runner=runner, _listener=listener)


def _connection_limit() -> int:
    """Return how many connections leave as many files to the database, Slack and Confluence."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CONNECTIONS if files == resource.RLIM_INFINITY else max(1, min(_MOST_CONNECTIONS, files // 2))


def _report_phases(server: web.Server) -> None:
    """Let connections know when their request's head is complete, and when it has been handled."""
    make_request, handle = server.request_factory, server.request_handler

    def request_made(message: Any, body: StreamReader, connection: web.RequestHandler, *others: Any) -> web.BaseRequest:
        if isinstance(connection, Connection):
            connection.head_received(body)
        if message.url is None:
            # CONNECT without an address, which aiohttp's parser lets pass and its request does not
            message = ERROR
        return make_request(message, body, connection, *others)

    async def handled(request: web.BaseRequest) -> web.StreamResponse:
        try:
            if request.headers.get("Expect", _CONTINUE).lower() != _CONTINUE:
                # aiohttp's own answer quotes the header, whatever it holds
                return short_answer(417, "unknown expectation\n")
            response = await handle(request)
        except web.HTTPException as refused:
            refused.force_close()
            raise
        finally:
            if isinstance(request.protocol, Connection):
                request.protocol.handled()
        response.force_close()
        return response

    server.request_factory, server.request_handler = request_made, handled


def _why(error: OSError) -> str:
    # asyncio replaces the system's words with a longer sentence of its own
    if isinstance(error, socket.gaierror) or not error.errno:
        return "the name is not known"
    return os.strerror(error.errno)
