"""Parse single JSON values leniently, whatever type they were sent as, within bounds."""

import json
import math
import re
from typing import Any, TypeVar

import msgspec

#: pages or cases; no count that Confluence writes has more than nine digits, and every database stores it
MAX_COUNT = 999_999_999
#: ten years: no process of Confluence runs so long, and every calendar holds the time before now
MAX_MILLISECONDS = 10 * 366 * 86_400_000
MAX_ID = 128
MAX_URL = 2_000
#: of one text of JSON; ten thousand findings have fewer than half of it. Each costs up to half a microsecond.
MAX_VALUES = 200_000
#: bytes; no more than MAX_VALUES fit in it
_SMALL = MAX_VALUES
#: characters or bytes; repairing takes ten times as long as reading
_MAX_REPAIRED = 2 * 2**20

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_WRITTEN_NUMBER = re.compile(r"\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*%?\s*")
_ID = re.compile(r"[A-Za-z0-9:_-]+")

T = TypeVar("T")


class ParseIssues:
    """Counts the parts of one response that could not be parsed."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def add(self) -> None:
        """Count one more."""
        self.count += 1


def too_many_values(source: bytes | str) -> bool:
    """Whether JSON may hold more than MAX_VALUES values, found out without decoding it.

    Millions of empty arrays fit in a few MB, and to decode them would hold the event loop, in a thread as well. Every
    value but the first of its array or object follows a comma; commas and brackets within strings count, too.
    """
    if len(source) <= _SMALL:
        return False
    found = 0
    for sign in ",[{":
        found += source.count(sign) if isinstance(source, str) else source.count(sign.encode())
        if found > MAX_VALUES:
            return True
    return False


def decode(decoder: msgspec.json.Decoder[T], source: bytes | str, issues: ParseIssues) -> T | None:
    """Decode JSON; None if it does not have that shape. Broken characters and numbers in it are replaced."""
    if too_many_values(source):
        return None
    try:
        return decoder.decode(source)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    if len(source) > _MAX_REPAIRED:
        return None
    try:
        value = decoder.decode(_repaired(source))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    issues.add()
    return value


def _repaired(source: bytes | str) -> bytes:
    """Replace what only strict parsers refuse: broken UTF-8, lone surrogates, NaN, numbers without bounds."""
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    value = json.JSONDecoder(
        strict=False,
        parse_constant=lambda _: None,
        parse_float=lambda digits: number if math.isfinite(number := float(digits)) else None,
        parse_int=lambda digits: int(digits) if len(digits) < 20 else None,
    ).decode(text.removeprefix("\ufeff"))
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def single_line(text: str, limit: int) -> str:
    """Return text as one line of at most `limit` characters, without control characters."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if text.isprintable() else _CONTROLS.sub(" ", text)


def parse_object(value: object, issues: ParseIssues) -> dict[str, Any]:
    """Return a JSON object; an empty one if the value is none."""
    if isinstance(value, dict):
        return value
    if value is not None:
        issues.add()
    return {}


def parse_id(value: object, issues: ParseIssues) -> str | None:
    """Parse an id, which may be sent as a number."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        value = value.strip()
        if len(value) <= MAX_ID and _ID.fullmatch(value):
            return value
    issues.add()
    return None


def parse_percent(value: object, issues: ParseIssues) -> float | None:
    """Parse a percentage: 0 to 100, to a hundredth. Up to a percent point beyond either end is taken for the end."""
    number = _parse_number(value, issues, least=-1, most=101)
    return None if number is None else min(max(round(number, 2), 0.0), 100.0)


def parse_milliseconds(value: object, issues: ParseIssues) -> int | None:
    """Parse a duration: whole milliseconds, at most ten years."""
    number = _parse_number(value, issues, least=0, most=MAX_MILLISECONDS)
    return None if number is None else int(number)


def parse_total(value: object, issues: ParseIssues) -> int | None:
    """Parse how many there are in all; None also for zero, which means that Confluence has not counted yet."""
    number = _parse_number(value, issues, least=0, most=MAX_COUNT)
    return int(number) if number is not None and number >= 1 else None


def _parse_number(value: object, issues: ParseIssues, *, least: int, most: int) -> float | None:
    """Parse a number, which may be sent as a string. One that cannot be meant cannot be parsed."""
    if value is None:
        return None
    if isinstance(value, str):
        written = _WRITTEN_NUMBER.fullmatch(value)
        value = float(written[1]) if written is not None else None
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
        return float(value)
    issues.add()
    return None


def parse_bool(value: object, issues: ParseIssues, *, otherwise: bool | None) -> bool | None:
    """Parse true or false, which may be sent as a string; None if absent, `otherwise` if it cannot be parsed."""
    if value is None or isinstance(value, bool):
        return value
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word in ("true", "false"):
        return word == "true"
    issues.add()
    return otherwise


def parse_url(value: object, issues: ParseIssues) -> str | None:
    """Parse a URL, absolute or relative. One that is too long is dropped: a part of it would lead elsewhere."""
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= MAX_URL:
        return single_line(value.strip(), MAX_URL) or None
    issues.add()
    return None
