"""Build URLs of Confluence pages that never lead out of the site."""

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

from bot.domain.snapshot import Finding, Snapshot
from bot.domain.status_keys import Arg, find_arg

GATEWAY_HOST = "api.atlassian.com"
MAX_LINK = 2_000


def page_link(finding: Finding, site_url: str) -> str | None:
    """Return the URL of the page that a finding names by id, None if it names none (Cloud and Data Center)."""
    page_id = find_arg(finding.key, finding.args, Arg.PAGE_ID)
    return None if page_id is None else _by_id(page_id, site_url)


def destination_link(snapshot: Snapshot, site_url: str) -> str | None:
    """Return the URL of what the long task made, None if it is not known or would lead out of the site.

    `site_url`: the site's address for people, as configured. Of Confluence's `destinationUrl` only path and query are
    taken, since what the API takes for its own address (`_links.base`) may be one that people cannot reach, or a lie.
    """
    site = _parse(site_url)
    if site is None:
        return None
    if snapshot.destination_url is not None:
        link = _within(snapshot.destination_url, site)
        if link is not None:
            return link
    return None if snapshot.destination_id is None else _by_id(snapshot.destination_id, site_url)


def _by_id(page_id: str, site_url: str) -> str | None:
    site = _parse(site_url)
    if site is None or re.fullmatch(r"[0-9]{1,20}", page_id) is None:
        return None
    return f"{_origin(site)}{_folder(site)}/pages/viewpage.action?pageId={page_id}"


def _parse(url: str) -> SplitResult | None:
    """Split a URL; None if people may not be sent to it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    # The gateway serves programs only.
    return parts if usable and "@" not in parts.netloc and parts.hostname != GATEWAY_HOST else None


def _within(url: str, site: SplitResult) -> str | None:
    """Return the URL made absolute and safe to print in a link, None if it leaves the site."""
    if len(url) > MAX_LINK or not _is_unambiguous(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        target = _parse(url)
        if target is None or _origin(target) != _origin(site):
            return None
        path = parts.path
    else:
        inside = f"{parts.path}/".startswith(f"{_folder(site)}/") and _folder(site)
        path = parts.path if inside else f"{_folder(site)}/{parts.path.lstrip('/')}"
    if not f"{path}/".startswith(f"{_folder(site)}/") or path.startswith("//"):
        return None
    query = f"?{_encoded(parts.query)}" if parts.query else ""
    return f"{_origin(site)}{_encoded(path)}{query}"


def _is_unambiguous(url: str) -> bool:
    """Whether every client reads it the same way: no backslashes, controls or dot segments, encoded or not."""
    once = unquote(url)
    for form in (url, once, unquote(once)):
        if "\\" in form or form.startswith("//") or any(ord(char) < 32 or ord(char) == 127 for char in form):
            return False
        if {"..", "."} & set(re.split(r"[/?#]", form)):
            return False
    return True


def _encoded(text: str) -> str:
    """Percent-encode spaces, `| < > "` and everything outside ASCII; what is encoded already stays."""
    return quote(text, safe="/%:@!$&'()*,;=+~-._?")


def _origin(parts: SplitResult) -> str:
    default = {"http": 80, "https": 443}[parts.scheme]
    host = (parts.hostname or "").rstrip(".")
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _folder(parts: SplitResult) -> str:
    """Return the path without a trailing slash: "" or "/wiki"."""
    return parts.path.rstrip("/")
