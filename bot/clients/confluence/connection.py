"""Opens connections to Confluence and reads what comes over them, bounded."""

import ssl

import aiohttp

#: a look takes at most this long, everything included (seconds)
TOTAL_SECONDS = 8.0
#: a long task with thousands of findings stays far below it (bytes)
MAX_BODY = 8 * 2**20
#: of a refusal only the first words are read (bytes)
_MAX_REFUSAL = 4096


def open_session(*, total: float = TOTAL_SECONDS) -> aiohttp.ClientSession:
    """A session for all sites and accounts. Call it within a running loop; the caller closes it.

    Connections are kept longer than the usual interval between looks, because a new TLS connection costs more than
    ten looks over a kept one. There is no limit on their number: callers bound their looks per site.
    `SSL_CERT_FILE` is honoured by OpenSSL's default locations.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, keepalive_timeout=75, ttl_dns_cache=300, ssl=context),
        # one account's session cookie would answer for another, and a stale one turns a valid token into a 401
        cookie_jar=aiohttp.DummyCookieJar(),
        # aiohttp's own reading of the environment goes to a thread twice for each request and sends what ~/.netrc
        # holds; proxies are looked up once per site instead
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=total, sock_connect=min(5.0, total), sock_read=total),
        headers={"Accept": "application/json", "User-Agent": "longtask"},
    )


class TooLarge(Exception):
    """The body goes on beyond what is read."""


async def bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body, as long as it stays within MAX_BODY after decompression; else the connection is dropped."""
    if (response.content_length or 0) > MAX_BODY:
        response.close()
        raise TooLarge
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
            raise TooLarge
    return b"".join(parts)


async def beginning(response: aiohttp.ClientResponse) -> bytes:
    """The first words of a refusal, as far as they came."""
    try:
        return await response.content.read(_MAX_REFUSAL)
    except (aiohttp.ClientError, OSError):
        return b""
