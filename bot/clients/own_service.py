"""Call this service itself, as Slack would: what answers at its address, and does it take what Slack signs."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection
from enum import StrEnum

import aiohttp
from yarl import URL

from bot.clients import http
from bot.clients.proxy import proxy_for

#: seconds for a whole call
CALL_SECONDS = 5.0
#: what a router or a proxy answers for a service that does not run
_NOT_RUNNING = (502, 503, 504)
#: bytes; the answer to a challenge is short
_LONGEST = 4096
_PATH = "slack/events"
_FAILURES = (aiohttp.ClientError, TimeoutError, OSError, ValueError)


class Answer(StrEnum):
    """What answers at an address."""

    ACCEPTED = "accepted"  #: this bot, which took the signed request
    REFUSED = "refused"  #: something that does not accept the signature
    OTHER = "other"  #: something else
    SILENT = "silent"  #: something that listens and does not answer in time
    NOBODY = "nobody"  #: nothing listens there or behind it, or it is not reached


def open_session(addresses: Collection[str]) -> aiohttp.ClientSession:
    """Open a session that calls only these addresses of this service; the caller closes it."""
    origins = {http.origin(URL(address)) for address in addresses}
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=CALL_SECONDS / 2)
    return http.open_session(may_call=lambda url: http.origin(url) in origins, timeout=timeout, keepalive=1)


async def send_signed(session: aiohttp.ClientSession, address: str, *, secret: str, stamp: int) -> tuple[Answer, str]:
    """Send a signed challenge, which starts nothing, to this service at an address; what came, and in a few words how.

    `stamp`: the real time, in seconds since the epoch. Slack sends such a challenge when an address is entered
    (docs.slack.dev/reference/events/url_verification). Never raises.
    """
    challenge = secrets.token_hex(8)
    body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
    digest = hmac.new(secret.encode(), b"v0:%d:%s" % (stamp, body), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": f"v0={digest}",
    }
    url = f"{address.rstrip('/')}/{_PATH}"
    try:
        async with session.post(url, data=body, headers=headers, proxy=proxy_for(url)) as response:
            answered = await response.content.read(_LONGEST)
            if response.status == 200 and challenge.encode() in answered:
                return Answer.ACCEPTED, "accepted"
            how = f"HTTP {response.status}"
            if response.status in _NOT_RUNNING:
                return Answer.NOBODY, how
            return Answer.REFUSED if response.status == 401 else Answer.OTHER, how
    except http.Redirected as error:
        return Answer.OTHER, f"HTTP {error.status}"
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError):
        return Answer.NOBODY, "no connection"
    except TimeoutError:
        return Answer.SILENT, "no answer in time"
    except _FAILURES as error:
        return Answer.OTHER, type(error).__name__
