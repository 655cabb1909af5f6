"""Accept connections on listening sockets."""

import asyncio
import os
import socket
from collections.abc import Callable

#: connections that wait in the system to be accepted; it may take fewer
_BACKLOG = 1024
#: accepted connections that asyncio is still preparing
_MOST_PREPARED = 32
#: seconds before the next try when the system accepts no connection
_PAUSE = 0.1

NewConnection = Callable[[], asyncio.Protocol]


class Listener:
    """Listening sockets.

    asyncio's own server accepts up to a backlog of connections before it looks at the first. When there are no more
    file descriptors it logs as many tracebacks, and does so again each second (`selector_events._accept_connection`).
    """

    def __init__(self, new_connection: NewConnection, on_error: Callable[[], None]) -> None:
        """`on_error` is called each time the system accepts no connection."""
        self._new_connection = new_connection
        self._on_error = on_error
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._preparing: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_MOST_PREPARED)

    async def start(self, *, host: str, port: int) -> int:
        """Listen on every address of `host`; port 0 lets the system choose. Returns the port. Raises OSError."""
        bound = await asyncio.get_running_loop().create_server(self._new_connection, host, port, start_serving=False)
        # The sockets of a server lend themselves to nothing else, and close with it.
        self._sockets = [socket.socket(fileno=os.dup(each.fileno())) for each in bound.sockets]
        bound.close()
        for listening in self._sockets:
            listening.setblocking(False)
            listening.listen(_BACKLOG)
            self._accepting.append(asyncio.create_task(self._accept_all(listening)))
        return int(self._sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Accept no more connections; those that there are stay open."""
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, *self._preparing, return_exceptions=True)
        for listening in self._sockets:
            listening.close()

    async def _accept_all(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while listening.fileno() >= 0:
            await self._places.acquire()
            try:
                accepted, _ = await loop.sock_accept(listening)
            except ConnectionAbortedError:
                self._places.release()
            except OSError:
                self._places.release()
                self._on_error()
                await asyncio.sleep(_PAUSE)
            else:
                preparing = asyncio.create_task(self._prepare(accepted))
                self._preparing.add(preparing)
                preparing.add_done_callback(self._preparing.discard)

    async def _prepare(self, accepted: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._new_connection, accepted)
        except OSError:
            # the client is gone already
            accepted.close()
        finally:
            self._places.release()
