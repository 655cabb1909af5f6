"""Parse the warnings and errors of a response."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Raw, Struct

from bot.domain.parsing.messages import Report, parse_message
from bot.domain.parsing.values import ParseIssues, decode
from bot.domain.snapshot import Finding, Severity, StatusMessage
from bot.domain.status_keys import Arg, KeyKind, arg_kinds, lookup, parse_count

MAX_FINDINGS = 10_000

_ENTRIES: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_NOTHING = Raw()
#: a hash of the findings as sent, how many were listed, how many were dropped
_DIGEST = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})\.([0-9]{1,9})")
#: `type` of an error in Data Center's report
_SEVERITIES = {"WARN": Severity.WARNING, "ERROR": Severity.ERROR}


class Findings(Struct, frozen=True):
    """The findings of one response."""

    #: None if they are those of the known digest, and so were not parsed again
    findings: tuple[Finding, ...] | None = ()
    digest: str = ""  #: empty if there are none
    listed: int = 0
    dropped: int = 0  #: how many could not be parsed


def findings_of(errors: Raw, report: Report | None, messages: Sequence[StatusMessage], known_digest: str) -> Findings:
    """Parse the findings in `errors`, in a report and among the messages, unless their digest is the known one.

    The digest ends in how many findings were listed and dropped, so that both are known without parsing again.
    """
    reported = [message for message in messages if message.key is not None and is_finding(message.key)]
    raws = [raw for raw in (errors, report.errors if report is not None else _NOTHING) if not _is_empty(raw)]
    if not raws and not reported:
        return Findings()
    digest = blake2b(msgspec.json.encode(reported), digest_size=16)
    for raw in raws:
        digest.update(raw)
    hexes = digest.hexdigest()
    known = _DIGEST.fullmatch(known_digest)
    if known is not None and known[1] == hexes:
        return Findings(None, known_digest, int(known[2]), int(known[3]))
    issues, skipped = ParseIssues(), 0
    findings: list[Finding] = []
    for raw in raws:
        more, beyond = _parse_findings(bytes(raw), issues)
        findings += more
        skipped += beyond
    findings += [finding for message in reported if (finding := _finding(message)) is not None]
    unique = _deduplicate(findings)
    listed = len(unique) + skipped
    return Findings(unique, f"{hexes}.{listed}.{issues.count}", listed, issues.count)


def is_finding(key: str) -> bool:
    """Whether a status key reports a warning or an error."""
    return lookup(key).kind is not KeyKind.STATUS


def _is_empty(raw: Raw) -> bool:
    return len(raw) <= len("[]") or (len(raw) == len("null") and bytes(raw) == b"null")


def _finding(message: StatusMessage, *, severity: Severity | None = None) -> Finding | None:
    """Return the warning or error that a message reports; None for a status, and for a count of zero.

    Data Center lists what a deletion left in place even if that is nothing. `severity`: as the entry itself says, for
    keys that do not say it.
    """
    key = message.key or ""
    entry = lookup(key)
    if entry.kind is KeyKind.STATUS and (entry.documented or key.startswith("STATUS_")):
        return None
    count: int | None = None
    parts = [key]
    for kind, value in zip(arg_kinds(key, message.args), message.args, strict=True):
        number = parse_count(value) if kind is Arg.COUNT else None
        if number is None:
            parts.append(value)
        else:
            count = number
    if count == 0:
        return None
    if len(parts) == 1 and not entry.documented and message.text:
        # Only the sentence distinguishes it from others.
        parts.append(message.text)
    return Finding(
        key=key,
        args=message.args,
        severity=entry.severity or severity or Severity.WARNING,
        count=count,
        identity=blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest(),
        text=message.text,
    )


def _parse_findings(raw: bytes, issues: ParseIssues) -> tuple[list[Finding], int]:
    """Parse an `errors` list: its findings, and how many entries are beyond MAX_FINDINGS."""
    entries = decode(_ENTRIES, raw, issues)
    if not isinstance(entries, list):
        entries = [entries]
    findings: list[Finding] = []
    for entry in entries[:MAX_FINDINGS]:
        before = issues.count
        message = parse_message(entry, issues)
        if isinstance(message, StatusMessage):
            severity_name = entry.get("type") if isinstance(entry, dict) else None
            severity = _SEVERITIES.get(severity_name) if isinstance(severity_name, str) else None
            finding = _finding(message, severity=severity)
            if finding is not None:
                findings.append(finding)
        elif issues.count == before:
            issues.add()
    return findings, max(0, len(entries) - MAX_FINDINGS)


def _deduplicate(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return each finding once; of equal ones, that with the larger count."""
    unique: dict[str, Finding] = {}
    for finding in findings:
        same = unique.get(finding.identity)
        if same is None or (finding.count or 0) > (same.count or 0):
            unique[finding.identity] = finding
    return tuple(unique.values())
