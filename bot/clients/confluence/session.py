"""Open the HTTP session to Confluence."""

import aiohttp

from bot.clients import http

#: seconds for a whole look
TOTAL_SECONDS = 8.0
#: bytes; the first words of a refusal give its reason
_MAX_ERROR_BODY = 4096


def open_session(*, total: float = TOTAL_SECONDS) -> aiohttp.ClientSession:
    """Open the session that all sites and accounts share; `total` is the seconds a request may take.

    Call it within a running event loop; the caller closes it. It calls no host by itself: each request brings the
    rule of its site. Idle connections outlast the usual interval between looks, because a new TLS connection costs
    more than ten looks over an idle one.
    """
    return http.open_session(
        may_call=lambda _url: False,
        timeout=aiohttp.ClientTimeout(total=total, sock_connect=min(5.0, total)),
        keepalive=75,
        headers={"Accept": "application/json", "User-Agent": "longtask"},
    )


async def read_error_body(response: aiohttp.ClientResponse) -> bytes:
    """Read the beginning of a refusal's body, as much as arrives."""
    try:
        return await response.content.read(_MAX_ERROR_BODY)
    except (aiohttp.ClientError, OSError):
        return b""
