"""Parse a response of Confluence about a long task, however malformed."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from bot.domain import status_keys
from bot.domain.parsing.findings import findings_of, is_finding
from bot.domain.parsing.messages import MAX_ARG, MAX_KEY, Report, parse_message
from bot.domain.parsing.values import (
    MAX_VALUES,
    ParseIssues,
    decode,
    parse_bool,
    parse_id,
    parse_milliseconds,
    parse_object,
    parse_percent,
    parse_total,
    parse_url,
    single_line,
    too_many_values,
)
from bot.domain.poll_result import Seen, Unreadable
from bot.domain.snapshot import Kind, Snapshot, StatusMessage
from bot.domain.status_keys import Arg

MAX_MESSAGES = 20

NOT_JSON = "not a JSON object"
TOO_MANY = f"more than {MAX_VALUES:,} values"
NO_LONG_TASK = "no long task in it"
ANOTHER_ID = "the long task of another id"


class Body(Struct, frozen=True):
    """The decoded response. Only that it is an object is certain; `errors` is not decoded until it is needed."""

    id: Any = None
    name: Any = None
    elapsed: Any = field(default=None, name="elapsedTime")
    percent: Any = field(default=None, name="percentageComplete")
    successful: Any = None
    finished: Any = None
    messages: Any = None
    status: Any = None
    errors: Raw = Raw()
    details: Any = field(default=None, name="additionalDetails")


_BODIES = msgspec.json.Decoder(Body)


def parse_response(body: bytes, *, expected_id: str, known_digest: str = "") -> Seen | Unreadable:
    """Parse the body of a 200 about the long task of that id. Never raises.

    Parts that cannot be parsed are left out and counted in `Snapshot.dropped`; only a body that is no long task at
    all, or another one, is Unreadable. If the digest of the findings is `known_digest`, they are not parsed again.
    Shapes: REST API v1 of Confluence Cloud (LongTaskStatusWithLinks) and of Data Center (LongTaskStatus, with a
    BulkStatusReport as JSON inside a message).
    """
    seen = parse_any(body, lambda _remote_id: known_digest)
    if isinstance(seen, Seen) and seen.snapshot.remote_id not in (None, expected_id):
        remote_id = seen.snapshot.remote_id or ""
        if remote_id.casefold() != expected_id.casefold():
            return Unreadable(reason=ANOTHER_ID)
    return seen


def parse_any(body: bytes, known_digest: Callable[[str | None], str]) -> Seen | Unreadable:
    """Parse the body of a response, or an entry of a list, about any long task. Never raises.

    `known_digest`: returns, by id, the digest of findings that are known and are not parsed again.
    """
    if too_many_values(body):
        return Unreadable(reason=TOO_MANY)
    issues = ParseIssues()
    decoded = decode(_BODIES, body, issues)
    if decoded is None:
        return Unreadable(reason=NOT_JSON)
    remote_id = parse_id(decoded.id, issues)
    typical = (decoded.percent, decoded.finished, decoded.successful, decoded.messages, decoded.elapsed)
    # Other responses have `successful`, too, so one without an id needs a second typical field.
    if len(typical) - typical.count(None) < (1 if remote_id is not None else 2):
        return Unreadable(reason=NO_LONG_TASK)
    return _seen(decoded, remote_id, issues, known_digest(remote_id))


def _seen(body: Body, remote_id: str | None, issues: ParseIssues, known_digest: str) -> Seen:
    own_status, messages, report = _messages(body, issues)
    unknown = _unknown_keys(own_status, messages)
    own_status = _without_unknown_key(own_status)
    status = _choose_status(own_status, [one for one in map(_without_unknown_key, messages) if one is not None])
    reported = messages if own_status is None else [own_status, *messages]
    found = findings_of(body.errors, report, reported, known_digest)
    name_key, name_text = _name(body.name, issues)
    details = parse_object(body.details, issues)
    done, total = _page_counts(status, details.get("totalPageNeedToCopy"), report, issues)
    destination = details.get("destinationUrl")
    if destination is None and report is not None:
        destination = report.destination_url
    return Seen(
        findings=found.findings,
        unknown_statuses=unknown,
        snapshot=Snapshot(
            remote_id=remote_id,
            name_key=name_key,
            name_text=name_text,
            kind=_kind(status, name_key, name_text),
            percent=parse_percent(body.percent, issues),
            elapsed_ms=parse_milliseconds(body.elapsed, issues),
            successful=parse_bool(body.successful, issues, otherwise=None),
            # An unreadable `finished` must not look like an absent one, from which other rules infer the end.
            finished=parse_bool(body.finished, issues, otherwise=False),
            status=status,
            done=done,
            total=total,
            destination_id=parse_id(details.get("destinationId"), issues),
            destination_url=parse_url(destination, issues),
            findings_digest=found.digest,
            findings_count=found.listed,
            # Evaluated last, after everything else is parsed.
            dropped=issues.count + found.dropped,
        ),
    )


def _messages(body: Body, issues: ParseIssues) -> tuple[StatusMessage | None, list[StatusMessage], Report | None]:
    """Parse `status`, `messages`, and the first report in any of them."""
    entries = body.messages
    if not isinstance(entries, list):
        entries = [] if entries is None else [entries]
    parsed: list[StatusMessage | None] = []
    report: Report | None = None
    for index, entry in enumerate((body.status, *entries[:MAX_MESSAGES])):
        message = parse_message(entry, issues, keys_only=index == 0)
        if isinstance(message, Report):
            report = report or message
            message = parse_message(message.status, issues, keys_only=True)
            if isinstance(message, Report):  # a report in a report
                issues.add()
                message = None
        parsed.append(message)
    return parsed[0], [message for message in parsed[1:] if message is not None], report


def _unknown_keys(status: StatusMessage | None, messages: Sequence[StatusMessage]) -> tuple[str, ...]:
    """The status keys that Confluence does not document, once each; among the messages an unknown key may be a finding
    instead."""
    keys = [status.key] if status is not None else []
    keys += [message.key for message in messages if message.key is not None and not is_finding(message.key)]
    return tuple(dict.fromkeys(key for key in keys if key is not None and not status_keys.lookup(key).documented))


def _without_unknown_key(message: StatusMessage | None) -> StatusMessage | None:
    """What a message says without a key that Confluence does not document: its sentence; None if that was all.

    Live sites end with `FINISH_SUCCESS`: a word for machines, which is no phase, and whose prefix says nothing.
    """
    if message is None or message.key is None or status_keys.lookup(message.key).documented:
        return message
    return StatusMessage(text=message.text) if message.text else None


def _choose_status(status: StatusMessage | None, messages: Sequence[StatusMessage]) -> StatusMessage | None:
    """Choose the message that says what the long task is doing: `status`, completed from the messages."""
    if status is not None and status.key is not None:
        if not status.args:
            for message in messages:
                if message.key == status.key:
                    return message
        text = next((message.text for message in messages if message.key is None), None)
        return StatusMessage(key=status.key, args=status.args, text=text) if text else status
    for message in messages:
        if message.key is not None and not is_finding(message.key):
            return message
    return messages[0] if messages else status


def _page_counts(
    status: StatusMessage | None, listed: object, report: Report | None, issues: ParseIssues
) -> tuple[int | None, int | None]:
    """Return pages done and pages in all."""
    done = total = None
    if status is not None and status.key is not None:
        for kind, value in zip(status_keys.arg_kinds(status.key, status.args), status.args, strict=True):
            if kind is Arg.DONE:
                done = status_keys.parse_count(value)
            elif kind is Arg.TOTAL:
                total = status_keys.parse_count(value)
    for source in (listed, report.total if report is not None else None):
        if total is None:
            total = parse_total(source, issues)
    return done, None if total is not None and done is not None and done > total else total


def _name(value: object, issues: ParseIssues) -> tuple[str | None, str | None]:
    """Return the key and the text of a long task's name."""
    if isinstance(value, str):
        return None, single_line(value.strip(), MAX_ARG) or None
    parts = parse_object(value, issues)
    key, text = parts.get("key"), parts.get("translation")
    return (
        (single_line(key.strip(), MAX_KEY) or None) if isinstance(key, str) else None,
        (single_line(text.strip(), MAX_ARG) or None) if isinstance(text, str) else None,
    )


#: the first pattern found in the name wins; "remove" must not match as "move"
_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"(delet|remov)\w*[ ._-]?space|space[ ._-]?(delet|remov)"), Kind.SPACE_DELETE),
    (re.compile(r"copy"), Kind.COPY),
    (re.compile(r"archiv"), Kind.ARCHIVE),
    (re.compile(r"delet|remov"), Kind.DELETE),
    (re.compile(r"move"), Kind.MOVE),
)


def _kind(status: StatusMessage | None, name_key: str | None, name_text: str | None) -> Kind:
    """Return what the long task does: as its status key says, else by words in its name."""
    if status is not None and status.key is not None:
        task = status_keys.lookup(status.key).task
        if task is not None:
            return task
    return _kind_named(f"{name_key or ''} {name_text or ''}")


@lru_cache(maxsize=256)
def _kind_named(name: str) -> Kind:
    lowered = name.casefold()
    return next((kind for pattern, kind in _KINDS if pattern.search(lowered)), Kind.OTHER)
