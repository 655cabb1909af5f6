"""Reads one answer of Confluence about a long task, whatever is wrong with it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from bot.domain import status_keys
from bot.domain.parsing.messages import MAX_ARG, MAX_KEY, Report, distinct, finding_of, findings_in, resolve
from bot.domain.parsing.values import Losses, decode, flag, identifier, line, mapping, number, url
from bot.domain.poll_result import Seen, Unreadable
from bot.domain.snapshot import Finding, Kind, Snapshot, StatusMessage
from bot.domain.status_keys import Arg, KeyKind

MAX_MESSAGES = 20

NOT_JSON = "not a JSON object"
NO_LONG_TASK = "no long task in it"
ANOTHER_ID = "the long task of another id"


class Body(Struct, frozen=True):
    """The answer as it came: only its being an object is certain. Findings stay unread until they are wanted."""

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
    links: Any = field(default=None, name="_links")


_BODIES = msgspec.json.Decoder(Body)


def parse_response(body: bytes, *, expected_id: str, known_digest: str = "") -> Seen | Unreadable:
    """What a 200 with this body says about the long task of that id. Never raises.

    What does not read is left out and counted in `Snapshot.dropped`; only an answer that is no long task at all, or
    another one, is Unreadable. Where the digest of the findings is `known_digest`, they are not read again.
    Shapes: REST API v1 of Confluence Cloud (LongTaskStatusWithLinks) and of Data Center (LongTaskStatus, with a
    BulkStatusReport as JSON inside a message).
    """
    losses = Losses()
    answer = decode(_BODIES, body, losses)
    if answer is None:
        return Unreadable(reason=NOT_JSON)
    remote_id = identifier(answer.id, losses)
    signs = (answer.percent, answer.finished, answer.successful, answer.messages, answer.elapsed)
    # Without an id it must look the more like a long task: other answers say `successful`, too.
    if len(signs) - signs.count(None) < (1 if remote_id is not None else 2):
        return Unreadable(reason=NO_LONG_TASK)
    if remote_id is not None and remote_id != expected_id and remote_id.casefold() != expected_id.casefold():
        return Unreadable(reason=ANOTHER_ID)
    return _seen(answer, remote_id, losses, known_digest)


def _seen(answer: Body, remote_id: str | None, losses: Losses, known_digest: str) -> Seen:
    said, report = _said(answer, losses)
    status = _status(said)
    found = _found(answer.errors, report, said, known_digest)
    name_key, name_text = _name(answer.name, losses)
    details, links = mapping(answer.details, losses), mapping(answer.links, losses)
    done, total = _pages(status, details.get("totalPageNeedToCopy"), report, losses)
    destination = details.get("destinationUrl")
    if destination is None and report is not None:
        destination = report.destination_url
    percent, elapsed = number(answer.percent, losses), number(answer.elapsed, losses)
    return Seen(
        findings=found.findings,
        snapshot=Snapshot(
            remote_id=remote_id,
            name_key=name_key,
            name_text=name_text,
            kind=_kind(status, name_key, name_text),
            percent=None if percent is None else min(max(percent, 0.0), 100.0),
            elapsed_ms=None if elapsed is None or elapsed < 0 else int(elapsed),
            successful=flag(answer.successful, losses, otherwise=None),
            # A word on the end that cannot be read must not hand the end to the rules for its absence.
            finished=flag(answer.finished, losses, otherwise=False),
            status=status,
            done=done,
            total=total,
            destination_id=identifier(details.get("destinationId"), losses),
            destination_url=url(destination, losses),
            base_url=url(links.get("base"), losses),
            findings_digest=found.digest,
            findings_count=found.listed,
            # Last, when all else has been read.
            dropped=losses.count + found.dropped,
        ),
    )


def _said(answer: Body, losses: Losses) -> tuple[list[StatusMessage | None], Report | None]:
    """`status` first, None where it is absent, then the messages; and the first report that one of them held."""
    messages = answer.messages
    if not isinstance(messages, list):
        messages = [] if messages is None else [messages]
    said: list[StatusMessage | None] = []
    report: Report | None = None
    for place, value in enumerate((answer.status, *messages[:MAX_MESSAGES])):
        one = resolve(value, losses, bare_key=place == 0)
        if isinstance(one, Report):
            report = report or one
            one = resolve(one.status, losses, bare_key=True)
            if isinstance(one, Report):  # a report in a report
                losses.add()
                one = None
        if one is not None or place == 0:
            said.append(one)
    return said, report


def _status(said: Sequence[StatusMessage | None]) -> StatusMessage | None:
    """The one message that tells where the long task is: `status`, with what the messages add to it."""
    spoken, messages = said[0], [one for one in said[1:] if one is not None]
    if spoken is not None and spoken.key is not None:
        if not spoken.args:
            for one in messages:
                if one.key == spoken.key:
                    return one
        words = next((one.text for one in messages if one.key is None), None)
        return StatusMessage(key=spoken.key, args=spoken.args, text=words) if words else spoken
    for one in messages:
        if one.key is not None and status_keys.known(one.key).kind is KeyKind.STATUS:
            return one
    return messages[0] if messages else spoken


def _pages(
    status: StatusMessage | None, listed: object, report: Report | None, losses: Losses
) -> tuple[int | None, int | None]:
    """Pages done and pages in all; nought in all means that Confluence has not counted yet."""
    done = total = None
    if status is not None and status.key is not None:
        for kind, value in zip(status_keys.arg_kinds(status.key, status.args), status.args, strict=True):
            if kind is Arg.DONE:
                done = status_keys.whole(value)
            elif kind is Arg.TOTAL:
                total = status_keys.whole(value)
    for source in (listed, report.total if report is not None else None):
        if total is None and source is not None:
            written = number(source, losses)
            total = int(written) if written is not None and written >= 1 else None
    return done, None if total is not None and done is not None and done > total else total


class _Found(Struct, frozen=True):
    findings: tuple[Finding, ...] | None = ()
    digest: str = ""
    listed: int = 0
    dropped: int = 0


def _found(errors: Raw, report: Report | None, said: Sequence[StatusMessage | None], known_digest: str) -> _Found:
    """What is wrong, unless it is what was wrong at the look before.

    The digest ends in how many findings were listed and lost, so that these are known without reading them again.
    """
    told = [one for one in said if one is not None and one.key is not None and _is_finding(one.key)]
    raws = [raw for raw in (errors, report.errors if report is not None else _NOTHING) if not _empty(raw)]
    if not raws and not told:
        return _NONE_FOUND
    digest = blake2b(msgspec.json.encode(told), digest_size=16)
    for raw in raws:
        digest.update(raw)
    hexes = digest.hexdigest()
    same = _DIGEST.fullmatch(known_digest)
    if same is not None and same[1] == hexes:
        return _Found(None, known_digest, int(same[2]), int(same[3]))
    losses, unread = Losses(), 0
    findings: list[Finding] = []
    for raw in raws:
        more, beyond = findings_in(bytes(raw), losses)
        findings += more
        unread += beyond
    findings += [finding for one in told if (finding := finding_of(one)) is not None]
    found = distinct(findings)
    listed = len(found) + unread
    return _Found(found, f"{hexes}.{listed}.{losses.count}", listed, losses.count)


_DIGEST = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})\.([0-9]{1,9})")
_NONE_FOUND = _Found()
_NOTHING = Raw()


def _empty(raw: Raw) -> bool:
    return len(raw) <= len("[]") or (len(raw) == len("null") and bytes(raw) == b"null")


def _is_finding(key: str) -> bool:
    return status_keys.known(key).kind is not KeyKind.STATUS


def _name(value: object, losses: Losses) -> tuple[str | None, str | None]:
    """The key and the words of a task's name."""
    if isinstance(value, str):
        return None, line(value.strip(), MAX_ARG) or None
    parts = mapping(value, losses)
    key, text = parts.get("key"), parts.get("translation")
    return (
        (line(key.strip(), MAX_KEY) or None) if isinstance(key, str) else None,
        (line(text.strip(), MAX_ARG) or None) if isinstance(text, str) else None,
    )


#: words in a task's name, the first that fit; to remove is not to move
_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"(delet|remov)\w*[ ._-]?space|space[ ._-]?(delet|remov)"), Kind.SPACE_DELETE),
    (re.compile(r"copy"), Kind.COPY),
    (re.compile(r"archiv"), Kind.ARCHIVE),
    (re.compile(r"delet|remov"), Kind.DELETE),
    (re.compile(r"move"), Kind.MOVE),
)


def _kind(status: StatusMessage | None, name_key: str | None, name_text: str | None) -> Kind:
    """What the long task does: its status says so for certain, its name by the words in it."""
    if status is not None and status.key is not None:
        task = status_keys.known(status.key).task
        if task is not None:
            return task
    return _kind_named(f"{name_key or ''} {name_text or ''}")


@lru_cache(maxsize=256)
def _kind_named(name: str) -> Kind:
    lowered = name.casefold()
    return next((kind for words, kind in _KINDS if words.search(lowered)), Kind.OTHER)
