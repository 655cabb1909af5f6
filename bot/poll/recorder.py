"""Record the results of looks: states, findings, and messages to post or edit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from msgspec import structs

from bot.db import due_long_tasks, findings, long_tasks, messages, stale_messages, subscriptions, warnings
from bot.db.engine import Connection, Database, DatabaseAway
from bot.db.messages import Planned
from bot.db.rows import LongTaskRow
from bot.domain.changes import Found, Grown
from bot.domain.decide import decide, decide_after_crash, phase_changed
from bot.domain.message_kinds import SubscriptionOwner
from bot.domain.message_plan import for_decision
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import Seen
from bot.domain.snapshot import FindingKind
from bot.domain.states import Outcome
from bot.domain.task_state import Decision, TaskState
from bot.metrics import Metrics
from bot.poll import site_health
from bot.poll.look import FinishedLook

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _DecidedLook:
    """A look with the decision that follows from it."""

    look: FinishedLook
    before: TaskState
    decision: Decision
    findings_seq: int  #: sequence number of the last finding stored by earlier looks

    @property
    def long_task_id(self) -> int:
        return self.look.long_task_id

    @property
    def has_ended(self) -> bool:
        return self.decision.after.outcome is not Outcome.FOLLOWING


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Records batches of looks."""

    database: Database
    bounds: Bounds
    jitter: Callable[[], float]  #: a random number from 0 to 1
    metrics: Metrics

    async def record(self, looks: Sequence[FinishedLook], *, now: datetime) -> bool:
        """Record looks in one transaction; true if a message is to be posted or edited.

        If one of them makes the transaction fail, each is recorded alone, and that one as a crash. Raises DatabaseAway.
        """
        try:
            return await self._record(looks, now=now)
        except DatabaseAway:
            raise
        except Exception as error:  # noqa: BLE001 -- one bad row must not stop the rest
            _log.warning("batch_failed", looks=len(looks), error=repr(error))
        messages_changed = False
        for look in looks:
            messages_changed |= await self._record_alone(look, now=now)
        return messages_changed

    async def _record_alone(self, look: FinishedLook, *, now: datetime) -> bool:
        """Record one look, or that it crashed; if even that fails its claim runs out."""
        for attempt in (look, replace(look, result=None)):
            try:
                return await self._record([attempt], now=now)
            except DatabaseAway:
                raise
            except Exception:  # noqa: BLE001 -- this row alone is at fault
                _log.exception("look_not_recorded", long_task=look.long_task_id)
        return False

    async def _record(self, looks: Sequence[FinishedLook], *, now: datetime) -> bool:
        async with self.database.begin() as connection:
            rows = await due_long_tasks.held(connection, [(look.long_task_id, look.claim_id) for look in looks])
            held = [look for look in looks if look.long_task_id in rows]
            if not held:
                return False
            down = await site_health.sites_down(connection)
            decided = await self._decide(connection, held, rows, down=down, now=now)
            crashed = [one for one in decided if one.look.result is None]
            answered = [one for one in decided if one.look.result is not None]
            await long_tasks.write_decisions(
                connection, [(one.long_task_id, one.before, one.decision) for one in answered], now=now
            )
            await long_tasks.write_crashes(connection, [(one.long_task_id, one.decision) for one in crashed], now=now)
            last_seqs = await _store_findings(connection, decided, now=now)
            threads_ended = await _change_messages(connection, decided, last_seqs, now=now)
            messages_changed = threads_ended is not None
            messages_changed |= await site_health.record(
                connection, [(one.look, one.decision) for one in answered], down=down, now=now, jitter=self.jitter()
            )
        for one in crashed:
            if one.has_ended:
                self.metrics.work.set_aside("poll")
        for outcome, count in (threads_ended or {}).items():
            self.metrics.commands.ended(outcome, count)
        return messages_changed

    async def _decide(
        self,
        connection: Connection,
        looks: Sequence[FinishedLook],
        rows: Mapping[int, LongTaskRow],
        *,
        down: Collection[int],
        now: datetime,
    ) -> list[_DecidedLook]:
        listing = [
            look.long_task_id for look in looks if isinstance(look.result, Seen) and look.result.findings is not None
        ]
        known = await findings.known(connection, listing) if listing else {}
        return [
            self._decide_one(
                look,
                rows[look.long_task_id],
                known=known.get(look.long_task_id, {}),
                site_down=look.site_id in down,
                now=now,
            )
            for look in looks
        ]

    def _decide_one(
        self, look: FinishedLook, row: LongTaskRow, *, known: Mapping[str, int | None], site_down: bool, now: datetime
    ) -> _DecidedLook:
        bounds, jitter = self.bounds, self.jitter()
        if look.result is None:
            before = long_tasks.readable_state(row)
            decision = decide_after_crash(before, now=now, bounds=bounds, jitter=jitter)
        else:
            before = long_tasks.task_state(row)
            decision = decide(
                before, look.result, known=known, now=now, bounds=bounds, jitter=jitter, site_down=site_down
            )
        if look.next_list_at is not None and decision.due_at is not None:
            decision = structs.replace(decision, due_at=max(decision.due_at, look.next_list_at))
        if row.due_at is None:
            # The last thread was stopped while the look was under way.
            decision = structs.replace(decision, due_at=None)
        return _DecidedLook(look=look, before=before, decision=decision, findings_seq=row.findings_seq)


async def _store_findings(connection: Connection, decided: Sequence[_DecidedLook], *, now: datetime) -> dict[int, int]:
    """Store new findings and new counts; the last sequence number of each long task that has new ones, by its id."""
    last_seqs = {}
    for one in decided:
        found = [change.finding for change in one.decision.changes if isinstance(change, Found)]
        grown = [change.finding for change in one.decision.changes if isinstance(change, Grown)]
        if found:
            last_seqs[one.long_task_id] = await findings.add(
                connection, one.long_task_id, found=found, seq=one.findings_seq, now=now
            )
        if grown:
            await findings.grow(connection, one.long_task_id, grown)
    return last_seqs


async def _change_messages(
    connection: Connection, decided: Sequence[_DecidedLook], last_seqs: Mapping[int, int], *, now: datetime
) -> dict[Outcome, int] | None:
    """Mark what shows something old, plan messages, and end the threads of long tasks that have ended.

    Returns how many threads have ended, by outcome; None if there was nothing to do.
    """
    changed = [one for one in decided if one.decision.card_changed]
    if not changed:
        return None
    await stale_messages.mark_cards(connection, [one.long_task_id for one in changed], now=now)
    replied = await _mark_warnings(connection, changed, now=now)
    announced = [
        one
        for one in changed
        if one.has_ended
        or one.decision.troubles
        or one.long_task_id in last_seqs
        or phase_changed(one.decision.changes)
    ]
    if announced:
        await _plan_messages(connection, announced, last_seqs, replied, now=now)
    ended = [(one.long_task_id, one.decision.after.outcome) for one in changed if one.has_ended]
    return await subscriptions.end(connection, ended, now=now)


async def _mark_warnings(
    connection: Connection, changed: Sequence[_DecidedLook], *, now: datetime
) -> dict[int, set[FindingKind]]:
    """Mark the replies about what was found or has grown stale; which kinds each of the threads has a reply about."""
    kinds = {
        one.long_task_id: concerned
        for one in changed
        if (concerned := {change.finding.kind for change in one.decision.changes if isinstance(change, Found | Grown)})
    }
    replied: dict[int, set[FindingKind]] = {}
    if kinds:
        replies = await warnings.of_long_tasks(connection, kinds)
        for reply in replies:
            replied.setdefault(reply.subscription_id, set()).add(reply.kind)
        grown = [reply.message_id for reply in replies if reply.kind in kinds[reply.long_task_id]]
        await stale_messages.mark_warnings(connection, grown, now=now)
    return replied


async def _plan_messages(
    connection: Connection,
    announced: Sequence[_DecidedLook],
    last_seqs: Mapping[int, int],
    replied: Mapping[int, Collection[FindingKind]],
    *,
    now: datetime,
) -> None:
    going_on = [one.long_task_id for one in announced if one.long_task_id in last_seqs and not one.has_ended]
    kinds = await findings.kinds(connection, going_on) if going_on else {}
    threads = await subscriptions.of_long_tasks(connection, [one.long_task_id for one in announced])
    planned: list[Planned] = []
    for one in announced:
        last = last_seqs.get(one.long_task_id, one.findings_seq)
        for thread in threads.get(one.long_task_id, ()):
            drafts = for_decision(
                one.decision,
                verbosity=thread.verbosity,
                kinds=kinds.get(one.long_task_id, ()),
                replied=replied.get(thread.id, ()),
                found=last,
                now=now,
            )
            owner = SubscriptionOwner(thread.id)
            planned += [Planned(owner=owner, team_id=thread.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=now)
