"""Hold workspaces, choose what is worth the next call, and see that it is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clients.slack.errors import SlackRateLimited
from bot.db import cards, claims, notices, pauses
from bot.db.engine import Connection, DatabaseAway
from bot.db.models import workspaces
from bot.deliver import edit, error_policy, post, standing
from bot.deliver.candidates import Agenda, Choice, agenda
from bot.deliver.deps import Called, ClaimLost, Hold, Tools, written
from bot.domain.pacing import EDITS, Budgets, Method, Telling, next_tellings

_log = structlog.get_logger(__name__)

#: seconds; the longest a turn waits where nothing says that something can be told sooner
IDLE_SECONDS = 1.0
#: calls under way at once in one workspace
AT_ONCE = 8
#: seconds that giving claims back may take at the end
RELEASE_SECONDS = 2.0
#: unexpected exceptions while telling one notice, after which it is set aside
CRASHES = 5


@dataclass(kw_only=True)
class _Held:
    """A workspace this process delivers for."""

    hold: Hold
    budgets: Budgets


@dataclass(kw_only=True)
class Deliverer:
    """Tells threads what they have still to be told. Two loops drive it: `step` and `renew_step`, each giving the
    seconds to wait before the next."""

    tools: Tools
    #: set when something may be told sooner than was thought
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _held: dict[str, _Held] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _crashes: dict[int, int] = field(default_factory=dict)

    async def step(self) -> float:
        """Claim workspaces with work, and begin every telling that is worth a call now."""
        now = self.tools.now()
        await self._claim(now)
        waits = [IDLE_SECONDS]
        for held in list(self._held.values()):
            until = await self._turn(held, now)
            if until is not None:
                waits.append((until - now).total_seconds())
        return max(min(waits), 0.01)

    async def _claim(self, now: datetime) -> None:
        claim_id = claims.new_claim_id()
        async with self.tools.database.begin() as connection:
            team_ids = await claims.claim_workspaces(connection, now=now, claim_id=claim_id)
            if not team_ids:
                return
            began = await notices.unsettled(connection, team_ids)
            await cards.unsettled(connection, team_ids, now=now)
            resting = {team_id: await pauses.paused_methods(connection, team_id, now=now) for team_id in team_ids}
        if began:
            _log.warning("posts_unsettled", count=began)
        for team_id in team_ids:
            hold = Hold(team_id=team_id, claim_id=claim_id, renewed_at=self.tools.monotonic())
            known = {Method(name): until for name, until in resting[team_id].items() if name in set(Method)}
            hold.resting.update(resting[team_id])
            self._held[team_id] = _Held(hold=hold, budgets=Budgets.opened(now, pauses=known))

    async def _turn(self, held: _Held, now: datetime) -> datetime | None:
        """Begin what may be told now in one workspace; until when to wait, where that is known."""
        hold = held.hold
        free = AT_ONCE - len(hold.busy)
        if free < 2 or not hold.fresh(self.tools.monotonic()):
            return None
        async with self.tools.database.read() as connection:
            # As it was before anything is read: what ends meanwhile is not taken for what nobody saw end.
            listed = await agenda(connection, hold.team_id, busy=frozenset(hold.busy), now=now)
        if listed.unsettled or listed.pointless:
            try:
                await written(self.tools, hold, _tidy, listed)
            except ClaimLost:
                self._lost(held)
                return None
        by_work = {id(choice.work): choice for choice in listed.choices}
        beside = [choice for choice in listed.choices if choice.work.kind is Telling.CALLER]
        paced = [choice.work for choice in listed.choices if choice.work.kind is not Telling.CALLER]
        chosen, held.budgets, until = next_tellings(paced, held.budgets, now, free)
        by_thread: dict[int, list[Choice]] = {}
        for choice in (*beside[:free], *(by_work[id(work)] for work in chosen)):
            by_thread.setdefault(choice.work.subscription_id, []).append(choice)
        for subscription_id, choices in by_thread.items():
            hold.busy.add(subscription_id)
            task = asyncio.create_task(self._tell(held, subscription_id, choices))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return min((at for at in (until, listed.next_at) if at is not None), default=None)

    async def _tell(self, held: _Held, subscription_id: int, choices: Sequence[Choice]) -> None:
        choice = choices[0]
        try:
            for choice in choices:
                called = await self._one(held.hold, choice)
                self._reckon(held, choice.work.kind, called)
                if called is not None and called.error is not None:
                    break
        except ClaimLost:
            self._lost(held)
        except DatabaseAway as error:
            _log.warning("telling_not_written", subscription=subscription_id, error=type(error).__name__)
        except Exception:  # noqa: BLE001 -- one thread that crashes its telling must not stop the others
            _log.exception("telling_crashed", subscription=subscription_id)
            await self._crashed(held, choice)
        finally:
            held.hold.busy.discard(subscription_id)
            self.wake.set()

    def _lost(self, held: _Held) -> None:
        if self._held.get(held.hold.team_id) is held:
            _log.warning("workspace_claim_lost", team=held.hold.team_id)
            del self._held[held.hold.team_id]

    def _reckon(self, held: _Held, kind: Telling, called: Called | None) -> None:
        """Keep what the call that was not needed would have cost, and let a method rest that Slack said has to."""
        if called is None:
            if kind is not Telling.CALLER:
                held.budgets = held.budgets.unspent(Method.UPDATE if kind in EDITS else Method.POST)
        elif isinstance(called.error, SlackRateLimited):
            method, until = called.error.method, self.tools.now() + timedelta(seconds=called.error.retry_after)
            if method in set(Method):
                held.budgets = held.budgets.paused(Method(method), until)
            else:
                held.hold.resting[method] = until

    async def _one(self, hold: Hold, choice: Choice) -> Called | None:
        if choice.work.kind is Telling.CARD_EDIT:
            return await edit.edit_card(self.tools, hold, choice.work.subscription_id)
        if choice.work.kind is Telling.ROOT_EDIT:
            return await standing.edit_root(self.tools, hold, choice.work.subscription_id)
        if choice.notice_id is None:
            raise ValueError(f"a {choice.work.kind} without a notice")
        if choice.work.kind is Telling.NOTICE_EDIT:
            return await standing.edit_notice(self.tools, hold, choice.notice_id)
        return await post.tell(self.tools, hold, choice.notice_id)

    async def _crashed(self, held: _Held, choice: Choice) -> None:
        """Count an unexpected exception; what keeps crashing is set aside, so that the thread's rest is told."""
        try:
            await self._count_crash(held, choice)
        except ClaimLost:
            self._lost(held)
        except Exception:  # noqa: BLE001 -- the row is tried again as it stands; the others go on
            _log.exception("crash_not_written", team=held.hold.team_id)

    async def _count_crash(self, held: _Held, choice: Choice) -> None:
        now = self.tools.now()
        key = choice.notice_id or -choice.work.subscription_id
        self._crashes[key] = times = self._crashes.get(key, 0) + 1

        async def write(connection: Connection) -> None:
            if times >= CRASHES:
                await error_policy.set_aside(
                    connection, choice.work, choice.notice_id, team_id=held.hold.team_id, now=now
                )
            else:
                at = now + timedelta(seconds=2.0**times)
                await error_policy.put_off(connection, choice.work, choice.notice_id, at=at)

        await written(self.tools, held.hold, write)
        if times >= CRASHES:
            self._crashes.pop(key)
            self.tools.metrics.set_aside("deliver")

    async def renew_step(self) -> float:
        """Hold the claims; forget the workspaces that were lost."""
        started = self.tools.monotonic()
        held = [(team_id, one.hold.claim_id) for team_id, one in self._held.items()]
        if held:
            async with self.tools.database.begin() as connection:
                still = await claims.renew(connection, workspaces, held, now=self.tools.now())
            for team_id, claim_id in held:
                mine = self._held.get(team_id)
                if mine is None or mine.hold.claim_id != claim_id:
                    continue
                if team_id in still:
                    mine.hold.renewed_at = started
                else:
                    del self._held[team_id]
        return claims.RENEW_SECONDS

    async def settle(self) -> None:
        """Wait until every call under way has been written down."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, *, within: timedelta) -> None:
        """Finish what is under way, as far as the time allows, and give every workspace back."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        held = [(team_id, one.hold.claim_id) for team_id, one in self._held.items()]
        try:
            async with asyncio.timeout(RELEASE_SECONDS), self.tools.database.begin() as connection:
                await claims.release(connection, workspaces, held)
        except (TimeoutError, DatabaseAway) as error:
            # They run out by themselves.
            _log.warning("workspaces_not_given_back", workspaces=len(held), error=type(error).__name__)
        self._held.clear()


async def _tidy(connection: Connection, listed: Agenda) -> None:
    await notices.unseen(connection, listed.unsettled)
    await notices.drop_planned(connection, listed.pointless, reason="over before it was told")
