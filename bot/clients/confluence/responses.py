"""Read Confluence's refusals, rate limits and broken connections into poll results."""

import asyncio
import math
import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime

import aiohttp

from bot.clients.http import BodyRefused, Redirected, http_date
from bot.domain.poll_result import Denial, Misconfigured, PauseScope, RateLimited, Unavailable, Unreadable

#: seconds; a server that asks for a longer pause is mistaken
_LONGEST_RETRY_AFTER = 31 * 86_400.0
#: documented: `confluence-quota-global-based`, `confluence-quota-tenant-based`, `confluence-burst-based`; seen live:
#: `conf-global-based`. So single words decide, first match; a tenant is narrower than a quota.
_SCOPES = (("tenant", PauseScope.SITE), ("global", PauseScope.APP), ("quota", PauseScope.APP))
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9/+;=._ -]+")
_NUMBER = re.compile(r"\s*(\d+(?:\.\d*)?)\s*s?\s*", re.ASCII)

#: words in a refusal's body, lower-case, and the reason they give; first match
_DENIALS = (
    ("scope", Denial.SCOPE),
    ("authentication with passwords", Denial.PASSWORD),
    ("allowlist", Denial.ADDRESS),
    ("ip address", Denial.ADDRESS),
)

#: first match; the narrower class first
_FAILURES: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientProxyConnectionError, "the proxy cannot be reached"),
    (aiohttp.ClientHttpProxyError, "the proxy refuses"),
    (aiohttp.ClientConnectorDNSError, "host name not found"),
    (aiohttp.ClientConnectorCertificateError, "certificate not accepted"),
    (aiohttp.ClientSSLError, "no TLS connection"),
    (ssl.SSLError, "no TLS connection"),
    (aiohttp.ConnectionTimeoutError, "timed out while connecting"),
    (asyncio.TimeoutError, "timed out"),
    (aiohttp.ClientConnectorError, "no connection"),
    (aiohttp.ServerDisconnectedError, "connection closed without an answer"),
    (ConnectionResetError, "connection reset"),
    (aiohttp.ClientOSError, "connection reset"),
    (aiohttp.ClientPayloadError, "connection lost in the middle of the answer"),
    (aiohttp.ClientConnectionError, "connection lost"),
)


def plain(text: str, limit: int = 64) -> str:
    """A header's value fit for a log line: its plain characters, at most `limit`."""
    return _NOT_PLAIN.sub("?", text[: limit * 2])[:limit]


def failure(error: Exception) -> Misconfigured | Unavailable | Unreadable:
    """The result of a request that failed. It never holds the text of aiohttp's errors, which may contain URLs."""
    if isinstance(error, Redirected):
        return Misconfigured(status=error.status, location=error.host)
    if isinstance(error, BodyRefused):
        return Unreadable(reason=str(error))
    if isinstance(error, aiohttp.ClientResponseError) and not isinstance(error, aiohttp.ClientHttpProxyError):
        return Unreadable(reason="the answer is not HTTP")
    if isinstance(error.__cause__, aiohttp.http_exceptions.ContentEncodingError):
        return Unreadable(reason="the answer cannot be decompressed")
    refused = isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError)
    if refused and not isinstance(error, aiohttp.ClientProxyConnectionError):
        return Unavailable(reason="connection refused")
    for kind, reason in _FAILURES:
        if isinstance(error, kind):
            return Unavailable(reason=reason)
    return Unavailable(reason="no connection")


def rate_limited(headers: Mapping[str, str]) -> RateLimited:
    """Read a 429."""
    reason = headers.get("RateLimit-Reason")
    words = (reason or "").lower()
    scope = next((scope for word, scope in _SCOPES if word in words), PauseScope.ACCOUNT)
    seconds = retry_after(headers)
    if seconds is None:
        seconds = _seconds_until(_iso_date(headers.get("X-RateLimit-Reset", "")), headers)
    return RateLimited(retry_after=seconds, scope=scope, reason=plain(reason) if reason else None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After`: a number of seconds or an HTTP date (RFC 9110 §10.2.3).

    Not capped (1,847 s are documented), but more than a month counts as unreadable. A date is compared with the
    server's own clock, so that neither clock has to be right.
    """
    value = headers.get("Retry-After")
    if not value:
        return None
    number = _NUMBER.fullmatch(value[:40])
    if number:
        seconds = float(number[1])
        return seconds if math.isfinite(seconds) and seconds <= _LONGEST_RETRY_AFTER else None
    return _seconds_until(http_date(value), headers)


def denial(status: int, media_type: str, body: bytes, *, on_cloud_site: bool) -> Denial | None:
    """Why a credential was refused; None if the refusal does not say.

    `on_cloud_site`: the request went to a Cloud site's own domain, not through the gateway.
    """
    if "html" in media_type:
        # a site's own domain answers a scoped or OAuth token with Tomcat's error page
        return Denial.GATEWAY_ONLY if status == 401 and on_cloud_site else None
    words = body.decode("utf-8", "replace").lower()
    return next((why for word, why in _DENIALS if word in words), None)


def _seconds_until(moment: datetime | None, headers: Mapping[str, str]) -> float | None:
    now = http_date(headers.get("Date", ""))
    if moment is None or now is None:
        return None
    seconds = (moment - now).total_seconds()
    return max(0.0, seconds) if seconds <= _LONGEST_RETRY_AFTER else None


def _iso_date(value: str) -> datetime | None:
    """Read ISO 8601, also without seconds (`2024-05-05T18:02Z` was seen)."""
    try:
        moment = datetime.fromisoformat(value[:64].strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
