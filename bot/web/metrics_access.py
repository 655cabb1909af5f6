"""Decide who may read the metrics."""

import hmac

from aiohttp import web

from bot.web.loopback import is_from_loopback, names_loopback

#: headers by which a proxy shows that it passed a request on, apart from those that begin with X-Forwarded
_PROXIED = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


def may_read(request: web.Request, token: str | None) -> bool:
    """Whether a request bears the token; without a token, whether it comes from this machine and is meant for it."""
    if token is not None:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode())
    return is_from_loopback(request) and names_loopback(request) and not any(map(_is_of_a_proxy, request.headers))


def _is_of_a_proxy(header: str) -> bool:
    return header.lower() in _PROXIED or header.lower().startswith("x-forwarded")
