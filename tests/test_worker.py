"""Claims of one process: kept, renewed, lost, let go and given back, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.db.engine import open_database
from bot.db.models import long_tasks
from bot.db.url import parse
from bot.metrics import Metrics
from bot.worker import Worker
from tests.support.filled_database import FilledDatabase
from tests.support.metrics import samples


def worker_on(filled: FilledDatabase, metrics: Metrics | None = None) -> Worker[int]:
    work = (metrics or Metrics()).work
    return Worker(table=long_tasks, database=filled.database, now=filled.clock, metrics=work)


@pytest.fixture
def worker(filled: FilledDatabase) -> Worker[int]:
    return worker_on(filled)


async def hold(filled: FilledDatabase, worker: Worker[int], *remote_ids: str) -> dict[str, int]:
    """Claim due long tasks and hold them; their ids."""
    for remote_id in remote_ids:
        await filled.add_long_task(remote_id)
    rows = {row.remote_id: row for row in await filled.claim()}
    for row in rows.values():
        worker.hold(row.id, row.claim_id or "")
    return {remote_id: rows[remote_id].id for remote_id in remote_ids}


async def free(filled: FilledDatabase) -> list[str]:
    """The remote ids of long tasks that another process can claim."""
    return sorted(row.remote_id for row in await filled.claim())


async def test_a_held_claim_is_renewed_until_it_is_let_go(filled: FilledDatabase, worker: Worker[int]) -> None:
    ids = await hold(filled, worker, "1", "2")
    await filled.expire(long_tasks)
    worker.let_go(ids["2"])
    lost = await worker.renew()
    assert (lost, list(worker.held), await free(filled)) == (frozenset(), [ids["1"]], ["2"])


async def test_a_lease_lasts_ten_seconds_from_its_last_renewal(sqlite_filled: FilledDatabase) -> None:
    filled = sqlite_filled
    worker = worker_on(filled)
    await hold(filled, worker, "1")
    filled.clock.move(9)
    await worker.renew()
    filled.clock.move(9)
    held = await free(filled)
    filled.clock.move(2)
    assert (held, await free(filled)) == ([], ["1"])


async def test_a_claim_that_another_process_took_is_reported_as_lost(
    filled: FilledDatabase, worker: Worker[int]
) -> None:
    ids = await hold(filled, worker, "1", "2")
    await filled.expire(long_tasks)
    (taken,) = await filled.claim(limit=1)
    lost = await worker.renew()
    assert lost == {taken.id}
    assert set(worker.held) == set(ids.values())


async def test_claims_are_counted_with_those_that_another_process_took_once_each(filled: FilledDatabase) -> None:
    metrics = Metrics()
    worker = worker_on(filled, metrics)
    ids = await hold(filled, worker, "1", "2")
    await filled.expire(long_tasks)
    (taken,) = await filled.claim(limit=1)
    for _ in range(3):
        await worker.renew()
    worker.lose(taken.id)
    names = ("longtask_claims", "longtask_claims_lost_total", "longtask_crashes_total")
    assert samples(metrics, *names) == {
        'longtask_claims{table="long_tasks"}': len(ids) - 1,
        'longtask_claims_lost_total{table="long_tasks"}': 1.0,
        'longtask_crashes_total{table="long_tasks"}': 0.0,
    }


async def test_without_claims_nothing_is_renewed_or_given_back(filled: FilledDatabase, worker: Worker[int]) -> None:
    await filled.add_long_task("1")
    (row,) = await filled.claim()
    assert await worker.renew() == frozenset()
    await worker.give_back()
    assert await filled.long_task("1") == row


async def test_work_lets_its_claim_go_once_it_is_done(filled: FilledDatabase, worker: Worker[int]) -> None:
    ids = await hold(filled, worker, "1", "2")
    done: list[str] = []

    async def work(remote_id: str) -> None:
        done.append(remote_id)

    worker.start(work("1"), then_let_go=ids["1"])
    worker.start(work("2"))
    busy = worker.is_busy
    await worker.settle()
    assert (busy, worker.is_busy, sorted(done), list(worker.held)) == (True, False, ["1", "2"], [ids["2"]])


async def test_settling_waits_for_work_that_begins_meanwhile(worker: Worker[int]) -> None:
    done: list[str] = []

    async def second() -> None:
        done.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        worker.start(second())
        done.append("first")

    worker.start(first())
    await worker.settle()
    assert done == ["first", "second"]


async def test_work_that_crashes_is_logged_and_its_claim_runs_out(filled: FilledDatabase, worker: Worker[int]) -> None:
    ids = await hold(filled, worker, "1")

    async def crash() -> None:
        raise LookupError("on purpose")

    with capture_logs() as logs:
        worker.start(crash(), then_let_go=ids["1"])
        await worker.settle()
    await filled.expire(long_tasks)
    await worker.renew()
    assert [(entry["event"], entry["table"], entry["key"], entry["work"]) for entry in logs] == [
        ("work_crashed", "long_tasks", ids["1"], crash.__qualname__)
    ]
    assert await free(filled) == ["1"]


async def test_stopping_waits_for_the_work_and_gives_every_claim_back(
    filled: FilledDatabase, worker: Worker[int]
) -> None:
    ids = await hold(filled, worker, "1", "2")
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    worker.start(work(), then_let_go=ids["1"])
    await worker.stop(within=timedelta(seconds=5))
    assert (done.is_set(), worker.is_busy, dict(worker.held)) == (True, False, {})
    # The claim of work that is done is not given back: the work has written its row.
    assert await free(filled) == ["2"]


async def test_stopping_cancels_work_that_takes_too_long_and_gives_its_claim_back(
    filled: FilledDatabase, worker: Worker[int]
) -> None:
    ids = await hold(filled, worker, "1")
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    worker.start(work(), then_let_go=ids["1"])
    await worker.stop(within=timedelta(seconds=0.01))
    assert (cancelled.is_set(), worker.is_busy, dict(worker.held)) == (True, False, {})
    assert await free(filled) == ["1"]


async def test_a_claim_that_was_lost_is_not_given_back(filled: FilledDatabase, worker: Worker[int]) -> None:
    await hold(filled, worker, "1")
    await filled.expire(long_tasks)
    (taken,) = await filled.claim()
    await worker.give_back()
    assert await filled.long_task("1") == taken


async def test_claims_that_cannot_be_given_back_run_out(filled: FilledDatabase) -> None:
    away = open_database(parse("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    worker: Worker[int] = Worker(table=long_tasks, database=away, now=filled.clock, metrics=Metrics().work)
    worker.hold(1, "a claim")
    with capture_logs() as logs:
        await worker.give_back()
    await away.close()
    assert [(entry["event"], entry["claims"], entry["error"]) for entry in logs] == [
        ("claims_not_given_back", 1, "DatabaseAway")
    ]
    assert dict(worker.held) == {}
