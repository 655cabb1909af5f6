"""Open the HTTP session to Confluence, and read response bodies within bounds."""

import ssl

import aiohttp

#: seconds for a whole look
TOTAL_SECONDS = 8.0
#: bytes; a long task with thousands of findings stays far below it
MAX_BODY = 8 * 2**20
#: bytes; the first words of a refusal give its reason
_MAX_ERROR_BODY = 4096


def open_session(*, total: float = TOTAL_SECONDS) -> aiohttp.ClientSession:
    """Open the session that all sites and accounts share; `total` is the seconds a request may take.

    Call it within a running event loop; the caller closes it. Idle connections outlast the usual interval between
    looks, because a new TLS connection costs more than ten looks over an idle one. Their number is not limited:
    callers bound their looks per site. OpenSSL's default locations honour `SSL_CERT_FILE`.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, keepalive_timeout=75, ttl_dns_cache=300, ssl=context),
        # one account's session cookie would answer for another, and a stale one turns a valid token into a 401
        cookie_jar=aiohttp.DummyCookieJar(),
        # with it aiohttp starts a thread twice for each request and sends what ~/.netrc holds; the client looks
        # proxies up once per site instead
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=total, sock_connect=min(5.0, total), sock_read=total),
        headers={"Accept": "application/json", "User-Agent": "longtask"},
    )


class BodyTooLarge(Exception):
    """A body is larger than MAX_BODY."""


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """Read the body. Raises BodyTooLarge, and drops the connection, if it exceeds MAX_BODY after decompression."""
    if (response.content_length or 0) > MAX_BODY:
        response.close()
        raise BodyTooLarge
    content = response.content
    body = await content.readany()
    if content.at_eof():
        return body
    parts, size = [body], len(body)
    while part := await content.readany():
        parts.append(part)
        size += len(part)
        if size > MAX_BODY:
            response.close()
            raise BodyTooLarge
    return b"".join(parts)


async def read_error_body(response: aiohttp.ClientResponse) -> bytes:
    """Read the beginning of a refusal's body, as much as arrives."""
    try:
        return await response.content.read(_MAX_ERROR_BODY)
    except (aiohttp.ClientError, OSError):
        return b""
