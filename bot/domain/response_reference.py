"""Find the long task that a JSON body of Confluence is about, whichever of its fields names it."""

import re
from urllib.parse import quote

from bot.domain.plain_text import clean

#: characters of one text
_MAX_LENGTH = 12_000
#: ids have at most 20 digits
_MAX_INT = 10**20

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
        url = text_of(links.get(name))
        if _ABSOLUTE.match(url):
            return url
    remote_id = next((found for name in ("id", "taskId", "longTaskId") if (found := text_of(body.get(name)))), None)
    if remote_id:
        return f"/rest/api/longtask/{quote(remote_id, safe='')}"
    return text_of(links.get("status")) or text_of(body.get("ari")) or None


def text_of(value: object) -> str:
    """Return a string or whole number of a JSON body as clean text; nothing for anything else.

    Its escapes can hold what the text around them cannot: NUL, control characters, half a surrogate pair.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_INT:
        value = str(value)
    return clean(value, limit=_MAX_LENGTH).strip() if isinstance(value, str) else ""
