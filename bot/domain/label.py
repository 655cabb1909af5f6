"""Find the label that a person gives a long task: `REF as LABEL`, in any language, or `REF "LABEL"`."""

import re

from msgspec import Struct

from bot.domain.command_words import Word, spellings
from bot.domain.plain_text import clean

MAX_LABEL = 80

_AS = re.compile(rf"(?:^|(?<=\s))(?:{'|'.join(map(re.escape, spellings([Word.AS])))})\s+(?=\S)", re.IGNORECASE)
_QUOTED = re.compile(r'(?:^|(?<=\s))"(?P<label>[^"]*)"(?=\s|$)')


class Labelled(Struct, frozen=True, kw_only=True):
    """A text with something in it that can be a label."""

    before: str
    label: str
    after: str


def find_label(text: str) -> Labelled | None:
    """Return what can be a label, and the text around it; None if there is none.

    Without quotes, all that comes after `as` is the label.
    """
    word, quoted = _AS.search(text), _QUOTED.search(text)
    if word is not None and quoted is not None and quoted.start() < word.start() < quoted.end():
        word = None
    elif word is not None:
        quoted = _QUOTED.match(text, word.end())
    if quoted is not None:
        start, end, given = (word or quoted).start(), quoted.end(), quoted["label"]
    elif word is not None:
        start, end, given = word.start(), len(text), text[word.end() :]
    else:
        return None
    label = as_label(given)
    return Labelled(before=text[:start], label=label, after=text[end:]) if label else None


def as_label(given: str) -> str:
    """Return a text from outside as a label: one line of at most MAX_LABEL characters; empty if nothing is left."""
    return " ".join(clean(given, limit=len(given)).strip().strip('"`').split())[:MAX_LABEL].rstrip()
