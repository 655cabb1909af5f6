"""Breakers of sites and accounts: one probe at a time, one message for all threads, everything fresh soon after."""

from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from bot.db import accounts, pauses, sites
from bot.domain.snapshot import Kind
from bot.domain.states import Outcome
from bot.poll.breaker import PROBE_LEASE, Breaker, Permit, permits, reserve_probe
from sandbox.confluence import Ending, Moment, Story, faults
from tests.poll.rig import PollRig
from tests.support.filled_database import FilledDatabase

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


async def permitted(filled: FilledDatabase) -> list[Permit]:
    async with filled.database.read() as connection:
        return await permits(connection, [filled.site_id], now=filled.clock())


async def reserve(filled: FilledDatabase, permit: Permit) -> bool:
    async with filled.database.begin() as connection:
        return await reserve_probe(connection, permit, now=filled.clock())


async def test_the_breaker_of_a_site_opens_with_its_failures_and_half_opens_for_a_probe(filled: FilledDatabase) -> None:
    closed = await permitted(filled)
    retry_at = filled.clock.later(10)
    async with filled.database.begin() as connection:
        await sites.failed(connection, filled.site_id, times=3, error="503", now=filled.clock(), opens_after=3)
        await sites.probe_later(connection, filled.site_id, at=retry_at)
    opened = await permitted(filled)
    filled.clock.move(10)
    half_open = await permitted(filled)
    none = frozenset[int]()
    assert [closed, opened, half_open] == [
        [Permit(site_id=filled.site_id, breaker=Breaker.CLOSED, excluded=none)],
        [Permit(site_id=filled.site_id, breaker=Breaker.OPEN, excluded=none, retry_at=retry_at)],
        [Permit(site_id=filled.site_id, breaker=Breaker.HALF_OPEN, excluded=none)],
    ]
    assert [await reserve(filled, half_open[0]) for _ in range(2)] == [True, False]
    (waiting,) = await permitted(filled)
    assert (waiting.breaker, waiting.retry_at) == (Breaker.OPEN, filled.clock() + PROBE_LEASE)


async def test_a_refused_account_is_left_out_and_probed_when_that_is_due(filled: FilledDatabase) -> None:
    other = await filled.add_account()
    until = filled.clock.later(900)
    async with filled.database.begin() as connection:
        await accounts.refuse(connection, filled.account_id, reason="401", probe_at=until)
    refused = await permitted(filled)
    filled.clock.move(900)
    half_open = await permitted(filled)
    closed = Permit(site_id=filled.site_id, breaker=Breaker.CLOSED, excluded=frozenset({filled.account_id}))
    probe = Permit(
        site_id=filled.site_id, breaker=Breaker.HALF_OPEN, excluded=frozenset(), account_id=filled.account_id
    )
    assert (refused, half_open) == ([closed], [closed, probe])
    assert [one.accounts([other, filled.account_id]) for one in half_open] == [[other], [filled.account_id, other]]
    assert [await reserve(filled, probe) for _ in range(2)] == [True, False]
    assert await permitted(filled) == [closed]


@pytest.mark.parametrize(("scope", "count"), [("app", 0), ("site", 0), ("other site", 1), ("account", 1)])
async def test_a_pause_is_one_of_everything_of_a_site_or_of_an_account(
    filled: FilledDatabase, scope: str, count: int
) -> None:
    scopes = {
        "app": pauses.APP,
        "site": pauses.site_scope(filled.site_id),
        "other site": pauses.site_scope(filled.site_id + 1),
        "account": pauses.account_scope(filled.account_id),
    }
    async with filled.database.begin() as connection:
        await pauses.pause(connection, scopes[scope], until=filled.clock.later(60), reason="429")
    excluded = frozenset({filled.account_id} if scope == "account" else ())
    permit = Permit(site_id=filled.site_id, breaker=Breaker.CLOSED, excluded=excluded)
    assert await permitted(filled) == [permit] * count
    filled.clock.move(60)
    assert await permitted(filled) == [Permit(site_id=filled.site_id, breaker=Breaker.CLOSED, excluded=frozenset())]


async def test_while_a_site_is_down_one_request_at_a_time_is_sent(rig: PollRig) -> None:
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
    # The probes take turns among the long tasks.
    assert len({one.path for one in list(rig.site.log)[first:]}) > 6


async def test_an_outage_is_announced_once_after_five_minutes_and_once_when_it_is_over(rig: PollRig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(12)]
    await rig.run(60)
    number = rig.site.faults.add(faults.status(503))
    with capture_logs() as logs:
        await rig.run(290)
        before = [await rig.replies(remote_id) for remote_id in ids]
        await rig.run(120)
        during = [await rig.replies(remote_id) for remote_id in ids]
        rig.site.faults.remove(number)
        while (await rig.site_row()).down_since is not None:
            await rig.run(1)
        await rig.run(60)
    assert (before, during) == ([[]] * 12, [["down started"]] * 12)
    for remote_id in ids:
        task = await rig.task(remote_id)
        assert await rig.replies(remote_id) == ["down started", "down over"]
        assert (task.trouble, task.failures) == (None, 0)
        assert await rig.seconds_since_check(remote_id) <= 61
    assert [entry["event"] for entry in logs] == ["site_is_down", "site_is_back"]


async def test_a_short_outage_is_not_announced(rig: PollRig) -> None:
    ids = [await rig.begin(MOVING) for _ in range(5)]
    number = rig.site.faults.add(faults.reset())
    await rig.run(240)
    rig.site.faults.remove(number)
    await rig.run(120)
    assert [await rig.replies(remote_id) for remote_id in ids] == [[]] * 5
    assert (await rig.site_row()).down_since is None


async def test_a_recovery_is_noticed_within_a_minute_even_after_hours(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    ids = [await rig.begin(MOVING) for _ in range(3)]
    await rig.run(60)
    number = rig.site.faults.add(faults.status(503))
    await rig.run(2 * 3600)
    rig.site.faults.remove(number)
    await rig.run(62)
    for remote_id in ids:
        assert await rig.seconds_since_check(remote_id) <= 62
        assert (await rig.task(remote_id)).outcome is Outcome.FOLLOWING
        assert await rig.replies(remote_id) == ["down started", "down over"]


async def test_looks_under_way_when_the_breaker_opened_do_not_delay_the_probe(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    for _ in range(30):
        await rig.begin(MOVING)
    rig.clock.move(30)
    rig.site.faults.add(faults.status(503))
    await rig.step()
    row = await rig.site_row()
    assert row.probe_at is not None
    assert (row.failures, (row.probe_at - rig.clock()).total_seconds() <= 10) == (3, True)


async def test_the_retry_after_of_a_503_is_respected(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    await rig.begin(MOVING)
    rig.site.faults.add(faults.status(503, headers={"Retry-After": "300"}))
    await rig.run(60)
    requests = rig.requests()
    await rig.run(200)
    assert rig.requests() == requests


async def test_another_site_is_not_affected(two_sites: PollRig) -> None:
    rig = two_sites
    here, there = await rig.begin(MOVING), await rig.begin(MOVING, site=1)
    rig.site.faults.add(faults.reset())
    await rig.run(900)
    assert (await rig.replies(here), await rig.replies(there)) == (["down started"], [])
    assert await rig.seconds_since_check(there, site=1) <= 61
    assert (await rig.site_row(1)).failures == 0


async def test_a_long_task_that_fails_alone_is_announced_alone(rig: PollRig) -> None:
    bad, good = await rig.begin(MOVING), await rig.begin(MOVING)
    number = rig.site.faults.add(faults.status(500), task=bad)
    await rig.run(900)
    assert (await rig.replies(bad), await rig.replies(good)) == (["down started"], [])
    rig.site.faults.remove(number)
    await rig.run(120)
    assert (await rig.replies(bad), await rig.replies(good)) == (["down started", "down over"], [])


@pytest.mark.parametrize("status", [401, 404])
async def test_every_answer_of_a_site_closes_its_breaker(sqlite_rig: PollRig, status: int) -> None:
    rig = sqlite_rig
    await rig.begin(MOVING)
    rig.site.faults.add(faults.status(503), until=rig.clock.seconds() + 60)
    await rig.run(50)
    assert (await rig.site_row()).down_since is not None
    rig.clock.move(11)
    rig.site.faults.clear()
    rig.site.faults.add(faults.status(status))
    await rig.run(61)
    assert (await rig.site_row()).down_since is None


async def test_a_site_is_probed_even_if_its_only_account_was_refused_before(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    remote_id = await rig.begin(MOVING)
    rig.site.faults.add(faults.status(403), times=2)
    await rig.run(60)
    assert await rig.is_refused()
    rig.site.faults.add(faults.status(503), until=rig.clock.seconds() + 3000)
    await rig.run(4000)
    assert await rig.seconds_since_check(remote_id) <= 61
    assert (await rig.task(remote_id)).trouble is None
    assert (await rig.is_refused(), (await rig.site_row()).down_since) == (False, None)
