"""Limit how often one address may ask for what is not there."""

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from aiohttp import web

#: misses of an address within PERIOD
MISSES = 20
PERIOD = timedelta(minutes=1)
#: addresses that are remembered at once
CAPACITY = 10_000
#: of an IPv6 address, the part that one customer gets (RFC 6177)
_PREFIX = 64


class AddressLimit:
    """The misses of addresses; those of the address that missed longest ago are forgotten first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """`now` returns UTC."""
        self._now = now
        #: address -> since when its misses are counted, and how many there are
        self._misses: dict[str, tuple[datetime, int]] = {}

    def blocked_for(self, address: str) -> int | None:
        """Whole seconds for which an address may not miss again; None if it may."""
        since, count = self._misses.get(address, (self._now(), 0))
        left = (since + PERIOD - self._now()).total_seconds()
        return max(1, ceil(left)) if count >= MISSES and left > 0 else None

    def missed(self, address: str) -> None:
        """Count a miss."""
        now = self._now()
        since, count = self._misses.pop(address, (now, 0))
        if now - since >= PERIOD:
            since, count = now, 0
        while len(self._misses) >= CAPACITY:
            self._misses.pop(next(iter(self._misses)))
        self._misses[address] = (since, count + 1)


def address_of(request: web.BaseRequest) -> str:
    """The address that a request comes from: the nearest one that is no proxy of ours.

    A proxy in front of the bot has an address of the inner network and adds that of its client at the end of
    X-Forwarded-For. From elsewhere the header is not believed: a client can write into it what it likes.
    """
    peer = _read(request.remote or "")
    if peer is not None and not peer.is_global:
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        peer = _read(forwarded.rpartition(",")[2].strip()) or peer
    if peer is None:
        return ""
    if peer.version == 6:
        return str(ipaddress.ip_network((peer, _PREFIX), strict=False))
    return str(peer)


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
