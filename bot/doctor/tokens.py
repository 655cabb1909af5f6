"""Check when the Confluence token expires."""

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta

from bot.config import Settings
from bot.domain.check import Check, failed, note, ok
from bot.domain.command import SiteKind

#: before a token expires, so long is time enough to replace it, and late enough to do it
_SOON = timedelta(days=14)
_TOKEN = "Token"  # noqa: S105 -- the name of a check


def check_expiry(settings: Settings, *, now: datetime) -> list[Check]:
    """Count down to the expiry of the Confluence token, as far as it says when that is (UTC)."""
    if settings.confluence_token is not None:
        expiry = expires_at(settings.confluence_token.get_secret_value())
        return [] if expiry is None else [_countdown(expiry, now)]
    if settings.confluence_api_token is not None and settings.kind is SiteKind.CLOUD:
        detail = "CONFLUENCE_API_TOKEN does not say when it expires; Atlassian's live a year at most"
        return [note(_TOKEN, detail, fix="look it up at id.atlassian.com → Security → API tokens, and note the day")]
    return []


def _countdown(expiry: datetime, now: datetime) -> Check:
    day = f"{expiry:%Y-%m-%d %H:%M} UTC"
    left = expiry - now
    if left <= timedelta(0):
        return failed(_TOKEN, f"CONFLUENCE_TOKEN expired on {day}", fix="make a new CONFLUENCE_TOKEN")
    in_time = f"in {left.days} days" if left.days > 1 else "in a day" if left.days == 1 else "within a day"
    if left < _SOON:
        fix = "make a new CONFLUENCE_TOKEN before that, and restart the bot with it"
        return note(_TOKEN, f"CONFLUENCE_TOKEN expires {in_time}, on {day}", fix=fix)
    return ok(_TOKEN, f"CONFLUENCE_TOKEN expires {in_time}, on {day}")


def expires_at(token: str) -> datetime | None:
    """Return when a bearer token that is a JWT expires (UTC); None for any other token. Verifies nothing."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (binascii.Error, ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None
