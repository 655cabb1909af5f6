"""Read the words of a command from its text: without markup, quotes and invisible characters."""

import json
import re

from bot.domain.command import Misread, NotUnderstood
from bot.domain.response_reference import reference_in
from bot.domain.task_url import shorten
from bot.domain.typed_text import plain_words

#: ten responses of the API fit
MAX_LENGTH = 12_000

_WRAPPING = "\"'`<>()[]*~,;"


def words_of(text: str) -> tuple[list[str], str] | NotUnderstood:
    """Return the words of a text up to its last JSON body, which becomes the word it names, and the text after that,
    without Slack's markup and escapes."""
    plain = plain_words(text)
    words: list[str] = []
    decoder = json.JSONDecoder(strict=False)
    while (brace := plain.find("{")) >= 0:
        words += split(plain[:brace])
        try:
            body, end = decoder.raw_decode(plain, brace)
        except (ValueError, RecursionError):
            body, end = None, brace
        word = reference_in(body)
        if word is None:
            return NotUnderstood(reason=Misread.JSON, what=shorten(" ".join(plain[brace:].split())))
        words.append(word)
        plain = plain[end:]
    return words, plain


def split(text: str) -> list[str]:
    """Return the words of a text, without what wraps or ends them."""
    # A comma between ids separates them, one within a URL does not.
    pieces = (piece for word in text.split() for piece in ([word] if "/" in word else re.split("[,;、，；]", word)))
    stripped = (piece.strip(_WRAPPING).rstrip(".!。！") for piece in pieces)
    return [word for word in stripped if word and word != "json"]
