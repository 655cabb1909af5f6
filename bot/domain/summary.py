"""Summarize what a long task did and what it left behind."""

from collections.abc import Sequence

from msgspec import Struct

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
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
    links_broken: bool | None = None  #: links between the copied pages may still lead to the originals
    other_warnings: int = 0  #: warnings that are none of the above
    other_errors: int = 0  #: errors that are none of the above


_RENAMED = "WARN_RENAME_PAGE"
_PERMISSIONS = "WARN_IGNORE_COPY_PERMISSION"
_ATTACHMENTS = "WARN_IGNORE_COPY_ATTACHMENT"
_LEFT = ("WARN_IGNORE_VIEW_RESTRICTED", "WARN_IGNORE_EDIT_RESTRICTED", "WARN_IGNORE_DELETE_PAGE")
_FAILED = "ERROR_COPY_PAGE"
_LINKS = "ERROR_RELINK"
_SUMMARIZED = frozenset((_RENAMED, _PERMISSIONS, _ATTACHMENTS, *_LEFT, _FAILED, _LINKS))

#: outcomes after which Confluence has listed every finding; after others an absent warning proves nothing
_FULLY_LISTED = frozenset((Outcome.FINISHED, Outcome.PROBLEMS))


def summarize(snapshot: Snapshot | None, findings: Sequence[Finding], outcome: Outcome) -> Summary:
    """Summarize a long task from its last snapshot and every finding it ever had."""
    last = snapshot if snapshot is not None else Snapshot()
    complete = outcome in _FULLY_LISTED
    by_key: dict[str, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault(finding.key, []).append(finding)
    others = [finding for key, group in by_key.items() if key not in _SUMMARIZED for finding in group]
    return Summary(
        outcome=outcome,
        kind=last.kind,
        copied=last.done if last.kind is Kind.COPY else None,
        deleted=last.done if last.kind is Kind.DELETE else None,
        archived=last.done if last.kind is Kind.ARCHIVE else None,
        moved=last.done if last.kind is Kind.MOVE else None,
        total=last.total,
        renamed=_pages(by_key.get(_RENAMED, []), complete=complete),
        permissions_lost=_extent(by_key.get(_PERMISSIONS, []), complete=complete),
        attachments_skipped=_extent(by_key.get(_ATTACHMENTS, []), complete=complete),
        left_in_place=_extent([finding for key in _LEFT for finding in by_key.get(key, [])], complete=complete),
        failed=_pages(by_key.get(_FAILED, []), complete=complete),
        links_broken=True if by_key.get(_LINKS) else (False if complete else None),
        other_warnings=sum(finding.severity is Severity.WARNING for finding in others),
        other_errors=sum(finding.severity is Severity.ERROR for finding in others),
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
