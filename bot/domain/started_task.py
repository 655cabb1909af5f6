"""Find the long task in what Confluence answers to the request that starts it."""

import re
from urllib.parse import quote

from bot.domain.plain_text import clean

#: ids have at most 20 digits
_MAX_INT = 10**20
#: of an id or an address
_MAX_LENGTH = 12_000
_ABSOLUTE = re.compile(r"\s*https?://", re.IGNORECASE)


def reference_in(body: object) -> str | None:
    """Return the long task that an API response is about, as a word: one that started it, or one about it.

    An absolute URL also names the site. Otherwise the id counts more than a path, since Cloud's `links.status` lacks
    `/wiki`.
    """
    if not isinstance(body, dict):
        return None
    links = body.get("links") or body.get("_links")
    links = links if isinstance(links, dict) else {}
    for name in ("status", "self"):
        url = _text(links.get(name))
        if _ABSOLUTE.match(url):
            return url
    remote_id = next((found for name in ("id", "taskId", "longTaskId") if (found := _text(body.get(name)))), None)
    if remote_id:
        return f"/rest/api/longtask/{quote(remote_id, safe='')}"
    return _text(links.get("status")) or _text(body.get("ari")) or None


def _text(value: object) -> str:
    """Return a string or whole number of a JSON body as clean text; nothing for anything else.

    Its escapes can hold what the text around them cannot: NUL, control characters, half a surrogate pair.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_INT:
        value = str(value)
    return clean(value, limit=_MAX_LENGTH).strip() if isinstance(value, str) else ""
