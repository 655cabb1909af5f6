"""Confluence sites of which some answer at once and some throttle, in their own process."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from benchmarks.looked_at import Answering

#: the first part of the path of a site that throttles
THROTTLED = "throttled"
#: requests that such a site answers before it refuses, and for how many seconds it then asks to be left alone
ALLOWED, RETRY_AFTER = 200, 20
#: nobody listens there: a site that is down
DOWN = "http://127.0.0.1:9"


class AnsweringSites(Answering):
    """Answers as `Answering` does, and 429 for sites that throttle, whoever asks before their time is over."""

    answered: ClassVar[dict[bytes, int]] = {}
    refused_until: ClassVar[dict[bytes, float]] = {}

    def data_received(self, data: bytes) -> None:
        """Answer or refuse each whole request."""
        *requests, rest = (self.rest + data).split(b"\r\n\r\n")
        for request in requests:
            self.rest = b""
            site = request.split(b" ", 2)[1].split(b"/", 2)[1]
            if site.startswith(THROTTLED.encode()) and self._refuses(site):
                self.transport.write(  # type: ignore[attr-defined] # a stream's transport writes
                    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n" % RETRY_AFTER
                )
            else:
                super().data_received(request + b"\r\n\r\n")
        self.rest = rest

    def _refuses(self, site: bytes) -> bool:
        now = time.monotonic()
        if now < self.refused_until.get(site, 0.0):
            return True
        self.answered[site] = self.answered.get(site, 0) + 1
        if self.answered[site] % ALLOWED == 0:
            self.refused_until[site] = now + RETRY_AFTER
        return False


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(AnsweringSites, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@asynccontextmanager
async def confluence_sites() -> AsyncIterator[str]:
    """The address under which each site has a path of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.soak_sites", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.kill()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
