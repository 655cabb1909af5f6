"""Define the long task that the examples of the gallery are about: snapshots, views and findings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import Outcome, Trouble
from bot.render.thread import ThreadView

SITE = "https://acme.atlassian.net/wiki"
TASK = "3145728001"
BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


def example_findings() -> tuple[Finding, ...]:
    """Return findings of every kind that a copy has, with titles that contain markup."""
    return (
        Finding(key="WARN_RENAME_PAGE", args=("Team handbook", "Copy of Team handbook")),
        Finding(
            key="WARN_RENAME_PAGE", args=("On-call <rota> & *escalation*", "Copy of On-call <rota> & *escalation*")
        ),
        Finding(key="WARN_RENAME_PAGE", args=("دليل الفريق", "نسخة من دليل الفريق")),
        Finding(key="WARN_RENAME_PAGE", args=("ロードマップ 🗺️ @channel", "Copy of ロードマップ 🗺️ @channel")),
        Finding(key="WARN_IGNORE_COPY_PERMISSION"),
        Finding(key="WARN_IGNORE_COPY_ATTACHMENT"),
        Finding(
            key="ERROR_COPY_PAGE", args=("Budget 2026", "12345679", "/display/SRC/Budget+2026"), severity=Severity.ERROR
        ),
        Finding(key="ERROR_RELINK", severity=Severity.ERROR),
        Finding(key="", text="One page could not be indexed", severity=Severity.WARNING),
    )


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """Count the findings of each key."""
    numbers: dict[str, int] = {}
    for finding in findings:
        numbers[finding.key] = numbers.get(finding.key, 0) + (finding.count or 1)
    return numbers


def snapshot_of(
    kind: Kind, percent: float | None, status: Status | None, *, done: int | None = None, total: int | None = None
) -> Snapshot:
    """Return what Confluence says of the long task."""
    return Snapshot(
        remote_id=TASK,
        kind=kind,
        percent=percent,
        status=status,
        done=done,
        total=total,
        destination_id="98765433" if kind is Kind.COPY else None,
        destination_url="/spaces/DEST/pages/98765433/Team+handbook+2" if kind is Kind.COPY else None,
    )


def followed_view(snapshot: Snapshot | None) -> ThreadView:
    """Return the long task while it is followed."""
    return ThreadView(
        remote_id=TASK,
        outcome=Outcome.FOLLOWING,
        snapshot=snapshot,
        owner_id="U0ANNA",
        followers=("U0ANNA", "U0PAULA"),
        site_url=SITE,
        started_at=BEGAN,
        checked_at=BEGAN + timedelta(minutes=11),
    )


def ended_view(snapshot: Snapshot, outcome: Outcome, findings: Sequence[Finding] = ()) -> ThreadView:
    """Return the long task after its end, with what was found."""
    percent = snapshot.percent or 0
    samples = tuple((60.0 * minute, percent * minute / 24) for minute in range(25)) if percent else ()
    return replace(
        followed_view(snapshot),
        outcome=outcome,
        checked_at=BEGAN + timedelta(minutes=24, seconds=30),
        ended_at=BEGAN + timedelta(minutes=24, seconds=30),
        finding_counts=counts(findings),
        samples=samples,
    )


def troubled_view(trouble: Trouble) -> ThreadView:
    """Return the long task while something is wrong."""
    snapshot = snapshot_of(Kind.COPY, 38, Status(key="STATUS_COPIED_PAGES", args=("778", "2000")), done=778, total=2000)
    since = BEGAN + timedelta(minutes=11)
    seldom = {Trouble.RATE_LIMITED: timedelta(seconds=1847), Trouble.STALLED: timedelta(minutes=15)}
    next_check = since + seldom[trouble] if trouble in seldom else None
    # That nothing moves is seen only after a while.
    later = timedelta(minutes=15) if trouble is Trouble.STALLED else timedelta()
    return replace(
        followed_view(snapshot),
        trouble=trouble,
        trouble_since=since,
        checked_at=since + later,
        next_check_at=next_check + later if next_check else None,
    )
