"""Sites, accounts, workspaces and pauses, each by its few rules."""

from msgspec.structs import replace

from bot.db import accounts, pauses, sites, subscriptions, workspaces
from bot.db.rows import AccountRow, SiteRow, WorkspaceRow
from bot.domain.command import SiteKind
from bot.domain.poll_result import PauseScope
from bot.domain.states import AccountState, WorkspaceState
from tests.support.filled_database import TEAM, FilledDatabase, fill


async def test_a_configured_site_and_the_operators_account_are_stored_once(filled: FilledDatabase) -> None:
    again = await fill(filled.database, filled.clock)
    assert (again.site_id, again.account_id) == (filled.site_id, filled.account_id)
    assert await filled.site() == SiteRow(
        id=filled.site_id,
        alias="acme",
        kind=SiteKind.CLOUD,
        base_url="https://acme.example/wiki",
        cloud_id=None,
        failures=0,
        down_since=None,
        announced_at=None,
        probe_at=None,
        last_error=None,
    )


async def test_a_credential_is_doubted_then_refused_probed_by_one_process_and_accepted_once(
    filled: FilledDatabase,
) -> None:
    account_id, now, later = filled.account_id, filled.clock(), filled.clock.later(60)
    async with filled.database.begin() as connection:
        untouched = await accounts.accept(connection, account_id)
        await accounts.doubt(connection, account_id, reason="HTTP 401", now=now)
        doubted = await accounts.find(connection, account_id)
        refused = [await accounts.refused(connection)]
        await accounts.refuse(connection, account_id, reason="HTTP 401", probe_at=later)
        refused.append(await accounts.refused(connection))
        won = [
            await accounts.reserve_probe(connection, account_id, now=at, until=filled.clock.later(75))
            for at in (now, later, later)
        ]
        await accounts.probe_refused(connection, account_id, probes=1, probe_at=filled.clock.later(360))
        probed = await accounts.find(connection, account_id)
        await accounts.probe_all(connection, now=now)
        refused.append(await accounts.refused(connection))
        accepted = [await accounts.accept(connection, account_id) for _ in range(2)]
        active = await accounts.find(connection, account_id)
    states = AccountState
    assert (untouched, won, accepted) == (False, [False, True, False], [True, False])
    assert refused == [{}, {account_id: later}, {account_id: now}]
    assert [doubted, probed, active] == [
        AccountRow(id=account_id, state=states.ACTIVE, refused_since=now, refused_probes=0, probe_at=None),
        AccountRow(
            id=account_id,
            state=states.REFUSED,
            refused_since=now,
            refused_probes=1,
            probe_at=filled.clock.later(360),
        ),
        AccountRow(id=account_id, state=states.ACTIVE, refused_since=None, refused_probes=0, probe_at=None),
    ]


async def test_the_end_of_a_doubt_is_no_news(filled: FilledDatabase) -> None:
    async with filled.database.begin() as connection:
        await accounts.doubt(connection, filled.account_id, reason="HTTP 401", now=filled.clock())
        assert await accounts.accept(connection, filled.account_id) is False


async def test_viewers_are_listed_the_one_that_looked_longest_ago_first(filled: FilledDatabase) -> None:
    other = await filled.add_account()
    long_task_id = await filled.add_long_task(seen_by=(filled.account_id, other))
    async with filled.database.begin() as connection:
        later = filled.clock.move(1)
        await accounts.add_viewer(connection, long_task_id=long_task_id, account_id=filled.account_id, now=later)
        earlier = filled.clock.later(-30)
        assert await accounts.viewers_of(connection, [long_task_id], doubted_since=earlier) == {
            long_task_id: [other, filled.account_id]
        }
        await accounts.doubt(connection, other, reason="HTTP 401", now=later)
        orders = [
            (await accounts.viewers_of(connection, [long_task_id], doubted_since=since))[long_task_id]
            for since in (earlier, later)
        ]
    assert orders == [[filled.account_id, other], [other, filled.account_id]]


async def test_a_site_goes_down_after_several_failures_and_comes_back_with_one_answer(filled: FilledDatabase) -> None:
    now = filled.clock()
    async with filled.database.begin() as connection:
        failed = [
            await sites.failed(connection, filled.site_id, times=times, error="503", now=now, opens_after=3)
            for times in (2, 1)
        ]
        await sites.probe_later(connection, filled.site_id, at=now)
        until = filled.clock.later(15)
        reserved = [await sites.reserve_probe(connection, filled.site_id, now=now, until=until) for _ in range(2)]
        announced = [await sites.announce(connection, filled.site_id, now=now) for _ in range(2)]
        before = [await sites.answered(connection, filled.site_id) for _ in range(2)]
    assert [(row.failures, row.down_since, row.last_error) for row in failed] == [(2, None, "503"), (3, now, "503")]
    assert (reserved, announced) == ([True, False], [True, False])
    assert [row and (row.down_since, row.announced_at) for row in before] == [(now, now), None]
    site = await filled.site()
    assert (site.failures, site.down_since, site.announced_at, site.probe_at) == (0, None, None, None)


async def test_the_longer_of_two_pauses_holds_until_it_is_over(filled: FilledDatabase) -> None:
    now, soon, later = filled.clock(), filled.clock.later(1), filled.clock.later(3600)
    app = pauses.confluence_scope(PauseScope.APP, site_id=1, account_id=1)
    slack = pauses.slack_scope(TEAM, "chat.update")
    async with filled.database.begin() as connection:
        for scope, until in ((app, later), (app, soon), (slack, later)):
            await pauses.pause(connection, scope, until=until, reason="429")
        assert await pauses.paused(connection, now=now) == {"app": later, slack: later}
        assert await pauses.paused_methods(connection, TEAM, now=now) == {"chat.update": later}
        assert await pauses.paused_methods(connection, "T", now=now) == {}
        assert await pauses.paused(connection, now=later) == {}
        await pauses.forget_past(connection, now=soon)
        assert await pauses.paused(connection, now=now) == {"app": later, slack: later}


def test_the_accounts_among_scopes_are_known_by_their_numbers() -> None:
    scopes = [pauses.APP, pauses.site_scope(3), pauses.account_scope(7), pauses.slack_scope(TEAM, "account:9")]
    assert pauses.account_ids(scopes) == {7}


async def test_a_workspace_rests_until_it_is_tried_and_is_tried_at_once_when_slack_calls_for_it(
    filled: FilledDatabase,
) -> None:
    async def rest() -> bool:
        until = filled.clock.later(60)
        return await workspaces.rest(connection, TEAM, reason="account_inactive", until=until, now=filled.clock())

    async def tried() -> WorkspaceRow | None:
        return await workspaces.find(connection, TEAM)

    resting = WorkspaceRow(
        team_id=TEAM,
        enterprise_id=None,
        state=WorkspaceState.RESTING,
        tries=1,
        next_try_at=filled.clock.later(60),
    )
    async with filled.database.begin() as connection:
        rested = [await rest(), await rest()]
        found = [await tried()]
        await workspaces.put(connection, TEAM, enterprise_id="E1", now=filled.clock())
        found.append(await tried())
        rested.append(await rest())
        await workspaces.try_all(connection, now=filled.clock())
        found.append(await tried())
        resumed = [await workspaces.resume(connection, TEAM) for _ in range(2)]
        found.append(await tried())
    called = replace(resting, enterprise_id="E1", tries=0, next_try_at=filled.clock())
    active = replace(called, state=WorkspaceState.ACTIVE, next_try_at=None)
    assert (rested, resumed, found) == ([True, False, True], [True, False], [resting, called, called, active])


async def test_deleting_a_workspace_deletes_its_threads_messages_and_commands(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id)
    async with filled.database.begin() as connection:
        await workspaces.delete(connection, TEAM)
        left = await subscriptions.of_long_tasks(connection, [long_task_id])
    assert (left, await filled.messages(thread)) == ({}, [])
