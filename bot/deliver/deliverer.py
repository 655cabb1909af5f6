"""Claim workspaces, choose the messages worth the next calls, and post and edit them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.clients.slack.errors import Refusal, Refused, SlackRateLimited
from bot.db import claims, pauses, unfinished_messages, waiting_messages, workspaces
from bot.db.engine import Connection, DatabaseAway
from bot.db.slack_models import workspaces as workspace_table
from bot.deliver.candidates import Candidates, Work, candidates
from bot.deliver.channels import know_readers
from bot.deliver.crashes import LIMIT, Crashes, after_crash
from bot.deliver.deps import Called, ClaimLost, Deps, Lease, Token, calls_left, write
from bot.deliver.edit import edit
from bot.deliver.home import publish
from bot.deliver.post import post
from bot.domain.message_kinds import RULES, MessageKind, Owner, Place
from bot.domain.pacing import Budgets, Method, next_messages
from bot.domain.states import WorkspaceState
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: seconds; the longest wait between two steps
IDLE_SECONDS = 1.0
#: calls under way at once in one workspace
MAX_CALLS = 8
#: of those in one channel, so that slow answers there leave room for the other channels
MAX_CALLS_OF_CHANNEL = MAX_CALLS // 2
#: calls under way at once in all workspaces: the end of each is written down, which must not take longer than the call
MAX_CALLS_IN_ALL = 64


#: each makes one call, and raises ClaimLost if another process delivers for the workspace; None if none was needed
_FUNCTIONS: Mapping[Method, Callable[[Deps, Lease, int], Awaitable[Called | None]]] = {
    Method.POST: post,
    Method.UPDATE: edit,
    Method.PUBLISH: publish,
}


@dataclass(kw_only=True)
class Deliverer:
    """Posts and edits the messages of workspaces. Two loops run it: `step` and `renew_step`, each returning the seconds
    to wait before the next."""

    deps: Deps
    #: set when a message may be posted sooner than was known
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    worker: Worker[str] = field(init=False)
    _leases: dict[str, Lease] = field(default_factory=dict)
    _turn: int = 0
    _under_way: int = 0  #: threads with a call that has not ended
    _crashes: Crashes = field(default_factory=Crashes)

    def __post_init__(self) -> None:
        deps = self.deps
        self.worker = Worker(table=workspace_table, database=deps.database, now=deps.now, metrics=deps.metrics.work)
        for method in Method:
            deps.metrics.slack.budget_left(method, partial(calls_left, self._leases, method, deps.now))

    async def step(self) -> float:
        """Claim workspaces with something to post or edit, and begin every call that is worth one now."""
        now = self.deps.now()
        await self._claim(now)
        waits = [IDLE_SECONDS]
        for lease in sorted(self._leases.values(), key=lambda lease: lease.served):
            until = await self._begin_calls(lease, now)
            if until is not None:
                waits.append((until - now).total_seconds())
        return max(min(waits), 0.01)

    async def _claim(self, now: datetime) -> None:
        claim_id = claims.new_claim_id()
        async with self.deps.database.begin() as connection:
            team_ids = await claims.claim_workspaces(connection, now=now, claim_id=claim_id)
            if not team_ids:
                return
            unfinished = await unfinished_messages.restore_unfinished(connection, team_ids, now=now)
            paused = {team_id: await pauses.paused_methods(connection, team_id, now=now) for team_id in team_ids}
            rows = [row for team_id in team_ids if (row := await workspaces.find(connection, team_id)) is not None]
        if unfinished:
            _log.warning("posts_unfinished", count=unfinished)
        for row in rows:
            pauses_here = paused[row.team_id]
            budgeted = {Method(name): until for name, until in pauses_here.items() if name in set(Method)}
            self.worker.hold(row.team_id, claim_id)
            self._leases[row.team_id] = Lease(
                team_id=row.team_id,
                enterprise_id=row.enterprise_id,
                claim_id=claim_id,
                renewed_at=self.deps.monotonic(),
                budgets=Budgets.opened(now, pauses=budgeted),
                paused=dict(pauses_here),
                token=Token.ACCEPTED if row.state is WorkspaceState.ACTIVE else Token.UNTRIED,
            )

    async def _begin_calls(self, lease: Lease, now: datetime) -> datetime | None:
        """Begin what may be posted and edited now in one workspace; returns until when to wait, if that is known."""
        free = min(MAX_CALLS - len(lease.busy), MAX_CALLS_IN_ALL - self._under_way)
        if free < 2 or not lease.is_fresh(self.deps.monotonic()):
            return None
        async with self.deps.database.read() as connection:
            # Copy `busy` before reading, so a post that finishes meanwhile is not treated as abandoned.
            listed = await candidates(
                connection,
                lease.team_id,
                busy=frozenset(lease.busy),
                now=now,
                edits_at=lease.budgets.next_at(Method.UPDATE, now),
            )
        if listed.unfinished or listed.pointless:
            try:
                await write(self.deps, lease, _tidy, listed, now)
            except ClaimLost:
                self._lose(lease)
                return None
        # Response URLs have no rate limit.
        unpaced = [work for work in listed.work if work.kind is MessageKind.PRIVATE]
        paced = {work.candidate.message_id: work for work in _with_token(lease, listed.work)}
        if lease.token is Token.REFUSED and not unpaced and not lease.busy:
            await self._give_back(lease)
            return None
        crowded = {channel for channel, calls in lease.calls.items() if calls >= MAX_CALLS_OF_CHANNEL}
        considered = [work.candidate for work in paced.values() if work.candidate.channel_id not in crowded]
        chosen, lease.budgets, until = next_messages(considered, lease.budgets, now, free)
        if chosen and lease.token is Token.UNTRIED:
            lease.token = Token.ON_TRIAL
        by_owner: dict[Owner, list[Work]] = {}
        for work in (*unpaced[:free], *(paced[candidate.message_id] for candidate in chosen)):
            by_owner.setdefault(work.owner, []).append(work)
        if by_owner:
            self._turn += 1
            lease.served = self._turn
        for owner, works in by_owner.items():
            lease.busy.add(owner)
            self._under_way += 1
            lease.calls.update([works[0].candidate.channel_id])
            self.worker.start(self._deliver(lease, owner, works))
        return min((at for at in (until, listed.next_at) if at is not None), default=None)

    async def _deliver(self, lease: Lease, owner: Owner, works: Sequence[Work]) -> None:
        """Make the calls of one thread, one after the other."""
        work = works[0]
        try:
            for work in works:
                called = await self._call(lease, work)
                self._account(lease, work, called)
                await self._judge_token(lease, work, called)
                if called is not None and called.error is not None:
                    break
        except ClaimLost:
            self._lose(lease)
        except DatabaseAway as error:
            _log.warning("delivery_not_written", owner=repr(owner), error=type(error).__name__)
        except Exception:  # noqa: BLE001 -- one thread whose delivery crashes must not stop the others
            _log.exception("delivery_crashed", owner=repr(owner), message=work.candidate.message_id)
            self.deps.metrics.work.crashed(workspace_table.name)
            await self._crashed(lease, work)
        finally:
            if lease.token is Token.ON_TRIAL and work.kind is not MessageKind.PRIVATE:
                lease.token = Token.UNTRIED
            lease.busy.discard(owner)
            self._under_way -= 1
            lease.calls -= Counter([works[0].candidate.channel_id])
            self.wake.set()

    async def _call(self, lease: Lease, work: Work) -> Called | None:
        if RULES[work.kind].place is not Place.PERSON:
            await know_readers(self.deps, lease, work.candidate.channel_id, start=self.worker.start)
        method, message_id = work.candidate.method, work.candidate.message_id
        with self.deps.spans.span("deliver", message=message_id, kind=work.kind, method=method, team=lease.team_id):
            return await _FUNCTIONS[method](self.deps, lease, message_id)

    def _account(self, lease: Lease, work: Work, called: Called | None) -> None:
        """Give back the cost of a call that was not needed, and pause a method that Slack limits."""
        if called is None:
            if work.kind is not MessageKind.PRIVATE:
                lease.budgets = lease.budgets.unspent(work.candidate.method)
        elif isinstance(called.error, SlackRateLimited):
            method = called.error.method
            until = self.deps.now() + timedelta(seconds=called.error.retry_after)
            if method in set(Method):
                lease.budgets = lease.budgets.paused(Method(method), until)
            else:
                lease.paused[method] = until

    async def _judge_token(self, lease: Lease, work: Work, called: Called | None) -> None:
        """What a call says about the workspace's token, which response URLs do without."""
        if called is None or work.kind is MessageKind.PRIVATE:
            return
        if isinstance(called.error, Refused) and called.error.refusal is Refusal.WORKSPACE_GONE:
            lease.token = Token.REFUSED
        elif called.error is None and lease.token is Token.ON_TRIAL:
            await write(self.deps, lease, _resume, lease.team_id)
            lease.token = Token.ACCEPTED

    async def _give_back(self, lease: Lease) -> None:
        """Deliver for a workspace no longer; whichever process finds it due tries it again."""
        del self._leases[lease.team_id]
        self.worker.let_go(lease.team_id)
        async with self.deps.database.begin() as connection:
            await claims.release(connection, workspace_table, [(lease.team_id, lease.claim_id)])

    async def _crashed(self, lease: Lease, work: Work) -> None:
        """Count an unexpected exception; a message that keeps crashing is set aside."""
        times = self._crashes.count(work.candidate.message_id)

        async def note(connection: Connection) -> None:
            await after_crash(
                connection,
                work,
                times,
                catalogs=self.deps.catalogs,
                team_id=lease.team_id,
                now=self.deps.now(),
            )

        try:
            await write(self.deps, lease, note)
        except ClaimLost:
            self._lose(lease)
        except Exception:  # noqa: BLE001 -- the message is tried again as it is; the others go on
            _log.exception("crash_not_written", team=lease.team_id)
        if times >= LIMIT:
            self.deps.metrics.work.set_aside("deliver")

    def _lose(self, lease: Lease) -> None:
        if self._leases.get(lease.team_id) is lease:
            _log.warning("workspace_claim_lost", team=lease.team_id)
            del self._leases[lease.team_id]
            self.worker.lose(lease.team_id)

    async def renew_step(self) -> float:
        """Renew the claims, and forget the workspaces that another process has now."""
        started = self.deps.monotonic()
        held = dict(self.worker.held)
        lost = await self.worker.renew()
        for team_id in held.keys() & self._leases.keys():
            lease = self._leases[team_id]
            if team_id in lost:
                self._lose(lease)
            elif lease.claim_id == held[team_id]:
                lease.renewed_at = started
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every call under way has been written down."""
        await self.worker.settle()

    async def stop(self, *, within: timedelta) -> None:
        """Finish what is under way, as far as the time allows, and give every workspace back."""
        await self.worker.stop(within=within)
        self._leases.clear()


def _with_token(lease: Lease, works: Sequence[Work]) -> list[Work]:
    """What may be posted and edited with the token: all of it, one message to try the token, or nothing."""
    if lease.token in (Token.ON_TRIAL, Token.REFUSED):
        return []
    paced = [work for work in works if work.kind is not MessageKind.PRIVATE]
    return paced[:1] if lease.token is Token.UNTRIED else paced


async def _resume(connection: Connection, team_id: str) -> None:
    if await workspaces.resume(connection, team_id):
        _log.warning("workspace_resumed", team=team_id)


async def _tidy(connection: Connection, listed: Candidates, now: datetime) -> None:
    await unfinished_messages.restore(connection, listed.unfinished, now=now)
    await waiting_messages.drop_planned(connection, listed.pointless, reason="over before it was posted")
