"""What a long task did and what it left behind."""

import pytest

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.states import Outcome
from bot.domain.summary import Extent, Summary, summarize

NOT_AT_ALL = Extent(happened=False, pages=0)


def finding(key: str, *args: str, count: int | None = None) -> Finding:
    severity = Severity.ERROR if key.startswith("ERROR") else Severity.WARNING
    return Finding(key=key, args=args, severity=severity, count=count)


def test_a_copy_with_every_kind_of_finding_is_summarized() -> None:
    findings = [
        finding("WARN_RENAME_PAGE", "A", "A (2)"),
        finding("WARN_RENAME_PAGE", "B", "B (2)"),
        finding("WARN_IGNORE_COPY_PERMISSION"),
        finding("ERROR_COPY_PAGE", "C", "7", "/c"),
        finding("ERROR_RELINK"),
        finding("ERROR_UNKNOWN"),
        finding("WARN_NEW", "4", count=4),
    ]
    last = Snapshot(kind=Kind.COPY, done=41, total=42)
    assert summarize(last, findings, Outcome.PROBLEMS) == Summary(
        outcome=Outcome.PROBLEMS,
        kind=Kind.COPY,
        copied=41,
        total=42,
        renamed=2,
        permissions_lost=Extent(happened=True),
        attachments_skipped=NOT_AT_ALL,
        left_in_place=NOT_AT_ALL,
        failed=1,
        links_broken=True,
    )


def test_a_deletion_without_findings_has_zeros() -> None:
    assert summarize(Snapshot(kind=Kind.DELETE, done=20), [], Outcome.FINISHED) == Summary(
        outcome=Outcome.FINISHED,
        kind=Kind.DELETE,
        deleted=20,
        renamed=0,
        permissions_lost=NOT_AT_ALL,
        attachments_skipped=NOT_AT_ALL,
        left_in_place=NOT_AT_ALL,
        failed=0,
        links_broken=False,
    )


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNKNOWN, Outcome.STOPPED])
def test_nothing_is_known_to_be_zero_if_the_end_was_not_seen(outcome: Outcome) -> None:
    assert summarize(None, [], outcome) == Summary(outcome=outcome, kind=Kind.OTHER)


def test_what_was_found_before_a_failure_is_kept() -> None:
    last = Snapshot(kind=Kind.COPY, done=17)
    assert summarize(last, [finding("WARN_RENAME_PAGE", "A", "B")], Outcome.FAILED) == Summary(
        outcome=Outcome.FAILED, kind=Kind.COPY, copied=17, renamed=1
    )


@pytest.mark.parametrize(
    ("counts", "extent"),
    [
        ((3, 2), Extent(happened=True, pages=5)),
        ((3, None), Extent(happened=True)),
        ((None,), Extent(happened=True)),
        ((), NOT_AT_ALL),
    ],
)
def test_pages_left_in_place_are_added_up_if_all_are_counted(counts: tuple[int | None, ...], extent: Extent) -> None:
    keys = ("WARN_IGNORE_VIEW_RESTRICTED", "WARN_IGNORE_EDIT_RESTRICTED")
    findings = [finding(key, count=count) for key, count in zip(keys, counts, strict=False)]
    assert summarize(Snapshot(), findings, Outcome.PROBLEMS).left_in_place == extent
