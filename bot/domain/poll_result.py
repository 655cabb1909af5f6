"""Results of one look at Confluence, and of asking it for a list."""

from enum import StrEnum

from msgspec import Struct

from bot.domain.snapshot import Finding, Snapshot


class Seen(Struct, frozen=True, kw_only=True, tag=True):
    """200 with a long task."""

    snapshot: Snapshot
    #: None: their digest is the one that was passed in, so they were not read again
    findings: tuple[Finding, ...] | None
    #: status keys outside Confluence's list, which mean nothing to this bot
    unknown_statuses: tuple[str, ...] = ()


class NotFound(Struct, frozen=True, kw_only=True, tag=True):
    """404: no such long task, or not for this account, or Confluence has forgotten it."""

    by_all: bool = True  #: whether every account that has seen the long task got this answer


class Denial(StrEnum):
    """Why a credential is refused, if the refusal says so."""

    SCOPE = "scope"  #: the token lacks the scope; a new one, or a new consent, is needed
    #: a scoped or OAuth token works through the API gateway only, and was sent to the site's own domain
    GATEWAY_ONLY = "gateway_only"
    #: a password instead of an API token
    PASSWORD = "password"  # noqa: S105 - the name of a reason
    ADDRESS = "address"  #: the site's list of allowed addresses
    ANONYMOUS = "anonymous"  #: Data Center took the request as anonymous, as it does with a token it does not know


class AccessDenied(Struct, frozen=True, kw_only=True, tag=True):
    """401 or 403 (or Data Center's 404 to a token it does not know): a bad, revoked or blocked credential."""

    status: int
    why: Denial | None = None


class Misconfigured(Struct, frozen=True, kw_only=True, tag=True):
    """410, a redirect, or a 404 that is not JSON: this URL does not serve the API (any more)."""

    status: int
    location: str | None = None  #: host of the redirect


class PauseScope(StrEnum):
    """What a 429 applies to."""

    APP = "app"
    SITE = "site"
    ACCOUNT = "account"


class RateLimited(Struct, frozen=True, kw_only=True, tag=True):
    """429."""

    retry_after: float | None  #: seconds, not capped; None if Confluence does not say
    scope: PauseScope
    reason: str | None = None


class Unavailable(Struct, frozen=True, kw_only=True, tag=True):
    """5xx, timeout, reset: the site does not answer."""

    reason: str
    retry_after: float | None = None  #: seconds, if a 503 says so


class Unreadable(Struct, frozen=True, kw_only=True, tag=True):
    """200, but not a long task: a login page, another shape, another id, too large."""

    reason: str


class Listed(Struct, frozen=True, kw_only=True, tag=True):
    """200 with long tasks of a site, as many as an account may see."""

    #: one for each long task, in no order
    found: tuple[Seen, ...]
    #: whether Confluence may list more than was read
    has_more: bool = False

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """What it says of each long task, without its findings."""
        return tuple(one.snapshot for one in self.found)


#: Confluence did not answer what was asked
Failed = AccessDenied | Misconfigured | RateLimited | Unavailable | Unreadable
#: of a look
PollResult = Seen | NotFound | Failed
#: of a list
ListResult = Listed | Failed
