"""The connections to Slack that all workspaces share."""

import logging

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.proxy import proxy_for

#: seconds a call may take in all; a claim's lease outlasts it
CALL_SECONDS = 8.0


def open_session() -> aiohttp.ClientSession:
    """The one session all workspaces share; the caller closes it.

    No cookies: tokens of different workspaces go over it. An idle connection is closed early, because a post over one
    that Slack has just closed would be ambiguous for nothing.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=15, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=4, sock_read=CALL_SECONDS),
    )


def web_client(session: aiohttp.ClientSession, *, token: str | None, base_url: str) -> AsyncWebClient:
    """slack_sdk's client as it has to be for posting.

    Its own retry repeats chat.postMessage after a dropped connection and so doubles messages; its own look for a proxy
    knows no NO_PROXY; at DEBUG it logs whole bodies, tokens included.
    """
    logger = logging.getLogger("slack_sdk.web.async_client")
    logger.setLevel(max(logger.level, logging.INFO))
    client = AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=logger)
    client.proxy = proxy_for(client.base_url)
    return client
