"""Figure 6b: follows in the same second and their ends, by the real recorder and deliverer on a passed-in clock."""

import asyncio
import logging
from dataclasses import dataclass, field
from random import Random

import structlog
from sqlalchemy import bindparam, update

from benchmarks import Row, alone, fresh_seed
from benchmarks.best_burst import best, p99
from benchmarks.busy_workspace import KINDS, OWNER, START, TEAM, TOKEN, Clock
from benchmarks.delivering import delivering, turn
from bot.db import channels, long_tasks, messages, sites, subscriptions, workspaces
from bot.db.engine import Connection, Database
from bot.db.models import long_tasks as long_task_rows
from bot.deliver import Deliverer
from bot.domain.command import SiteKind
from bot.domain.message_kinds import SubscriptionOwner
from bot.domain.message_plan import for_follow
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import Seen
from bot.domain.snapshot import Finding, Kind, Severity, Snapshot, StatusMessage
from bot.domain.states import Sharing, Verbosity
from bot.domain.task_state import Decision, TaskState
from bot.poll.look import FinishedLook
from bot.poll.recorder import Recorder
from sandbox.slack import SlackSimulator

THREADS = 120
#: seconds after the follows at which the long tasks end
ENDS = (20.0, 70.0)
#: simulated seconds within which everything is to be posted
LASTS = 240.0
#: seconds before the burst in which an earlier thread begins and the budgets fill
WARMING = 60.0
GOALS = {"full": 5.0, "empty": 8.0}
#: answers of 429
MOST_REFUSED = 3
CLAIM = "a look of this benchmark"
#: what a last look finds
FOUND = tuple(
    Finding(
        key=key,
        args=(f"Page {number}", f"Copy {number}"),
        identity=f"{key}{number}",
        severity=Severity.ERROR if key.startswith("ERROR") else Severity.WARNING,
    )
    for key in KINDS
    for number in (1, 2)
)


@dataclass(kw_only=True)
class Result:
    """What came of a burst."""

    #: seconds from the look that saw an end to its completion; of those not posted, to the end of the run
    waits: list[float] = field(default_factory=list)
    missing: int = 0
    refused: int = 0

    @property
    def p99(self) -> float:
        """Seconds."""
        return p99(self.waits)

    @property
    def median(self) -> float:
        """Seconds."""
        return sorted(self.waits)[len(self.waits) // 2]


def endings(seed: int) -> list[float]:
    """Seconds after the follow at which each long task ends."""
    rng = Random(seed)
    return [rng.uniform(*ENDS) for _ in range(THREADS)]


def _channel(number: int) -> str:
    return f"C0BURST{number:03d}"


async def bot(seed: int, *, full: bool, findings: bool = False) -> Result:
    """A burst in a workspace that has been quiet (`full`), or right after a start.

    `findings`: the last look at every third long task finds five kinds.
    """
    clock, result = Clock(), Result()
    async with delivering(clock) as (deliverer, slack):
        database = deliverer.deps.database
        site_id = await _prepare(database, slack, clock)
        if full:
            await _follow(database, [THREADS], site_id=site_id, clock=clock)
            await _run(deliverer, clock, WARMING)
        began = clock.at
        await _follow(database, list(range(THREADS)), site_id=site_id, clock=clock)
        recorder = Recorder(
            database=database,
            bounds=Bounds(min_seconds=2, max_seconds=60),
            jitter=lambda: 0.5,
            metrics=deliverer.deps.metrics,
        )
        ends = [began + seconds for seconds in endings(seed)]
        for at, number in sorted((at, number) for number, at in enumerate(ends)):
            await _run(deliverer, clock, at - clock.at)
            found = FOUND if findings and number % 3 == 0 else ()
            await _end(recorder, number, found, site_id=site_id, clock=clock)
        await _run(deliverer, clock, began + LASTS - clock.at)
        for number, at in enumerate(ends):
            completed = _completed_at(slack, number)
            result.missing += completed is None
            result.waits.append((clock.at if completed is None else completed) - at)
        result.refused = sum(slack.limits.report().values())
    return result


async def _run(deliverer: Deliverer, clock: Clock, seconds: float) -> None:
    """Let so many seconds pass."""
    until = clock.at + seconds
    while clock.at < until - 1e-9:
        await deliverer.renew_step()
        wait = await turn(deliverer)
        clock.at = min(until, clock.at + max(0.05, min(wait, 1.0)))


async def _prepare(database: Database, slack: SlackSimulator, clock: Clock) -> int:
    """A workspace whose people and channels are known; the site's id."""
    slack.add_workspace(TEAM, TOKEN)
    slack.add_user(OWNER)
    names = [_channel(number) for number in range(THREADS + 1)]
    for name in names:
        slack.add_channel(name, members=[OWNER])
    now = clock.now()
    async with database.begin() as connection:
        await workspaces.put(connection, TEAM, enterprise_id=None, now=now)
        await channels.learn(connection, TEAM, dict.fromkeys(names, Sharing.OWN), asked_at=now, now=now)
        return await sites.put(
            connection, alias="bench", kind=SiteKind.CLOUD, base_url="https://bench.example", cloud_id=None
        )


async def _follow(database: Database, numbers: list[int], *, site_id: int, clock: Clock) -> None:
    """Follow long tasks, each in a channel of its own."""
    async with database.begin() as connection:
        for number in numbers:
            await _follow_one(connection, number, site_id=site_id, clock=clock)


async def _follow_one(connection: Connection, number: int, *, site_id: int, clock: Clock) -> None:
    now = clock.now()
    state = TaskState(
        remote_id=str(number), created_at=now, snapshot=_snapshot(number, 5.0), checked_at=now, moved_at=now
    )
    task = await long_tasks.put(connection, site_id=site_id, decision=Decision(after=state, due_at=now), now=now)
    added = await subscriptions.add(
        connection,
        long_task_id=task.id,
        team_id=TEAM,
        channel_id=_channel(number),
        owner_id=OWNER,
        command_id=None,
        language="en",
        verbosity=Verbosity.NORMAL,
        now=now,
    )
    assert added is not None
    await subscriptions.add_follower(connection, subscription_id=added, user_id=OWNER, account_id=None, now=now)
    drafts = for_follow(Verbosity.NORMAL, kinds=(), earlier=())
    planned = [messages.Planned(owner=SubscriptionOwner(added), team_id=TEAM, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=now)


def _snapshot(number: int, percent: float, *, digest: str = "") -> Snapshot:
    ended = percent >= 100
    return Snapshot(
        remote_id=str(number),
        kind=Kind.COPY,
        percent=percent,
        finished=ended,
        successful=True,
        status=StatusMessage(key="STATUS_COPIED_PAGES" if ended else "STATUS_COPYING_PAGES", args=("20", "20")),
        findings_digest=digest,
    )


async def _end(recorder: Recorder, number: int, found: tuple[Finding, ...], *, site_id: int, clock: Clock) -> None:
    """A look sees the end of a long task."""
    async with recorder.database.begin() as connection:
        task = await long_tasks.find(connection, site_id=site_id, remote_id=str(number))
        assert task is not None
        claim = update(long_task_rows).where(long_task_rows.c.id == bindparam("b_id"))
        await connection.execute(claim.values(claim_id=CLAIM), {"b_id": task.id})
    seen = Seen(snapshot=_snapshot(number, 100.0, digest="found" if found else ""), findings=found)
    look = FinishedLook(long_task_id=task.id, claim_id=CLAIM, site_id=site_id, account_id=None, result=seen)
    assert await recorder.record([look], now=clock.now())


def _completed_at(slack: SlackSimulator, number: int) -> float | None:
    """When the completion of a thread was posted (seconds)."""
    for root in slack.messages(_channel(number)):
        for reply in slack.thread(_channel(number), root.ts):
            if OWNER in reply.mentions:
                return float(reply.ts) - START.timestamp()
    return None


def measure(seed: int | None = None) -> Row:
    """A burst from a full budget, and one from an empty one; both once more with findings at the end."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seed = fresh_seed() if seed is None else seed
    ours = {name: asyncio.run(bot(seed, full=name == "full")) for name in GOALS}
    found = {name: asyncio.run(bot(seed, full=name == "full", findings=True)) for name in GOALS}
    ideal = {name: p99(best(endings(seed), full=name == "full")) for name in GOALS}
    return Row(
        number="6b",
        what=f"a burst: {THREADS} follows in one second, ending after {ENDS[0]:.0f} to {ENDS[1]:.0f} s (seed {seed})",
        figure="; ".join(
            f"{name} budget: completion posted p99 {one.p99:.1f} s (median {one.median:.1f}) after the end was seen,"
            f" {one.missing} missing, {one.refused} refused; {found[name].p99:.1f} s where a third end with five kinds"
            " of findings"
            for name, one in ours.items()
        ),
        peer="best possible: " + "; ".join(f"{name} p99 {one:.1f} s" for name, one in ideal.items()),
        goal="p99 ≤ 5 s from a full budget, ≤ 8 s from an empty one; at most 3 refused",
        met=all(
            one.p99 <= GOALS[name] and not one.missing and one.refused <= MOST_REFUSED
            for runs in (ours, found)
            for name, one in runs.items()
        ),
    )


if __name__ == "__main__":
    alone(measure)
