"""Find the long task that a word names: an id, a URL, an ARI, or `alias:id`."""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from bot.domain import command
from bot.domain.command import Misread, NotUnderstood, OtherTask, Problem, Reference, SiteKind, SiteName

MAX_QUOTED = 80
#: hosts of Atlassian's API gateway
GATEWAYS = ("api.atlassian.com",)

_DIGITS = re.compile(r"[0-9]{1,20}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: as a client of live sites takes them; people type digits or UUIDs only
_ANY_ID = re.compile(r"[A-Za-z0-9:_-]{1,128}")
_IN_PATH = re.compile(r"/rest/api/(?:content/)?longtask/([^/]+)/?$")
_GATEWAY_PATH = re.compile(r"/ex/confluence/([^/]+)(/.*|$)")
_ALIAS = re.compile(r"([^:/\s]+):([^:/\s]+)")
#: a host without a scheme, as browsers read it: they take a backslash for a slash
_WITHOUT_SCHEME = re.compile(r"[/\\]{2,}")
_HOST_LIKE = re.compile(r"[A-Za-z0-9.-]+\.[A-Za-z0-9-]+(?::[0-9]+)?/.*|localhost(?::[0-9]+)?/.*")

#: paths of Confluence's other jobs: PDF export, and changes of space permissions (Cloud, /wiki/api/v2)
_OTHER_TASKS: tuple[tuple[re.Pattern[str], OtherTask], ...] = (
    (re.compile(r"/pdfexporttask/|/flyingpdf/", re.IGNORECASE), OtherTask.PDF_EXPORT),
    (re.compile(r"/space-permissions/transition/tasks(?:/|$)", re.IGNORECASE), OtherTask.SPACE_PERMISSIONS),
)


def shorten(text: str) -> str:
    """Shorten what a person typed to a length that answers can quote."""
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def locate(word: str, *, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS) -> Reference | Problem | None:
    """Return the long task that this word names, or what is wrong with it; None if it is no reference at all."""
    if word.casefold().startswith(("http://", "https://")):
        return _from_url(word, sites, gateways)
    if word.casefold().startswith("ari:"):
        return _from_ari(word, sites)
    if _WITHOUT_SCHEME.match(word):
        return _from_url(_WITHOUT_SCHEME.sub("https://", word.replace("\\", "/"), count=1), sites, gateways)
    if word.startswith("/"):
        return _from_path(SplitResult("", "", *word.partition("?")[::2], ""), word, sites)
    if _HOST_LIKE.fullmatch(word):
        return _from_url(f"https://{word}", sites, gateways)
    if _DIGITS.fullmatch(word) or _UUID.fullmatch(word):
        return _from_id(word, sites)
    if re.fullmatch(r"[0-9]+", word):
        return NotUnderstood(reason=Misread.ID, what=shorten(word))
    pair = _ALIAS.fullmatch(word)
    return _from_alias(pair[1], pair[2], sites) if pair is not None else None


def _from_id(remote_id: str, sites: Sequence[SiteName]) -> Reference | Problem:
    """Return the long task with this id on the only site it can belong to."""
    if not sites:
        return command.NoSite(remote_id=shorten(remote_id))
    kind = _kind_of(remote_id)
    fitting = [site for site in sites if kind is None or site.kind in (None, kind)]
    if not fitting:
        first = sites[0]
        return command.KindMismatch(remote_id=remote_id, alias=first.alias, kind=first.kind or SiteKind.CLOUD)
    if len(fitting) == 1:
        return _reference(fitting[0], remote_id)
    return command.WhichSite(remote_id=remote_id, aliases=tuple(site.alias for site in fitting))


def _kind_of(remote_id: str) -> SiteKind | None:
    """Return which product uses ids of this form: Cloud numbers, Data Center UUIDs; None for other forms."""
    if _DIGITS.fullmatch(remote_id):
        return SiteKind.CLOUD
    return SiteKind.DATACENTER if _UUID.fullmatch(remote_id) else None


def _reference(site: SiteName, remote_id: str) -> Reference:
    lowered = remote_id.lower() if _UUID.fullmatch(remote_id) else remote_id
    return Reference(site_id=site.site_id, remote_id=lowered)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a long task."""
    return _ANY_ID.fullmatch(text) is not None


def _from_alias(alias: str, remote_id: str, sites: Sequence[SiteName]) -> Reference | Problem:
    if not _ANY_ID.fullmatch(remote_id):
        return NotUnderstood(reason=Misread.ID, what=shorten(remote_id))
    by_alias = {site.alias.casefold(): site for site in sites}
    site = by_alias.get(alias.casefold())
    if site is not None:
        return _reference(site, remote_id)
    near = get_close_matches(alias.casefold(), by_alias, n=1)
    suggestion = f"{by_alias[near[0]].alias}:{remote_id}" if near else None
    return NotUnderstood(reason=Misread.ALIAS, what=shorten(alias), suggestion=suggestion)


def _from_ari(ari: str, sites: Sequence[SiteName]) -> Reference | Problem:
    """Parse `ari:cloud:confluence:{cloud id}:…/{id}`; Atlassian does not document the part after the cloud id."""
    remote_id = re.split(r"[/:]", ari)[-1]
    if not _ANY_ID.fullmatch(remote_id):
        return NotUnderstood(reason=Misread.ID, what=shorten(ari))
    parts = ari.split(":")
    cloud_id = parts[3] if len(parts) > 4 else ""
    if not cloud_id:
        return _from_id(remote_id, sites)
    return _from_cloud_id(cloud_id, remote_id, sites, named=cloud_id)


def _from_cloud_id(cloud_id: str, remote_id: str, sites: Sequence[SiteName], *, named: str) -> Reference | Problem:
    """Look on the site with that cloud id; else on one whose cloud id is not known, since it may be that site."""
    for site in sites:
        if site.cloud_id is not None and site.cloud_id.casefold() == cloud_id.casefold():
            return _reference(site, remote_id)
    possible = [site for site in sites if site.cloud_id is None and site.kind is not SiteKind.DATACENTER]
    return _from_id(remote_id, possible) if possible else command.ForeignSite(host=shorten(named))


def _from_url(url: str, sites: Sequence[SiteName], gateways: Collection[str]) -> Reference | Problem:
    address = _host_and_port(url)
    if address is None:
        return NotUnderstood(reason=Misread.URL, what=shorten(url))
    host, port = address
    parts = urlsplit(url)
    gateway = _GATEWAY_PATH.fullmatch(parts.path)
    if gateway is not None and host in gateways:
        found = _remote_id(parts._replace(path=gateway[2]), url)
        if not isinstance(found, str):
            return found
        return _from_cloud_id(gateway[1], found, sites, named=f"{host}/ex/confluence/{gateway[1]}")
    on_host = [site for site in sites if _host_and_port(site.base_url) == address]
    if not on_host:
        return command.ForeignSite(host=shorten(host + (f":{port}" if port else "")))
    found = _remote_id(parts, url)
    return _reference(_closest_site(parts.path, on_host), found) if isinstance(found, str) else found


def _from_path(parts: SplitResult, word: str, sites: Sequence[SiteName]) -> Reference | Problem:
    """Parse a path without a host, as in `links.status`."""
    found = _remote_id(parts, word)
    return _from_id(found, sites) if isinstance(found, str) else found


def _remote_id(parts: SplitResult, url: str) -> str | Problem:
    """Return the id in a URL of the REST API v1 or of Data Center's page for administrators."""
    for path, other in _OTHER_TASKS:
        if path.search(parts.path):
            return command.NotALongTask(kind=other)
    in_path = _IN_PATH.search(parts.path)
    in_query = parse_qs(parts.query).get("taskId") if parts.query else None
    remote_id = unquote(in_path[1]) if in_path is not None else in_query[0] if in_query else None
    if remote_id is None:
        return NotUnderstood(reason=Misread.URL, what=shorten(url))
    return remote_id if _ANY_ID.fullmatch(remote_id) else NotUnderstood(reason=Misread.ID, what=shorten(remote_id))


def _host_and_port(url: str) -> tuple[str, int | None] | None:
    """Return a URL's host and port, the port None if it is the scheme's default; None if there is no valid host."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return (host, None if port == default else port) if host else None


def _closest_site(path: str, sites: Sequence[SiteName]) -> SiteName:
    """Return the site, of several on one host, with the longest context path that contains this path."""

    def depth(site: SiteName) -> int:
        context = urlsplit(site.base_url).path.rstrip("/")
        return len(context) if f"{path}/".startswith(f"{context}/") else -1

    return max(sites, key=depth)
