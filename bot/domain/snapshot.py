"""Represent one response of Confluence about a long task."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What a long task does."""

    COPY = "copy"
    DELETE = "delete"
    ARCHIVE = "archive"
    SPACE_DELETE = "space_delete"
    MOVE = "move"
    OTHER = "other"


class Severity(StrEnum):
    """How bad a finding is."""

    WARNING = "warning"
    ERROR = "error"


class StatusMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of `messages`, or the `status`: a key with arguments, or a complete sentence."""

    key: str | None = None  #: status key; an open set of strings
    args: tuple[str, ...] = ()
    text: str | None = None  #: Confluence's own sentence, if it sends one; a key says more than it


class FindingKind(Struct, frozen=True):
    """What findings have in common that are reported together."""

    key: str  #: status key; empty if there is only a sentence
    severity: Severity


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A distinct warning or error of a long task."""

    key: str  #: status key; empty if there is only a sentence
    args: tuple[str, ...] = ()
    severity: Severity = Severity.WARNING
    count: int | None = None  #: how many pages it concerns, if it says so
    identity: str = ""  #: hash of the key and the arguments without counts
    text: str | None = None  #: Confluence's own sentence, if it sends one; a key says more than it

    @property
    def kind(self) -> FindingKind:
        """What it is reported with."""
        return FindingKind(self.key, self.severity)


class Snapshot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One parsed response of `GET /longtask/{id}`."""

    remote_id: str | None = None
    name_key: str | None = None
    name_text: str | None = None
    kind: Kind = Kind.OTHER
    percent: float | None = None  #: 0 to 100, clamped; None if absent or unreadable
    elapsed_ms: int | None = None
    successful: bool | None = None
    finished: bool | None = None  #: None if absent (Data Center)
    status: StatusMessage | None = None
    done: int | None = None  #: pages done, if known
    total: int | None = None  #: pages in all, if known
    destination_id: str | None = None
    destination_url: str | None = None
    #: digest of the findings as they were sent, empty if there are none: equal digests mean equal findings
    findings_digest: str = ""
    findings_count: int = 0  #: how many findings the response lists
    dropped: int = 0  #: how many parts of the response could not be parsed
