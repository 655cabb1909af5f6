"""Everything Confluence can answer to one look."""

from enum import StrEnum

from msgspec import Struct

from bot.domain.snapshot import Finding, Snapshot


class Seen(Struct, frozen=True, kw_only=True, tag=True):
    """200 and JSON that reads."""

    snapshot: Snapshot
    #: None: the same as those of the digest that was handed in, so they were not read again
    findings: tuple[Finding, ...] | None


class NotFound(Struct, frozen=True, kw_only=True, tag=True):
    """404: no such long task, or not for this account, or Confluence has forgotten it."""


class Denial(StrEnum):
    """Why a credential is refused, where the refusal tells."""

    #: the token lacks the scope; a new one, or a new consent, is needed
    SCOPE = "scope"
    #: a scoped or OAuth token was sent to the site's own domain: it works through the gateway alone
    WRONG_DOOR = "wrong_door"
    #: a password instead of an API token
    PASSWORD = "password"  # noqa: S105 - the name of a reason
    #: the site's list of allowed addresses
    ADDRESS = "address"
    #: Data Center took the request as anonymous, as it does with a token it does not know
    ANONYMOUS = "anonymous"


class AccessDenied(Struct, frozen=True, kw_only=True, tag=True):
    """401 or 403 (or Data Center's 404 to a token it does not know): a bad, revoked or blocked credential."""

    status: int
    why: Denial | None = None


class Misconfigured(Struct, frozen=True, kw_only=True, tag=True):
    """410 or 302: this URL does not serve the API (any more)."""

    status: int
    location: str | None = None


class PauseScope(StrEnum):
    """Whom a 429 speaks of."""

    APP = "app"
    SITE = "site"
    ACCOUNT = "account"


class RateLimited(Struct, frozen=True, kw_only=True, tag=True):
    """429."""

    #: seconds, not capped; None where Confluence did not say
    retry_after: float | None
    scope: PauseScope
    reason: str | None = None


class Unavailable(Struct, frozen=True, kw_only=True, tag=True):
    """5xx, timeout, reset: the site is not answering."""

    reason: str
    #: seconds, where a 503 said so
    retry_after: float | None = None


class Unreadable(Struct, frozen=True, kw_only=True, tag=True):
    """200, but not a long task: a login page, another shape, another id, too large."""

    reason: str


PollResult = Seen | NotFound | AccessDenied | Misconfigured | RateLimited | Unavailable | Unreadable
