from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import update

from bot.db import long_tasks, subscriptions
from bot.db.models import long_tasks as long_task_table
from bot.db.rows import LongTaskRow
from bot.domain.samples import Sample, add_sample
from bot.domain.snapshot import Kind
from bot.domain.states import Outcome
from bot.domain.task_state import Decision, TaskState
from tests.support.filled_database import FilledDatabase, copying


def decided(
    filled: FilledDatabase, outcome: Outcome = Outcome.FOLLOWING, *, samples: tuple[Sample, ...] = ()
) -> Decision:
    """What a look at a copy leads to."""
    now = filled.clock()
    after = TaskState(
        remote_id="1", created_at=now, checked_at=now, snapshot=copying(), outcome=outcome, samples=samples
    )
    return Decision(after=after, due_at=filled.clock.later(30) if outcome is Outcome.FOLLOWING else None)


async def put(filled: FilledDatabase, decision: Decision) -> LongTaskRow:
    async with filled.database.begin() as connection:
        return await long_tasks.put(connection, site_id=filled.site_id, decision=decision, now=filled.clock())


async def test_a_long_task_has_one_row_however_many_ask_for_it(filled: FilledDatabase) -> None:
    decision = decided(filled)
    first = await put(filled, decision)
    filled.clock.move(30)
    again = await put(filled, decided(filled))
    assert first == again == await filled.long_task()
    assert (first.kind, first.percent, long_tasks.task_state(first)) == (Kind.COPY, 10, decision.after)


async def test_a_long_task_that_had_ended_and_is_followed_again_starts_afresh(filled: FilledDatabase) -> None:
    ended = await put(filled, decided(filled, Outcome.FINISHED))
    filled.clock.move(30)
    decision = decided(filled)
    again = await put(filled, decision)
    assert (ended.outcome, ended.due_at) == (Outcome.FINISHED, None)
    assert (again.id, again.due_at, long_tasks.task_state(again)) == (ended.id, decision.due_at, decision.after)


async def test_an_end_that_was_seen_since_a_look_began_is_not_undone_by_that_look(filled: FilledDatabase) -> None:
    looked_at, late = filled.clock(), decided(filled)
    filled.clock.move(1)
    await put(filled, decided(filled, Outcome.FINISHED))

    async with filled.database.begin() as connection:
        kept = await long_tasks.put(
            connection, site_id=filled.site_id, decision=late, looked_at=looked_at, now=filled.clock()
        )
        afresh = await long_tasks.put(
            connection, site_id=filled.site_id, decision=late, looked_at=filled.clock(), now=filled.clock()
        )

    assert (kept.outcome, afresh.outcome) == (Outcome.FINISHED, Outcome.FOLLOWING)


async def test_the_stored_samples_are_bounded_however_long_a_task_runs(filled: FilledDatabase) -> None:
    samples: tuple[Sample, ...] = ()
    for number in range(1_000):
        samples = add_sample(samples, Sample(at=float(number), percent=number / 10))
    row = await put(filled, decided(filled, samples=samples))
    assert long_tasks.samples_of(row.samples) == samples
    assert len(samples) <= 64


async def test_writing_a_decision_gives_the_claim_back(filled: FilledDatabase) -> None:
    await filled.add_long_task()
    (row,) = await filled.claim()
    decision = decided(filled, Outcome.FINISHED)
    async with filled.database.begin() as connection:
        states = [(row.id, long_tasks.task_state(row), decision)]
        await long_tasks.write_decisions(connection, states, now=filled.clock())
    after = await filled.long_task()
    assert (after.claim_id, after.due_at, long_tasks.task_state(after)) == (None, None, decision.after)


async def test_a_long_task_that_no_thread_follows_any_more_is_not_due_until_somebody_asks(
    filled: FilledDatabase,
) -> None:
    long_task_id = await filled.add_long_task()
    threads = [await filled.add_thread(long_task_id, channel_id=channel) for channel in ("C1", "C2")]
    due = []
    for thread in threads:
        async with filled.database.begin() as connection:
            await subscriptions.stop(connection, thread, stopped_by="U1", now=filled.clock())
            await long_tasks.stop_looking(connection, [long_task_id])
        due.append((await filled.long_task()).due_at)
    async with filled.database.begin() as connection:
        await long_tasks.due_now(connection, long_task_id, now=filled.clock.later(5))
    due.append((await filled.long_task()).due_at)
    assert due == [filled.clock(), None, filled.clock.later(5)]


async def test_the_durations_of_earlier_long_tasks_are_those_that_finished_the_newest_first(
    filled: FilledDatabase,
) -> None:
    samples = (Sample(at=0.0, percent=1.0),)
    outcomes = (Outcome.FINISHED, Outcome.FAILED, Outcome.PROBLEMS, Outcome.FOLLOWING)
    for number, outcome in enumerate(outcomes, start=1):
        filled.clock.move(1)
        decision = decided(filled, outcome, samples=samples)
        snapshot = msgspec.structs.replace(copying(), elapsed_ms=number * 1000)
        after = msgspec.structs.replace(decision.after, remote_id=str(number), snapshot=snapshot)
        await put(filled, msgspec.structs.replace(decision, after=after))
    async with filled.database.read() as connection:
        durations = await long_tasks.durations(connection, site_id=filled.site_id, kind=Kind.COPY, limit=5)
        others = await long_tasks.durations(connection, site_id=filled.site_id, kind=Kind.DELETE, limit=5)
    assert (durations, others) == ([(3.0, samples), (1.0, samples)], [])


async def test_old_long_tasks_are_deleted_some_at_a_time(filled: FilledDatabase) -> None:
    before = filled.clock.later(1)
    for number in range(3):
        decision = decided(filled, Outcome.FINISHED)
        after = msgspec.structs.replace(decision.after, remote_id=f"ended {number}")
        await put(filled, msgspec.structs.replace(decision, after=after))
        await filled.add_long_task(f"left {number}", due_in=None)
    counts = []
    for _ in range(3):
        async with filled.database.begin() as connection:
            ended = await long_tasks.forget(connection, ended_before=before, limit=2)
            left = await long_tasks.forget_unfollowed(connection, before=before, limit=2)
        counts.append((ended, left))
    assert counts == [(2, 2), (1, 1), (0, 0)]


async def test_unreadable_json_is_left_out_of_a_readable_state(filled: FilledDatabase) -> None:
    await filled.add_long_task()
    async with filled.database.begin() as connection:
        await connection.execute(update(long_task_table).values(snapshot="{", samples="["))
    row = await filled.long_task()
    readable = long_tasks.readable_state(row)
    assert (readable.snapshot, readable.samples, readable.remote_id) == (None, (), "1")
    with pytest.raises(msgspec.DecodeError):
        long_tasks.task_state(row)


async def test_a_person_may_ask_for_a_look_every_five_seconds(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task(due_in=60)

    async def ask() -> bool:
        async with filled.database.begin() as connection:
            return await long_tasks.check_now(connection, long_task_id, now=filled.clock())

    granted = []
    for _ in range(4):
        granted.append(await ask())
        filled.clock.move(2.5)
    due_at = (await filled.long_task()).due_at
    assert (granted, due_at) == ([True, False, True, False], filled.clock() - timedelta(seconds=5))
