"""Read Slack's markup: styles, links, mentions, dates, code and emoji."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from typing import TypeAlias

#: returns "@name" or "#name" for the id of a person or a channel; None if there is none
Names: TypeAlias = Callable[[str], str | None]


class Style(StrEnum):
    """The styles, by the tags that HTML has for them."""

    BOLD = "b"
    ITALIC = "i"
    STRUCK = "s"


@dataclass(frozen=True)
class Styled:
    """Text in one style."""

    style: Style
    spans: tuple["Span", ...]


@dataclass(frozen=True)
class Code:
    """Text to be typed; `is_block`: in a box of its own."""

    text: str
    is_block: bool = False


@dataclass(frozen=True)
class Date:
    """A moment, shown in the reader's time; `form` as in docs.slack.dev/messaging/formatting-message-text."""

    epoch: int
    form: str
    fallback: str


@dataclass(frozen=True)
class Link:
    """A link; the label is plain text."""

    url: str
    label: str


@dataclass(frozen=True)
class Mention:
    """A person, a channel, or a group of people, as it is shown."""

    shown: str


@dataclass(frozen=True)
class Emoji:
    """An emoji by its name."""

    name: str


Span: TypeAlias = str | Styled | Code | Date | Link | Mention | Emoji

#: schemes that Slack turns into links
_LINKED = ("http://", "https://", "mailto:", "slack://")


def _inside(mark: str) -> str:
    """Return the pattern of what stands between two marks of a style; a mark within a link or code is none."""
    return rf"(?!\s)(?:<[^<>\n]*>|`[^`\n]*`|[^{mark}`<\n])+?(?<!\s)"


_MARKUP = re.compile(
    r"<!date\^(?P<epoch>\d+)\^(?P<form>[^|^>]*)(?:\^[^|>]*)?\|(?P<fallback>[^>]*)>"
    r"|<(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>"
    r"|```(?P<block>[^`]+)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|:(?P<emoji>[0-9_+'-]*[a-z][a-z0-9_+'-]*):"
    r"|(?<![^\s(“«·])(?:"
    rf"\*(?P<BOLD>{_inside('*')})\*|_(?P<ITALIC>{_inside('_')})_|~(?P<STRUCK>{_inside('~')})~)(?!\w)"
)


def read_markup(text: str, names: Names) -> tuple[Span, ...]:
    """Return the spans of a text, people and channels by their names."""
    return tuple(_spans(text, names))


def _spans(text: str, names: Names) -> Iterator[Span]:
    place = 0
    for match in _MARKUP.finditer(text):
        if match.start() > place:
            yield unescape(text[place : match.start()])
        yield _span(match, names)
        place = match.end()
    if place < len(text):
        yield unescape(text[place:])


def _span(match: re.Match[str], names: Names) -> Span:
    if match["epoch"]:
        return Date(int(match["epoch"]), match["form"], unescape(match["fallback"]))
    if match["target"]:
        return _angled(unescape(match["target"]), unescape(match["label"] or ""), names)
    if match["block"]:
        return Code(unescape(match["block"]).strip("\n"), is_block=True)
    if match["code"]:
        return Code(unescape(match["code"]))
    if match["emoji"]:
        return Emoji(match["emoji"])
    name = str(match.lastgroup)
    return Styled(Style[name], read_markup(match[name], names))


def _angled(target: str, label: str, names: Names) -> Span:
    """Read what is between angle brackets; an id never shows, as in Slack."""
    if target[0] == "@":
        return Mention(label or names(target[1:]) or "@unknown")
    if target[0] == "#":
        return Mention(f"#{label}" if label else names(target[1:]) or "#unknown")
    if target[0] == "!":
        return Mention(label or f"@{target[1:]}")
    return Link(target, label or target) if target.startswith(_LINKED) else label or target
