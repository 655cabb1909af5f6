"""Commands, pauses, accounts, sites, workspaces, subscriptions and notices, each by its few rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.db import accounts, claims, commands, notices, pauses, sites, subscriptions, workspaces
from bot.db.models import commands as command_rows
from bot.db.models import notices as notice_rows
from bot.db.models import subscriptions as subscription_rows
from bot.domain.pacing import Telling
from bot.domain.poll_result import PauseScope
from bot.domain.states import Outcome

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


async def test_a_command_is_written_down_once_by_its_trigger_id(given: Any) -> None:
    async def write(trigger_id: str, claim_id: str | None = None) -> int | None:
        async with given.database.begin() as connection:
            return await commands.write_down(
                connection,
                trigger_id=trigger_id,
                team_id="T1",
                enterprise_id=None,
                channel_id="C1",
                user_id="U1",
                user_team_id=None,
                command="/longtask",
                text="1",
                response_url=b"sealed",
                now=NOW,
                claim_id=claim_id,
            )

    first, again, second = await write("one"), await write("one"), await write("two", "held by its listener")
    assert (first is None, again is None, second is None) == (False, True, False)
    async with given.database.begin() as connection:
        assert [row["id"] for row in await claims.claim_commands(connection, now=NOW, limit=9)] == [first]
    numbers = [number for (number,) in await given.rows(select(command_rows.c.id))]
    async with given.database.begin() as connection:
        assert await commands.any_unanswered(connection)
        for number in numbers:
            await commands.answered(connection, number, now=NOW, uses=2)
        assert not await commands.any_unanswered(connection)
    assert await given.rows(select(command_rows.c.uses_left)) == [(3,), (3,)]


async def test_the_longer_of_two_pauses_stays_until_it_is_over(given: Any) -> None:
    app = pauses.confluence_scope(PauseScope.APP, site_id=1, account_id=1)
    slack = pauses.slack_scope("T1", "chat.update")
    async with given.database.begin() as connection:
        for scope, until in ((app, LATER), (app, NOW + timedelta(seconds=1)), (slack, LATER)):
            await pauses.pause(connection, scope, until=until, reason="asked")
        assert await pauses.paused(connection, now=NOW) == {"app": LATER, slack: LATER}
        assert await pauses.paused_methods(connection, "T1", now=NOW) == {"chat.update": LATER}
        assert await pauses.paused_methods(connection, "T", now=NOW) == {}
        assert await pauses.paused(connection, now=LATER) == {}


async def test_a_configured_site_and_the_operators_account_are_made_once(given: Any) -> None:
    before = (given.site, given.account)
    await given.begin()
    assert (given.site, given.account) == before
    async with given.database.begin() as connection:
        assert await accounts.set_state(connection, given.account, state="refused", reason="401")
        assert not await accounts.set_state(connection, given.account, state="refused", reason="401")
        assert await accounts.refused(connection) == {given.account}


async def test_a_site_that_is_down_is_probed_by_one_process_and_told_once(given: Any) -> None:
    async with given.database.begin() as connection:
        row = await sites.failed(connection, given.site, times=2, error="500", now=NOW, opens_after=3)
        assert (row["failures"], row["down_since"]) == (2, None)
        row = await sites.failed(connection, given.site, times=1, error="500", now=NOW, opens_after=3)
        assert (row["failures"], row["down_since"]) == (3, NOW)
        await sites.probe_later(connection, given.site, at=NOW)
        assert [await sites.take_probe(connection, given.site, now=NOW, until=LATER) for _ in range(2)] == [True, False]
        assert [await sites.told_down(connection, given.site, now=NOW) for _ in range(2)] == [True, False]
        before = await sites.answered(connection, given.site)
        assert before is not None
        assert (before["down_since"], await sites.answered(connection, given.site)) == (NOW, None)


async def test_deleting_a_workspace_takes_its_threads_and_texts(given: Any) -> None:
    thread = await given.thread(await given.task(1))
    async with given.database.begin() as connection:
        await notices.plan(connection, [notices.planned(Telling.ROOT, subscription_id=thread, team_id="T1", now=NOW)])
        assert await workspaces.stop_workspace(connection, "T1", reason="account_inactive")
        assert not await workspaces.is_active(connection, "T1")
        await workspaces.delete_workspace(connection, "T1")
    assert await given.rows(select(subscription_rows.c.id)) == []
    assert await given.rows(select(notice_rows.c.id)) == []


async def test_one_thread_at_a_time_follows_a_long_task_in_a_channel(given: Any) -> None:
    task = await given.task(1)
    first = await given.thread(task)
    again = {"long_task_id": task, "team_id": "T1", "channel_id": "C1", "owner_id": "U2", "command_id": None}
    async with given.database.begin() as connection:
        again |= {"language": "en", "verbosity": "normal", "told_seq": 0, "now": LATER}
        assert await subscriptions.follow(connection, **again) is None
        assert await subscriptions.stop(connection, first, stopped_by="U1", now=LATER)
        assert not await subscriptions.stop(connection, first, stopped_by="U1", now=LATER)
        assert await subscriptions.follow(connection, **again) is not None


async def test_the_end_of_a_long_task_ends_its_threads_and_a_stopped_one_stays_stopped(given: Any) -> None:
    task = await given.task(1)
    stopped, following = await given.thread(task), await given.thread(task, channel="C2")
    async with given.database.begin() as connection:
        await subscriptions.stop(connection, stopped, stopped_by="U1", now=NOW)
        await subscriptions.end(connection, [(task, Outcome.FINISHED)], now=LATER)
    query = select(subscription_rows.c.id, subscription_rows.c.state, subscription_rows.c.outcome)
    assert sorted(await given.rows(query)) == [(stopped, "stopped", "stopped"), (following, "ended", "finished")]


async def test_a_notice_is_begun_once_and_what_broke_off_may_stand(given: Any) -> None:
    thread = await given.thread(await given.task(1))
    async with given.database.begin() as connection:
        await notices.plan(connection, [notices.planned(Telling.ROOT, subscription_id=thread, team_id="T1", now=NOW)])
    ((number,),) = await given.rows(select(notice_rows.c.id))
    async with given.database.begin() as connection:
        assert [await notices.begin(connection, number) for _ in range(2)] == [True, False]
        assert await notices.unsettled(connection, ["T2"]) == 0
        assert await notices.unsettled(connection, ["T1"]) == 1
        assert await notices.begin(connection, number)
    assert await given.rows(select(notice_rows.c.state, notice_rows.c.may_stand, notice_rows.c.attempts)) == [
        ("sending", True, 2)
    ]
