"""Tell whether a request comes from this machine, and whether it is meant for it."""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web


def is_from_loopback(request: web.BaseRequest) -> bool:
    """Whether the connection comes from this machine. Behind a proxy on it, every connection does."""
    return _is_loopback(request.remote)


def names_loopback(request: web.BaseRequest) -> bool:
    """Whether a request names this machine as its host.

    A page in a browser can reach every address under a host name of its own, the loopback address included.
    """
    named = request.headers.getall("Host", [])
    # `request.host` is the one of the first line, if the request names one there
    return len(named) == 1 and all(_is_local_name(host) for host in (named[0], request.host))


def _is_local_name(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str | None) -> bool:
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
