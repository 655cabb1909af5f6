"""Verify that Slack signed a request (docs.slack.dev/authentication/verifying-requests-from-slack)."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from aiohttp import web

from bot.web.rejections import Rejection

#: by how much the time of a signature may differ from the own clock
_TOLERANCE = timedelta(minutes=5)
#: seconds since the epoch
_STAMP = re.compile(r"[0-9]{1,12}")


def rejection_of(request: web.BaseRequest, body: bytes, *, secret: str, now: datetime) -> Rejection | None:
    """Return why a request is refused; None if Slack signed it within five minutes of `now` (UTC).

    slack_sdk's SignatureVerifier decodes the body first, and raises for a time that is no number and for a signature
    with other than ASCII characters.
    """
    stamp, signature = (_only(request, name) for name in ("X-Slack-Request-Timestamp", "X-Slack-Signature"))
    if not _STAMP.fullmatch(stamp):
        return Rejection.UNSIGNED
    digest = hmac.new(secret.encode(), b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature.encode(errors="surrogateescape"), f"v0={digest}".encode()):
        return Rejection.UNSIGNED
    if abs(int(stamp) - now.timestamp()) > _TOLERANCE.total_seconds():
        return Rejection.OUTDATED
    return None


def _only(request: web.BaseRequest, name: str) -> str:
    """Return the value of a header; empty if it is missing or there are several."""
    values = request.headers.getall(name, [])
    return values[0] if len(values) == 1 else ""
