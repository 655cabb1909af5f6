"""Follow what watched sites newly list: one claimed step, so that nothing is followed twice."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.db import channels, claims, listed_tasks, long_tasks, messages, subscriptions, watches, workspaces
from bot.db.engine import Connection
from bot.db.watch_models import watches as watch_table
from bot.db.watch_rows import ListedTaskRow, WatchRow
from bot.domain.audience import sharing_of
from bot.domain.command import Reference
from bot.domain.message_facts import WatchDigest
from bot.domain.message_kinds import MessageKind, WatchOwner
from bot.domain.message_plan import Draft
from bot.domain.permissions import RunningList, may_list
from bot.domain.person import Person
from bot.domain.poll_result import Seen
from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Sharing, WatchState
from bot.domain.task_state import Decision, TaskState
from bot.domain.watching import FLOOD_WITHIN, Wish, began_before, is_flood, wish
from bot.follow.beginning import Beginning, begin
from bot.follow.deps import Deps
from bot.follow.first_look import first_decision
from bot.follow.people import People
from bot.follow.watching import end
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: longest wait (seconds) between two steps
IDLE_SECONDS = 1.0
#: watches dealt with at once
MAX_WATCHES = 20
#: long tasks dealt with in one transaction
MAX_ROWS = 100


@dataclass(kw_only=True)
class _Dealt:
    """What one turn of a watch has come to."""

    begun: int = 0
    passed_over: int = 0
    gathered: list[ListedTaskRow] = field(default_factory=list)
    #: when the watch has seen long tasks begin, lately
    times: list[datetime]


@dataclass(kw_only=True)
class Watcher:
    """Turns what sites newly list into threads. Two loops drive it: `step` and `renew_step`, each returning the seconds
    to wait before the next."""

    deps: Deps
    people: People
    #: set when a list has named something new
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _worker: Worker[int] = field(init=False)

    def __post_init__(self) -> None:
        deps = self.deps
        self._worker = Worker(table=watch_table, database=deps.database, now=deps.now, metrics=deps.metrics.work)

    async def step(self) -> float:
        """Claim watches whose site has listed something new, and deal with it."""
        free = MAX_WATCHES - len(self._worker.held)
        if free <= 0:
            return IDLE_SECONDS
        async with self.deps.database.read() as connection:
            if not await watches.have_new(connection):
                return IDLE_SECONDS
        claim_id = claims.new_claim_id()
        async with self.deps.database.begin() as connection:
            rows = await watches.claim(connection, claim_id=claim_id, now=self.deps.now(), limit=free)
        for row in rows:
            self._worker.hold(row.id, claim_id)
            self._worker.start(self._deal(row, claim_id), then_let_go=row.id)
        return IDLE_SECONDS

    async def _deal(self, watch: WatchRow, claim_id: str) -> None:
        """Deal with the next listed long tasks of a watch, in the transaction that writes down how far it has come."""
        is_allowed = await self._is_allowed(watch)
        if is_allowed is None:
            return
        deps, now = self.deps, self.deps.now()
        async with deps.database.begin() as connection:
            # Locked first here as in every delivery, so that neither waits for the other.
            await workspaces.lock(connection, watch.team_id)
            if not await watches.holds(connection, watch.id, claim_id):
                return
            known = await channels.find(connection, team_id=watch.team_id, channel_id=watch.channel_id)
            is_shared = sharing_of(watch.channel_id, known, now=now) is Sharing.SHARED
            if is_shared or not is_allowed:
                await end(connection, deps, watch, WatchState.SHARED if is_shared else WatchState.WITHDRAWN)
                return
            rows = await listed_tasks.after(connection, watch.site_id, watch.handled, limit=MAX_ROWS)
            if not rows:
                return
            times = await watches.seen_since(connection, watch.id, now - FLOOD_WITHIN)
            dealt = _Dealt(times=times)
            for row in rows:
                await self._deal_with(connection, watch, row, dealt, now=now)
            gathering_since = await self._gather(connection, watch, dealt, now=now)
            await watches.handled(
                connection,
                watch.id,
                up_to=rows[-1].id,
                passed_over=dealt.passed_over,
                gathering_since=gathering_since,
            )
        _log.info("watched", watch=watch.id, begun=dealt.begun, gathered=len(dealt.gathered), listed=len(rows))
        deps.delivery_wake.set()
        deps.polling_wake.set()
        self.wake.set()

    async def _is_allowed(self, watch: WatchRow) -> bool | None:
        """Whether the operator, who may have decided otherwise since, has the channel see what begins on the site.

        None if the watch is dealt with later: the site is not configured, or Slack does not say whether an admin asked.
        """
        deps = self.deps
        if watch.site_id not in deps.sites:
            return None
        if deps.running_list is not RunningList.ADMINS:
            return deps.running_list is RunningList.EVERYONE
        async with deps.database.read() as connection:
            workspace = await workspaces.find(connection, watch.team_id)
        enterprise_id = workspace.enterprise_id if workspace is not None else None
        maker = await self.people.find(watch.team_id, enterprise_id, watch.maker_id)
        return may_list(maker, deps.running_list) if isinstance(maker, Person) else None

    async def _deal_with(
        self, connection: Connection, watch: WatchRow, row: ListedTaskRow, dealt: _Dealt, *, now: datetime
    ) -> None:
        snapshot = long_tasks.readable_snapshot(row.snapshot) or Snapshot()
        if began_before(watch.created_at, listed_at=row.first_listed_at, elapsed_ms=snapshot.elapsed_ms):
            return
        # What this channel has stopped is not followed again.
        if await subscriptions.was_followed(
            connection,
            site_id=row.site_id,
            remote_id=row.remote_id,
            team_id=watch.team_id,
            channel_id=watch.channel_id,
        ):
            return
        match wish(watches.kinds_of(watch), snapshot.kind):
            case Wish.LEAVE:
                return
            case Wish.PASS_OVER:
                dealt.passed_over += 1
                return
            case Wish.FOLLOW:
                pass
        if is_flood(dealt.times, now) or not await self._begin(connection, watch, row, snapshot, now=now):
            dealt.gathered.append(row)
        else:
            dealt.begun += 1
        dealt.times.append(now)

    async def _begin(
        self, connection: Connection, watch: WatchRow, row: ListedTaskRow, snapshot: Snapshot, *, now: datetime
    ) -> bool:
        """Begin a thread; false if the channel follows as many long tasks as it may."""
        ref = Reference(site_id=row.site_id, remote_id=row.remote_id)
        beginning = Beginning(
            ref=ref,
            decision=_decision(self.deps, ref, snapshot, now=now),
            findings=(),
            team_id=watch.team_id,
            channel_id=watch.channel_id,
            owner_id=None,
            watch_id=watch.id,
            language=watch.language,
            verbosity=watch.verbosity,
        )
        return isinstance(await begin(connection, self.deps, beginning, now=now), int)

    async def _gather(
        self, connection: Connection, watch: WatchRow, dealt: _Dealt, *, now: datetime
    ) -> datetime | None:
        """Note what gets no thread, in one message; returns since when the watch gathers, None if it does not."""
        since = watch.gathering_since
        if since is not None and not is_flood(dealt.times, now):
            since = None
        if not dealt.gathered:
            return since
        if since is None:
            since = now
            _log.warning("watch_floods", watch=watch.id)
            draft = Draft(kind=MessageKind.WATCH_DIGEST, facts=WatchDigest(since=since))
            planned = messages.Planned(owner=WatchOwner(watch.id), team_id=watch.team_id, draft=draft)
            await messages.plan(connection, [planned], now=now)
        await watches.gather(connection, watch.id, dealt.gathered, now=now)
        return since

    async def renew_step(self) -> float:
        """Renew the claims of watches that are being dealt with."""
        await self._worker.renew()
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until everything that was begun is written down."""
        await self._worker.settle()

    async def stop(self, *, within: timedelta) -> None:
        """Finish what is under way, as far as the time allows."""
        await self._worker.stop(within=within)


def _decision(deps: Deps, ref: Reference, snapshot: Snapshot, *, now: datetime) -> Decision:
    """What a list means for a long task that nobody has looked at: it is looked at next, however it has gone on.

    Data Center lists what has ended as well: the first look finds that out, with what it has left behind.
    """
    seen = first_decision(deps, ref, Seen(snapshot=snapshot, findings=()), now=now)
    if seen.after.outcome is Outcome.FOLLOWING:
        return seen
    return Decision(after=TaskState(remote_id=ref.remote_id, created_at=now), due_at=now)
