"""The URLs of a Confluence site."""

import re
from functools import cached_property
from urllib.parse import quote

from msgspec import Struct
from yarl import URL

from bot.domain.command import SiteKind

#: ids as both kinds of Confluence make them; everything else is percent-encoded
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Site(Struct, frozen=True, kw_only=True, dict=True):
    """One Confluence site, as the operator configured it."""

    kind: SiteKind
    #: `https://acme.atlassian.net` (a trailing `/wiki` is the same), or a Data Center base URL with its context path
    base_url: str
    #: if set, requests go through the gateway at `api_url`
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

    @property
    def current_user(self) -> URL:
        """The URL of the account itself."""
        return self.long_tasks.parent / "user" / "current"

    @property
    def groups_of_user(self) -> URL:
        """The URL that lists the groups of a user of Data Center."""
        return self.long_tasks.parent / "user" / "memberof"

    @cached_property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host and port to which requests go."""
        url = self.long_tasks
        return url.scheme, url.host or "", url.port

    def long_task(self, remote_id: str) -> URL:
        """The URL of one long task. The id is percent-encoded, so it cannot reach another path of the site."""
        url = self.long_tasks
        name = remote_id if _PLAIN_ID.fullmatch(remote_id) else quote(remote_id, safe="").replace(".", "%2E")
        return URL.build(scheme=url.scheme, authority=url.raw_authority, path=f"{url.raw_path}/{name}", encoded=True)


def tenant_info(base_url: str) -> URL:
    """The URL at which a Cloud site publishes its cloud id, without credentials."""
    return URL(base_url).origin() / "_edge" / "tenant_info"
