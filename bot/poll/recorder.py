"""Write down what looks have found: long tasks, findings, dirty cards and what threads are to be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from msgspec import structs

from bot.db import cards, claims, findings, long_tasks, notices, subscriptions
from bot.db.engine import Connection, Database, DatabaseAway, Row
from bot.domain.changes import Found, Grown
from bot.domain.decide import decide, decide_after_crash, phase_changed
from bot.domain.pacing import Telling
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import Seen
from bot.domain.states import Outcome
from bot.domain.task_state import Decision, TaskState, TroubleOver
from bot.metrics import Metrics
from bot.poll import site_health
from bot.poll.look import FinishedLook

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """A look, judged."""

    landed: FinishedLook
    before: TaskState
    look: Decision
    told_before: int


async def write(
    database: Database,
    landed: Sequence[FinishedLook],
    *,
    now: datetime,
    bounds: Bounds,
    jitter: Callable[[], float],
    metrics: Metrics,
) -> bool:
    """Write everything in one transaction; whether anything is to be told.

    Where one long task makes the whole batch fail, each is written alone and that one is counted as crashed. Raises
    what the database raises while it is away.
    """
    try:
        return await _write(database, landed, now=now, bounds=bounds, jitter=jitter, metrics=metrics)
    except DatabaseAway:
        raise
    except Exception as error:  # noqa: BLE001 -- one bad row must not stop the rest
        _log.warning("batch_failed", looks=len(landed), error=repr(error))
    told = False
    for one in landed:
        # Whole, else as a crash that is counted; what cannot even be counted is left to its claim's end.
        for attempt in (one, replace(one, answer=None)):
            try:
                told |= await _write(database, [attempt], now=now, bounds=bounds, jitter=jitter, metrics=metrics)
                break
            except DatabaseAway:
                raise
            except Exception:  # noqa: BLE001 -- this row alone is at fault
                _log.exception("look_cannot_be_written", long_task=one.long_task_id)
    return told


async def _write(
    database: Database,
    landed: Sequence[FinishedLook],
    *,
    now: datetime,
    bounds: Bounds,
    jitter: Callable[[], float],
    metrics: Metrics,
) -> bool:
    async with database.begin() as connection:
        rows = await claims.held_long_tasks(connection, [(one.long_task_id, one.claim_id) for one in landed])
        held = [one for one in landed if one.long_task_id in rows]
        if not held:
            return False
        down = await site_health.sites_down(connection)
        listing = [one.long_task_id for one in held if isinstance(one.answer, Seen) and one.answer.findings is not None]
        known = await findings.known(connection, listing) if listing else {}
        judged = []
        for one in held:
            row, site_down = rows[one.long_task_id], one.site_id in down
            judged.append(_judge(one, row, known=known, now=now, bounds=bounds, jitter=jitter(), site_down=site_down))
        seen = [one for one in judged if one.landed.answer is not None]
        crashed = [one for one in judged if one.landed.answer is None]
        await long_tasks.write_looks(
            connection, [(one.landed.long_task_id, one.before, one.look) for one in seen], now=now
        )
        await long_tasks.write_crashes(connection, [(one.landed.long_task_id, one.look) for one in crashed], now=now)
        told = await _tell(connection, judged, now=now)
        looks = [(one.landed, one.look) for one in seen]
        spoken = await site_health.judge(connection, looks, down=down, now=now, jitter=jitter())
    for crash in crashed:
        if crash.look.after.outcome is not crash.before.outcome:
            metrics.set_aside("poll")
    return told or spoken


def _judge(
    landed: FinishedLook,
    row: Row,
    *,
    known: Mapping[int, Mapping[str, int | None]],
    now: datetime,
    bounds: Bounds,
    jitter: float,
    site_down: bool,
) -> _Judged:
    if landed.answer is None:
        before = long_tasks.watched_barely(row)
        look = decide_after_crash(before, now=now, bounds=bounds, jitter=jitter)
    else:
        before = long_tasks.watched(row)
        look = decide(
            before,
            landed.answer,
            known=known.get(landed.long_task_id, {}),
            now=now,
            bounds=bounds,
            jitter=jitter,
            site_down=site_down,
        )
    if row["due_at"] is None:
        # The last thread stopped while the look was under way.
        look = structs.replace(look, due_at=None)
    return _Judged(landed=landed, before=before, look=look, told_before=row["findings_seq"])


async def _tell(connection: Connection, judged: Sequence[_Judged], *, now: datetime) -> bool:
    """Remember new findings, mark cards, end threads, and plan what each thread is to be told."""
    last_seq: dict[int, int] = {}
    for one in judged:
        found = [change.finding for change in one.look.changes if isinstance(change, Found)]
        grown = [change.finding for change in one.look.changes if isinstance(change, Grown)]
        long_task_id = one.landed.long_task_id
        if found:
            last_seq[long_task_id] = await findings.add(
                connection, long_task_id, found=found, seq=one.told_before, now=now
            )
        if grown:
            await findings.grow(connection, long_task_id, grown, now=now)
    visible = [one for one in judged if one.look.visible]
    if not visible:
        return False
    ended = [one for one in visible if one.look.after.outcome is not Outcome.FOLLOWING]
    speaking = [
        one
        for one in visible
        if one in ended or one.look.troubles or phase_changed(one.look.changes) or one.landed.long_task_id in last_seq
    ]
    threads = await subscriptions.of_long_tasks(connection, [one.landed.long_task_id for one in speaking])
    await cards.mark_dirty(connection, [one.landed.long_task_id for one in visible], now=now)
    rows: list[dict[str, Any]] = []
    for one in speaking:
        for thread in threads.get(one.landed.long_task_id, ()):
            last = last_seq.get(one.landed.long_task_id, one.told_before)
            rows += plan(thread, one.look, last_seq=last, now=now)
            if last > thread["told_seq"]:
                await subscriptions.change(connection, thread["id"], told_seq=last)
    await notices.plan(connection, rows)
    if ended:
        outcomes = [(one.landed.long_task_id, one.look.after.outcome) for one in ended]
        await subscriptions.end(connection, outcomes, now=now)
    return True


def plan(thread: Row, look: Decision, *, last_seq: int, now: datetime) -> list[dict[str, Any]]:
    """What one thread is to be told of a look, in the order in which it is told, as its verbosity allows."""
    told: list[tuple[Telling, dict[str, Any]]] = []
    quiet = thread["verbosity"] == "quiet"
    if not quiet and last_seq > thread["told_seq"]:
        told.append((Telling.WARNINGS, {"first": thread["told_seq"] + 1, "last": last_seq, "earlier": False}))
    ended = look.after.outcome is not Outcome.FOLLOWING
    if thread["verbosity"] == "all" and phase_changed(look.changes) and not ended:
        told.append((Telling.PHASE, {}))
    if not quiet:
        for trouble in look.troubles:
            facts: dict[str, Any] = {"trouble": trouble.trouble, "over": isinstance(trouble, TroubleOver)}
            since = trouble.since if isinstance(trouble, TroubleOver) else look.after.trouble_since
            told.append((Telling.TROUBLE, facts | {"since": (since or now).timestamp()}))
    if ended:
        told.append((Telling.COMPLETION, {}))
        if last_seq > FILE_FROM:
            told.append((Telling.FILE, {}))
    return [
        notices.planned(kind, subscription_id=thread["id"], team_id=thread["team_id"], now=now, facts=facts)
        for kind, facts in told
    ]


#: more findings than are named in the thread: the full list follows as a file
FILE_FROM = 10
