"""Read the words of a command from its text: without markup, quotes and invisible characters."""

import json
import re
from urllib.parse import quote

from bot.domain.command import Misread, NotUnderstood
from bot.domain.plain_text import clean
from bot.domain.task_url import shorten

#: ten responses of the API fit
MAX_LENGTH = 12_000
#: ids have at most 20 digits
_MAX_INT = 10**20

_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>", re.IGNORECASE)
#: what Slack escapes, and what a copied page may have escaped as well; the ampersand comes last
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛′＇", "'") | {"\u00a0": " "})
#: zero-width and direction marks, which are copied along from pages and chats
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ABSOLUTE = re.compile(r"\s*https?://", re.IGNORECASE)
_WRAPPING = "\"'`<>()[]*~,;"


def words_of(text: str) -> tuple[list[str], str] | NotUnderstood:
    """Return the words of a text up to its last JSON body, which becomes the word it names, and the text after that,
    without Slack's markup and escapes."""
    plain = _LINK.sub(r"\1", text)
    for escape, char in _ESCAPES:
        plain = plain.replace(escape, char)
    plain = _INVISIBLE.sub("", _LINK.sub(r"\1", plain).translate(_QUOTES))
    words: list[str] = []
    decoder = json.JSONDecoder(strict=False)
    while (brace := plain.find("{")) >= 0:
        words += split(plain[:brace])
        try:
            body, end = decoder.raw_decode(plain, brace)
        except (ValueError, RecursionError):
            body, end = None, brace
        word = _reference_in(body)
        if word is None:
            return NotUnderstood(reason=Misread.JSON, what=shorten(" ".join(plain[brace:].split())))
        words.append(word)
        plain = plain[end:]
    return words, plain


def split(text: str) -> list[str]:
    # A comma between ids separates them, one within a URL does not.
    pieces = (piece for word in text.split() for piece in ([word] if "/" in word else re.split("[,;、，；]", word)))
    stripped = (piece.strip(_WRAPPING).rstrip(".!。！") for piece in pieces)
    return [word for word in stripped if word and word != "json"]


def _reference_in(body: object) -> str | None:
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
    return clean(value, limit=MAX_LENGTH).strip() if isinstance(value, str) else ""
