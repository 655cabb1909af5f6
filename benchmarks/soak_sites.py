"""Confluence sites of which some answer at once and some throttle, in their own process."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from benchmarks.looked_at import Answering
from benchmarks.stand_ins import serve, stand_in

#: the first part of the path of a site that throttles
THROTTLED = "throttled"
#: requests that such a site answers before it refuses, and for how many seconds it then asks to be left alone
ALLOWED, RETRY_AFTER = 200, 20
#: it is this site that throttles, and not the account, which looks at all sites
REASON = b"RateLimit-Reason: confluence-quota-tenant-based\r\n"
#: nobody listens there: a site that is down
DOWN = "http://127.0.0.1:9"


class AnsweringSites(Answering):
    """Answers looks; a site that throttles answers 429 until the time it asked for is over."""

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
                    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %d\r\n%sContent-Length: 0\r\n\r\n"
                    % (RETRY_AFTER, REASON)
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


def confluence_sites() -> AbstractAsyncContextManager[str]:
    """The address under which each site has a path of its own."""
    return stand_in("benchmarks.soak_sites")


if __name__ == "__main__":
    asyncio.run(serve(AnsweringSites))
