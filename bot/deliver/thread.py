"""Read what the messages of a thread are rendered from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.db import channels, findings, long_tasks, pauses, people, subscriptions, threads
from bot.db.engine import Connection
from bot.db.rows import LongTaskRow, ThreadRow
from bot.domain.audience import audience_of
from bot.domain.channel_settings import ChannelSettings
from bot.domain.forecast import EarlierTask, forecast, rounded_end
from bot.domain.pace import pages_per_minute
from bot.domain.samples import Sample, done_at
from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Titles, Trouble
from bot.render.thread import ThreadView

#: earlier long tasks of the same kind that a forecast is made from
EARLIER = 20


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A subscription, and the view that its messages are rendered from."""

    row: ThreadRow
    view: ThreadView
    #: what is set for its channel
    settings: ChannelSettings

    def for_reader(self, titles: Titles) -> "Thread":
        """The thread as one person may see it, which does not depend on who reads the channel."""
        return replace(self, view=replace(self.view, titles=titles, scope_missing=False))


async def read_thread(
    connection: Connection,
    subscription_id: int,
    *,
    site_urls: Mapping[int, str],
    now: datetime,
    shown_end: datetime | None = None,
    bare: bool = False,
) -> Thread | None:
    """A thread as it is now; None if it was deleted.

    `shown_end`: the expected end that the message shows already, which small changes leave as it is. `bare`: without
    what Confluence said, for a thread in which that cannot be read.
    """
    row = await threads.find(connection, subscription_id)
    if row is None:
        return None
    subscription, task = row.subscription, row.task
    snapshot = None if bare else long_tasks.snapshot_of(task.snapshot)
    samples = () if bare else long_tasks.samples_of(task.samples)
    outcome = subscription.outcome
    known = await channels.find(connection, team_id=subscription.team_id, channel_id=subscription.channel_id)
    audience = audience_of(subscription.channel_id, known, setting=subscription.titles, now=now)
    began = started_at(task.created_at, task.checked_at, snapshot)
    followers = await subscriptions.followers_of(connection, subscription_id)
    named = {person for person in (subscription.owner_id, *followers) if person is not None}
    gone = await people.gone(connection, subscription.team_id, named)
    view = ThreadView(
        remote_id=task.remote_id,
        outcome=outcome,
        snapshot=snapshot,
        owner_id=subscription.owner_id,
        beginning_unknown=subscription.owner_id is None and subscription.watch_id is None,
        by_script=subscription.by_script,
        owner_is_gone=subscription.owner_id in gone,
        label=subscription.label,
        followers=tuple(follower for follower in followers if follower not in gone),
        stopped_by=subscription.stopped_by,
        titles=audience.titles,
        scope_missing=audience.scope_missing,
        site_url=site_urls.get(task.site_id, row.site_base_url),
        started_at=began,
        checked_at=task.checked_at,
        ended_at=subscription.ended_at,
        expected_end=await _expected_end(connection, row, snapshot, samples, now=now, shown=shown_end),
        pages_per_minute=pages_per_minute(samples, now=now, moved_at=task.moved_at or now),
        reckoned_at=task.moved_at,
        next_check_at=await _next_check(connection, task, now=now),
        finding_counts=await findings.counts(connection, task.id) if task.findings_seq else {},
        trouble=task.trouble if outcome in (Outcome.FOLLOWING, Outcome.UNKNOWN) else None,
        trouble_since=task.trouble_since,
        pages_done=None if snapshot is None else done_at(samples, snapshot.percent),
        samples=course(samples, began),
    )
    return Thread(row=row, view=view, settings=known.settings if known is not None else ChannelSettings())


def started_at(created_at: datetime, checked_at: datetime | None, snapshot: Snapshot | None) -> datetime:
    """When the long task began (UTC): by Confluence's `elapsedTime`, else when it was first looked at."""
    if snapshot is None or snapshot.elapsed_ms is None or checked_at is None:
        return created_at
    began = checked_at.timestamp() - snapshot.elapsed_ms / 1000
    # `elapsedTime` is as old as the last look that found a change, so the result can only be too late.
    return min(created_at, datetime.fromtimestamp(began, UTC))


def course(samples: Sequence[Sample], began: datetime) -> tuple[tuple[float, float], ...]:
    """Samples as a chart draws them: seconds since the start, and percent."""
    return tuple((max(0.0, sample.at - began.timestamp()), sample.percent) for sample in samples)


async def _expected_end(
    connection: Connection,
    row: ThreadRow,
    snapshot: Snapshot | None,
    samples: tuple[Sample, ...],
    *,
    now: datetime,
    shown: datetime | None,
) -> datetime | None:
    if snapshot is None or row.subscription.outcome is not Outcome.FOLLOWING or row.task.trouble is not None:
        return None
    before = await long_tasks.durations(connection, site_id=row.task.site_id, kind=snapshot.kind, limit=EARLIER)
    earlier = [EarlierTask(seconds=seconds, samples=samples_of_it) for seconds, samples_of_it in before]
    expected = forecast(samples, now=now, earlier=earlier, moved_at=row.task.moved_at or now)
    return None if expected is None else rounded_end(expected, now, shown)


async def _next_check(connection: Connection, task: LongTaskRow, *, now: datetime) -> datetime | None:
    """When the next look is, while looks are seldom; None otherwise."""
    times = [task.due_at]
    match task.trouble:
        case Trouble.STALLED:
            pass
        case Trouble.RATE_LIMITED:
            times.append(await _paused_until(connection, task.site_id, now=now))
        case _:
            return None
    return max((time for time in times if time is not None and time > now), default=None)


async def _paused_until(connection: Connection, site_id: int, *, now: datetime) -> datetime | None:
    paused = await pauses.paused(connection, now=now)
    scopes = ("app", f"site:{site_id}")
    ends = [until for scope, until in paused.items() if scope in scopes or scope.startswith("account:")]
    return max(ends, default=None)
