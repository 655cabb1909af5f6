"""Open the HTTP session to Slack, and slack_sdk's client on it."""

import logging

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.clients import http
from bot.clients.proxy import proxy_for

#: seconds for a whole call; shorter than a claim's lease
CALL_SECONDS = 8.0
#: Slack's domains; a response_url is on hooks.slack.com, an upload URL on files.slack.com, a WebSocket on
#: wss-primary.slack.com, GovSlack's on the other
_DOMAINS = ("slack.com", "slack-gov.com")


def open_session(base_url: str = AsyncWebClient.BASE_URL) -> aiohttp.ClientSession:
    """Open the session that all workspaces share; the caller closes it. It calls only Slack's hosts.

    It closes an idle connection early, because a post over one that Slack has just closed would be ambiguous.
    """
    return http.open_session(
        may_call=slack_hosts(base_url),
        timeout=aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=4, sock_read=CALL_SECONDS),
        keepalive=15,
    )


def slack_hosts(base_url: str) -> http.MayCall:
    """Allow the host of the Web API, and with TLS those that response URLs, upload URLs and WebSockets name."""
    api = http.origin(URL(base_url))

    def may_call(url: URL) -> bool:
        called = http.origin(url)
        scheme, host, _port = called
        return called == api or (scheme == "https" and any(f".{host}".endswith(f".{domain}") for domain in _DOMAINS))

    return may_call


def web_client(session: aiohttp.ClientSession, *, token: str, base_url: str) -> AsyncWebClient:
    """slack_sdk's client, made safe for posting.

    Its retry handlers are off: they repeat chat.postMessage after a dropped connection, and so double messages. Its
    proxy is set here, because its own lookup ignores NO_PROXY. Its logger is not below INFO: at DEBUG it logs whole
    bodies, tokens included.
    """
    logger = logging.getLogger("slack_sdk.web.async_client")
    logger.setLevel(max(logger.level, logging.INFO))
    client = AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=logger)
    proxy = proxy_for(client.base_url)
    client.proxy = None if proxy is None else str(proxy)
    return client
