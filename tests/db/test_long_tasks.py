from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bot.db import long_tasks, subscriptions
from bot.db.models import long_tasks as rows
from bot.domain.samples import Sample, added
from bot.domain.states import Outcome
from bot.domain.task_state import Decision, TaskState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)


def look(outcome: Outcome = Outcome.FOLLOWING, *, samples: tuple[Sample, ...] = ()) -> Decision:
    after = TaskState(remote_id="1", created_at=NOW, checked_at=NOW, outcome=outcome, samples=samples)
    return Decision(after=after, due_at=LATER if outcome is Outcome.FOLLOWING else None)


async def test_a_long_task_is_one_row_however_often_it_is_asked_for(given: Any) -> None:
    async with given.database.begin() as connection:
        first = await long_tasks.put(connection, site_id=given.site, look=look(), now=NOW)
        again = await long_tasks.put(connection, site_id=given.site, look=look(), now=LATER)
        assert await long_tasks.find(connection, site_id=given.site, remote_id="1") == first == again
        assert await long_tasks.live_count(connection) == 1
    assert long_tasks.watched(first) == look().after


async def test_one_that_ended_and_is_asked_for_again_is_looked_at_anew(given: Any) -> None:
    async with given.database.begin() as connection:
        ended = await long_tasks.put(connection, site_id=given.site, look=look(Outcome.FINISHED), now=NOW)
        again = await long_tasks.put(connection, site_id=given.site, look=look(), now=LATER)
    assert (ended["ended_at"], ended["due_at"]) == (NOW, None)
    assert (again["id"], again["ended_at"], again["due_at"], again["outcome"]) == (
        ended["id"],
        None,
        LATER,
        "following",
    )


async def test_however_long_it_runs_so_many_samples_are_kept(given: Any) -> None:
    samples: tuple[Sample, ...] = ()
    for number in range(1_000):
        samples = added(samples, Sample(at=float(number), percent=number / 10))
    async with given.database.begin() as connection:
        row = await long_tasks.put(connection, site_id=given.site, look=look(samples=samples), now=NOW)
    assert len(long_tasks.samples_of(row["samples"])) <= 64
    assert long_tasks.watched(row).samples == samples


async def test_writing_a_look_gives_the_claim_back(given: Any) -> None:
    task = await given.task(1, claim_id="mine", claimed_until=LATER)
    async with given.database.begin() as connection:
        row = await long_tasks.find(connection, site_id=given.site, remote_id="1")
        assert row is not None
        await long_tasks.write_looks(connection, [(task, long_tasks.watched(row), look(Outcome.FINISHED))], now=LATER)
    columns = (rows.c.claim_id, rows.c.claimed_until, rows.c.outcome, rows.c.ended_at, rows.c.due_at)
    assert await given.rows(select(*columns)) == [(None, None, "finished", LATER, None)]


async def test_what_no_thread_follows_any_more_rests_until_somebody_asks(given: Any) -> None:
    task = await given.task(1)
    one, two = await given.thread(task), await given.thread(task, channel="C2")
    due = []
    for thread in (one, two):
        async with given.database.begin() as connection:
            await subscriptions.stop(connection, thread, stopped_by="U1", now=NOW)
            await long_tasks.rest(connection, [task])
        due += await given.rows(select(rows.c.due_at))
    async with given.database.begin() as connection:
        await long_tasks.due_now(connection, task, now=LATER)
    assert [*due, *await given.rows(select(rows.c.due_at))] == [(NOW,), (None,), (LATER,)]


async def test_what_does_not_read_is_left_out_where_it_must_be_told(given: Any) -> None:
    await given.task(1, snapshot="{", samples="[")
    async with given.database.begin() as connection:
        row = await long_tasks.find(connection, site_id=given.site, remote_id="1")
    assert row is not None
    barely = long_tasks.watched_barely(row)
    assert (barely.snapshot, barely.samples, barely.remote_id) == (None, (), "1")
    with pytest.raises(msgspec.DecodeError):
        long_tasks.watched(row)
