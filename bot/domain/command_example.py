"""Name a long task that an example of a command can be about, on a site that the bot knows."""

from collections.abc import Sequence

from msgspec import Struct

from bot.domain.command import SiteKind, SiteName

_CLOUD_ID = "3145728001"
_DATACENTER_ID = "3f0c6a52-7d0e-4b21-9a77-0f5f1c0f9e11"


class Example(Struct, frozen=True, kw_only=True):
    """A long task as people type it."""

    reference: str  #: its id, with the site's alias where there are several sites
    url: str  #: its address


def example(sites: Sequence[SiteName]) -> Example:
    """Return an example that the parser understands wherever there is a site; it names the first."""
    site = sites[0] if sites else SiteName(site_id=0, alias="acme", host="", base_url="https://acme.atlassian.net")
    is_cloud = site.kind is not SiteKind.DATACENTER
    remote_id = _CLOUD_ID if is_cloud else _DATACENTER_ID
    base = site.base_url.rstrip("/").removesuffix("/wiki") + "/wiki" if is_cloud else site.base_url.rstrip("/")
    return Example(
        reference=f"{site.alias}:{remote_id}" if len(sites) > 1 else remote_id,
        url=f"{base}/rest/api/longtask/{remote_id}",
    )
