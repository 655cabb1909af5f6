"""Long tasks: one row each, however many threads follow it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, exists, null, or_, select, update

from bot.db import due_long_tasks
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import is_active, long_tasks, subscriptions
from bot.db.rows import LongTaskRow, build, columns
from bot.domain.poll_interval import may_check_now
from bot.domain.samples import Sample
from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Outcome
from bot.domain.task_state import Decision, TaskHistory, TaskState, found_nothing_new

_COLUMNS = columns(LongTaskRow, long_tasks)
_HISTORY = TaskHistory.__struct_fields__
_history_values = attrgetter(*_HISTORY)
_snapshot = msgspec.json.Decoder(Snapshot)
_samples = msgspec.json.Decoder(tuple[Sample, ...])
_encoder = msgspec.json.Encoder()


def task_state(row: LongTaskRow) -> TaskState:
    """A row as the domain knows it. Raises msgspec.MsgspecError if its JSON does not read."""
    return _task_state(row, snapshot=snapshot_of(row.snapshot), samples=samples_of(row.samples))


def readable_state(row: LongTaskRow) -> TaskState:
    """A row without the JSON that does not read."""
    try:
        return task_state(row)
    except msgspec.MsgspecError:
        return _task_state(row, snapshot=None, samples=())


def _task_state(row: LongTaskRow, *, snapshot: Snapshot | None, samples: tuple[Sample, ...]) -> TaskState:
    return TaskState(
        remote_id=row.remote_id,
        created_at=row.created_at,
        snapshot=snapshot,
        samples=samples,
        found=row.findings_seq,
        **_history(row),
    )


def _history(state: TaskHistory) -> dict[str, Any]:
    return dict(zip(_HISTORY, _history_values(state), strict=True))


def snapshot_of(text: str | None) -> Snapshot | None:
    """A snapshot from its stored JSON. Raises msgspec.MsgspecError if it does not read."""
    return _snapshot.decode(text) if text else None


def readable_snapshot(text: str | None) -> Snapshot | None:
    """A snapshot from its stored JSON; None if it does not read, which is no reason to show or do nothing else."""
    try:
        return snapshot_of(text)
    except msgspec.MsgspecError:
        return None


def samples_of(text: str) -> tuple[Sample, ...]:
    """Samples from their stored JSON. Raises msgspec.MsgspecError if they do not read."""
    return _samples.decode(text)


def _values(decision: Decision, *, now: datetime) -> dict[str, Any]:
    after = decision.after
    snapshot = after.snapshot
    return {
        **_history(after),
        "due_at": decision.due_at,
        "ended_at": None if after.outcome is Outcome.FOLLOWING else now,
        "snapshot": None if snapshot is None else _encoder.encode(snapshot).decode(),
        "samples": _encoder.encode(after.samples).decode(),
        "percent": None if snapshot is None else snapshot.percent,
        "kind": Kind.OTHER if snapshot is None else snapshot.kind,
        "findings_digest": "" if snapshot is None else snapshot.findings_digest,
    }


async def write_decisions(
    connection: Connection, decisions: Sequence[tuple[int, TaskState, Decision]], *, now: datetime
) -> None:
    """Write down what looks led to (long task id, state before, decision), and give the claims back.

    A look that found nothing new writes two columns.
    """
    quiet: list[tuple[int, datetime | None]] = []
    whole: list[dict[str, Any]] = []
    for long_task_id, before, decision in decisions:
        if found_nothing_new(before, decision.after):
            quiet.append((long_task_id, decision.due_at))
        else:
            whole.append({"b_id": long_task_id, **_values(decision, now=now)})
    await due_long_tasks.put_off(connection, quiet, now=now)
    await _write(connection, whole)


async def write_crashes(connection: Connection, crashes: Sequence[tuple[int, Decision]], *, now: datetime) -> None:
    """Count looks that crashed (long task id, decision), and give their claims back.

    What is stored stays as it is, readable or not, until a long task is set aside: then what does not read is removed,
    so that its threads can be informed.
    """
    counted: list[dict[str, Any]] = []
    aside: list[dict[str, Any]] = []
    for long_task_id, decision in crashes:
        if decision.after.outcome is Outcome.FOLLOWING:
            counted.append({"b_id": long_task_id, "due_at": decision.due_at, "crashes": decision.after.crashes})
        else:
            aside.append({"b_id": long_task_id, **_values(decision, now=now)})
    await _write(connection, counted, aside)


_BY_ID = update(long_tasks).where(long_tasks.c.id == bindparam("b_id"))
#: NULL is written out: as a parameter it would be prepared once more for every row
_RELEASE = _BY_ID.values(claim_id=null(), claimed_until=null())


async def _write(connection: Connection, *batches: Sequence[dict[str, Any]]) -> None:
    """Update rows by `b_id`; those of a batch have the same columns."""
    for batch in batches:
        if batch:
            await connection.execute(_RELEASE, batch)


async def put(
    connection: Connection, *, site_id: int, decision: Decision, looked_at: datetime | None = None, now: datetime
) -> LongTaskRow:
    """Store a long task after its first good look, which began at `looked_at` (UTC); returns its row, new or not.

    One that had ended and is followed again starts afresh, unless another look has seen the end since this one began.
    """
    is_over = long_tasks.c.outcome != Outcome.FOLLOWING
    if looked_at is not None:
        is_over &= or_(long_tasks.c.checked_at.is_(None), long_tasks.c.checked_at <= looked_at)
    after = decision.after
    values = {"created_at": after.created_at, **_values(decision, now=now)}
    insert = upsert(connection, long_tasks).values(site_id=site_id, remote_id=after.remote_id, **values)
    statement = insert.on_conflict_do_update(
        index_elements=[long_tasks.c.site_id, long_tasks.c.remote_id],
        set_={name: insert.excluded[name] for name in values},
        where=is_over,
    )
    await connection.execute(statement)
    found = await find(connection, site_id=site_id, remote_id=after.remote_id)
    if found is None:
        raise LookupError("a long task that was just written is not there")
    return found


async def find(connection: Connection, *, site_id: int, remote_id: str) -> LongTaskRow | None:
    """A long task by its id on its site."""
    query = select(*_COLUMNS).where(long_tasks.c.site_id == site_id, long_tasks.c.remote_id == remote_id)
    row = (await connection.execute(query)).first()
    return None if row is None else build(LongTaskRow, row)


async def ended(connection: Connection, keys: Collection[tuple[int, str]]) -> frozenset[tuple[int, str]]:
    """Those of some long tasks (site id, remote id) that are known to have ended."""
    query = select(long_tasks.c.site_id, long_tasks.c.remote_id).where(
        # The sites are named because the index of ids begins with them.
        long_tasks.c.site_id.in_({site_id for site_id, _ in keys}),
        long_tasks.c.remote_id.in_({remote_id for _, remote_id in keys}),
        long_tasks.c.ended_at.is_not(None),
    )
    return frozenset((row.site_id, row.remote_id) for row in await connection.execute(query)) & frozenset(keys)


async def stop_looking(connection: Connection, long_task_ids: Sequence[int]) -> None:
    """Look no more at those of these long tasks that no thread follows."""
    followed = exists().where(subscriptions.c.long_task_id == long_tasks.c.id, is_active)
    await connection.execute(
        update(long_tasks).where(long_tasks.c.id.in_(long_task_ids), ~followed).values(due_at=None)
    )


async def due_now(connection: Connection, long_task_id: int, *, now: datetime) -> None:
    """Make a long task due at once."""
    await connection.execute(
        update(long_tasks)
        .where(long_tasks.c.id == long_task_id, long_tasks.c.outcome == Outcome.FOLLOWING)
        .values(due_at=now)
    )


async def check_now(connection: Connection, long_task_id: int, *, now: datetime) -> bool:
    """Make a long task due because a person asks; false if it has ended or a person asked just before."""
    query = select(long_tasks.c.asked_at).where(
        long_tasks.c.id == long_task_id, long_tasks.c.outcome == Outcome.FOLLOWING
    )
    row = (await connection.execute(query.with_for_update())).first()
    if row is None or not may_check_now(row.asked_at, now):
        return False
    await connection.execute(update(long_tasks).where(long_tasks.c.id == long_task_id).values(due_at=now, asked_at=now))
    return True


async def durations(
    connection: Connection, *, site_id: int, kind: Kind, limit: int
) -> list[tuple[float, tuple[Sample, ...]]]:
    """Duration in seconds and samples of earlier long tasks of a kind on a site, the newest first."""
    query = (
        select(long_tasks.c.samples, long_tasks.c.snapshot)
        .where(
            long_tasks.c.site_id == site_id,
            long_tasks.c.kind == kind,
            long_tasks.c.ended_at.is_not(None),
            long_tasks.c.outcome.in_((Outcome.FINISHED, Outcome.PROBLEMS)),
        )
        .order_by(long_tasks.c.ended_at.desc())
        .limit(limit)
    )
    found = []
    for samples, text in await connection.execute(query):
        snapshot = snapshot_of(text)
        if snapshot is not None and snapshot.elapsed_ms:
            found.append((snapshot.elapsed_ms / 1000, samples_of(samples)))
    return found


async def forget(connection: Connection, *, ended_before: datetime, limit: int) -> int:
    """Delete long tasks that ended before a time, with all that belongs to them; returns how many."""
    return await _delete(connection, long_tasks.c.ended_at < ended_before, limit=limit)


async def forget_unfollowed(connection: Connection, *, before: datetime, limit: int) -> int:
    """Delete long tasks whose end was not seen and which no thread has followed since a time; returns how many."""
    recent = exists().where(
        subscriptions.c.long_task_id == long_tasks.c.id,
        or_(subscriptions.c.ended_at.is_(None), subscriptions.c.ended_at >= before),
    )
    resting = (long_tasks.c.due_at.is_(None), long_tasks.c.ended_at.is_(None))
    return await _delete(connection, *resting, long_tasks.c.created_at < before, ~recent, limit=limit)


async def _delete(connection: Connection, *conditions: ColumnElement[bool], limit: int) -> int:
    ids = list((await connection.execute(select(long_tasks.c.id).where(*conditions).limit(limit))).scalars())
    if ids:
        await connection.execute(long_tasks.delete().where(long_tasks.c.id.in_(ids)))
    return len(ids)
