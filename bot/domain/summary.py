"""Summarize what a long task did and what it left behind."""

from collections.abc import Sequence

from msgspec import Struct

from bot.domain.snapshot import Finding, Kind, Snapshot
from bot.domain.states import Outcome


class Extent(Struct, frozen=True, kw_only=True):
    """Whether something happened, and to how many pages; Confluence does not always count."""

    happened: bool | None  #: None if not known
    pages: int | None = None  #: None if not known


class Summary(Struct, frozen=True, kw_only=True):
    """The result of a long task, in pages. None means not known; zero is given only if it is known to be zero."""

    outcome: Outcome
    kind: Kind
    copied: int | None = None
    deleted: int | None = None
    archived: int | None = None
    moved: int | None = None
    total: int | None = None  #: pages there were to do
    renamed: int | None = None
    permissions_lost: Extent = Extent(happened=None)
    attachments_skipped: Extent = Extent(happened=None)
    left_in_place: Extent = Extent(happened=None)  #: pages that a deletion left where they were, or moved up
    failed: int | None = None  #: pages that could not be copied; pages below them were not tried
    busy_space: str | None = None  #: key of the space in which another task ran, so that this one could not begin
    links_broken: bool | None = None  #: links between the copied pages may still lead to the originals


#: the status keys that each part of a summary is made from
RENAMED = ("WARN_RENAME_PAGE",)
PERMISSIONS_LOST = ("WARN_IGNORE_COPY_PERMISSION",)
ATTACHMENTS_SKIPPED = ("WARN_IGNORE_COPY_ATTACHMENT",)
LEFT_IN_PLACE = ("WARN_IGNORE_VIEW_RESTRICTED", "WARN_IGNORE_EDIT_RESTRICTED", "WARN_IGNORE_DELETE_PAGE")
FAILED = ("ERROR_COPY_PAGE",)
LINKS_BROKEN = ("ERROR_RELINK",)
BUSY = ("ERROR_LOCK_FAILED",)

#: outcomes after which Confluence has listed every finding; after others an absent warning proves nothing
_FULLY_LISTED = frozenset((Outcome.FINISHED, Outcome.PROBLEMS))


def summarize(snapshot: Snapshot | None, findings: Sequence[Finding], outcome: Outcome) -> Summary:
    """Summarize a long task from its last snapshot and every finding it ever had."""
    last = snapshot if snapshot is not None else Snapshot()
    complete = outcome in _FULLY_LISTED
    by_key: dict[str, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault(finding.key, []).append(finding)

    def found(keys: tuple[str, ...]) -> list[Finding]:
        return [finding for key in keys for finding in by_key.get(key, [])]

    return Summary(
        outcome=outcome,
        kind=last.kind,
        copied=last.done if last.kind is Kind.COPY else None,
        deleted=last.done if last.kind is Kind.DELETE else None,
        archived=last.done if last.kind is Kind.ARCHIVE else None,
        moved=last.done if last.kind is Kind.MOVE else None,
        total=last.total,
        renamed=_pages(found(RENAMED), complete=complete),
        permissions_lost=_extent(found(PERMISSIONS_LOST), complete=complete),
        attachments_skipped=_extent(found(ATTACHMENTS_SKIPPED), complete=complete),
        left_in_place=_extent(found(LEFT_IN_PLACE), complete=complete),
        failed=_pages(found(FAILED), complete=complete),
        busy_space=next((finding.args[0] for finding in found(BUSY) if finding.args), None),
        links_broken=True if found(LINKS_BROKEN) else (False if complete else None),
    )


def _pages(group: Sequence[Finding], *, complete: bool) -> int | None:
    """Add up pages; a finding without a count is one page."""
    if not group:
        return 0 if complete else None
    return sum(finding.count or 1 for finding in group)


def _extent(group: Sequence[Finding], *, complete: bool) -> Extent:
    if not group:
        return Extent(happened=False, pages=0) if complete else Extent(happened=None)
    counts = [finding.count for finding in group if finding.count is not None]
    return Extent(happened=True, pages=sum(counts) if len(counts) == len(group) else None)
