"""Reads one message, warning or error in any of the forms that Confluence sends."""

import re
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from bot.domain.parsing.values import Losses, decode, line
from bot.domain.snapshot import Finding, Severity, StatusMessage
from bot.domain.status_keys import Arg, KeyKind, arg_kinds, known, whole

MAX_KEY = 100
#: a title has at most 255 characters
MAX_ARG = 300
MAX_ARGS = 10
MAX_TEXT = 500
MAX_FINDINGS = 10_000

_KEY = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_BARE_KEY = re.compile(r"[A-Z][A-Z0-9_]*")
_JSON_OBJECT = re.compile(r'\s*\{\s*["}]')


class Report(Struct, frozen=True):
    """What Data Center's page hierarchy tasks write into a message as JSON; or a message written as JSON."""

    status: Any = None
    destination_url: Any = field(default=None, name="destinationUrl")
    total: Any = field(default=None, name="totalPageNeedToCopy")
    errors: Raw = Raw()
    key: Any = None
    args: Any = None
    translation: Any = None


_REPORTS = msgspec.json.Decoder(Report)
_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def resolve(value: object, losses: Losses, *, bare_key: bool = False) -> StatusMessage | Report | None:
    """One entry of `messages`, or `status`: a key, a key in `translation`, a JSON report, or a ready sentence.

    `bare_key`: a lone upper-case word is a key, too (`status` holds keys only). None where there is nothing, or
    nothing that reads.
    """
    if isinstance(value, str):
        return _sentence(value, (), losses, bare_key=bare_key)
    if value is None:
        return None
    if not isinstance(value, dict):
        losses.add()
        return None
    key, translation = value.get("key"), value.get("translation")
    if isinstance(key, str) and (key := key.strip()):
        text = translation.strip() if isinstance(translation, str) else ""
        return StatusMessage(
            key=line(key, MAX_KEY),
            args=_arguments(value.get("args"), losses),
            text=line(text, MAX_TEXT) if text and text != key else None,
        )
    if isinstance(translation, str):
        return _sentence(translation, _arguments(value.get("args"), losses), losses, bare_key=bare_key)
    if value:
        losses.add()
    return None


def _sentence(text: str, args: tuple[str, ...], losses: Losses, *, bare_key: bool) -> StatusMessage | Report | None:
    if _JSON_OBJECT.match(text):
        return _report(text, losses)
    words = text.strip()
    if len(words) <= MAX_KEY and (_BARE_KEY if bare_key else _KEY).fullmatch(words):
        return StatusMessage(key=words, args=args)
    return StatusMessage(text=line(words, MAX_TEXT)) if words else None


def _report(text: str, losses: Losses) -> StatusMessage | Report | None:
    report = decode(_REPORTS, text, losses)
    if report is None:
        losses.add()
        return None
    if report.status is None and isinstance(report.key, str) and len(report.errors) == 0:
        return resolve({"key": report.key, "args": report.args, "translation": report.translation}, losses)
    return report


def _arguments(value: object, losses: Losses) -> tuple[str, ...]:
    """The arguments of a message as bounded strings, each in its place."""
    if isinstance(value, list):
        return tuple([_argument(one) for one in value[:MAX_ARGS]])
    if value is not None:
        losses.add()
    return ()


def _argument(value: object) -> str:
    if isinstance(value, str):
        return line(value, MAX_ARG)
    if value is None:
        return ""
    if isinstance(value, dict):
        for name in ("translation", "title", "name", "value", "key", "id"):
            if isinstance(value.get(name), str):
                return line(value[name], MAX_ARG)
    return line(msgspec.json.encode(value).decode(), MAX_ARG)


def finding_of(message: StatusMessage, *, severity: Severity | None = None) -> Finding | None:
    """The warning or error that a message is; None for a status, and for a count of nought.

    `severity`: what the entry itself says, for keys that do not tell. Data Center lists what a deletion left in place
    also where that is nothing.
    """
    key = message.key or ""
    entry = known(key)
    if entry.kind is KeyKind.STATUS and (entry.documented or key.startswith("STATUS_")):
        return None
    count: int | None = None
    essence = [key]
    for kind, value in zip(arg_kinds(key, message.args), message.args, strict=True):
        number = whole(value) if kind is Arg.COUNT else None
        if number is None:
            essence.append(value)
        else:
            count = number
    if count == 0:
        return None
    if len(essence) == 1 and not entry.documented and message.text:
        # Nothing but the sentence tells one from another.
        essence.append(message.text)
    return Finding(
        key=key,
        args=message.args,
        severity=entry.severity or severity or Severity.WARNING,
        count=count,
        identity=blake2b("\x1f".join(essence).encode(), digest_size=16).hexdigest(),
        text=message.text,
    )


#: `type` of an error in Data Center's report
_SEVERITIES = {"WARN": Severity.WARNING, "ERROR": Severity.ERROR}


def findings_in(raw: bytes, losses: Losses) -> tuple[list[Finding], int]:
    """The findings of an `errors` list, and how many more it lists than are read."""
    entries = decode(_ANY, raw, losses)
    if not isinstance(entries, list):
        entries = [entries]
    found: list[Finding] = []
    for entry in entries[:MAX_FINDINGS]:
        before = losses.count
        message = resolve(entry, losses)
        if isinstance(message, StatusMessage):
            said = entry.get("type") if isinstance(entry, dict) else None
            severity = _SEVERITIES.get(said) if isinstance(said, str) else None
            finding = finding_of(message, severity=severity)
            if finding is not None:
                found.append(finding)
        elif losses.count == before:
            losses.add()
    return found, max(0, len(entries) - MAX_FINDINGS)


def distinct(findings: list[Finding]) -> tuple[Finding, ...]:
    """The same findings, each once; of two that are the same, the one with the larger count."""
    found: dict[str, Finding] = {}
    for finding in findings:
        same = found.get(finding.identity)
        if same is None or (finding.count or 0) > (same.count or 0):
            found[finding.identity] = finding
    return tuple(found.values())
