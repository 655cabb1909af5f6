"""What a long task did and what it left behind, for its last message."""

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, quote, unquote, urlsplit

from msgspec import Struct

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.states import Outcome
from bot.domain.status_keys import Arg, argument

GATEWAY_HOST = "api.atlassian.com"
MAX_LINK = 2_000


class Extent(Struct, frozen=True, kw_only=True):
    """How far something went that Confluence does not always count."""

    #: whether it happened at all; None: not known
    happened: bool | None
    #: on how many pages; None: not known
    pages: int | None = None


class Summary(Struct, frozen=True, kw_only=True):
    """The account of a long task. A number that is None is not known; nought is said only where it is known."""

    outcome: Outcome
    kind: Kind
    copied: int | None = None
    deleted: int | None = None
    archived: int | None = None
    moved: int | None = None
    #: pages there were to do
    total: int | None = None
    renamed: int | None = None
    permissions_lost: Extent = Extent(happened=None)
    attachments_skipped: Extent = Extent(happened=None)
    #: pages that a deletion left where they were, or moved up
    left_in_place: Extent = Extent(happened=None)
    #: pages that could not be copied; pages below them were not tried
    failed: int | None = None
    #: links between the copied pages may still point to the originals
    links_broken: bool | None = None
    #: warnings and errors that are none of the above
    other_warnings: int = 0
    other_errors: int = 0


_RENAMED = "WARN_RENAME_PAGE"
_PERMISSIONS = "WARN_IGNORE_COPY_PERMISSION"
_ATTACHMENTS = "WARN_IGNORE_COPY_ATTACHMENT"
_LEFT = ("WARN_IGNORE_VIEW_RESTRICTED", "WARN_IGNORE_EDIT_RESTRICTED", "WARN_IGNORE_DELETE_PAGE")
_FAILED = "ERROR_COPY_PAGE"
_LINKS = "ERROR_RELINK"
_COUNTED = frozenset((_RENAMED, _PERMISSIONS, _ATTACHMENTS, *_LEFT, _FAILED, _LINKS))

#: outcomes after which Confluence has listed all it had to say; before them an absent warning proves nothing
_ACCOUNTED = frozenset((Outcome.FINISHED, Outcome.PROBLEMS))


def summarize(snapshot: Snapshot | None, findings: Sequence[Finding], outcome: Outcome) -> Summary:
    """The account of a long task from its last snapshot and all findings ever seen of it."""
    last = snapshot if snapshot is not None else Snapshot()
    complete = outcome in _ACCOUNTED
    by_key: dict[str, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault(finding.key, []).append(finding)
    others = [finding for key, group in by_key.items() if key not in _COUNTED for finding in group]
    return Summary(
        outcome=outcome,
        kind=last.kind,
        copied=last.done if last.kind is Kind.COPY else None,
        deleted=last.done if last.kind is Kind.DELETE else None,
        archived=last.done if last.kind is Kind.ARCHIVE else None,
        moved=last.done if last.kind is Kind.MOVE else None,
        total=last.total,
        renamed=_number(by_key.get(_RENAMED, []), complete=complete),
        permissions_lost=_extent(by_key.get(_PERMISSIONS, []), complete=complete),
        attachments_skipped=_extent(by_key.get(_ATTACHMENTS, []), complete=complete),
        left_in_place=_extent([one for key in _LEFT for one in by_key.get(key, [])], complete=complete),
        failed=_number(by_key.get(_FAILED, []), complete=complete),
        links_broken=True if by_key.get(_LINKS) else (False if complete else None),
        other_warnings=sum(one.severity is Severity.WARNING for one in others),
        other_errors=sum(one.severity is Severity.ERROR for one in others),
    )


def _number(group: Sequence[Finding], *, complete: bool) -> int | None:
    """One entry is one page, unless it counts more."""
    if not group:
        return 0 if complete else None
    return sum(one.count or 1 for one in group)


def _extent(group: Sequence[Finding], *, complete: bool) -> Extent:
    if not group:
        return Extent(happened=False, pages=0) if complete else Extent(happened=None)
    counts = [one.count for one in group if one.count is not None]
    return Extent(happened=True, pages=sum(counts) if len(counts) == len(group) else None)


def page_link(finding: Finding, site_url: str) -> str | None:
    """The URL of the page a finding names by id, None where it names none. Works on Cloud and on Data Center."""
    page_id = argument(finding.key, finding.args, Arg.PAGE_ID)
    return None if page_id is None else _by_id(page_id, site_url)


def destination_link(snapshot: Snapshot, site_url: str) -> str | None:
    """The URL of what the long task made, None where that is not known or would lead out of the site.

    `site_url`: the site's address for people. Confluence's `destinationUrl` is relative to `_links.base`.
    """
    site = _site(site_url)
    if site is None:
        return None
    if snapshot.destination_url is not None:
        link = _within(snapshot.destination_url, _base(snapshot.base_url, site), site)
        if link is not None:
            return link
    return None if snapshot.destination_id is None else _by_id(snapshot.destination_id, site_url)


def _by_id(page_id: str, site_url: str) -> str | None:
    site = _site(site_url)
    if site is None or re.fullmatch(r"[0-9]{1,20}", page_id) is None:
        return None
    return f"{_origin(site)}{_folder(site)}/pages/viewpage.action?pageId={page_id}"


def _site(url: str) -> SplitResult | None:
    """A URL taken apart, None where it is none that people may be sent to."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    # The gateway answers programs only.
    return parts if usable and "@" not in parts.netloc and parts.hostname != GATEWAY_HOST else None


def _base(base_url: str | None, site: SplitResult) -> SplitResult:
    """What Confluence's relative URLs start from: its own word where that stays within the site."""
    base = _site(base_url) if base_url else None
    if base is None or _origin(base) != _origin(site) or not _plain(base.path):
        return site
    return base if f"{_folder(base)}/".startswith(f"{_folder(site)}/") else site


def _within(url: str, base: SplitResult, site: SplitResult) -> str | None:
    """That URL, absolute and safe to print in a link, None where it leaves the site."""
    if len(url) > MAX_LINK or not _plain(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        target = _site(url)
        if target is None or _origin(target) != _origin(site):
            return None
        path = parts.path
    else:
        inside = f"{parts.path}/".startswith(f"{_folder(base)}/") and _folder(base)
        path = parts.path if inside else f"{_folder(base)}/{parts.path.lstrip('/')}"
    if not f"{path}/".startswith(f"{_folder(site)}/") or path.startswith("//"):
        return None
    query = f"?{_encoded(parts.query)}" if parts.query else ""
    fragment = f"#{_encoded(parts.fragment)}" if parts.fragment else ""
    return f"{_origin(site)}{_encoded(path)}{query}{fragment}"


def _plain(url: str) -> bool:
    """Whether every reader takes it the same way: no backslashes, controls or dot segments, encoded or not."""
    once = unquote(url)
    for form in (url, once, unquote(once)):
        if "\\" in form or form.startswith("//") or any(ord(char) < 32 or ord(char) == 127 for char in form):
            return False
        if {"..", "."} & set(re.split(r"[/?#]", form)):
            return False
    return True


def _encoded(text: str) -> str:
    """Spaces, `| < > "` and whatever is not ASCII percent-encoded; what is encoded already stays."""
    return quote(text, safe="/%:@!$&'()*,;=+~-._?")


def _origin(parts: SplitResult) -> str:
    default = {"http": 80, "https": 443}[parts.scheme]
    host = (parts.hostname or "").rstrip(".")
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _folder(parts: SplitResult) -> str:
    """The path without a slash at its end: '' or '/wiki'."""
    return parts.path.rstrip("/")
