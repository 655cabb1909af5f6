"""Read what a thread's messages are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.db import findings, long_tasks, pauses, subscriptions
from bot.db.engine import Connection, Row
from bot.domain.forecast import Earlier, forecast, rounded_end
from bot.domain.samples import Sample
from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Titles, Trouble
from bot.render.thread import ThreadView

#: earlier long tasks of the same kind that a forecast is drawn from
EARLIER = 20


@dataclass(frozen=True, kw_only=True)
class Thread:
    """One subscription, its long task, and the view that its messages are made from."""

    row: Row
    view: ThreadView


async def read_thread(
    connection: Connection,
    subscription_id: int,
    *,
    people_urls: Mapping[int, str],
    now: datetime,
    bare: bool = False,
) -> Thread | None:
    """All that is known of a thread now; none where it is gone. `bare`: without what Confluence has said, for a
    thread in which just that cannot be read."""
    row = await subscriptions.whole(connection, subscription_id)
    if row is None:
        return None
    snapshot = None if bare else long_tasks.snapshot_of(row["task_snapshot"])
    samples = () if bare else long_tasks.samples_of(row["task_samples"])
    outcome = Outcome(row["outcome"])
    trouble = Trouble(row["task_trouble"]) if row["task_trouble"] else None
    view = ThreadView(
        remote_id=row["task_remote_id"],
        outcome=outcome,
        snapshot=snapshot,
        owner_id=row["owner_id"],
        followers=await subscriptions.followers_of(connection, subscription_id),
        stopped_by=row["stopped_by"],
        titles=Titles(row["titles"]),
        site_url=people_urls.get(row["task_site_id"], row["site_base_url"]),
        started_at=started_at(row["task_created_at"], row["task_checked_at"], snapshot),
        checked_at=row["task_checked_at"],
        moved_at=row["task_moved_at"],
        ended_at=row["ended_at"],
        expected_end=await _expected_end(connection, row, snapshot, samples, now=now),
        finding_counts=await findings.counts(connection, row["long_task_id"]) if row["task_findings_seq"] else {},
        trouble=trouble if outcome in (Outcome.FOLLOWING, Outcome.UNKNOWN) else None,
        trouble_since=row["task_trouble_since"],
        trouble_until=await _until(connection, row, now=now) if trouble is Trouble.RATE_LIMITED else None,
        samples=course(samples),
    )
    return Thread(row=row, view=view)


def started_at(created_at: datetime, checked_at: datetime | None, snapshot: Snapshot | None) -> datetime:
    """When Confluence began, by its own stopwatch where it shows one; else when it was first asked about (UTC)."""
    if snapshot is None or snapshot.elapsed_ms is None or checked_at is None:
        return created_at
    began = checked_at.timestamp() - snapshot.elapsed_ms / 1000
    # The stopwatch is as old as the last look that found a change, so it can only be too late, never too early.
    return min(created_at, datetime.fromtimestamp(began, UTC))


def course(samples: Sequence[Sample]) -> tuple[tuple[float, float], ...]:
    """Samples as a chart draws them: seconds since the first one, and percent."""
    return tuple((sample.at - samples[0].at, sample.percent) for sample in samples)


async def _expected_end(
    connection: Connection,
    row: Row,
    snapshot: Snapshot | None,
    samples: tuple[Sample, ...],
    *,
    now: datetime,
) -> datetime | None:
    if snapshot is None or row["outcome"] != Outcome.FOLLOWING or row["task_trouble"]:
        return None
    before = await long_tasks.durations(connection, site_id=row["task_site_id"], kind=snapshot.kind, at_most=EARLIER)
    earlier = [Earlier(seconds=seconds, samples=course_of) for seconds, course_of in before]
    expected = forecast(samples, now=now, earlier=earlier, moved_at=row["task_moved_at"] or now)
    return None if expected is None else rounded_end(expected, now, row["card_expected_end"])


async def _until(connection: Connection, row: Row, *, now: datetime) -> datetime | None:
    resting = await pauses.paused(connection, now=now)
    scopes = ("app", f"site:{row['task_site_id']}")
    ends = [until for scope, until in resting.items() if scope in scopes or scope.startswith("account:")]
    return max(ends, default=None)
