"""Make outbound calls by one rule: known hosts, no redirects, bounded answers."""

import json
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import aiohttp
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from yarl import URL

from bot.clients.proxy import HANDSHAKE
from bot.domain.parsing.values import MAX_VALUES, too_many_values

#: bytes, after decompression; a long task with thousands of findings stays far below it, a page of Slack's as well
MAX_BODY = 8 * 2**20
#: levels of arrays and objects; Slack's blocks have fewer than twenty
MAX_DEPTH = 64

#: whether a URL may be called
MayCall = Callable[[URL], bool]


class UnknownHost(aiohttp.ClientError):
    """A URL names a host that may not be called: no connection was made."""


class Redirected(aiohttp.ClientError):
    """The answer was a redirect, which is not followed."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(f"status {status}")
        self.status = status
        #: the host it leads to, without path and query, which may hold secrets; None if it is not readable
        self.host = _host(location)


class BodyRefused(aiohttp.ClientPayloadError):
    """A body is larger, holds more values or nests deeper than any answer that is meant; the text says which."""


def rule(may_call: MayCall) -> tuple[ClientMiddlewareType]:
    """The rule for outbound calls as aiohttp's middleware, for a session or for one request.

    Whatever makes the request, slack_sdk included, a URL for which `may_call` is false is refused before anything is
    sent, and a redirect is an error: aiohttp would repeat the body of a POST at whichever host a 307 names.
    """

    async def call(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if not may_call(request.url):
            raise UnknownHost("this host may not be called")
        response = await handler(request)
        if 300 <= response.status < 400:
            location = response.headers.get("Location", "")
            response.close()
            raise Redirected(response.status, location)
        return response

    return (call,)


def origin(url: URL) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL; a WebSocket's are those of the request by which it begins."""
    return HANDSHAKE.get(url.scheme, url.scheme), url.host or "", url.port


def open_session(
    *, may_call: MayCall, timeout: aiohttp.ClientTimeout, keepalive: float, headers: dict[str, str] | None = None
) -> aiohttp.ClientSession:
    """Open a session whose every call follows the rule; the caller closes it.

    Call it within a running event loop. `keepalive` is how many seconds an idle connection stays open. The number of
    connections is not limited: callers bound their calls. OpenSSL's default locations honour SSL_CERT_FILE.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            limit_per_host=0,
            keepalive_timeout=keepalive,
            ttl_dns_cache=300,
            ssl=_tls(ssl.get_default_verify_paths()),
        ),
        # accounts share the session: the cookies of one would answer for another
        cookie_jar=aiohttp.DummyCookieJar(),
        # proxies are looked up by the caller, and ~/.netrc is none of the bot's business
        trust_env=False,
        timeout=timeout,
        headers=headers,
        middlewares=rule(may_call),
        response_class=BoundedResponse,
    )


@cache
def _tls(_trusted: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """What is trusted for connections; read once, since it takes a twentieth of a second."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class BoundedResponse(ClientResponse):
    """A response whose body is read within bounds. Reading raises BodyRefused, and drops the connection."""

    async def read(self) -> bytes:
        """Read the body, at most MAX_BODY bytes of it after decompression."""
        # text() and json() of the parent read into the same attribute
        if self._body is None:
            self._body = await self._read_bounded()
        return self._body

    async def text(self, encoding: str | None = None, errors: str = "replace") -> str:
        """Read the body as UTF-8: the charset that a server names may be any codec of Python's."""
        return await super().text(encoding or "utf-8", errors)

    async def json(
        self,
        *,
        encoding: str | None = None,
        loads: Callable[[str], Any] | None = None,
        content_type: str | None = "application/json",
    ) -> Any:
        """Read the body as JSON of a bounded number of values and a bounded depth."""
        return await super().json(encoding=encoding or "utf-8", loads=loads or decode_json, content_type=content_type)

    async def _read_bounded(self) -> bytes:
        if (self.content_length or 0) > MAX_BODY:
            self.close()
            raise BodyRefused("larger than 8 MiB")
        content = self.content
        body = await content.readany()
        if content.at_eof():
            return body
        parts, size = [body], len(body)
        while part := await content.readany():
            parts.append(part)
            size += len(part)
            if size > MAX_BODY:
                self.close()
                raise BodyRefused("larger than 8 MiB")
        return b"".join(parts)


def decode_json(text: str | bytes) -> Any:
    """Decode JSON. Raises BodyRefused beyond its bounds, json.JSONDecodeError where it is none."""
    if too_many_values(text):
        raise BodyRefused(f"more than {MAX_VALUES:,} values")
    try:
        value = json.loads(text)
    except RecursionError:
        raise BodyRefused(f"nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python converts no number of more than 4,300 digits
        raise BodyRefused("a number without bounds") from None
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _items(outer) if isinstance(inner, dict | list)]
        if not level:
            return value
    raise BodyRefused(f"nested deeper than {MAX_DEPTH} levels")


def http_date(value: str) -> datetime | None:
    """Read an HTTP date (UTC; RFC 9110 §5.6.7); None if it is none."""
    try:
        moment = parsedate_to_datetime(value[:64])
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Return the server's clock by its answer's `Date` (UTC, whole seconds); None if it does not say."""
    return http_date(next((value for name, value in headers.items() if name.lower() == "date"), ""))


def _items(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _host(location: str) -> str | None:
    try:
        host = URL(location[:2000]).host
    except ValueError:
        return None
    return host[:253] if host else None
