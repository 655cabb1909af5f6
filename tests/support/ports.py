"""Reserve a port of this machine: nobody listens on it but a process that a test starts."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def reserved_port(port: int = 0) -> Iterator[int]:
    """Keep a port of 127.0.0.1, a free one if it is 0, until the end of the block; connections to it are refused.

    A port that is merely found free goes to whatever asks for one next: the server of another test, or a connection.
    A socket that is bound and does not listen keeps it. On Linux another one may listen there all the same, if both set
    SO_REUSEADDR as every server of asyncio does (socket(7)).
    """
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", port))
        reserved = int(kept.getsockname()[1])
        if sys.platform != "linux":
            # elsewhere a bound socket would keep the test's own process off as well
            kept.close()
        yield reserved


def port_of(origin: str) -> int:
    """The port of a server's address, like `http://127.0.0.1:40001`."""
    port = urlsplit(origin).port
    assert port is not None
    return port
