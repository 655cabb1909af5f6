"""Open the HTTP session to Slack, and slack_sdk's client on it."""

import logging

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.proxy import proxy_for

#: seconds for a whole call; shorter than a claim's lease
CALL_SECONDS = 8.0


def open_session() -> aiohttp.ClientSession:
    """Open the session that all workspaces share; the caller closes it.

    It keeps no cookies, because tokens of different workspaces use it. It closes an idle connection early, because a
    post over one that Slack has just closed would be ambiguous.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=15, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=4, sock_read=CALL_SECONDS),
    )


def web_client(session: aiohttp.ClientSession, *, token: str, base_url: str) -> AsyncWebClient:
    """slack_sdk's client, made safe for posting.

    Its retry handlers are off: they repeat chat.postMessage after a dropped connection, and so double messages. Its
    proxy is set here, because its own lookup ignores NO_PROXY. Its logger is not below INFO: at DEBUG it logs whole
    bodies, tokens included.
    """
    logger = logging.getLogger("slack_sdk.web.async_client")
    logger.setLevel(max(logger.level, logging.INFO))
    client = AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=logger)
    client.proxy = proxy_for(client.base_url)
    return client
