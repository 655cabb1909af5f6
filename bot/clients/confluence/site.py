"""Where a Confluence site is asked, and with which credential."""

import re
from base64 import b64encode
from functools import cached_property
from urllib.parse import quote

from msgspec import Struct
from yarl import URL

from bot.domain.command import SiteKind

__all__ = ["Credential", "Site", "SiteKind", "tenant_info"]

#: ids as both kinds of Confluence make them; everything else is percent-encoded
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
#: a bearer token's characters (RFC 6750 §2.1, and the colons and such that vendors add)
_TOKEN = re.compile(r"[\x21-\x7e]+", re.ASCII)


class Site(Struct, frozen=True, kw_only=True, dict=True):
    """One Confluence site, as the operator named it."""

    kind: SiteKind
    #: `https://acme.atlassian.net` (a trailing `/wiki` is the same), or a Data Center base URL with its context path
    base_url: str
    #: only where set do requests go through the gateway at `api_url`
    cloud_id: str | None = None
    api_url: str = "https://api.atlassian.com"

    @cached_property
    def long_tasks(self) -> URL:
        """The URL of the collection of long tasks.

        Cloud serves it below `/wiki`, on the site and on the gateway alike; Data Center below its context path.
        `links.status` of a start answer lacks `/wiki` and answers 404, so URLs are only ever built here.
        """
        base = self.base_url.rstrip("/")
        if self.kind == SiteKind.CLOUD:
            base = base.removesuffix("/wiki")
            if self.cloud_id:
                base = f"{self.api_url.rstrip('/')}/ex/confluence/{quote(self.cloud_id, safe='')}"
            base += "/wiki"
        return URL(f"{base}/rest/api/longtask")

    @cached_property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host and port that are really asked."""
        url = self.long_tasks
        return url.scheme, url.host or "", url.port

    def long_task(self, remote_id: str) -> URL:
        """The URL of one long task. The id is percent-encoded: it can reach no other path of the site."""
        url = self.long_tasks
        name = remote_id if _PLAIN_ID.fullmatch(remote_id) else quote(remote_id, safe="").replace(".", "%2E")
        return URL.build(scheme=url.scheme, authority=url.raw_authority, path=f"{url.raw_path}/{name}", encoded=True)


def tenant_info(base_url: str) -> URL:
    """Where a Cloud site tells its cloud id, without credentials."""
    return URL(base_url).origin() / "_edge" / "tenant_info"


class Credential:
    """What proves to Confluence who is asking. Never shows its secret; compares by it."""

    __slots__ = ("header",)

    def __init__(self, header: str) -> None:
        """Take the ready value of an `Authorization` header."""
        #: the value of the `Authorization` header
        self.header = header

    @classmethod
    def basic(cls, email: str, token: str) -> "Credential":
        """An e-mail address (on Data Center a user name) with an API token.

        Raises ValueError, without the secret in it, where no header can be made of them.
        """
        if not email or not token or ":" in email:
            raise ValueError("basic credentials need a user without a colon, and a token")
        return cls("Basic " + b64encode(f"{email}:{token}".encode()).decode("ascii"))

    @classmethod
    def bearer(cls, token: str) -> "Credential":
        """A Data Center personal access token, or an OAuth access token.

        Raises ValueError, without the secret in it, where no header can be made of it.
        """
        if not _TOKEN.fullmatch(token):
            raise ValueError("a bearer token is printable ASCII without spaces")
        return cls("Bearer " + token)

    def __eq__(self, other: object) -> bool:
        """Tell whether both would send the same header."""
        return isinstance(other, Credential) and self.header == other.header

    def __hash__(self) -> int:
        """Hash by the header."""
        return hash(self.header)

    def __repr__(self) -> str:
        """Name the scheme alone."""
        return f"Credential({self.header.partition(' ')[0]} …)"
