"""A site that is down: one probe at a time, said once, and everything fresh soon after."""

from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from bot.domain.snapshot import Kind
from sandbox.confluence import Ending, Moment, Story, faults

MOVING = Story(
    name="a copy of days",
    operation=Kind.COPY,
    moments=tuple(
        Moment(at=20.0 * number, percent=number // 100, key="STATUS_COPIED_PAGES", args=(str(number), "10000"))
        for number in range(10_000)
    ),
    ends_at=200_000,
    ending=Ending.NEVER,
    total=10_000,
)


async def test_while_a_site_is_down_it_is_asked_one_question_at_a_time(rig) -> None:
    for _ in range(12):
        await rig.begin(MOVING)
    await rig.run(60)
    rig.site.faults.add(faults.status(503))
    while (await rig.site_row()).down_since is None:
        await rig.run(1)
    assert (await rig.site_row()).failures == 3
    first = len(rig.site.log)
    began = rig.clock.seconds()
    await rig.run(600)
    probes = [one.at - began for one in list(rig.site.log)[first:]]
    assert all(later - earlier >= 1.9 for earlier, later in pairwise(probes))
    assert max(later - earlier for earlier, later in pairwise(probes)) <= 61
    assert len(probes) <= 30
    # the probes take turns among the long tasks
    assert len({one.path for one in list(rig.site.log)[first:]}) > 6


async def test_an_outage_is_told_once_after_five_minutes_and_once_when_it_is_over(rig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(12)]
    await rig.run(60)
    number = rig.site.faults.add(faults.status(503))
    with capture_logs() as logs:
        await rig.run(290)
        before = [await rig.told(remote_id) for remote_id in ids]
        await rig.run(120)
        during = [await rig.told(remote_id) for remote_id in ids]
        rig.site.faults.remove(number)
        while (await rig.site_row()).down_since is not None:
            await rig.run(1)
        await rig.run(60)
    assert (before, during) == ([[]] * 12, [["down began"]] * 12)
    for remote_id in ids:
        task = await rig.task(remote_id)
        assert await rig.told(remote_id) == ["down began", "down over"]
        assert ((rig.clock() - task.checked_at).total_seconds() <= 61, task.trouble, task.failures) == (True, None, 0)
    assert [entry["event"] for entry in logs] == ["site_is_down", "site_is_back"]


async def test_a_short_outage_is_not_spoken_of(rig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(5)]
    number = rig.site.faults.add(faults.reset())
    await rig.run(240)
    rig.site.faults.remove(number)
    await rig.run(120)
    assert [await rig.told(remote_id) for remote_id in ids] == [[]] * 5
    assert (await rig.site_row()).down_since is None


async def test_recovery_is_seen_within_a_minute_even_after_hours(plain_rig) -> None:
    rig = plain_rig
    ids = [await rig.begin(MOVING) for _ in range(3)]
    await rig.run(60)
    number = rig.site.faults.add(faults.status(503))
    await rig.run(2 * 3600)
    rig.site.faults.remove(number)
    await rig.run(62)
    for remote_id in ids:
        task = await rig.task(remote_id)
        assert ((rig.clock() - task.checked_at).total_seconds() <= 62, task.outcome) == (True, "following")
        assert await rig.told(remote_id) == ["down began", "down over"]


async def test_looks_under_way_when_the_breaker_opened_do_not_lengthen_its_rest(plain_rig) -> None:
    rig = plain_rig
    for _ in range(30):
        await rig.begin(MOVING)
    rig.clock.move(30)
    rig.site.faults.add(faults.status(503))
    await rig.step()
    row = await rig.site_row()
    assert (row.failures, (row.probe_at - rig.clock()).total_seconds() <= 10) == (3, True)


async def test_a_503_that_says_when_to_come_back_is_believed(plain_rig) -> None:
    rig = plain_rig
    await rig.begin(MOVING)
    rig.site.faults.add(faults.status(503, headers={"Retry-After": "300"}))
    await rig.run(60)
    asked = rig.asked()
    await rig.run(200)
    assert rig.asked() == asked


async def test_another_site_is_not_affected(two_sites) -> None:
    rig = two_sites
    here, there = await rig.begin(MOVING), await rig.begin(MOVING, site=1)
    rig.simulators[0].faults.add(faults.reset())
    await rig.run(900)
    task = await rig.task(there)
    assert (await rig.told(here), await rig.told(there)) == (["down began"], [])
    assert ((rig.clock() - task.checked_at).total_seconds() <= 61, (await rig.site_row(1)).failures) == (True, 0)


async def test_one_long_task_that_alone_fails_speaks_for_itself(rig) -> None:
    bad, good = await rig.begin(MOVING), await rig.begin(MOVING)
    number = rig.site.faults.add(faults.status(500), task=bad)
    await rig.run(900)
    assert (await rig.told(bad), await rig.told(good)) == (["down began"], [])
    rig.site.faults.remove(number)
    await rig.run(120)
    assert (await rig.told(bad), await rig.told(good)) == (["down began", "down over"], [])


@pytest.mark.parametrize("status", [401, 404])
async def test_any_answer_of_a_site_shows_that_it_is_there(plain_rig, status: int) -> None:
    rig = plain_rig
    await rig.begin(MOVING)
    rig.site.faults.add(faults.status(503), until=rig.clock.seconds() + 60)
    await rig.run(50)
    assert (await rig.site_row()).down_since is not None
    rig.clock.move(11)
    rig.site.faults.clear()
    rig.site.faults.add(faults.status(status))
    await rig.run(61)
    assert (await rig.site_row()).down_since is None


async def test_a_site_is_probed_although_its_only_account_was_refused_before(plain_rig) -> None:
    rig = plain_rig
    remote_id = await rig.begin(MOVING)
    rig.site.faults.add(faults.status(403), times=1)
    await rig.run(30)
    rig.site.faults.add(faults.status(503), until=rig.clock.seconds() + 3000)
    await rig.run(4000)
    task = await rig.task(remote_id)
    assert ((rig.clock() - task.checked_at).total_seconds() <= 61, task.trouble) == (True, None)
    assert (await rig.account_state(), (await rig.site_row()).down_since) == ("active", None)
