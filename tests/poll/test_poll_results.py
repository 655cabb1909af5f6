"""What each result of a look leads to, from HTTP to the rows."""

import json

import pytest

from bot.db import long_tasks
from bot.domain.snapshot import Kind
from bot.domain.states import Outcome, Trouble
from sandbox.confluence import Ending, Fault, Moment, Story, TokenKind, faults
from tests.poll.rig import PollRig

#: moves by a percent each half minute for fifty minutes
COPY = Story(
    name="a long copy",
    operation=Kind.COPY,
    moments=tuple(
        Moment(at=30.0 * number, percent=number, key="STATUS_COPIED_PAGES", args=(str(number), "100"))
        for number in range(100)
    ),
    ends_at=3000,
    last_key="STATUS_COPIED_PAGES",
    last_args=("100",),
    total=100,
)
LONG = Story(
    name="a copy of hours",
    operation=Kind.COPY,
    moments=tuple(
        Moment(at=60.0 * number, percent=number // 10, key="STATUS_COPIED_PAGES", args=(str(number), "1000"))
        for number in range(1000)
    ),
    ends_at=60_000,
    total=1000,
)
ENDLESS = Story(
    name="an endless copy",
    operation=Kind.COPY,
    moments=(Moment(at=0, percent=7, key="STATUS_COPIED_PAGES", args=("7", "100")),),
    ends_at=1e9,
    ending=Ending.NEVER,
    total=100,
)
FAILURES = (
    pytest.param(faults.status(500), "status 500", id="500"),
    pytest.param(faults.status(503), "status 503", id="503"),
    pytest.param(faults.reset(), "connection closed without an answer", id="reset"),
    pytest.param(faults.reset(late=True), "connection lost in the middle of the answer", id="reset in the body"),
)
UNREADABLE = (
    pytest.param(faults.html(), id="login page"),
    pytest.param(faults.truncated(), id="half of the JSON"),
    pytest.param(faults.huge(), id="50 MB"),
    pytest.param(faults.other_id(), id="another id"),
    pytest.param(faults.status(200, body="[1,2]"), id="another shape"),
)


async def test_three_404_in_a_row_over_half_a_minute_mean_that_the_end_cannot_be_seen(rig: PollRig) -> None:
    remote_id = await rig.begin(COPY)
    await rig.run(700)
    before = await rig.task(remote_id)
    rig.site.faults.add(faults.status(404))
    first = len(rig.site.log)
    await rig.run(120)
    task = await rig.task(remote_id)
    misses = [one.at for one in list(rig.site.log)[first:]]
    assert [round(at - misses[0], 3) for at in misses] == [0, 15, 30]
    assert (task.outcome, task.snapshot, task.samples, task.due_at) == (
        Outcome.UNKNOWN,
        before.snapshot,
        before.samples,
        None,
    )
    assert await rig.replies(remote_id) == ["completion"]


async def test_two_404_and_then_back_are_not_announced(rig: PollRig) -> None:
    remote_id = await rig.begin(Story(name="s", operation=Kind.COPY, moments=COPY.moments[:1], ends_at=100))
    rig.site.faults.add(faults.status(404), times=2)
    await rig.run(200)
    task = await rig.task(remote_id)
    assert (task.outcome, task.misses, await rig.replies(remote_id)) == (Outcome.FINISHED, 0, ["completion"])


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(410),
        faults.redirect("https://login.example.com/?next=1"),
        faults.page(404, "Page not found"),
        faults.status(404, body="no such place", headers={"Content-Type": "text/plain"}),
    ],
)
async def test_a_wrong_address_is_announced_at_once_and_its_redirect_is_not_followed(
    rig: PollRig, fault: Fault
) -> None:
    remote_id = await rig.begin(COPY)
    number = rig.site.faults.add(fault)
    await rig.run(90)
    assert await rig.replies(remote_id) == ["misconfigured started"]
    assert {one.path.partition("?")[0] for one in rig.site.log} == {f"/wiki/rest/api/longtask/{remote_id}"}
    rig.site.faults.remove(number)
    await rig.run(120)
    assert await rig.replies(remote_id) == ["misconfigured started", "misconfigured over"]


async def test_a_redirect_within_the_site_is_not_followed_either(rig: PollRig) -> None:
    remote_id = await rig.begin(COPY)
    rig.site.faults.add(faults.redirect(f"{rig.site.origin}/elsewhere"))
    await rig.run(90)
    assert [one.path for one in rig.site.log if "elsewhere" in one.path] == []
    assert await rig.replies(remote_id) == ["misconfigured started"]


@pytest.mark.parametrize(
    ("reason", "scope"),
    [
        ("confluence-quota-global-based", "app"),
        ("conf-global-based", "app"),
        ("confluence-quota-tenant-based", "site:1"),
        ("confluence-burst-based", "account:1"),
        (None, "account:1"),
    ],
)
async def test_a_pause_that_confluence_asks_for_survives_a_restart(
    rig: PollRig, reason: str | None, scope: str
) -> None:
    ids = [await rig.begin(COPY) for _ in range(3)]
    rig.site.faults.add(faults.rate_limited(1847, reason=reason), times=3)
    await rig.run(30)
    for remote_id in ids:
        assert await rig.replies(remote_id) == ["rate_limited started"]
        assert (await rig.task(remote_id)).trouble is Trouble.RATE_LIMITED
    left = await rig.pauses()
    assert (set(left), 1800 < left[scope] <= 1847) == ({scope}, True)
    requests = rig.requests()
    rig.poller = rig.new_poller()
    await rig.run(left[scope] - 1)
    assert rig.requests() == requests
    await rig.run(70)
    assert rig.requests() > requests
    for remote_id in ids:
        assert await rig.replies(remote_id) == ["rate_limited started", "rate_limited over"]
        assert (await rig.task(remote_id)).trouble is None


async def test_a_short_pause_is_not_announced(rig: PollRig) -> None:
    remote_id = await rig.begin(COPY)
    rig.site.faults.add(faults.rate_limited(20), times=1)
    await rig.run(200)
    assert await rig.replies(remote_id) == []


async def test_a_pause_of_no_seconds_is_no_busy_loop(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    await rig.begin(COPY)
    rig.site.faults.add(faults.rate_limited(0))
    before = rig.requests()
    await rig.run(60)
    assert rig.requests() - before <= 30


async def test_a_pause_of_one_site_leaves_the_others_alone(two_sites: PollRig) -> None:
    rig = two_sites
    await rig.begin(ENDLESS)
    there = await rig.begin(COPY, site=1)
    rig.site.faults.add(faults.rate_limited(1847, reason="confluence-quota-tenant-based"))
    await rig.run(1200)
    assert await rig.replies(there) == []
    assert await rig.seconds_since_check(there, site=1) < 61


async def test_a_pause_of_the_app_is_one_of_every_site(two_sites: PollRig) -> None:
    rig = two_sites
    await rig.begin(ENDLESS)
    there = await rig.begin(ENDLESS, site=1)
    rig.site.faults.add(faults.rate_limited(1847, reason="confluence-quota-global-based"), times=1)
    await rig.run(60)
    requests = rig.requests(1)
    await rig.run(1700)
    assert (await rig.replies(there), rig.requests(1)) == (["rate_limited started"], requests)


@pytest.mark.parametrize(("fault", "error"), FAILURES)
async def test_a_failing_site_is_backed_off_from_and_announced_after_five_minutes(
    sqlite_rig: PollRig, fault: Fault, error: str
) -> None:
    rig = sqlite_rig
    remote_id = await rig.begin(COPY)
    await rig.run(90)
    rig.site.faults.add(fault)
    first = len(rig.site.log)
    await rig.run(270)
    row = await rig.site_row()
    assert (await rig.replies(remote_id), row.last_error, row.down_since is None) == ([], error, False)
    await rig.run(120)
    assert await rig.replies(remote_id) == ["down started"]
    assert len(rig.site.log) - first < 40
    rig.site.faults.clear()
    await rig.run(65)
    assert await rig.replies(remote_id) == ["down started", "down over"]


async def test_a_slow_site_counts_as_unavailable(impatient_rig: PollRig) -> None:
    rig = impatient_rig
    remote_id = await rig.begin(COPY)
    rig.site.faults.add(faults.slow(3.0))
    await rig.run(90)
    row = await rig.site_row()
    assert (row.last_error, row.down_since is None) == ("timed out", False)
    rig.site.faults.clear()
    await rig.run(65)
    assert ((await rig.site_row()).down_since, await rig.replies(remote_id)) == (None, [])


@pytest.mark.parametrize("fault", UNREADABLE)
async def test_what_is_not_a_long_task_counts_as_a_failure_and_never_as_progress(
    sqlite_rig: PollRig, fault: Fault
) -> None:
    rig = sqlite_rig
    remote_id = await rig.begin(COPY)
    await rig.run(90)
    before = await rig.task(remote_id)
    rig.site.faults.add(fault)
    await rig.run(420)
    task = await rig.task(remote_id)
    assert (task.snapshot, task.samples, task.moved_at) == (before.snapshot, before.samples, before.moved_at)
    assert (await rig.replies(remote_id), (await rig.site_row()).failures >= 3) == (["unreadable started"], True)
    rig.site.faults.clear()
    await rig.run(65)
    assert await rig.replies(remote_id) == ["unreadable started", "unreadable over"]


async def test_an_unreadable_message_is_dropped_alone_and_counted(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    remote_id = await rig.begin(COPY)
    body = json.dumps(
        {
            "id": remote_id,
            "percentageComplete": 40,
            "successful": False,
            Outcome.FINISHED: False,
            "messages": [{"key": 7}, {"key": "STATUS_COPIED_PAGES", "args": ["40", "100"]}],
        }
    )
    rig.site.faults.add(faults.status(200, body=body), times=1)
    await rig.run(3)
    snapshot = long_tasks.snapshot_of((await rig.task(remote_id)).snapshot)
    assert snapshot is not None
    assert (snapshot.percent, snapshot.done, snapshot.dropped) == (40, 40, 1)
    assert b"longtask_dropped_parts_total 1.0" in rig.metrics.render()


async def test_a_stale_cookie_that_turns_a_valid_token_into_a_401_is_left_out(datacenter_rig: PollRig) -> None:
    rig = datacenter_rig
    remote_id = await rig.begin(COPY)
    await rig.run(60)
    rig.site.accounts.sessions.expire()
    await rig.run(120)
    assert 401 in [one.status for one in rig.site.log]
    assert (await rig.is_refused(), await rig.replies(remote_id)) == (False, [])
    assert await rig.seconds_since_check(remote_id) < 61


async def test_a_long_task_that_stops_moving_is_not_failed_and_polled_less_often(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    remote_id = await rig.begin(ENDLESS)
    began = rig.clock()
    await rig.run(14 * 60)
    assert await rig.replies(remote_id) == []
    await rig.run(5 * 60)
    task = await rig.task(remote_id)
    assert (task.outcome, task.trouble, task.trouble_since) == (Outcome.FOLLOWING, Trouble.STALLED, began)
    await rig.run(2 * 3600)
    requests = rig.requests()
    await rig.run(3 * 3600)
    assert 12 <= rig.requests() - requests <= 15
    assert await rig.replies(remote_id) == ["stalled started"]


async def test_a_stall_ends_with_movement(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    moments = (ENDLESS.moments[0], Moment(at=3600, percent=8, key="STATUS_COPIED_PAGES", args=("8", "100")))
    remote_id = await rig.begin(Story(name="s", operation=Kind.COPY, moments=moments, ends_at=2e9, ending=Ending.NEVER))
    await rig.run(3600 + 14 * 60)
    assert await rig.replies(remote_id) == ["stalled started", "stalled over"]
    assert (await rig.task(remote_id)).percent == 8


async def test_after_seven_days_without_movement_the_result_is_unknown(sqlite_rig: PollRig) -> None:
    rig = sqlite_rig
    remote_id = await rig.begin(ENDLESS)
    await rig.run(1000)
    # The bot is not running meanwhile.
    rig.clock.move(7 * 86_400 - 1100)
    await rig.step()
    assert (await rig.task(remote_id)).outcome is Outcome.FOLLOWING
    await rig.run(1000)
    task = await rig.task(remote_id)
    assert (task.outcome, task.due_at, task.percent) == (Outcome.UNKNOWN, None, 7)
    assert await rig.replies(remote_id) == ["stalled started", "completion"]


async def test_data_center_is_over_two_minutes_after_its_last_report(datacenter_rig: PollRig) -> None:
    rig = datacenter_rig
    story = Story(
        name="below 100",
        operation=Kind.COPY,
        moments=(Moment(at=0, percent=40, key="STATUS_COPIED_PAGES", args=("1", "2")),),
        ends_at=30,
        last_key="STATUS_COPIED_PAGES",
        last_args=("2",),
        last_percent=80,
        total=2,
    )
    remote_id = await rig.begin(story)
    await rig.run(140)
    while (task := await rig.task(remote_id)).outcome is Outcome.FOLLOWING:
        await rig.run(1)
    assert (task.outcome, task.percent) == (Outcome.FINISHED, 80)
    assert task.unchanged_since is not None
    assert 120 <= (rig.clock() - task.unchanged_since).total_seconds() <= 181


async def test_a_long_task_without_a_credential_is_set_aside_and_no_other_credential_is_used(
    two_sites: PollRig,
) -> None:
    rig = two_sites
    rig.polled[1].simulator.add_account("second", token="another", kind=TokenKind.UNSCOPED)
    remote_id = await rig.begin(COPY)
    del rig.credentials.by_account[rig.polled[0].account_id]
    await rig.run(400)
    task = await rig.task(remote_id)
    assert (task.outcome, task.trouble, rig.requests()) == (Outcome.UNKNOWN, Trouble.SET_ASIDE, 1)
