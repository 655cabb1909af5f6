"""Parse one message in any of the forms that Confluence sends."""

import re
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from bot.domain.parsing.values import ParseIssues, decode, single_line
from bot.domain.snapshot import StatusMessage

MAX_KEY = 100
#: a title has at most 255 characters
MAX_ARG = 300
MAX_ARGS = 10
MAX_TEXT = 500

_KEY = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_JSON_OBJECT = re.compile(r'\s*\{\s*["}]')


class Report(Struct, frozen=True):
    """The BulkStatusReport that Data Center's page hierarchy tasks write into a message as JSON; or a JSON message."""

    status: Any = None
    destination_url: Any = field(default=None, name="destinationUrl")
    total: Any = field(default=None, name="totalPageNeedToCopy")
    errors: Raw = Raw()
    key: Any = None
    args: Any = None
    translation: Any = None


_REPORTS = msgspec.json.Decoder(Report)


def parse_message(value: object, issues: ParseIssues, *, keys_only: bool = False) -> StatusMessage | Report | None:
    """Parse an entry of `messages`, or `status`: a key, a key in `translation`, a JSON report, or a sentence.

    `keys_only`: every text is a key, since `status` holds nothing else. Returns None if there is nothing, or nothing
    that can be parsed.
    """
    if isinstance(value, str):
        return _parse_text(value, (), issues, keys_only=keys_only)
    if value is None:
        return None
    if not isinstance(value, dict):
        issues.add()
        return None
    key, translation = value.get("key"), value.get("translation")
    if isinstance(key, str) and (key := key.strip()):
        text = translation.strip() if isinstance(translation, str) else ""
        return StatusMessage(
            key=single_line(key, MAX_KEY),
            args=_parse_args(value.get("args"), issues),
            text=single_line(text, MAX_TEXT) if text and text != key else None,
        )
    if isinstance(translation, str):
        return _parse_text(translation, _parse_args(value.get("args"), issues), issues, keys_only=keys_only)
    if value:
        issues.add()
    return None


def _parse_text(
    text: str, args: tuple[str, ...], issues: ParseIssues, *, keys_only: bool
) -> StatusMessage | Report | None:
    if _JSON_OBJECT.match(text):
        return _parse_report(text, issues)
    words = text.strip()
    if words and (keys_only or (len(words) <= MAX_KEY and _KEY.fullmatch(words))):
        return StatusMessage(key=single_line(words, MAX_KEY), args=args)
    return StatusMessage(text=single_line(words, MAX_TEXT)) if words else None


def _parse_report(text: str, issues: ParseIssues) -> StatusMessage | Report | None:
    report = decode(_REPORTS, text, issues)
    if report is None:
        issues.add()
        return None
    if report.status is None and isinstance(report.key, str) and len(report.errors) == 0:
        return parse_message({"key": report.key, "args": report.args, "translation": report.translation}, issues)
    return report


def _parse_args(value: object, issues: ParseIssues) -> tuple[str, ...]:
    """Parse the arguments of a message as bounded strings, each in its place."""
    if isinstance(value, list):
        return tuple([_parse_arg(arg) for arg in value[:MAX_ARGS]])
    if value is not None:
        issues.add()
    return ()


def _parse_arg(value: object) -> str:
    if isinstance(value, str):
        return single_line(value, MAX_ARG)
    if value is None:
        return ""
    if isinstance(value, dict):
        for name in ("translation", "title", "name", "value", "key", "id"):
            if isinstance(value.get(name), str):
                return single_line(value[name], MAX_ARG)
    return single_line(msgspec.json.encode(value).decode(), MAX_ARG)
