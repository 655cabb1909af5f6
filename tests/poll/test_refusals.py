"""Refused credentials: one refusal is no news, the second pauses the account, and other accounts go on looking."""

import pytest
from structlog.testing import capture_logs

from bot.db import accounts
from bot.domain.states import Outcome, Trouble
from sandbox.confluence import TokenKind, faults
from tests.poll.rig import PollRig
from tests.poll.test_breaker import MOVING


async def add_viewer(rig: PollRig, remote_id: str, name: str = "second") -> int:
    """Another account that has seen a long task; its id."""
    account_id = await rig.add_account(name, token=f"token-{name}", kind=TokenKind.UNSCOPED)
    task = await rig.task(remote_id)
    async with rig.database.begin() as connection:
        await accounts.add_viewer(connection, long_task_id=task.id, account_id=account_id, now=rig.clock())
    return account_id


def looks(rig: PollRig, since: int, remote_id: str | None = None) -> list[tuple[float, int, str | None]]:
    """Requests after the first `since`: seconds of the clock, status and account."""
    return [
        (one.at, one.status, one.account)
        for one in list(rig.site.log)[since:]
        if remote_id is None or one.path.endswith(f"/{remote_id}")
    ]


async def is_refused(rig: PollRig, account_id: int) -> bool:
    async with rig.database.read() as connection:
        return account_id in await accounts.refused(connection)


@pytest.mark.parametrize("status", [401, 403])
async def test_one_refusal_is_no_news_and_delays_one_long_task_by_half_a_minute(rig: PollRig, status: int) -> None:
    ids = [await rig.begin(MOVING) for _ in range(4)]
    await rig.run(100)
    rig.site.faults.add(faults.status(status), times=1, task=ids[0])
    first = len(rig.site.log)
    await rig.run(60)
    refused, again = looks(rig, first, ids[0])[:2]
    assert (refused[1:], again[1:]) == ((status, "bot"), (200, "bot"))
    assert 30 <= again[0] - refused[0] <= 31
    for other in ids[1:]:
        during = [at for at, answer, _ in looks(rig, first, other) if refused[0] < at <= again[0] and answer == 200]
        assert during != []
    assert [await rig.replies(remote_id) for remote_id in ids] == [[]] * 4
    assert (await rig.is_refused(), (await rig.task(ids[0])).failing_since) == (False, None)


@pytest.mark.parametrize("status", [401, 403])
async def test_the_second_refusal_in_a_row_pauses_the_account_and_is_announced_once(rig: PollRig, status: int) -> None:
    ids = [await rig.begin(MOVING) for _ in range(4)]
    await rig.run(100)
    fault = rig.site.faults.add(faults.status(status))
    first = len(rig.site.log)
    with capture_logs() as logs:
        await rig.run(3600)
        began = looks(rig, first)[0][0]
        since = [round(at - began) for at, _, _ in looks(rig, first)]
        # What is due at the same time is asked at the same time; after that one probe finds out.
        assert since == pytest.approx([0, 0, 0, 0, 30, 30, 30, 30, 90, 390, 1290, 2190, 3090], abs=2)
        for remote_id in ids:
            assert await rig.replies(remote_id) == ["access_lost started"]
        rig.site.faults.remove(fault)
        await rig.run(910)
    for remote_id in ids:
        task = await rig.task(remote_id)
        assert await rig.replies(remote_id) == ["access_lost started", "access_lost over"]
        assert (task.trouble, task.outcome) == (None, Outcome.FOLLOWING)
        assert await rig.seconds_since_check(remote_id) < 60
    assert (await rig.is_refused(), await rig.pauses()) == (False, {})
    assert [entry["event"] for entry in logs] == ["credential_refused", "credential_works_again"]


async def test_a_probe_that_is_accepted_begins_the_waits_anew(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    await rig.begin(MOVING)
    rig.site.faults.add(faults.status(401), times=3)
    await rig.run(600)
    assert not await rig.is_refused()
    rig.site.faults.add(faults.status(401))
    first = len(rig.site.log)
    await rig.run(480)
    began = looks(rig, first)[0][0]
    assert [round(at - began) for at, _, _ in looks(rig, first)] == pytest.approx([0, 30, 90, 390], abs=3)


async def test_a_revoked_token_concerns_the_account_and_not_the_site(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    rig.site.account.revoked = True
    await rig.run(120)
    row = await rig.site_row()
    assert (await rig.is_refused(), row.failures, row.down_since) == (True, 0, None)
    assert (await rig.task(remote_id)).trouble is Trouble.ACCESS_LOST


async def test_the_other_sites_account_goes_on_looking(two_sites: PollRig) -> None:
    rig = two_sites
    here, there = await rig.begin(MOVING), await rig.begin(MOVING, site=1)
    rig.site.account.revoked = True
    await rig.run(900)
    assert await rig.replies(here) == ["access_lost started"]
    assert (await rig.task(there, site=1)).trouble is None
    assert await rig.seconds_since_check(there, site=1) < 61
    assert {one.account for one in rig.polled[1].simulator.log} == {"bot"}


async def test_another_account_that_has_seen_the_long_task_is_used_at_once(rig: PollRig) -> None:
    shared, alone = await rig.begin(MOVING), await rig.begin(MOVING)
    second = await add_viewer(rig, shared)
    rig.site.account.revoked = True
    first = len(rig.site.log)
    await rig.run(900)
    refused, instead = looks(rig, first, shared)[:2]
    assert (refused[1:], instead) == ((403, "bot"), (refused[0], 200, "second"))
    assert (await rig.is_refused(), await is_refused(rig, second)) == (True, False)
    assert await rig.replies(shared) == []
    assert await rig.replies(alone) == ["access_lost started"]
    assert await rig.seconds_since_check(shared) < 61


async def test_a_long_task_that_alone_is_refused_is_announced_alone(rig: PollRig) -> None:
    bad, *good = [await rig.begin(MOVING) for _ in range(6)]
    await rig.run(100)
    number = rig.site.faults.add(faults.status(403), task=bad)
    first = len(rig.site.log)
    await rig.run(1200)
    assert await rig.replies(bad) == ["access_lost started"]
    assert [await rig.replies(remote_id) for remote_id in good] == [[]] * 5
    assert (await rig.is_refused(), len(looks(rig, first, bad)) < 10) == (False, True)
    rig.site.faults.remove(number)
    await rig.run(910)
    assert await rig.replies(bad) == ["access_lost started", "access_lost over"]


async def test_a_404_counts_only_if_every_account_that_has_seen_the_long_task_gets_it(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    await add_viewer(rig, remote_id)
    rig.site.faults.add(faults.status(404), account="bot")
    await rig.run(300)
    assert ((await rig.task(remote_id)).misses, await rig.replies(remote_id)) == (0, [])
    assert await rig.seconds_since_check(remote_id) < 61
    rig.site.faults.add(faults.status(404), account="second")
    await rig.run(120)
    assert (await rig.task(remote_id)).outcome is Outcome.UNKNOWN
    assert await rig.replies(remote_id) == ["completion"]


async def test_a_404_is_no_end_while_the_account_that_may_see_more_is_refused(rig: PollRig) -> None:
    remote_id = await rig.begin(MOVING)
    await add_viewer(rig, remote_id)
    rig.site.account.revoked = True
    rig.site.faults.add(faults.status(404), account="second")
    await rig.run(900)
    task = await rig.task(remote_id)
    assert (task.outcome, task.trouble) == (Outcome.FOLLOWING, Trouble.ACCESS_LOST)
    assert await rig.replies(remote_id) == ["access_lost started"]
    rig.site.account.revoked = False
    await rig.run(910)
    assert await rig.replies(remote_id) == ["access_lost started", "access_lost over"]
    assert await rig.seconds_since_check(remote_id) < 61
