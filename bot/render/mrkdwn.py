"""Slack's text markup, kept apart from other people's words."""

import re
import unicodedata
from collections.abc import Iterable

#: page titles have at most 255 characters
TITLE_LIMIT = 255

_INVISIBLE_CUT = "\u2060"
#: signs that format text in Slack have no escape of their own, so others that look the same stand in for them
_LOOKALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_UNDERSCORE_AT_AN_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
#: where Slack would see an emoji, an address, a person or a channel
_READ_AS_MORE = re.compile(r":(?=[^\s:]+:)|:(?=//)|(?<=\w)\.(?=[^\W\d_]{2})|[@#](?=\w)|^(?=>)")
_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{1,30}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_URL_UNSAFE = {"|": "%7C", "<": "%3C", ">": "%3E", " ": "%20"}
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


class Mrkdwn(str):
    """Text in Slack's markup, safe to be shown as it is. Other people's words become it through `data` only."""

    __slots__ = ()


def data(text: str, limit: int = TITLE_LIMIT) -> Mrkdwn:
    """Other people's words, shown as they stand: they cannot mention, link or format, nor turn the text around them.

    `limit` is in UTF-16 units of the words before escaping; what is longer ends in an ellipsis.
    `& < >` are escaped as Slack asks (docs.slack.dev/messaging/formatting-message-text).
    """
    words = clip(_one_line(text), limit).translate(_LOOKALIKES)
    words = _UNDERSCORE_AT_AN_EDGE.sub("\u02cd", words)
    words = _READ_AS_MORE.sub(lambda match: match.group() + _INVISIBLE_CUT, words)
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in words):
        words = f"\u2068{words}\u2069"
    return Mrkdwn(words)


def _one_line(text: str) -> str:
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif category != "Cs" and char not in _BIDI_CONTROLS:
            kept.append(char)
    return " ".join("".join(kept).split())


def clip(text: str, limit: int) -> str:
    """Cut to `limit` UTF-16 units, ellipsis included, never inside a letter with its marks or a joined emoji."""
    if length(text) <= limit:
        return text
    end, room = 0, limit - 1
    while (room := room - length(text[end])) >= 0:
        end += 1
    while end > 0 and (_belongs_to_the_left(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip() + "…"


def _belongs_to_the_left(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me", "Mc"} or char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"


def length(text: str) -> int:
    """The length in UTF-16 units: the strictest of the ways in which Slack may count characters."""
    return len(text) + sum(char > "\uffff" for char in text)


def joined(separator: str, parts: Iterable[Mrkdwn]) -> Mrkdwn:
    """Parts that are safe, put together."""
    return Mrkdwn(separator.join(parts))


def bold(text: Mrkdwn) -> Mrkdwn:
    """Text that stands out; nothing may depend on it."""
    return Mrkdwn(f"*{text}*")


def link(url: str, label: Mrkdwn) -> Mrkdwn:
    """A link. The address has been checked where it was built."""
    address = "".join(_URL_UNSAFE.get(char, char) for char in url).replace("&", "&amp;")
    return Mrkdwn(f"<{address}|{label.replace('|', '¦')}>")


def code(text: str) -> Mrkdwn:
    """Something to be typed, as it is."""
    plain = _one_line(text).replace("`", "")
    return Mrkdwn("`" + plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "`")


def mention(user_id: str) -> Mrkdwn:
    """A person, who is notified where this is posted (an edit notifies nobody)."""
    return Mrkdwn(f"<@{user_id}>") if _USER_ID.fullmatch(user_id) else data(user_id, 40)


def channel(channel_id: str) -> Mrkdwn:
    """A channel, by its name where the reader may see it."""
    return Mrkdwn(f"<#{channel_id}>") if _CHANNEL_ID.fullmatch(channel_id) else data(channel_id, 40)
