"""What each answer of Confluence leads to, from the follow step over HTTP to the rows."""

import json
from itertools import pairwise

import pytest

from bot.db import long_tasks
from bot.db.models import long_tasks as long_task_rows
from bot.db.models import subscriptions
from bot.domain.snapshot import Kind
from bot.domain.states import Outcome
from sandbox.confluence import Ending, Fault, Moment, Story, TokenKind, faults

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


async def test_what_is_not_there_is_asked_for_three_times_in_ten_seconds_and_not_followed(rig) -> None:
    answer = await rig.follow("404404")
    assert (rig.times(), rig.slept) == ([0, 3, 9], [3.0, 6.0])
    assert await rig.rows(long_task_rows) == []
    assert "404404" in answer.text


async def test_what_appears_at_the_second_look_is_followed(rig) -> None:
    remote_id = rig.site.add(COPY)
    rig.site.faults.add(faults.status(404), times=1)
    await rig.follow(remote_id)
    assert rig.times() == [0, 3]
    assert [row["state"] for row in await rig.rows(subscriptions)] == ["starting"]
    assert (await rig.task(remote_id)).outcome == Outcome.FOLLOWING


async def test_three_404_in_a_row_over_half_a_minute_mean_that_the_end_cannot_be_seen(rig) -> None:
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
        "result unknown",
        before.snapshot,
        before.samples,
        None,
    )
    assert await rig.told(remote_id) == ["completion"]


async def test_two_404_and_then_back_are_not_spoken_of(rig) -> None:
    remote_id = await rig.begin(COPY)
    rig.site.faults.add(faults.status(404), times=2)
    await rig.run(3200)
    task = await rig.task(remote_id)
    assert (task.outcome, task.misses, await rig.told(remote_id)) == ("finished", 0, ["completion"])


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_account_rests_is_told_once_and_asked_once_in_a_quarter_of_an_hour(rig, status: int) -> None:
    ids = [await rig.begin(LONG) for _ in range(4)]
    refused = rig.site.faults.add(faults.status(status))
    await rig.run(60)
    assert (await rig.account_state(), await rig.told(ids[0])) == ("refused", ["access_lost began"])
    first = len(rig.site.log)
    began = rig.site.clock()
    await rig.run(3600)
    # a 401 is asked again without cookies only where cookies were sent
    assert len(rig.site.log) - first == 4
    gaps = [round(one.at - began) for one in list(rig.site.log)[first:]]
    assert all(880 <= later - earlier <= 920 for earlier, later in pairwise(gaps))
    rig.site.faults.remove(refused)
    await rig.run(910)
    for remote_id in ids:
        assert await rig.told(remote_id) == ["access_lost began", "access_lost over"]
        task = await rig.task(remote_id)
        assert (task.trouble, (rig.clock() - task.checked_at).total_seconds() < 60) == (None, True)
    assert (await rig.account_state(), await rig.pauses()) == ("active", {})


async def test_a_revoked_token_is_the_accounts_business_and_not_the_sites(rig) -> None:
    remote_id = await rig.begin(COPY)
    rig.site.account.revoked = True
    await rig.run(120)
    row = await rig.site_row()
    assert (await rig.account_state(), row.failures, row.down_since) == ("refused", 0, None)
    assert (await rig.task(remote_id)).trouble == "access_lost"


async def test_a_person_who_asks_after_mending_the_credential_need_not_wait_for_the_probe(rig) -> None:
    await rig.begin(COPY)
    rig.site.account.revoked = True
    await rig.run(120)
    rig.site.account.revoked = False
    other = rig.site.add(COPY)
    await rig.follow(other)
    assert (await rig.task(other)).outcome == "following"


async def test_the_other_sites_account_goes_on_looking(two_sites) -> None:
    rig = two_sites
    here, there = await rig.begin(COPY), await rig.begin(COPY, site=1)
    rig.simulators[0].account.revoked = True
    await rig.run(900)
    assert await rig.told(here) == ["access_lost began"]
    task = await rig.task(there)
    assert (task.trouble, (rig.clock() - task.checked_at).total_seconds() < 61) == (None, True)
    assert {one.account for one in rig.simulators[1].log} == {"bot"}


@pytest.mark.parametrize("fault", [faults.status(410), faults.redirect("https://login.example.com/?next=1")])
async def test_a_wrong_address_is_said_as_such_at_once_and_nothing_is_followed(rig, fault: Fault) -> None:
    remote_id = await rig.begin(COPY)
    number = rig.site.faults.add(fault)
    await rig.run(90)
    assert await rig.told(remote_id) == ["misconfigured began"]
    assert {one.path.partition("?")[0] for one in rig.site.log} == {f"/wiki/rest/api/longtask/{remote_id}"}
    rig.site.faults.remove(number)
    await rig.run(120)
    assert await rig.told(remote_id) == ["misconfigured began", "misconfigured over"]


async def test_a_redirect_within_the_site_is_not_followed_either(rig) -> None:
    remote_id = await rig.begin(COPY)
    rig.site.faults.add(faults.redirect(f"{rig.site.origin}/elsewhere"))
    await rig.run(90)
    assert [one.path for one in rig.site.log if "elsewhere" in one.path] == []
    assert await rig.told(remote_id) == ["misconfigured began"]


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
async def test_a_rest_that_confluence_asks_for_is_kept_over_restarts(rig, reason: str | None, scope: str) -> None:
    ids = [await rig.begin(COPY) for _ in range(3)]
    rig.site.faults.add(faults.rate_limited(1847, reason=reason), times=3)
    await rig.run(30)
    for remote_id in ids:
        assert await rig.told(remote_id) == ["rate_limited began"]
        assert (await rig.task(remote_id)).trouble == "rate_limited"
    left = await rig.pauses()
    assert (set(left), 1800 < left[scope] <= 1847) == ({scope}, True)
    asked = rig.asked()
    rig.poller = rig.new_poller()
    await rig.run(left[scope] - 1)
    assert rig.asked() == asked
    await rig.run(70)
    assert rig.asked() > asked
    for remote_id in ids:
        assert await rig.told(remote_id) == ["rate_limited began", "rate_limited over"]
        assert (await rig.task(remote_id)).trouble is None


async def test_following_asks_nothing_during_a_rest_and_keeps_one_that_it_met_itself(rig) -> None:
    remote_id = rig.site.add(COPY)
    rig.site.faults.add(faults.rate_limited(600), times=1)
    await rig.follow(remote_id)
    asked = rig.asked()
    await rig.follow(remote_id)
    assert (await rig.pauses(), rig.asked(), await rig.rows(long_task_rows)) == ({"account:1": 600}, asked, [])


async def test_a_short_rest_is_nobodys_business(rig) -> None:
    remote_id = await rig.begin(COPY)
    rig.site.faults.add(faults.rate_limited(20), times=1)
    await rig.run(200)
    assert await rig.told(remote_id) == []


async def test_a_rest_of_nought_seconds_is_no_busy_loop(plain_rig) -> None:
    rig = plain_rig
    await rig.begin(COPY)
    rig.site.faults.add(faults.rate_limited(0))
    before = rig.asked()
    await rig.run(60)
    assert rig.asked() - before <= 30


async def test_a_rest_of_one_site_or_account_leaves_the_others_alone(two_sites) -> None:
    rig = two_sites
    await rig.begin(ENDLESS)
    there = await rig.begin(COPY, site=1)
    rig.simulators[0].faults.add(faults.rate_limited(1847, reason="confluence-quota-tenant-based"))
    await rig.run(1200)
    task = await rig.task(there)
    assert (await rig.told(there), (rig.clock() - task.checked_at).total_seconds() < 61) == ([], True)


async def test_a_rest_of_the_app_is_one_of_every_site(two_sites) -> None:
    rig = two_sites
    await rig.begin(ENDLESS)
    there = await rig.begin(ENDLESS, site=1)
    rig.simulators[0].faults.add(faults.rate_limited(1847, reason="confluence-quota-global-based"), times=1)
    await rig.run(60)
    asked = rig.asked(1)
    await rig.run(1700)
    assert (await rig.told(there), rig.asked(1)) == (["rate_limited began"], asked)


@pytest.mark.parametrize(("fault", "error"), FAILURES)
async def test_a_site_that_fails_backs_off_and_is_spoken_of_after_five_minutes(plain_rig, fault, error) -> None:
    rig = plain_rig
    remote_id = await rig.begin(COPY)
    await rig.run(90)
    rig.site.faults.add(fault)
    first = len(rig.site.log)
    await rig.run(270)
    row = await rig.site_row()
    assert (await rig.told(remote_id), row.last_error, row.down_since is None) == ([], error, False)
    await rig.run(120)
    assert await rig.told(remote_id) == ["down began"]
    assert len(rig.site.log) - first < 40
    rig.site.faults.clear()
    await rig.run(65)
    assert await rig.told(remote_id) == ["down began", "down over"]


async def test_a_slow_site_is_one_that_does_not_answer(impatient_rig) -> None:
    rig = impatient_rig
    remote_id = await rig.begin(COPY)
    rig.site.faults.add(faults.slow(0.5))
    await rig.run(90)
    row = await rig.site_row()
    assert (row.last_error, row.down_since is None) == ("timed out", False)
    rig.site.faults.clear()
    await rig.run(65)
    assert ((await rig.site_row()).down_since, await rig.told(remote_id)) == (None, [])


@pytest.mark.parametrize("fault", UNREADABLE)
async def test_what_is_not_a_long_task_counts_as_a_failure_and_never_as_progress(plain_rig, fault: Fault) -> None:
    rig = plain_rig
    remote_id = await rig.begin(COPY)
    await rig.run(90)
    before = await rig.task(remote_id)
    rig.site.faults.add(fault)
    await rig.run(420)
    task = await rig.task(remote_id)
    assert (task.snapshot, task.samples, task.moved_at) == (before.snapshot, before.samples, before.moved_at)
    assert (await rig.told(remote_id), (await rig.site_row()).failures >= 3) == (["unreadable began"], True)
    rig.site.faults.clear()
    await rig.run(65)
    assert await rig.told(remote_id) == ["unreadable began", "unreadable over"]


async def test_a_message_that_does_not_read_loses_that_message_alone(plain_rig) -> None:
    rig = plain_rig
    remote_id = await rig.begin(COPY)
    body = json.dumps(
        {
            "id": remote_id,
            "percentageComplete": 40,
            "successful": False,
            "finished": False,
            "messages": [{"key": 7}, {"key": "STATUS_COPIED_PAGES", "args": ["40", "100"]}],
        }
    )
    rig.site.faults.add(faults.status(200, body=body), times=1)
    await rig.run(3)
    snapshot = long_tasks.snapshot_of((await rig.task(remote_id)).snapshot)
    assert (snapshot.percent, snapshot.done, snapshot.dropped) == (40, 40, 1)


async def test_a_stale_cookie_that_turns_a_valid_token_into_a_401_is_left_out(datacenter_rig) -> None:
    rig = datacenter_rig
    remote_id = await rig.begin(COPY)
    await rig.run(60)
    rig.site.accounts.sessions.expire()
    await rig.run(120)
    assert 401 in [one.status for one in rig.site.log]
    assert (await rig.account_state(), await rig.told(remote_id)) == ("active", [])
    task = await rig.task(remote_id)
    assert (rig.clock() - task.checked_at).total_seconds() < 61


async def test_nothing_that_moves_no_more_is_declared_failed_and_it_is_looked_at_less_often(plain_rig) -> None:
    rig = plain_rig
    remote_id = await rig.begin(ENDLESS)
    began = rig.clock()
    await rig.run(14 * 60)
    assert await rig.told(remote_id) == []
    await rig.run(5 * 60)
    task = await rig.task(remote_id)
    assert (task.outcome, task.trouble, task.trouble_since) == ("following", "stalled", began)
    await rig.run(2 * 3600)
    asked = rig.asked()
    await rig.run(3 * 3600)
    assert 12 <= rig.asked() - asked <= 15
    assert await rig.told(remote_id) == ["stalled began"]


async def test_a_stall_is_over_when_it_moves(plain_rig) -> None:
    rig = plain_rig
    moments = (ENDLESS.moments[0], Moment(at=3600, percent=8, key="STATUS_COPIED_PAGES", args=("8", "100")))
    remote_id = await rig.begin(Story(name="s", operation=Kind.COPY, moments=moments, ends_at=2e9, ending=Ending.NEVER))
    await rig.run(3600 + 14 * 60)
    assert await rig.told(remote_id) == ["stalled began", "stalled over"]
    assert (await rig.task(remote_id)).percent == 8


async def test_after_seven_days_without_movement_the_end_is_taken_as_unseen(plain_rig) -> None:
    rig = plain_rig
    remote_id = await rig.begin(ENDLESS)
    await rig.run(7 * 86_400 - 60)
    assert (await rig.task(remote_id)).outcome == "following"
    await rig.run(1000)
    task = await rig.task(remote_id)
    assert (task.outcome, task.due_at, task.percent) == ("result unknown", None, 7)
    assert await rig.told(remote_id) == ["stalled began", "completion"]


async def test_data_center_is_over_when_its_last_report_has_stood_for_two_minutes(datacenter_rig) -> None:
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
    assert (await rig.task(remote_id)).outcome == "following"
    await rig.run(120)
    task = await rig.task(remote_id)
    assert (task.outcome, task.percent) == ("finished", 80)
    assert 120 <= (task.ended_at - task.unchanged_since).total_seconds() <= 181


async def test_a_token_of_another_account_is_never_sent_to_a_site(two_sites) -> None:
    rig = two_sites
    rig.simulators[1].add_account("second", token="another", kind=TokenKind.UNSCOPED)
    remote_id = await rig.begin(COPY)
    async with rig.database.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM viewers")
    await rig.run(400)
    task = await rig.task(remote_id)
    assert (task.outcome, task.trouble, rig.asked()) == ("result unknown", "set_aside", 1)
