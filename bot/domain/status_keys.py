"""The status keys that Confluence documents, and what each one and its arguments are."""

from enum import StrEnum

from msgspec import Struct

from bot.domain.snapshot import Kind, Severity, StatusMessage


class KeyKind(StrEnum):
    """What a status key speaks of."""

    STATUS = "status"
    WARNING = "warning"
    ERROR = "error"


class Phase(StrEnum):
    """Where in its work a long task is."""

    STARTING = "starting"
    COPYING = "copying"
    RELINKING = "relinking"
    COPIED = "copied"
    DELETING = "deleting"
    MOVING = "moving"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class Arg(StrEnum):
    """What one argument of a status key is."""

    #: pages done so far
    DONE = "done"
    #: pages in all
    TOTAL = "total"
    #: how many pages a finding speaks of; no part of what the finding is
    COUNT = "count"
    #: the title a page has, or should have had
    TITLE = "title"
    #: the title a page was given instead
    NEW_TITLE = "new_title"
    SPACE_KEY = "space_key"
    PAGE_ID = "page_id"
    #: relative to the site
    URL_PATH = "url_path"
    #: something Confluence does not document
    TEXT = "text"


class StatusKey(Struct, frozen=True, kw_only=True):
    """What a status key is. Its sentence and advice belong to whoever says it."""

    key: str
    kind: KeyKind
    phase: Phase = Phase.UNKNOWN
    #: what the arguments are, in their order
    args: tuple[Arg, ...] = ()
    #: how bad, for a warning or an error
    severity: Severity | None = None
    #: what the long task does that reports it, where only one kind does
    task: Kind | None = None
    #: False for a key outside Confluence's list
    documented: bool = True
    #: phase of the last report, where this key makes one
    final_phase: Phase | None = None
    #: how many arguments tell the last report from one on the way; None: it is always the last
    final_args: int | None = None


def _status(key: str, phase: Phase, task: Kind | None = None, *args: Arg) -> StatusKey:
    return StatusKey(key=key, kind=KeyKind.STATUS, phase=phase, task=task, args=args)


def _warning(key: str, task: Kind, *args: Arg) -> StatusKey:
    return StatusKey(key=key, kind=KeyKind.WARNING, severity=Severity.WARNING, task=task, args=args)


def _error(key: str, task: Kind | None, *args: Arg) -> StatusKey:
    return StatusKey(key=key, kind=KeyKind.ERROR, severity=Severity.ERROR, task=task, args=args)


#: The list is Confluence Cloud's (REST API v1, schema LongTaskStatus); the arguments are those that Data Center's
#: page hierarchy tasks send. UNKNOWN_STATUS and WARN_IGNORE_DELETE_PAGE have none that anybody has written down.
STATUS_KEYS: dict[str, StatusKey] = {
    entry.key: entry
    for entry in (
        _status("INITIALIZING_TASK", Phase.STARTING),
        _status("UNKNOWN_STATUS", Phase.UNKNOWN),
        _status("STATUS_COPYING_PAGES", Phase.COPYING, Kind.COPY, Arg.DONE, Arg.TOTAL),
        StatusKey(
            key="STATUS_COPIED_PAGES",
            kind=KeyKind.STATUS,
            phase=Phase.COPYING,
            args=(Arg.DONE, Arg.TOTAL),
            task=Kind.COPY,
            final_phase=Phase.COPIED,
            final_args=1,
        ),
        _status("STATUS_RELINK_PAGES", Phase.RELINKING, Kind.COPY),
        _status("STATUS_DELETING_PAGES", Phase.DELETING, Kind.DELETE, Arg.DONE, Arg.TOTAL),
        StatusKey(
            key="STATUS_DELETED_PAGES",
            kind=KeyKind.STATUS,
            phase=Phase.DELETING,
            args=(Arg.DONE, Arg.TOTAL),
            task=Kind.DELETE,
            final_phase=Phase.DELETED,
        ),
        _status("STATUS_MOVING_PAGES", Phase.MOVING, Kind.DELETE),
        _warning("WARN_RENAME_PAGE", Kind.COPY, Arg.TITLE, Arg.NEW_TITLE),
        _warning("WARN_IGNORE_COPY_PERMISSION", Kind.COPY),
        _warning("WARN_IGNORE_COPY_ATTACHMENT", Kind.COPY),
        _warning("WARN_IGNORE_VIEW_RESTRICTED", Kind.DELETE, Arg.COUNT),
        _warning("WARN_IGNORE_EDIT_RESTRICTED", Kind.DELETE, Arg.COUNT),
        _warning("WARN_IGNORE_DELETE_PAGE", Kind.DELETE),
        _error("ERROR_COPY_PAGE", Kind.COPY, Arg.TITLE, Arg.PAGE_ID, Arg.URL_PATH),
        _error("ERROR_RELINK", Kind.COPY),
        _error("ERROR_LOCK_FAILED", None, Arg.SPACE_KEY),
        _error("ERROR_UNKNOWN", None),
    )
}

_PREFIXES: tuple[tuple[str, KeyKind, Severity | None], ...] = (
    ("WARN_", KeyKind.WARNING, Severity.WARNING),
    ("ERROR_", KeyKind.ERROR, Severity.ERROR),
)


def known(key: str) -> StatusKey:
    """What is known of a status key; of one that nobody has documented, what its prefix says."""
    entry = STATUS_KEYS.get(key)
    if entry is not None:
        return entry
    for prefix, kind, severity in _PREFIXES:
        if key.startswith(prefix):
            return StatusKey(key=key, kind=kind, severity=severity, documented=False)
    return StatusKey(key=key, kind=KeyKind.STATUS, documented=False)


def arg_kinds(key: str, args: tuple[str, ...]) -> tuple[Arg, ...]:
    """What each of these arguments is, one for one.

    Where the key does not say, a lone number of up to four digits is a count: a copy is limited to 2,000 pages, and
    page ids are longer.
    """
    kinds = known(key).args
    if not kinds and len(args) == 1 and len(args[0]) <= 4 and whole(args[0]) is not None:
        return (Arg.COUNT,)
    return (kinds + (Arg.TEXT,) * len(args))[: len(args)]


def argument(key: str, args: tuple[str, ...], wanted: Arg) -> str | None:
    """The argument of that kind, None where there is none or it is empty."""
    for kind, value in zip(arg_kinds(key, args), args, strict=True):
        if kind is wanted:
            return value or None
    return None


def whole(text: str) -> int | None:
    """A count as Confluence writes it (ASCII digits, at most nine), None for anything else."""
    return int(text) if len(text) <= 9 and text.isascii() and text.isdigit() else None


def is_final(message: StatusMessage | None) -> bool:
    """Whether this status is a last report: pages copied or deleted, without a total that is still ahead."""
    if message is None or message.key is None:
        return False
    entry = known(message.key)
    return entry.final_phase is not None and entry.final_args in (None, len(message.args))


def phase(message: StatusMessage | None) -> Phase:
    """Where in its work a long task with this status is."""
    if message is None or message.key is None:
        return Phase.UNKNOWN
    entry = known(message.key)
    return entry.final_phase if entry.final_phase is not None and is_final(message) else entry.phase
