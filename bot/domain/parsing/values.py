"""Reads single values that Confluence sends, whatever type they came in, within bounds."""

import json
import math
import re
from typing import Any, TypeVar

import msgspec

#: nothing that is counted here is larger, and every database takes it
MAX_NUMBER = 2**53
MAX_ID = 64
MAX_URL = 2_000

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_WRITTEN_NUMBER = re.compile(r"\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*%?\s*")
_ID = re.compile(r"[A-Za-z0-9_-]+")

T = TypeVar("T")


class Losses:
    """How many parts of one answer could not be read."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def add(self) -> None:
        """One more."""
        self.count += 1


def decode(decoder: msgspec.json.Decoder[T], source: bytes | str, losses: Losses) -> T | None:
    """JSON read, None where it is none of that shape. Broken letters and numbers in it are replaced, not the whole."""
    try:
        return decoder.decode(source)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        value = decoder.decode(_mended(source))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    losses.add()
    return value


def _mended(source: bytes | str) -> bytes:
    """The same JSON without what only strict readers refuse: broken UTF-8, half surrogates, NaN, endless numbers."""
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    value = json.JSONDecoder(
        strict=False,
        parse_constant=lambda _: None,
        parse_float=lambda digits: number if math.isfinite(number := float(digits)) else None,
        parse_int=lambda digits: int(digits) if len(digits) < 20 else None,
    ).decode(text.removeprefix("\ufeff"))
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def line(text: str, limit: int) -> str:
    """Foreign text as one line of at most `limit` characters, without control characters."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if text.isprintable() else _CONTROLS.sub(" ", text)


def mapping(value: object, losses: Losses) -> dict[str, Any]:
    """A JSON object, empty where there is none."""
    if isinstance(value, dict):
        return value
    if value is not None:
        losses.add()
    return {}


def identifier(value: object, losses: Losses) -> str | None:
    """An id, also where it is written as a number."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        value = value.strip()
        if len(value) <= MAX_ID and _ID.fullmatch(value):
            return value
    losses.add()
    return None


def number(value: object, losses: Losses) -> float | None:
    """A finite number, also where it is written as a string."""
    if value is None:
        return None
    if isinstance(value, str):
        plain = _WRITTEN_NUMBER.fullmatch(value)
        value = float(plain[1]) if plain is not None else None
    if isinstance(value, int | float) and not isinstance(value, bool) and -MAX_NUMBER < value < MAX_NUMBER:
        return float(value)
    losses.add()
    return None


def flag(value: object, losses: Losses, *, otherwise: bool | None) -> bool | None:
    """True or false, also where it is written as a string; None where absent, `otherwise` where it does not read."""
    if value is None or isinstance(value, bool):
        return value
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word in ("true", "false"):
        return word == "true"
    losses.add()
    return otherwise


def url(value: object, losses: Losses) -> str | None:
    """An address, absolute or not. One that is too long is dropped: half of it would lead elsewhere."""
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= MAX_URL:
        return line(value.strip(), MAX_URL) or None
    losses.add()
    return None
