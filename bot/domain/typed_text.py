"""Read a text as it was typed: without Slack's markup and escapes, and with plain quotes."""

import re

_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>", re.IGNORECASE)
#: what Slack escapes, and what a copied page may have escaped as well; the ampersand comes last
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛′＇", "'") | {"\u00a0": " "})
#: zero-width and direction marks, which are copied along from pages and chats
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def plain_words(text: str) -> str:
    """Return a text that Slack sends as people typed it, URLs as URLs."""
    plain = _LINK.sub(r"\1", text)
    for escape, char in _ESCAPES:
        plain = plain.replace(escape, char)
    return _INVISIBLE.sub("", _LINK.sub(r"\1", plain).translate(_QUOTES))
