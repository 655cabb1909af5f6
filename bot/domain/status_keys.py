"""Describe the status keys that Confluence documents, and their arguments."""

from enum import StrEnum

from msgspec import Struct

from bot.domain.snapshot import Kind, Severity, StatusMessage


class KeyKind(StrEnum):
    """What a status key reports."""

    STATUS = "status"
    WARNING = "warning"
    ERROR = "error"


class Phase(StrEnum):
    """What a long task is doing."""

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

    DONE = "done"  #: pages done so far
    TOTAL = "total"  #: pages in all
    COUNT = "count"  #: how many pages a finding concerns; not part of its identity
    TITLE = "title"  #: the title a page has, or should have had
    NEW_TITLE = "new_title"  #: the title a page was given instead
    SPACE_KEY = "space_key"
    PAGE_ID = "page_id"
    URL_PATH = "url_path"  #: relative to the site
    TEXT = "text"  #: not documented by Confluence


class StatusKey(Struct, frozen=True, kw_only=True):
    """What a status key means. Its sentence and advice are in `render.status_texts`."""

    key: str
    kind: KeyKind
    phase: Phase = Phase.UNKNOWN
    args: tuple[Arg, ...] = ()  #: what each argument is, in order
    severity: Severity | None = None  #: None for a status
    task: Kind | None = None  #: the kind of long task that reports it, if only one does
    documented: bool = True  #: False for a key that is not in Confluence's list
    final_phase: Phase | None = None  #: phase of the last report, if this key makes one
    final_args: int | None = None  #: number of arguments that marks the last report; None if every report is the last


def _status(key: str, phase: Phase, task: Kind | None = None, *args: Arg) -> StatusKey:
    return StatusKey(key=key, kind=KeyKind.STATUS, phase=phase, task=task, args=args)


def _warning(key: str, task: Kind, *args: Arg) -> StatusKey:
    return StatusKey(key=key, kind=KeyKind.WARNING, severity=Severity.WARNING, task=task, args=args)


def _error(key: str, task: Kind | None, *args: Arg) -> StatusKey:
    return StatusKey(key=key, kind=KeyKind.ERROR, severity=Severity.ERROR, task=task, args=args)


#: The keys are those of Confluence Cloud's REST API v1 (schema LongTaskStatus); the arguments are those that Data
#: Center's page hierarchy tasks send. The arguments of UNKNOWN_STATUS and WARN_IGNORE_DELETE_PAGE are not documented.
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


def lookup(key: str) -> StatusKey:
    """Return what is known about a status key; for an undocumented one, what its prefix says."""
    entry = STATUS_KEYS.get(key)
    if entry is not None:
        return entry
    for prefix, kind, severity in _PREFIXES:
        if key.startswith(prefix):
            return StatusKey(key=key, kind=kind, severity=severity, documented=False)
    return StatusKey(key=key, kind=KeyKind.STATUS, documented=False)


def arg_kinds(key: str, args: tuple[str, ...]) -> tuple[Arg, ...]:
    """Return what each of these arguments is, one for one.

    If the key does not say, a single number of up to four digits is a count: a copy is limited to 2,000 pages, and
    page ids are longer.
    """
    kinds = lookup(key).args
    if not kinds and len(args) == 1 and len(args[0]) <= 4 and parse_count(args[0]) is not None:
        return (Arg.COUNT,)
    return (kinds + (Arg.TEXT,) * len(args))[: len(args)]


def find_arg(key: str, args: tuple[str, ...], wanted: Arg) -> str | None:
    """Return the first argument of that kind; None if there is none or it is empty."""
    for kind, value in zip(arg_kinds(key, args), args, strict=True):
        if kind is wanted:
            return value or None
    return None


def parse_count(text: str) -> int | None:
    """Parse a count as Confluence writes it (ASCII digits, at most nine); None for anything else."""
    return int(text) if len(text) <= 9 and text.isascii() and text.isdigit() else None


def is_final(status: StatusMessage | None) -> bool:
    """Whether this status is a last report: pages copied or deleted, without a total still to reach."""
    if status is None or status.key is None:
        return False
    entry = lookup(status.key)
    return entry.final_phase is not None and entry.final_args in (None, len(status.args))


def phase_of(status: StatusMessage | None) -> Phase:
    """Return the phase that a status reports."""
    if status is None or status.key is None:
        return Phase.UNKNOWN
    entry = lookup(status.key)
    return entry.final_phase if entry.final_phase is not None and is_final(status) else entry.phase
