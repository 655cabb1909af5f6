from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot import housekeeping
from bot.db.engine import Database
from bot.db.models import commands, findings, long_tasks, notices, pauses, sites, subscriptions, workspaces

DAYS = 30


@pytest.fixture
async def peopled(database: Database, clock: Any) -> Database:
    """Long tasks 1 ended long ago, 2 ended lately, 3 was stopped long ago, 4 lately, 5 is followed, 6 has no thread."""
    old, late = clock() - timedelta(days=DAYS + 1), clock() - timedelta(days=DAYS - 1)
    ended = {1: old, 2: late}
    stopped = {3: old, 4: late}
    async with database.begin() as connection:
        await connection.execute(insert(workspaces).values(team_id="T1", created_at=old))
        await connection.execute(insert(sites).values(id=1, alias="a", kind="cloud", base_url="https://a.example"))
        for number in range(1, 7):
            due = clock() if number == 5 else None
            outcome = "finished" if number in ended else "following"
            row = {"site_id": 1, "remote_id": str(number), "created_at": old, "due_at": due, "outcome": outcome}
            await connection.execute(insert(long_tasks).values(id=number, ended_at=ended.get(number), **row))
            row = {"long_task_id": number, "seq": 1, "identity": "f", "key": "K", "severity": "warning", "args": "[]"}
            await connection.execute(insert(findings).values(first_seen_at=old, **row))
        for number in range(1, 6):
            state = "following" if number == 5 else "stopped" if number in stopped else "ended"
            row = {"id": number, "long_task_id": number, "team_id": "T1", "channel_id": "C1", "owner_id": "U1"}
            at = (ended | stopped).get(number)
            await connection.execute(
                insert(subscriptions).values(language="en", state=state, created_at=old, ended_at=at, **row)
            )
            row = {"marker": str(number), "subscription_id": number, "team_id": "T1", "kind": "root"}
            await connection.execute(insert(notices).values(state="sent", created_at=old, **row))
    return database


async def left(database: Database, column: Any) -> list[Any]:
    async with database.read() as connection:
        return sorted((await connection.execute(select(column))).scalars())


async def test_what_ended_or_was_left_long_ago_goes_with_all_that_hangs_on_it(peopled: Database, clock: Any) -> None:
    wait = await housekeeping.step(peopled, retention_days=DAYS, now=clock)()

    assert wait == housekeeping.EVERY_SECONDS
    assert await left(peopled, long_tasks.c.id) == [2, 4, 5]
    assert await left(peopled, findings.c.long_task_id) == [2, 4, 5]
    assert await left(peopled, subscriptions.c.id) == [2, 4, 5]
    assert await left(peopled, notices.c.subscription_id) == [2, 4, 5]


async def test_commands_go_after_a_day_and_pauses_when_they_are_over(database: Database, clock: Any) -> None:
    row = {
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "command": "/longtask",
        "text": "",
        "response_url": b"",
    }
    async with database.begin() as connection:
        for hours in (23, 25):
            at = clock() - timedelta(hours=hours)
            await connection.execute(insert(commands).values(trigger_id=str(hours), created_at=at, **row))
        for seconds in (-1, 1):
            until = clock() + timedelta(seconds=seconds)
            await connection.execute(insert(pauses).values(scope=f"site:{seconds}", until=until))

    await housekeeping.step(database, retention_days=DAYS, now=clock)()

    assert await left(database, commands.c.trigger_id) == ["23"]
    assert await left(database, pauses.c.scope) == ["site:1"]


async def test_a_card_that_shows_an_old_look_is_made_again(peopled: Database, clock: Any) -> None:
    shown = {2: 11, 5: 11}
    async with peopled.begin() as connection:
        for number, minutes in shown.items():
            at = clock() - timedelta(minutes=minutes)
            changed = update(subscriptions).where(subscriptions.c.id == number)
            await connection.execute(changed.values(card_checked_at=at, card_shown="digest"))

    await housekeeping.step(peopled, retention_days=DAYS, now=clock)()

    async with peopled.read() as connection:
        query = select(subscriptions.c.id).where(subscriptions.c.card_dirty_since == clock())
        assert list((await connection.execute(query)).scalars()) == [5]


async def test_a_long_list_is_forgotten_a_part_at_a_time(database: Database, clock: Any) -> None:
    old = clock() - timedelta(days=DAYS + 1)
    count = housekeeping.AT_ONCE + 1
    async with database.begin() as connection:
        await connection.execute(insert(sites).values(id=1, alias="a", kind="cloud", base_url="https://a.example"))
        rows = [
            {"site_id": 1, "remote_id": str(number), "created_at": old, "ended_at": old, "outcome": "finished"}
            for number in range(count)
        ]
        await connection.execute(insert(long_tasks), rows)
    turn = housekeeping.step(database, retention_days=DAYS, now=clock)

    assert (await turn(), len(await left(database, long_tasks.c.id))) == (0.1, 1)
    assert (await turn(), len(await left(database, long_tasks.c.id))) == (housekeeping.EVERY_SECONDS, 0)
