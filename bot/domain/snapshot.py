"""What one answer of Confluence about a long task says."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What the long task does."""

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
    """One entry of `messages`, or the status: a key with arguments, or a ready sentence."""

    #: status key, of an open set of strings
    key: str | None = None
    args: tuple[str, ...] = ()
    #: Confluence's own words, where it sends any; where there is a key, the key says it better
    text: str | None = None


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A distinct warning or error of a long task."""

    #: empty where there are only words
    key: str
    args: tuple[str, ...] = ()
    severity: Severity = Severity.WARNING
    #: how many pages it speaks of, where it says so
    count: int | None = None
    #: the same for the same key and arguments without counts
    identity: str = ""
    #: Confluence's own words, where it sends any; where there is a key, the key says it better
    text: str | None = None


class Snapshot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer of `GET /longtask/{id}`, read."""

    remote_id: str | None = None
    name_key: str | None = None
    name_text: str | None = None
    kind: Kind = Kind.OTHER
    #: 0 to 100, as Confluence says it, out-of-range values clamped; None where it says nothing readable
    percent: float | None = None
    elapsed_ms: int | None = None
    successful: bool | None = None
    #: None where absent (Data Center)
    finished: bool | None = None
    status: StatusMessage | None = None
    #: pages done and pages in all, where known
    done: int | None = None
    total: int | None = None
    destination_id: str | None = None
    destination_url: str | None = None
    base_url: str | None = None
    #: of the findings as they came, '' where there are none: equal digests, equal findings
    findings_digest: str = ""
    #: how many findings this snapshot lists
    findings_count: int = 0
    #: how many parts could not be read
    dropped: int = 0
