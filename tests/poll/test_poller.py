"""How looks are taken, shared and written: batches, threads, findings, claims, crashes, lateness."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.clients.confluence import ConfluenceClient
from bot.db import claims
from bot.db import long_tasks as task_rows
from bot.db.engine import Database, DatabaseAway
from bot.db.models import findings, long_tasks, subscriptions
from bot.domain.poll_result import PollResult, Seen
from bot.domain.snapshot import Finding, Kind, Snapshot
from bot.domain.states import Verbosity
from bot.poll.poller import GATHER_SECONDS, IDLE_SECONDS
from sandbox.confluence import Ending, Moment, Note, Story, faults

RENAMES = tuple(Note("WARN_RENAME_PAGE", (f"Page {number}", f"Page {number} (2)")) for number in range(3))


def telling(*moments: tuple[float, float, tuple[Note, ...]]) -> Story:
    """A copy without end: at, percent, what is listed."""
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


MOVING = telling(*((10.0 * number, number, ()) for number in range(100)))
STILL = telling((0, 7, ()))


async def test_looks_that_land_together_are_written_together(rig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(5)]
    done = [
        await rig.begin(Story(name="s", operation=Kind.COPY, moments=MOVING.moments[:1], ends_at=20)) for _ in range(3)
    ]
    with capture_logs() as logs:
        await rig.run(60)
    assert [entry["event"] for entry in logs] == []
    assert [(await rig.task(remote_id)).outcome for remote_id in ids + done] == ["following"] * 5 + ["finished"] * 3
    assert all([(await rig.task(remote_id)).percent > 0 for remote_id in ids])


async def test_many_threads_of_one_long_task_share_one_look(plain_rig) -> None:
    rig = plain_rig
    alone = await rig.begin(MOVING)
    await rig.run(600)
    one = rig.site.looks(alone)
    many = await rig.begin(MOVING, channels=[f"C{number}" for number in range(20)])
    begun = rig.site.looks(many)
    await rig.run(600)
    assert begun == 20
    assert abs(rig.site.looks(many) - begun - one) <= 2
    assert len([row for row in await rig.rows(subscriptions) if row["card_dirty_since"]]) == 21


async def test_a_late_thread_is_told_what_was_found_before_in_one_reply(rig) -> None:
    story = telling((0, 0, ()), (5, 10, RENAMES[:1]), (40, 20, RENAMES[:2]), (300, 30, RENAMES))
    remote_id = await rig.begin(story)
    await rig.run(120)
    await rig.follow(remote_id, channel="C2")
    await rig.follow(remote_id, channel="C3", verbosity=Verbosity.QUIET)
    await rig.run(400)
    assert [await rig.told(remote_id, channel=channel) for channel in ("C1", "C2", "C3")] == [
        ["warnings 1-1", "warnings 2-2", "warnings 3-3"],
        ["warnings 1-2 earlier", "warnings 3-3"],
        [],
    ]


async def test_a_thread_that_begins_with_findings_is_told_them_as_earlier_ones(rig) -> None:
    remote_id = await rig.begin(telling((0, 10, RENAMES)))
    await rig.run(60)
    assert await rig.told(remote_id) == ["warnings 1-3 earlier"]


async def test_findings_are_told_once_over_restarts_reordering_and_disappearing(rig) -> None:
    story = telling(
        (0, 0, ()), (10, 10, RENAMES[:2]), (40, 20, ()), (80, 30, RENAMES[1::-1]), (120, 40, RENAMES), (160, 50, ())
    )
    remote_id = await rig.begin(story)
    for _ in range(10):
        await rig.run(30)
        rig.poller = rig.new_poller()
    assert await rig.told(remote_id) == ["warnings 1-2", "warnings 3-3"]
    assert await rig.found(remote_id) == {"WARN_RENAME_PAGE": 3}


async def test_a_count_that_grows_is_no_new_warning(rig) -> None:
    counts = [(Note("WARN_IGNORE_VIEW_RESTRICTED", (str(count),)),) for count in (0, 2, 5)]
    story = telling((0, 0, counts[0]), (20, 10, counts[1]), (60, 20, counts[2]))
    remote_id = await rig.begin(story)
    await rig.run(200)
    assert await rig.told(remote_id) == ["warnings 1-1"]
    assert await rig.found(remote_id) == {"WARN_IGNORE_VIEW_RESTRICTED": 5}


async def test_the_verbosity_decides_what_a_thread_shows(rig) -> None:
    moments = (
        Moment(at=0, percent=0, key="STATUS_COPYING_PAGES"),
        Moment(at=20, percent=80, key="STATUS_RELINK_PAGES", notes=RENAMES[:1]),
    )
    story = Story(name="s", operation=Kind.COPY, moments=moments, ends_at=60, notes=RENAMES[:1])
    remote_id = rig.site.add(story)
    for channel, verbosity in (("C1", Verbosity.QUIET), ("C2", Verbosity.NORMAL), ("C3", Verbosity.ALL)):
        await rig.follow(remote_id, channel=channel, verbosity=verbosity)
    await rig.run(120)
    assert [await rig.told(remote_id, channel=channel) for channel in ("C1", "C2", "C3")] == [
        ["completion"],
        ["warnings 1-1", "completion"],
        ["warnings 1-1", "phase", "completion"],
    ]


async def test_ten_thousand_findings_are_bounded_counted_and_cost_nothing_when_unchanged(plain_rig) -> None:
    rig = plain_rig
    notes = tuple(Note("WARN_RENAME_PAGE", (f"P{number}", f"Q{number}")) for number in range(10_000))
    remote_id = await rig.begin(telling((0, 0, ()), (5, 10, notes)))
    await rig.run(30)
    task = await rig.task(remote_id)
    assert len(await rig.rows(findings)) == 5_000
    assert (task.findings_seq, task.findings_seq + task.findings_beyond) == (5_000, 10_000)
    asked = rig.asked()
    await rig.run(600)
    after = await rig.task(remote_id)
    assert rig.asked() > asked
    assert (after.version, after.findings_beyond, after.snapshot) == (task.version, 5_000, task.snapshot)
    assert await rig.told(remote_id) == ["warnings 1-5000"]
    rig.poller = rig.new_poller()
    await rig.run(60)
    assert await rig.told(remote_id) == ["warnings 1-5000"]


async def test_a_look_that_finds_nothing_new_writes_two_columns(rig) -> None:
    remote_id = await rig.begin(STILL)
    await rig.run(20)
    before = await rig.task(remote_id)
    await rig.run(120)
    after = await rig.task(remote_id)
    assert after.checked_at > before.checked_at
    changed = {name for name in vars(before) if getattr(before, name) != getattr(after, name)}
    assert changed == {"checked_at", "due_at"}


async def test_a_row_that_cannot_be_read_is_set_aside_after_five_looks_and_the_others_go_on(rig) -> None:
    bad, good = await rig.begin(MOVING), await rig.begin(MOVING)
    async with rig.database.begin() as connection:
        await connection.execute(
            update(long_tasks).where(long_tasks.c.remote_id == bad).values(snapshot='{"percent": "much"}')
        )
    await rig.run(300)
    task = await rig.task(bad)
    assert (task.outcome, task.trouble, task.crashes, task.due_at, task.snapshot) == (
        "result unknown",
        "set_aside",
        5,
        None,
        None,
    )
    assert await rig.told(bad) == ["completion"]
    assert (await rig.task(good)).percent > 20
    assert b'longtask_rows_set_aside_total{step="poll"} 1.0' in rig.metrics.render()


class Crashing(ConfluenceClient):
    """A client with a mistake in it that one long task meets."""

    crashing = ""
    answer: PollResult | None = None

    async def look(self, site: Any, credential: Any, remote_id: str, **options: Any) -> PollResult:
        if remote_id == self.crashing:
            if self.answer is None:
                raise RuntimeError("a mistake")
            return self.answer
        return await super().look(site, credential, remote_id, **options)


async def test_a_look_that_crashes_is_set_aside_after_five_times(rig) -> None:
    bad, good = await rig.begin(MOVING), await rig.begin(MOVING)
    rig.poller.confluence = client = Crashing(rig.client._session)
    client.crashing = bad
    snapshot = (await rig.task(bad)).snapshot
    await rig.run(300)
    task = await rig.task(bad)
    assert (task.outcome, task.trouble, task.snapshot) == ("result unknown", "set_aside", snapshot)
    assert ((await rig.task(good)).percent > 20, await rig.site_row()) == (True, await rig.site_row())


async def test_what_cannot_be_written_is_set_aside_and_the_batch_is_written_without_it(rig) -> None:
    bad, good = await rig.begin(MOVING), await rig.begin(MOVING)
    rig.poller.confluence = client = Crashing(rig.client._session)
    client.crashing = bad
    enormous = Finding(key="WARN_RENAME_PAGE", identity="x", count=10**30)
    client.answer = Seen(snapshot=Snapshot(percent=1.0, findings_digest="new", findings_count=1), findings=(enormous,))
    await rig.run(300)
    task = await rig.task(bad)
    assert (task.outcome, task.trouble, task.crashes) == ("result unknown", "set_aside", 5)
    assert (await rig.task(good)).percent > 20


async def test_a_crash_now_and_then_is_forgotten(rig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.poller.confluence = client = Crashing(rig.client._session)
    for _ in range(4):
        client.crashing = remote_id
        while (await rig.task(remote_id)).crashes < 3:
            await rig.run(5)
        client.crashing = ""
        while (await rig.task(remote_id)).crashes:
            await rig.run(5)
    assert (await rig.task(remote_id)).outcome == "following"


async def test_a_poller_that_lost_its_claim_writes_nothing(rig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    late = rig.new_poller()
    await late.claim_step()
    while late._tasks:
        await asyncio.wait(set(late._tasks))
    async with rig.database.begin() as connection:
        await connection.execute(update(long_tasks).values(claim_id="somebody else's"))
    before = await rig.task(remote_id)
    await late.write_step()
    assert (vars(await rig.task(remote_id)), late.under_way()) == (vars(before), {})


async def test_a_claim_that_ran_out_is_taken_by_another_process(rig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    async with rig.database.begin() as connection:
        await claims.claim_long_tasks(connection, site_id=1, limit=5, now=rig.clock())
        # As if the process had been killed and its lease were over, by whatever clock.
        await connection.execute(update(long_tasks).values(claimed_until=rig.clock().replace(year=2000)))
    assert await rig.poller.claim_step() == GATHER_SECONDS
    await rig.poller.settle()
    assert (await rig.task(remote_id)).checked_at == rig.clock()


async def test_what_another_process_looks_at_is_left_alone(rig) -> None:
    await rig.begin(MOVING)
    rig.clock.move(30)
    async with rig.database.begin() as connection:
        await claims.claim_long_tasks(connection, site_id=1, limit=5, now=rig.clock())
        await connection.execute(update(long_tasks).values(claimed_until=rig.clock().replace(year=2999)))
    asked = rig.asked()
    assert (await rig.poller.claim_step(), rig.poller.under_way(), rig.asked()) == (IDLE_SECONDS, {}, asked)


async def test_stopping_finishes_what_is_under_way_and_gives_the_claims_back(rig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(3)]
    rig.clock.move(30)
    await rig.poller.claim_step()
    await rig.poller.stop(within=timedelta(seconds=5))
    for remote_id in ids:
        task = await rig.task(remote_id)
        assert (task.checked_at, task.claim_id, task.claimed_until) == (rig.clock(), None, None)


async def test_stopping_does_not_wait_for_a_slow_answer(rig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    rig.site.faults.add(faults.slow(5))
    await rig.poller.claim_step()
    await rig.poller.stop(within=timedelta(seconds=0.05))
    assert ((await rig.task(remote_id)).claim_id, rig.poller.under_way()) == (None, {})


async def test_claims_are_held_while_a_look_is_under_way(plain_rig) -> None:
    rig = plain_rig
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    rig.site.faults.add(faults.slow(0.2))
    await rig.poller.claim_step()
    first = (await rig.task(remote_id)).claimed_until
    rig.clock.move(9)
    assert await rig.poller.renew_step() == claims.RENEW_SECONDS
    assert ((await rig.task(remote_id)).claimed_until - first).total_seconds() == 9
    await rig.poller.settle()


async def test_what_was_seen_while_the_database_was_away_is_written_when_it_is_back(plain_rig, monkeypatch) -> None:
    rig = plain_rig
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    await rig.poller.claim_step()
    while rig.poller._tasks:
        await asyncio.wait(set(rig.poller._tasks))
    seen = rig.clock()
    with monkeypatch.context() as away:

        def begin(_self: Database) -> Any:
            raise DatabaseAway("locked")

        away.setattr(Database, "begin", begin)
        with pytest.raises(DatabaseAway):
            await rig.poller.write_step()
    rig.clock.move(30)
    asked = rig.asked()
    assert (await rig.poller.claim_step(), rig.asked()) == (IDLE_SECONDS, asked)
    await rig.poller.write_step()
    task = await rig.task(remote_id)
    assert (task.percent, task.checked_at >= seen, task.claim_id) == (3, True, None)


async def test_no_more_looks_are_under_way_than_there_are_places_and_slow_ones_hold_up_nobody(two_sites) -> None:
    rig = two_sites
    for _ in range(6):
        await rig.begin(MOVING)
    quick = await rig.begin(MOVING, site=1)
    rig.clock.move(30)
    rig.simulators[0].faults.add(faults.slow(0.3))
    rig.poller = poller = rig.new_poller(at_once=4)
    wait = await poller.claim_step()
    assert (wait, poller.under_way()) == (GATHER_SECONDS, {1: 4, 2: 1})
    while not poller._landed:
        await asyncio.wait(set(poller._tasks), return_when=asyncio.FIRST_COMPLETED)
    await poller.write_step()
    assert ((await rig.task(quick)).checked_at, poller.under_way()) == (rig.clock(), {1: 4})
    await poller.claim_step()
    assert poller.under_way() == {1: 4}
    await poller.settle()
    await poller.claim_step()
    assert poller.under_way() == {1: 2}
    await poller.settle()


async def test_a_step_says_when_the_next_look_is_due_and_rests_where_nothing_is(plain_rig) -> None:
    rig = plain_rig
    assert await rig.poller.claim_step() == IDLE_SECONDS
    remote_id = await rig.begin(MOVING)
    task = await rig.task(remote_id)
    rig.clock.move((task.due_at - rig.clock()).total_seconds() - 0.4)
    assert await rig.poller.claim_step() == pytest.approx(0.4, abs=0.001)
    assert rig.poller.under_way() == {}


async def test_a_long_task_whose_last_thread_stopped_during_a_look_is_looked_at_no_more(rig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.clock.move(30)
    await rig.poller.claim_step()
    task = await rig.task(remote_id)
    async with rig.database.begin() as connection:
        await connection.execute(update(subscriptions).values(state="stopped"))
        await task_rows.rest(connection, [task.id])
    await rig.poller.settle()
    asked = rig.asked()
    await rig.run(300)
    assert ((await rig.task(remote_id)).due_at, rig.asked()) == (None, asked)


async def test_a_person_who_asks_is_answered_at_once_and_at_most_every_five_seconds(rig) -> None:
    remote_id = await rig.begin(STILL)
    await rig.run(600)
    task = await rig.task(remote_id)
    granted = []
    for _ in range(7):
        async with rig.database.begin() as connection:
            granted.append(await task_rows.check_now(connection, task.id, now=rig.clock()))
        await rig.step()
        granted.append((await rig.task(remote_id)).checked_at == rig.clock())
        rig.clock.move(2)
    assert granted == [True, True, False, False, False, False] * 2 + [True, True]


async def test_nobody_is_promised_a_look_at_what_has_ended_or_is_not_there(rig) -> None:
    remote_id = await rig.begin(Story(name="s", operation=Kind.COPY, moments=MOVING.moments[:1], ends_at=10))
    await rig.run(60)
    task = await rig.task(remote_id)
    async with rig.database.begin() as connection:
        granted = [await task_rows.check_now(connection, number, now=rig.clock()) for number in (task.id, 999)]
    assert (granted, (await rig.task(remote_id)).due_at) == ([False, False], None)
