"""What is late is counted, and what rests on purpose is not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.db import pauses
from bot.db.backlog import Backlog, Late, find_backlog
from bot.db.models import accounts, long_tasks, sites
from bot.db.slack_models import workspaces
from bot.domain.states import AccountState, WorkspaceState
from tests.support.filled_database import TEAM, FilledDatabase

NONE = Late(count=0, since=None)
NOTHING = Backlog(looks=NONE, commands=NONE, messages=NONE, lapsed_claims=0)


async def found(filled: FilledDatabase) -> Backlog:
    async with filled.database.read() as connection:
        return await find_backlog(connection, now=filled.clock())


async def add_everything(filled: FilledDatabase) -> datetime:
    """A look, a command and the two messages of a thread that are due now; when that is."""
    await filled.add_thread(await filled.add_long_task())
    await filled.add_command()
    return filled.clock()


async def test_what_nobody_takes_up_is_late_after_a_minute_and_a_message_after_five(filled: FilledDatabase) -> None:
    since = await add_everything(filled)
    filled.clock.move(59)
    assert await found(filled) == NOTHING
    filled.clock.move(2)
    one = Late(count=1, since=since)
    assert await found(filled) == Backlog(looks=one, commands=one, messages=NONE, lapsed_claims=0)
    filled.clock.move(240)
    two = Late(count=2, since=since)
    assert await found(filled) == Backlog(looks=one, commands=one, messages=two, lapsed_claims=0)


async def test_a_claim_that_holds_is_not_late_and_one_that_ran_out_is_counted(sqlite_filled: FilledDatabase) -> None:
    filled = sqlite_filled
    filled.clock.move(-300)
    await filled.add_long_task()
    since = filled.clock()
    filled.clock.move(299)
    await filled.claim()
    filled.clock.move(1)
    assert await found(filled) == NOTHING
    filled.clock.move(60)
    late = Late(count=1, since=since)
    assert await found(filled) == Backlog(looks=late, commands=NONE, messages=NONE, lapsed_claims=0)
    filled.clock.move(10)
    assert (await found(filled)).lapsed_claims == 1


@pytest.mark.postgres
async def test_a_claim_that_ran_out_is_counted_by_whatever_clock(filled: FilledDatabase) -> None:
    await filled.add_long_task()
    await filled.claim()
    await filled.expire(long_tasks)
    filled.clock.move(120)
    assert (await found(filled)).lapsed_claims == 1


@pytest.mark.parametrize("scope", ["app", "site", "account"])
async def test_looks_that_confluence_asked_to_wait_are_not_late(filled: FilledDatabase, scope: str) -> None:
    await filled.add_long_task()
    filled.clock.move(600)
    named = {
        "app": pauses.APP,
        "site": pauses.site_scope(filled.site_id),
        "account": pauses.account_scope(filled.account_id),
    }[scope]
    async with filled.database.begin() as connection:
        await pauses.pause(connection, named, until=filled.clock.later(60), reason="429")
    assert await found(filled) == NOTHING


async def test_looks_at_a_site_that_is_down_or_that_refuses_the_account_are_not_late(filled: FilledDatabase) -> None:
    await filled.add_long_task()
    filled.clock.move(600)
    assert (await found(filled)).looks.count == 1
    async with filled.database.begin() as connection:
        await connection.execute(update(sites).values(down_since=filled.clock()))
    assert await found(filled) == NOTHING
    async with filled.database.begin() as connection:
        await connection.execute(update(sites).values(down_since=None))
        refused = {"state": AccountState.REFUSED, "probe_at": filled.clock() + timedelta(minutes=5)}
        await connection.execute(update(accounts).values(**refused))
    assert await found(filled) == NOTHING


async def test_messages_to_a_workspace_that_rests_or_that_slack_limits_are_not_late(filled: FilledDatabase) -> None:
    await filled.add_thread(await filled.add_long_task(due_in=None))
    filled.clock.move(600)
    assert (await found(filled)).messages.count == 2
    async with filled.database.begin() as connection:
        scope = pauses.slack_scope(TEAM, "chat.postMessage")
        await pauses.pause(connection, scope, until=filled.clock.later(60), reason="429")
    assert await found(filled) == NOTHING
    filled.clock.move(120)
    async with filled.database.begin() as connection:
        await connection.execute(update(workspaces).values(state=WorkspaceState.RESTING))
    assert await found(filled) == NOTHING
