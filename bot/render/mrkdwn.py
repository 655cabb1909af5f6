"""Write Slack's text markup, and escape everybody else's text in it."""

import re
import unicodedata
from collections.abc import Iterable

#: page titles have at most 255 characters
TITLE_LIMIT = 255

_INVISIBLE_CUT = "\u2060"
#: Slack has no escape for characters that format text, so they are replaced by others that look the same
_LOOKALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_LOW_LINE = "\u02cd"
_UNDERSCORE_AT_AN_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
#: where Slack would see an emoji, a URL, a person or a channel
_READ_AS_MORE = re.compile(r":(?=[^\s:]+:)|:(?=//)|(?<=\w)\.(?=[^\W\d_]{2})|[@#](?=\w)|^(?=>)")
#: what `data` replaced
_ORIGINALS = str.maketrans({"\u2217": "*", "\u223c": "~", "\u02cb": "`", _LOW_LINE: "_"})
_FORMATTING = {ord(char): None for char in "*`"}
#: a link with its label
_ANGLED = re.compile(r"<(?:[^<>|]*\|)?([^<>]*)>")
_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{1,30}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_URL_UNSAFE = {"|": "%7C", "<": "%3C", ">": "%3E", " ": "%20"}
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


class Mrkdwn(str):
    """Text in Slack's markup that is safe to show. Text from elsewhere becomes it only through `data`."""

    __slots__ = ()


def data(text: str, limit: int = TITLE_LIMIT) -> Mrkdwn:
    """Escape text from elsewhere: it cannot mention, link or format, nor change the direction of the text around it.

    `limit`: in UTF-16 units, before escaping; longer text ends in an ellipsis.
    `& < >` are escaped as Slack asks (docs.slack.dev/messaging/formatting-message-text).
    """
    words = clip(_one_line(text), limit).translate(_LOOKALIKES)
    words = _UNDERSCORE_AT_AN_EDGE.sub(_LOW_LINE, words)
    words = _READ_AS_MORE.sub(lambda match: match.group() + _INVISIBLE_CUT, words)
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in words):
        words = f"\u2068{words}\u2069"
    return Mrkdwn(words)


def unmarked(markup: Mrkdwn) -> str:
    """Return what markup says, for the parts of a message that Slack shows or reads out without reading markup."""
    words = _ANGLED.sub(lambda match: match[1], markup).translate(_FORMATTING)
    words = words.replace(_INVISIBLE_CUT, "").translate(_ORIGINALS)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


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
    """Cut to `limit` UTF-16 units including an ellipsis, never inside a combined character or a joined emoji."""
    if length(text) <= limit:
        return text
    end, free = 0, limit - 1
    while (free := free - length(text[end])) >= 0:
        end += 1
    while end > 0 and (_joins_previous(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip() + "…"


def _joins_previous(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me", "Mc"} or char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"


def length(text: str) -> int:
    """Return the length in UTF-16 units, the strictest of the ways in which Slack may count characters."""
    return len(text) + sum(char > "\uffff" for char in text)


def joined(separator: str, parts: Iterable[Mrkdwn]) -> Mrkdwn:
    """Join markup."""
    return Mrkdwn(separator.join(parts))


def on_one_line(facts: Iterable[Mrkdwn | None]) -> Mrkdwn:
    """Join the facts that are not None."""
    return joined(" · ", [fact for fact in facts if fact])


def bold(text: Mrkdwn) -> Mrkdwn:
    """Make text bold; its meaning must not depend on it."""
    return Mrkdwn(f"*{text}*")


def link(url: str, label: Mrkdwn) -> Mrkdwn:
    """Write a link. The caller has checked the URL."""
    address = "".join(_URL_UNSAFE.get(char, char) for char in url).replace("&", "&amp;")
    return Mrkdwn(f"<{address}|{label.replace('|', '¦')}>")


def code(text: str) -> Mrkdwn:
    """Write something that people can type."""
    return _boxed(text, "`")


def code_block(text: str) -> Mrkdwn:
    """Write a line that people can copy, in a box of its own."""
    return _boxed(text, "```")


def _boxed(text: str, edge: str) -> Mrkdwn:
    plain = _one_line(text).replace("`", "")
    return Mrkdwn(edge + plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + edge)


def mention(user_id: str) -> Mrkdwn:
    """Mention a person, who is notified by a post (an edit notifies nobody)."""
    return Mrkdwn(f"<@{user_id}>") if _USER_ID.fullmatch(user_id) else data(user_id, 40)


#: mention everybody who is active in the channel (docs.slack.dev/messaging/formatting-message-text#special-mentions)
MENTION_HERE = Mrkdwn("<!here>")


def channel(channel_id: str) -> Mrkdwn:
    """Link a channel; Slack shows its name to readers who may see it."""
    return Mrkdwn(f"<#{channel_id}>") if _CHANNEL_ID.fullmatch(channel_id) else data(channel_id, 40)
