"""Sign requests as Slack does, or wrongly on purpose.

Documented: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
from enum import StrEnum


class Signing(StrEnum):
    """How a request to the bot is signed."""

    GOOD = "good"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 -- the name of a case
    GARBAGE_SIGNATURE = "garbage_signature"
    GARBAGE_TIMESTAMP = "garbage_timestamp"
    #: six minutes old: Slack's pages allow five
    STALE = "stale"
    #: six minutes ahead
    EARLY = "early"
    MISSING = "missing"


#: seconds
SKEW = 360


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the v0 signature of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, now: float, body: bytes, signing: Signing = Signing.GOOD) -> dict[str, str]:
    """Return the two headers that Slack signs with; `now` in seconds since the epoch."""
    if signing is Signing.MISSING:
        return {}
    shift = {Signing.STALE: -SKEW, Signing.EARLY: SKEW}.get(signing, 0)
    timestamp = "yesterday" if signing is Signing.GARBAGE_TIMESTAMP else str(int(now) + shift)
    key = secret + "x" if signing is Signing.WRONG_SECRET else secret
    signed = "v0=nonsense" if signing is Signing.GARBAGE_SIGNATURE else signature(key, timestamp, body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signed}
