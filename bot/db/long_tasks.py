"""Long tasks: one row each, however many threads follow it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import is_active, long_tasks, subscriptions
from bot.domain.poll_interval import may_check_now
from bot.domain.samples import Sample
from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Outcome, Trouble
from bot.domain.task_state import Decision, TaskState, found_nothing_new

_snapshot = msgspec.json.Decoder(Snapshot)
_samples = msgspec.json.Decoder(tuple[Sample, ...])
_encoder = msgspec.json.Encoder()


def watched(row: RowMapping) -> TaskState:
    """A row, as the domain knows it. Raises msgspec.MsgspecError where what is stored does not read."""
    return _watched(row, snapshot=snapshot_of(row["snapshot"]), samples=samples_of(row["samples"]))


def watched_barely(row: RowMapping) -> TaskState:
    """A row of which what does not read is left out."""
    try:
        return watched(row)
    except msgspec.MsgspecError:
        return _watched(row, snapshot=None, samples=())


def _watched(row: RowMapping, *, snapshot: Snapshot | None, samples: tuple[Sample, ...]) -> TaskState:
    return TaskState(
        remote_id=row["remote_id"],
        created_at=row["created_at"],
        snapshot=snapshot,
        samples=samples,
        outcome=Outcome(row["outcome"]),
        found=row["findings_seq"],
        checked_at=row["checked_at"],
        moved_at=row["moved_at"],
        unchanged_since=row["unchanged_since"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        misses=row["misses"],
        missed_since=row["missed_since"],
        trouble=Trouble(row["trouble"]) if row["trouble"] else None,
        trouble_since=row["trouble_since"],
        crashes=row["crashes"],
    )


def snapshot_of(text: str | None) -> Snapshot | None:
    """A stored snapshot."""
    return _snapshot.decode(text) if text else None


def samples_of(text: str) -> tuple[Sample, ...]:
    """Stored samples."""
    return _samples.decode(text)


def _values(look: Decision, *, now: datetime) -> dict[str, Any]:
    after = look.after
    snapshot = after.snapshot
    return {
        "due_at": look.due_at,
        "checked_at": after.checked_at,
        "moved_at": after.moved_at,
        "unchanged_since": after.unchanged_since,
        "failures": after.failures,
        "failing_since": after.failing_since,
        "misses": after.misses,
        "missed_since": after.missed_since,
        "trouble": after.trouble,
        "trouble_since": after.trouble_since,
        "crashes": after.crashes,
        "outcome": after.outcome,
        "ended_at": None if after.outcome is Outcome.FOLLOWING else now,
        "snapshot": None if snapshot is None else _encoder.encode(snapshot).decode(),
        "samples": _encoder.encode(after.samples).decode(),
        "percent": None if snapshot is None else snapshot.percent,
        "kind": Kind.OTHER if snapshot is None else snapshot.kind,
        "findings_digest": "" if snapshot is None else snapshot.findings_digest,
    }


_QUIET = ("due_at", "checked_at")
_CRASHED = ("due_at", "crashes")
_WHOLE = (
    *_QUIET,
    *("moved_at", "unchanged_since", "failures", "failing_since", "misses", "missed_since"),
    *("trouble", "trouble_since", "crashes", "outcome", "ended_at"),
    *("snapshot", "samples", "percent", "kind", "findings_digest"),
)


def _update(names: Sequence[str], **more: Any) -> Any:
    values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in names}
    return (
        update(long_tasks)
        .where(long_tasks.c.id == bindparam("b_id"))
        .values(**values, claim_id=None, claimed_until=None, **more)
    )


_update_quiet = _update(_QUIET)
_update_crashed = _update(_CRASHED)
_update_whole = _update(_WHOLE, version=long_tasks.c.version + 1)


async def write_looks(
    connection: AsyncConnection, looks: Sequence[tuple[int, TaskState, Decision]], *, now: datetime
) -> None:
    """Write down what looks found (long task id, before, look), and give the claims back.

    A look that found nothing new writes two columns.
    """
    quiet, whole = [], []
    for long_task_id, before, look in looks:
        if found_nothing_new(before, look.after):
            quiet.append({"b_id": long_task_id, "b_due_at": look.due_at, "b_checked_at": look.after.checked_at})
        else:
            values = _values(look, now=now)
            whole.append({"b_id": long_task_id, **{f"b_{name}": values[name] for name in _WHOLE}})
    if quiet:
        await connection.execute(_update_quiet, quiet)
    if whole:
        await connection.execute(_update_whole, whole)


async def write_crashes(connection: AsyncConnection, crashes: Sequence[tuple[int, Decision]], *, now: datetime) -> None:
    """Count looks that crashed, and give their claims back. What is stored stays as it is, readable or not, until a
    long task is set aside: then what does not read goes, so that its threads can be told."""
    counted: list[dict[str, Any]] = []
    aside: list[dict[str, Any]] = []
    for long_task_id, look in crashes:
        values = _values(look, now=now)
        some, names = (counted, _CRASHED) if look.after.outcome is Outcome.FOLLOWING else (aside, _WHOLE)
        some.append({"b_id": long_task_id, **{f"b_{name}": values[name] for name in names}})
    if counted:
        await connection.execute(_update_crashed, counted)
    if aside:
        await connection.execute(_update_whole, aside)


async def put(connection: AsyncConnection, *, site_id: int, look: Decision, now: datetime) -> RowMapping:
    """Begin to remember a long task after its first good look; the row as it is, new or known before.

    One that had ended and is asked for again is looked at anew.
    """
    values = _values(look, now=now)
    insert = upsert(connection, long_tasks).values(
        site_id=site_id, remote_id=look.after.remote_id, created_at=look.after.created_at, **values
    )
    again = {name: insert.excluded[name] for name in (*_WHOLE, "created_at")}
    statement = insert.on_conflict_do_update(
        index_elements=[long_tasks.c.site_id, long_tasks.c.remote_id],
        set_=again,
        where=long_tasks.c.outcome != Outcome.FOLLOWING,
    )
    await connection.execute(statement)
    found = await find(connection, site_id=site_id, remote_id=look.after.remote_id)
    if found is None:
        raise LookupError("a long task that was just written is not there")
    return found


async def find(connection: AsyncConnection, *, site_id: int, remote_id: str) -> RowMapping | None:
    """A long task by its id on its site."""
    query = select(long_tasks).where(long_tasks.c.site_id == site_id, long_tasks.c.remote_id == remote_id)
    return (await connection.execute(query)).mappings().first()


async def rest(connection: AsyncConnection, long_task_ids: Sequence[int]) -> None:
    """Stop looking at long tasks which no thread follows any more."""
    followed = exists().where(subscriptions.c.long_task_id == long_tasks.c.id, is_active)
    await connection.execute(
        update(long_tasks).where(long_tasks.c.id.in_(long_task_ids), ~followed).values(due_at=None)
    )


async def due_now(connection: AsyncConnection, long_task_id: int, *, now: datetime) -> None:
    """Look at a long task at once."""
    await connection.execute(
        update(long_tasks)
        .where(long_tasks.c.id == long_task_id, long_tasks.c.outcome == Outcome.FOLLOWING)
        .values(due_at=now)
    )


async def check_now(connection: AsyncConnection, long_task_id: int, *, now: datetime) -> bool:
    """A person asks for a look: it is due at once, unless it has ended or somebody asked just before."""
    query = select(long_tasks.c.asked_at).where(
        long_tasks.c.id == long_task_id, long_tasks.c.outcome == Outcome.FOLLOWING
    )
    if connection.dialect.name != "sqlite":
        query = query.with_for_update()
    row = (await connection.execute(query)).first()
    if row is None or not may_check_now(row.asked_at, now):
        return False
    await connection.execute(update(long_tasks).where(long_tasks.c.id == long_task_id).values(due_at=now, asked_at=now))
    return True


async def durations(
    connection: AsyncConnection, *, site_id: int, kind: Kind, at_most: int
) -> list[tuple[float, tuple[Sample, ...]]]:
    """How long earlier long tasks of a kind took on a site (seconds), the newest first, with their courses."""
    query = (
        select(long_tasks.c.samples, long_tasks.c.snapshot)
        .where(
            long_tasks.c.site_id == site_id,
            long_tasks.c.kind == kind,
            long_tasks.c.ended_at.is_not(None),
            long_tasks.c.outcome.in_((Outcome.FINISHED, Outcome.PROBLEMS)),
        )
        .order_by(long_tasks.c.ended_at.desc())
        .limit(at_most)
    )
    found = []
    for samples, text in await connection.execute(query):
        snapshot = snapshot_of(text)
        if snapshot is not None and snapshot.elapsed_ms:
            found.append((snapshot.elapsed_ms / 1000, samples_of(samples)))
    return found


async def forget(connection: AsyncConnection, *, ended_before: datetime, at_most: int) -> int:
    """Drop long tasks that ended before a time, with all that hangs on them; how many."""
    old = select(long_tasks.c.id).where(long_tasks.c.ended_at < ended_before).limit(at_most)
    ids = list((await connection.execute(old)).scalars())
    if ids:
        await connection.execute(long_tasks.delete().where(long_tasks.c.id.in_(ids)))
    return len(ids)


async def forget_unfollowed(connection: AsyncConnection, *, before: datetime, at_most: int) -> int:
    """Drop long tasks whose end nobody waited for, and which nobody has followed since a time; how many."""
    recent = exists().where(
        subscriptions.c.long_task_id == long_tasks.c.id,
        or_(subscriptions.c.ended_at.is_(None), subscriptions.c.ended_at >= before),
    )
    resting = (long_tasks.c.due_at.is_(None), long_tasks.c.ended_at.is_(None))
    old = select(long_tasks.c.id).where(*resting, long_tasks.c.created_at < before, ~recent).limit(at_most)
    ids = list((await connection.execute(old)).scalars())
    if ids:
        await connection.execute(long_tasks.delete().where(long_tasks.c.id.in_(ids)))
    return len(ids)


async def live_count(connection: AsyncConnection) -> int:
    """How many long tasks are looked at."""
    query = select(func.count()).select_from(long_tasks).where(long_tasks.c.due_at.is_not(None))
    return int((await connection.execute(query)).scalar_one())
