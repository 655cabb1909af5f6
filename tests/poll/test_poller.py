"""How looks are claimed, made side by side, and shared between processes."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from bot.db import claims, long_tasks
from bot.db.engine import DatabaseAway
from bot.db.models import long_tasks as long_task_table
from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import Kind
from bot.domain.states import Outcome
from bot.poll import Poller
from bot.poll.poller import GATHER_SECONDS, IDLE_SECONDS
from sandbox.confluence import Ending, Moment, Note, Story, faults
from tests.poll.rig import PollRig

RENAMES = tuple(Note("WARN_RENAME_PAGE", (f"Page {number}", f"Page {number} (2)")) for number in range(3))


def copy(*moments: tuple[float, float, tuple[Note, ...]]) -> Story:
    """A copy without end: seconds, percent, what is listed."""
    return Story(
        name="a copy",
        operation=Kind.COPY,
        moments=tuple(
            Moment(at=at, percent=percent, key="STATUS_COPIED_PAGES", args=(str(int(percent)), "100"), notes=notes)
            for at, percent, notes in moments
        ),
        ends_at=1e9,
        ending=Ending.NEVER,
        total=100,
    )


MOVING = copy(*((10.0 * number, number, ()) for number in range(100)))
STILL = copy((0, 7, ()))
SHORT = Story(name="a short copy", operation=Kind.COPY, moments=MOVING.moments[:1], ends_at=20)


async def until(poller: Poller, looks: dict[int, int]) -> None:
    """Wait until so many looks are under way, by site id."""
    while poller.looks_by_site() != looks:  # noqa: ASYNC110 -- the poller has no event for it
        await asyncio.sleep(0.001)


async def test_long_tasks_are_polled_side_by_side_to_their_ends(rig: PollRig) -> None:
    running = [await rig.begin(MOVING) for _ in range(5)]
    ending = [await rig.begin(SHORT) for _ in range(3)]
    with capture_logs() as logs:
        await rig.run(60)
    tasks = [await rig.task(remote_id) for remote_id in running + ending]
    assert [task.outcome for task in tasks] == [Outcome.FOLLOWING] * 5 + [Outcome.FINISHED] * 3
    assert all(task.percent is not None and task.percent > 0 for task in tasks)
    assert logs == []


async def test_many_threads_of_one_long_task_share_one_look(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    channels = [f"C{number}" for number in range(20)]
    alone, shared = await rig.begin(MOVING), await rig.begin(MOVING, channels=channels)
    for channel in channels:
        await rig.post_first(shared, channel=channel)
    await rig.run(600)
    assert abs(rig.site.looks(shared) - rig.site.looks(alone)) <= 2
    cards = [
        message
        for channel in channels
        for message in await rig.messages(shared, channel=channel)
        if message.kind is MessageKind.CARD
    ]
    assert [card.stale_since is not None for card in cards] == [True] * 20


async def test_findings_are_announced_once_over_restarts_reordering_and_disappearing(rig: PollRig) -> None:
    story = copy(
        (0, 0, ()), (10, 10, RENAMES[:2]), (40, 20, ()), (80, 30, RENAMES[1::-1]), (120, 40, RENAMES), (160, 50, ())
    )
    remote_id = await rig.begin(story)
    for _ in range(10):
        await rig.run(30)
        rig.poller = rig.new_poller()
    assert await rig.replies(remote_id) == ["WARN_RENAME_PAGE"]
    assert await rig.found(remote_id) == {"WARN_RENAME_PAGE": 3}


async def test_status_keys_that_no_table_knows_are_counted(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    notes = (RENAMES[0], Note("WARN_NOBODY_KNOWS", ("a page",)))
    odd = Moment(at=10, percent=10, key="STATUS_NOBODY_KNOWS", notes=notes)
    await rig.begin(Story(name="s", operation=Kind.COPY, moments=(MOVING.moments[0], odd), ends_at=1e9))
    assert b"longtask_unknown_status_keys_total 0.0" in rig.metrics.render()
    rig.clock.move(30)
    await rig.step()
    assert b"longtask_unknown_status_keys_total 2.0" in rig.metrics.render()


async def test_a_crash_now_and_then_is_forgotten(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    credentials = rig.credentials.by_account
    for _ in range(4):
        kept = credentials.pop(rig.polled[0].account_id)
        while (await rig.task(remote_id)).crashes < 3:
            await rig.run(5)
        credentials[rig.polled[0].account_id] = kept
        while (await rig.task(remote_id)).crashes:
            await rig.run(5)
    assert (await rig.task(remote_id)).outcome is Outcome.FOLLOWING


async def test_the_result_of_a_look_that_lost_its_claim_is_not_recorded(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    late = rig.new_poller()
    await late.claim_step()
    await late.look_finished.wait()
    await rig.filled.expire(long_task_table)
    (taken,) = await rig.filled.claim()
    await late.write_step()
    assert (await rig.task(remote_id), late.looks_by_site()) == (taken, {})


async def test_a_claim_that_ran_out_is_taken_by_another_process(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    await rig.filled.claim()
    await rig.filled.expire(long_task_table)
    assert await rig.poller.claim_step() == GATHER_SECONDS
    await rig.poller.settle()
    assert (await rig.task(remote_id)).checked_at == rig.clock()


async def test_long_tasks_claimed_by_another_process_are_left_alone(rig: PollRig) -> None:
    await rig.begin(MOVING)
    rig.clock.move(30)
    await rig.filled.claim()
    requests = rig.requests()
    assert await rig.poller.claim_step() == IDLE_SECONDS
    assert (rig.poller.looks_by_site(), rig.requests()) == ({}, requests)


async def test_stopping_finishes_the_looks_under_way_and_gives_the_claims_back(rig: PollRig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(3)]
    rig.clock.move(30)
    await rig.poller.claim_step()
    await rig.poller.stop(within=timedelta(seconds=5))
    tasks = [await rig.task(remote_id) for remote_id in ids]
    assert [(task.checked_at, task.claim_id) for task in tasks] == [(rig.clock(), None)] * 3


async def test_stopping_does_not_wait_for_a_slow_answer(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    rig.site.faults.add(faults.slow(5))
    await rig.poller.claim_step()
    await rig.poller.stop(within=timedelta(seconds=0.05))
    assert ((await rig.task(remote_id)).claim_id, rig.poller.looks_by_site()) == (None, {})


async def test_claims_are_renewed_while_a_look_is_under_way(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    await rig.begin(MOVING)
    rig.clock.move(30)
    rig.site.faults.add(faults.slow(0.2))
    await rig.poller.claim_step()
    rig.clock.move(9)
    assert await rig.poller.renew_step() == claims.RENEW_SECONDS
    rig.clock.move(9)
    assert await rig.filled.claim() == []
    await rig.poller.settle()


async def test_results_are_kept_while_the_database_is_away(sqlite_rig: PollRig, sqlite_url: str) -> None:
    rig = sqlite_rig
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    await rig.poller.claim_step()
    await rig.poller.look_finished.wait()
    async with rig.database.begin() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseAway):
        await rig.poller.write_step()
    other.execute("ROLLBACK")
    other.close()
    rig.clock.move(30)
    requests = rig.requests()
    await rig.poller.claim_step()
    assert rig.requests() == requests
    await rig.poller.write_step()
    task = await rig.task(remote_id)
    assert (task.percent, task.checked_at, task.claim_id) == (3, rig.clock(), None)


async def test_slow_looks_at_one_site_delay_no_other_site(two_sites: PollRig) -> None:
    rig = two_sites
    for _ in range(6):
        await rig.begin(MOVING)
    quick = await rig.begin(MOVING, site=1)
    rig.clock.move(30)
    rig.site.faults.add(faults.slow(3.0))
    slow_id, quick_id = (one.site_id for one in rig.polled)
    poller = rig.new_poller(max_looks=4)
    assert await poller.claim_step() == GATHER_SECONDS
    assert poller.looks_by_site() == {slow_id: 4, quick_id: 1}
    await until(poller, {slow_id: 4})
    await poller.write_step()
    assert ((await rig.task(quick, site=1)).checked_at, poller.looks_by_site()) == (rig.clock(), {slow_id: 4})
    await poller.claim_step()
    assert poller.looks_by_site() == {slow_id: 4}
    await poller.settle()
    await poller.claim_step()
    assert poller.looks_by_site() == {slow_id: 2}
    await poller.settle()


async def test_the_due_long_tasks_of_all_sites_are_claimed_in_one_transaction(two_sites: PollRig) -> None:
    rig = two_sites
    for site in range(2):
        await rig.begin(MOVING, site=site)
    rig.clock.move(30)
    writer = rig.database.writer.sync_engine
    commits: list[object] = []
    count = commits.append
    event.listen(writer, "commit", count)
    poller = rig.new_poller()

    await poller.claim_step()

    event.remove(writer, "commit", count)
    assert (poller.looks_by_site(), len(commits)) == ({one.site_id: 1 for one in rig.polled}, 1)
    await poller.settle()


async def test_a_look_that_waits_to_be_written_keeps_no_other_from_beginning(rig: PollRig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(3)]
    rig.clock.move(30)
    poller = rig.new_poller(max_looks=1)
    for _ in ids:
        await poller.claim_step()
        await until(poller, {})
    await poller.write_step()
    assert [(await rig.task(remote_id)).checked_at for remote_id in ids] == [rig.clock()] * 3


async def test_a_step_returns_the_seconds_until_the_next_look(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    assert await rig.poller.claim_step() == IDLE_SECONDS
    due_at = (await rig.task(await rig.begin(MOVING))).due_at
    assert due_at is not None
    rig.clock.move((due_at - rig.clock()).total_seconds() - 0.4)
    assert await rig.poller.claim_step() == pytest.approx(0.4, abs=0.001)
    assert rig.poller.looks_by_site() == {}


async def test_a_message_to_post_or_edit_wakes_the_deliverer_and_nothing_else_does(rig: PollRig) -> None:
    await rig.begin(copy((0, 7, ()), (100, 8, ())))
    woken = []
    for seconds in (50, 100):
        rig.clock.move(seconds)
        rig.poller.delivery_wake.clear()
        await rig.step()
        woken.append(rig.poller.delivery_wake.is_set())
    assert woken == [False, True]


async def test_a_long_task_whose_last_thread_stops_during_a_look_is_not_polled_again(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    await rig.poller.claim_step()
    await rig.stop_threads(remote_id)
    await rig.poller.settle()
    requests = rig.requests()
    await rig.run(300)
    assert ((await rig.task(remote_id)).due_at, rig.requests()) == (None, requests)


async def test_a_person_who_asks_gets_a_look_at_once_but_at_most_every_five_seconds(rig: PollRig) -> None:
    remote_id = await rig.begin(STILL)
    await rig.run(600)
    task = await rig.task(remote_id)
    granted = []
    for _ in range(7):
        async with rig.database.begin() as connection:
            granted.append(await long_tasks.check_now(connection, task.id, now=rig.clock()))
        await rig.step()
        granted.append(await rig.seconds_since_check(remote_id) == 0)
        rig.clock.move(2)
    assert granted == [True, True, False, False, False, False] * 2 + [True, True]


async def test_nobody_gets_a_look_at_a_long_task_that_has_ended_or_does_not_exist(rig: PollRig) -> None:
    remote_id = await rig.begin(SHORT)
    await rig.run(60)
    task = await rig.task(remote_id)
    async with rig.database.begin() as connection:
        granted = [await long_tasks.check_now(connection, number, now=rig.clock()) for number in (task.id, 999)]
    assert (granted, (await rig.task(remote_id)).due_at) == ([False, False], None)
