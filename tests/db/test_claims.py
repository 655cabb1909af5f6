import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.db import accounts, claims, notices
from bot.db.engine import Database, database_now
from bot.db.models import accounts as account_rows
from bot.db.models import long_tasks, workspaces
from bot.domain.pacing import Telling

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def take(given: Any, limit: int = 10, **options: Any) -> list[Any]:
    async with given.database.begin() as connection:
        return await claims.claim_long_tasks(
            connection, **{"site_id": given.site, "limit": limit, "now": NOW} | options
        )


async def expire(database: Database) -> None:
    """Let every lease run out, by the database's clock."""
    async with database.begin() as connection:
        for table in (long_tasks, workspaces):
            past = await database_now(connection, fallback=NOW) - timedelta(seconds=1)
            await connection.execute(update(table).where(table.c.claim_id.is_not(None)).values(claimed_until=past))


async def test_no_more_than_the_limit_is_taken_the_longest_due_first(given: Any) -> None:
    for number, due_in in enumerate((-5, -30, -10, 5, None), start=1):
        await given.task(number, due_in=due_in)

    assert [row["id"] for row in await take(given, 2)] == [2, 3]
    assert [row["id"] for row in await take(given, 2)] == [1]
    assert await take(given, 2) == []


async def test_each_claim_has_an_id_nobody_had_before(given: Any) -> None:
    await given.task(1)
    (first,) = await take(given)
    await expire(given.database)
    (second,) = await take(given)

    assert len(first["claim_id"]) == len(second["claim_id"]) == 32
    assert first["claim_id"] != second["claim_id"]


async def test_what_only_paused_accounts_see_is_left_out(given: Any) -> None:
    async with given.database.begin() as connection:
        made = account_rows.insert().values(kind="person", team_id="T1", user_id="U1", created_at=NOW)
        other = (await connection.execute(made.returning(account_rows.c.id))).scalar_one()
    for number in (1, 2):
        await given.task(number)
    async with given.database.begin() as connection:
        await accounts.saw(connection, long_task_id=2, account_id=other, now=NOW)

    assert [row["id"] for row in await take(given, paused_accounts=[given.account])] == [2]
    assert [row["id"] for row in await take(given, paused_accounts=[other])] == [1]


async def test_a_late_writer_holds_nothing(given: Any) -> None:
    await given.task(1)
    await given.task(2)
    late = await take(given)
    await expire(given.database)
    (taken,) = await take(given, but=[2])

    pairs = [(row["id"], row["claim_id"]) for row in late]
    async with given.database.begin() as connection:
        assert list(await claims.held_long_tasks(connection, pairs)) == [2]
        assert await claims.renew(connection, long_tasks, pairs, now=NOW) == {2}
        await claims.release(connection, long_tasks, pairs)
    held = await given.rows(select(long_tasks.c.id, long_tasks.c.claim_id).order_by(long_tasks.c.id))
    assert held == [(1, taken["claim_id"]), (2, None)]


async def test_a_renewed_claim_is_kept_and_a_released_one_is_free(given: Any) -> None:
    await given.task(1)
    (row,) = await take(given)
    await expire(given.database)
    async with given.database.begin() as connection:
        assert await claims.renew(connection, long_tasks, [(1, row["claim_id"])], now=NOW) == {1}
    assert await take(given) == []

    async with given.database.begin() as connection:
        await claims.release(connection, long_tasks, [(1, row["claim_id"])])
    assert [each["id"] for each in await take(given)] == [1]


async def test_a_start_on_one_file_waits_for_nothing(given: Any) -> None:
    await given.task(1)
    await take(given)
    async with given.database.begin() as connection:
        await claims.clear_all(connection)

    assert [row["id"] for row in await take(given)] == [1]


async def test_claims_that_are_made_at_once_never_share_a_row(given: Any) -> None:
    for number in range(1, 41):
        await given.task(number, due_in=-number)

    taken = await asyncio.gather(*(take(given, 5) for _ in range(8)))

    assert sorted(row["id"] for rows in taken for row in rows) == list(range(1, 41))


@pytest.mark.postgres
async def test_rows_that_another_transaction_holds_are_skipped_not_waited_for(given_on_postgres: Any) -> None:
    given = given_on_postgres
    for number in (1, 2):
        await given.task(number, due_in=-number)
    async with given.database.begin() as first:
        mine = await claims.claim_long_tasks(first, site_id=given.site, limit=1, now=NOW)
        theirs = await take(given, 5)

    assert ([row["id"] for row in mine], [row["id"] for row in theirs]) == ([2], [1])


@pytest.mark.postgres
async def test_leases_are_judged_by_the_clock_of_the_database(given_on_postgres: Any) -> None:
    """A process whose own clock is a year ahead does not take what another holds."""
    given = given_on_postgres
    await given.task(1, due_in=-86400 * 800)
    await take(given, now=NOW - timedelta(days=365))

    assert await take(given, now=NOW + timedelta(days=365)) == []
    await expire(given.database)
    assert len(await take(given, now=NOW - timedelta(days=365))) == 1


async def test_a_workspace_with_something_to_tell_has_one_holder_at_a_time(given: Any) -> None:
    async def claim(claim_id: str) -> list[str]:
        async with given.database.begin() as connection:
            return await claims.claim_workspaces(connection, now=NOW, claim_id=claim_id)

    async def holds(claim_id: str) -> bool:
        async with given.database.begin() as connection:
            return await claims.holds_workspace(connection, team_id="T1", claim_id=claim_id)

    assert await claim("nothing-to-tell") == []
    thread = await given.thread(await given.task(1))
    async with given.database.begin() as connection:
        await notices.plan(connection, [notices.planned(Telling.ROOT, subscription_id=thread, team_id="T1", now=NOW)])

    assert (await claim("one"), await claim("two")) == (["T1"], [])
    assert (await holds("one"), await holds("two")) == (True, False)
    await expire(given.database)
    assert await claim("three") == ["T1"]
    assert (await holds("one"), await holds("three")) == (False, True)
