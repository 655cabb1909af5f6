"""Refuse requests that other sites make a browser on this machine send."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.web.loopback import names_loopback

#: what a browser says of a request that no other site caused (developer.mozilla.org, Sec-Fetch-Site)
_OWN = {None, "none", "same-origin"}


def is_from_another_site(request: web.Request) -> bool:
    """Whether another site causes a request: by a host name of its own, with a form, a script or an image."""
    origin = request.headers.get("Origin")
    return (
        not names_loopback(request)
        or origin not in {None, f"http://{request.headers['Host']}"}
        or request.headers.get("Sec-Fetch-Site") not in _OWN
    )


@web.middleware
async def refuse_other_sites(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer such a request with 403."""
    return web.Response(status=403) if is_from_another_site(request) else await handler(request)
