"""Finds the long task that one word names: an id, a URL, an ARI, or `alias:id`."""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from bot.domain.command import (
    ForeignSite,
    KindMismatch,
    Misread,
    NoSite,
    NotALongTask,
    NotUnderstood,
    OtherTask,
    Problem,
    Reference,
    SiteKind,
    SiteName,
    WhichSite,
)

MAX_WHAT = 80
#: hosts of Atlassian's API gateway
GATEWAYS = ("api.atlassian.com",)

_DIGITS = re.compile(r"[0-9]{1,20}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ANY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IN_PATH = re.compile(r"/rest/api/(?:content/)?longtask/([^/]+)/?$")
_GATEWAY_PATH = re.compile(r"/ex/confluence/([^/]+)(/.*|$)")
_ALIAS = re.compile(r"([^:/\s]+):([^:/\s]+)")
_HOST_LIKE = re.compile(r"[A-Za-z0-9.-]+\.[A-Za-z0-9-]+(?::[0-9]+)?/.*|localhost(?::[0-9]+)?/.*")

#: paths of Confluence's other jobs: PDF export (Cloud, /wiki/api/v2), changes of space permissions (likewise)
_OTHER_TASKS: tuple[tuple[re.Pattern[str], OtherTask], ...] = (
    (re.compile(r"/pdfexporttask/|/flyingpdf/", re.IGNORECASE), OtherTask.PDF_EXPORT),
    (re.compile(r"/space-permissions/transition/tasks(?:/|$)", re.IGNORECASE), OtherTask.SPACE_PERMISSIONS),
)


def shown(text: str) -> str:
    """A person's words, short enough to repeat."""
    return text if len(text) <= MAX_WHAT else text[: MAX_WHAT - 1] + "…"


def locate(word: str, *, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS) -> Reference | Problem | None:
    """The long task that this word names, what is wrong with it, or None where it is no reference at all."""
    if word.casefold().startswith(("http://", "https://")):
        return _of_url(word, sites, gateways)
    if word.casefold().startswith("ari:"):
        return _of_ari(word, sites)
    if word.startswith("/"):
        return _of_path(SplitResult("", "", *word.partition("?")[::2], ""), word, sites)
    if _HOST_LIKE.fullmatch(word):
        return _of_url(f"https://{word}", sites, gateways)
    if _DIGITS.fullmatch(word) or _UUID.fullmatch(word):
        return one_of(word, sites)
    if re.fullmatch(r"[0-9]+", word):
        return NotUnderstood(reason=Misread.ID, what=shown(word))
    pair = _ALIAS.fullmatch(word)
    return _of_alias(pair[1], pair[2], sites) if pair is not None else None


def one_of(remote_id: str, sites: Sequence[SiteName]) -> Reference | Problem:
    """An id without a site: the only site it can be of."""
    if not sites:
        return NoSite(remote_id=shown(remote_id))
    kind = _kind_of(remote_id)
    fitting = [site for site in sites if kind is None or site.kind in (None, kind)]
    if not fitting:
        first = sites[0]
        return KindMismatch(remote_id=remote_id, alias=first.alias, kind=first.kind or SiteKind.CLOUD)
    if len(fitting) == 1:
        return _reference(fitting[0], remote_id)
    return WhichSite(remote_id=remote_id, aliases=tuple(site.alias for site in fitting))


def _kind_of(remote_id: str) -> SiteKind | None:
    """Cloud counts its long tasks, Data Center names them by UUIDs; other forms are nobody's for certain."""
    if _DIGITS.fullmatch(remote_id):
        return SiteKind.CLOUD
    return SiteKind.DATACENTER if _UUID.fullmatch(remote_id) else None


def _reference(site: SiteName, remote_id: str) -> Reference:
    lowered = remote_id.lower() if _UUID.fullmatch(remote_id) else remote_id
    return Reference(site_id=site.site_id, remote_id=lowered)


def _of_alias(alias: str, remote_id: str, sites: Sequence[SiteName]) -> Reference | Problem:
    if not _ANY_ID.fullmatch(remote_id):
        return NotUnderstood(reason=Misread.ID, what=shown(remote_id))
    by_alias = {site.alias.casefold(): site for site in sites}
    site = by_alias.get(alias.casefold())
    if site is not None:
        return _reference(site, remote_id)
    near = get_close_matches(alias.casefold(), by_alias, n=1)
    suggestion = by_alias[near[0]].alias if near else None
    return NotUnderstood(reason=Misread.ALIAS, what=shown(alias), suggestion=suggestion)


def _of_ari(ari: str, sites: Sequence[SiteName]) -> Reference | Problem:
    """`ari:cloud:confluence:{cloud id}:…/{id}`; Atlassian does not document the part after the cloud id."""
    remote_id = re.split(r"[/:]", ari)[-1]
    if not _ANY_ID.fullmatch(remote_id):
        return NotUnderstood(reason=Misread.ID, what=shown(ari))
    parts = ari.split(":")
    cloud_id = parts[3] if len(parts) > 4 else ""
    if not cloud_id:
        return one_of(remote_id, sites)
    return _of_cloud(cloud_id, remote_id, sites, named=cloud_id)


def _of_cloud(cloud_id: str, remote_id: str, sites: Sequence[SiteName], *, named: str) -> Reference | Problem:
    """The site with that cloud id; else one whose cloud id nobody has told us, as it may be the one."""
    for site in sites:
        if site.cloud_id is not None and site.cloud_id.casefold() == cloud_id.casefold():
            return _reference(site, remote_id)
    perhaps = [site for site in sites if site.cloud_id is None and site.kind is not SiteKind.DATACENTER]
    return one_of(remote_id, perhaps) if perhaps else ForeignSite(host=shown(named))


def _of_url(url: str, sites: Sequence[SiteName], gateways: Collection[str]) -> Reference | Problem:
    place = _place(url)
    if place is None:
        return NotUnderstood(reason=Misread.URL, what=shown(url))
    parts = urlsplit(url)
    gateway = _GATEWAY_PATH.fullmatch(parts.path)
    if gateway is not None and place[0] in gateways:
        found = _remote_id(parts._replace(path=gateway[2]), url)
        if not isinstance(found, str):
            return found
        return _of_cloud(gateway[1], found, sites, named=f"{place[0]}/ex/confluence/{gateway[1]}")
    here = [site for site in sites if _place(site.base_url) == place]
    if not here:
        return ForeignSite(host=shown(place[0] + (f":{place[1]}" if place[1] else "")))
    found = _remote_id(parts, url)
    return found if not isinstance(found, str) else _reference(_nearest(parts.path, here), found)


def _of_path(parts: SplitResult, word: str, sites: Sequence[SiteName]) -> Reference | Problem:
    """A path without its host, as `links.status` gives it."""
    found = _remote_id(parts, word)
    return one_of(found, sites) if isinstance(found, str) else found


def _remote_id(parts: SplitResult, url: str) -> str | Problem:
    """The id in a URL: REST API v1, or the page that a Data Center administrator sees."""
    for path, other in _OTHER_TASKS:
        if path.search(parts.path):
            return NotALongTask(kind=other)
    in_path = _IN_PATH.search(parts.path)
    in_query = parse_qs(parts.query, max_num_fields=50).get("taskId") if parts.query else None
    remote_id = unquote(in_path[1]) if in_path is not None else in_query[0] if in_query else None
    if remote_id is None:
        return NotUnderstood(reason=Misread.URL, what=shown(url))
    return remote_id if _ANY_ID.fullmatch(remote_id) else NotUnderstood(reason=Misread.ID, what=shown(remote_id))


def _place(url: str) -> tuple[str, int | None] | None:
    """Host and port of a URL, the port None where it is the usual one; None where it has no readable host."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return (host, None if port == usual else port) if host else None


def _nearest(path: str, sites: Sequence[SiteName]) -> SiteName:
    """Of several sites on one host, the one whose context path the URL lies deepest in."""

    def depth(site: SiteName) -> int:
        context = urlsplit(site.base_url).path.rstrip("/")
        return len(context) if f"{path}/".startswith(f"{context}/") else -1

    return max(sites, key=depth)
