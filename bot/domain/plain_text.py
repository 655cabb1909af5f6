"""Clean text from outside, before anything else reads it."""

import re

#: Control characters but those that separate words and lines (tab to carriage return), and lone surrogates, which no
#: encoding can write. NUL is one that Postgres stores in no text.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str, *, limit: int) -> str:
    """Return at most `limit` characters of a text, without control characters and lone surrogates."""
    return _UNWANTED.sub("", text[:limit])
