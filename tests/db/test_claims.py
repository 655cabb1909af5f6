import asyncio
from datetime import timedelta

import pytest

from bot.db import accounts, claims, commands, due_long_tasks
from bot.db.models import commands as command_table
from bot.db.models import long_tasks
from bot.db.rows import CommandRow
from bot.db.slack_models import workspaces
from tests.support.filled_database import TEAM, FilledDatabase


async def claimed(filled: FilledDatabase, *, limit: int = 10) -> list[str]:
    """The remote ids of the long tasks that a process claims now."""
    return [row.remote_id for row in await filled.claim(limit=limit)]


async def test_no_more_than_the_limit_is_claimed_the_longest_due_first(filled: FilledDatabase) -> None:
    for number, due_in in enumerate((-5, -30, -10, 5, None), start=1):
        await filled.add_long_task(str(number), due_in=due_in)
    assert [await claimed(filled, limit=2) for _ in range(3)] == [["2", "3"], ["1"], []]


async def test_the_next_due_time_is_that_of_the_longest_due(filled: FilledDatabase) -> None:
    async def next_due() -> float | None:
        async with filled.database.read() as connection:
            at = await due_long_tasks.next_due(connection, filled.site_id, now=filled.clock())
        return None if at is None else (at - filled.clock()).total_seconds()

    before = await next_due()
    for number, due_in in enumerate((7, -5, None), start=1):
        await filled.add_long_task(str(number), due_in=due_in)
    assert (before, await next_due()) == (None, -5)


async def test_each_claim_has_an_id_of_its_own(filled: FilledDatabase) -> None:
    await filled.add_long_task("1")
    (first,) = await filled.claim()
    await filled.expire(long_tasks)
    (second,) = await filled.claim()
    assert first.claim_id is not None
    assert second.claim_id is not None
    assert len(first.claim_id) == len(second.claim_id) == 32
    assert first.claim_id != second.claim_id


async def test_long_tasks_that_only_excluded_accounts_have_seen_are_left_out(filled: FilledDatabase) -> None:
    other = await filled.add_account()
    await filled.add_long_task("1")
    await filled.add_long_task("2", seen_by=(filled.account_id, other))
    assert [row.remote_id for row in await filled.claim(excluded_accounts=[filled.account_id])] == ["2"]
    assert [row.remote_id for row in await filled.claim(excluded_accounts=[other])] == ["1"]


async def test_a_claim_for_one_account_takes_only_what_it_has_seen(filled: FilledDatabase) -> None:
    other = await filled.add_account()
    await filled.add_long_task("1")
    await filled.add_long_task("2", seen_by=(filled.account_id, other))
    async with filled.database.read() as connection:
        claimed = [row.id for row in await filled.claim(account_id=other)]
        viewers = await accounts.viewers_of(connection, claimed, doubted_since=filled.clock())
    assert list(viewers.values()) == [[filled.account_id, other]]


async def test_a_claim_that_probes_an_account_needs_no_long_task_that_is_due(filled: FilledDatabase) -> None:
    other = await filled.add_account()
    await filled.add_long_task("1", due_in=900, seen_by=(other,))
    await filled.add_long_task("2", due_in=None, seen_by=(other,))
    assert await filled.claim() == []
    assert [row.remote_id for row in await filled.claim(account_id=other)] == ["1"]


async def test_a_late_writer_holds_nothing(filled: FilledDatabase) -> None:
    await filled.add_long_task("1")
    kept_id = await filled.add_long_task("2")
    late = [(row.id, row.claim_id or "") for row in await filled.claim()]
    await filled.expire(long_tasks)
    (taken,) = await filled.claim(but=[kept_id])
    async with filled.database.begin() as connection:
        assert list(await due_long_tasks.held(connection, late)) == [kept_id]
        assert await claims.renew(connection, long_tasks, late, now=filled.clock()) == {kept_id}
        await claims.release(connection, long_tasks, late)
    held = [(await filled.long_task(remote_id)).claim_id for remote_id in ("1", "2")]
    assert held == [taken.claim_id, None]


async def test_a_renewed_claim_is_kept_and_a_released_one_is_free(filled: FilledDatabase) -> None:
    await filled.add_long_task("1")
    held = [(row.id, row.claim_id or "") for row in await filled.claim()]
    await filled.expire(long_tasks)
    async with filled.database.begin() as connection:
        assert await claims.renew(connection, long_tasks, held, now=filled.clock()) == {held[0][0]}
    kept = await claimed(filled)
    async with filled.database.begin() as connection:
        await claims.release(connection, long_tasks, held)
    assert (kept, await claimed(filled)) == ([], ["1"])


async def test_clearing_all_claims_frees_every_row(filled: FilledDatabase) -> None:
    await filled.add_thread(await filled.add_long_task("1"))
    await filled.claim()
    async with filled.database.begin() as connection:
        await claims.claim_workspaces(connection, now=filled.clock(), claim_id="before")
        await claims.clear_all(connection)
        freed = await claims.claim_workspaces(connection, now=filled.clock(), claim_id="after")
    assert (freed, await claimed(filled)) == ([TEAM], ["1"])


async def test_concurrent_claims_never_share_a_row(filled: FilledDatabase) -> None:
    for number in range(1, 41):
        await filled.add_long_task(str(number), due_in=-number)
    taken = await asyncio.gather(*(claimed(filled, limit=5) for _ in range(8)))
    assert sorted(int(remote_id) for some in taken for remote_id in some) == list(range(1, 41))


@pytest.mark.postgres
async def test_rows_locked_by_another_transaction_are_skipped(filled_on_postgres: FilledDatabase) -> None:
    filled = filled_on_postgres
    for number in (1, 2):
        await filled.add_long_task(str(number), due_in=-number)
    async with filled.database.begin() as first:
        mine = await due_long_tasks.claim(first, claim_id="mine", site_id=filled.site_id, limit=1, now=filled.clock())
        theirs = await claimed(filled)
    assert ([row.remote_id for row in mine], theirs) == (["2"], ["1"])


@pytest.mark.postgres
async def test_leases_are_judged_by_the_clock_of_the_database(filled_on_postgres: FilledDatabase) -> None:
    """A process whose own clock is a year ahead does not take what another holds."""
    filled = filled_on_postgres
    year = timedelta(days=365).total_seconds()
    await filled.add_long_task("1", due_in=-2 * year)
    filled.clock.move(-year)
    await filled.claim()
    filled.clock.move(2 * year)
    ahead = await claimed(filled)
    await filled.expire(long_tasks)
    filled.clock.move(-2 * year)
    assert (ahead, await claimed(filled)) == ([], ["1"])


async def test_a_workspace_with_a_message_to_post_or_edit_has_one_holder_at_a_time(filled: FilledDatabase) -> None:
    async def claim(claim_id: str) -> list[str]:
        async with filled.database.begin() as connection:
            return await claims.claim_workspaces(connection, now=filled.clock(), claim_id=claim_id)

    async def holds(claim_id: str) -> bool:
        async with filled.database.begin() as connection:
            return await claims.holds_workspace(connection, team_id=TEAM, claim_id=claim_id)

    long_task_id = await filled.add_long_task("1")
    nothing = await claim("nothing to post")
    thread = await filled.add_thread(long_task_id)
    taken = [await claim(claim_id) for claim_id in ("one", "two")]
    held = [await holds(claim_id) for claim_id in ("one", "two")]
    await filled.expire(workspaces)
    taken.append(await claim("three"))
    held += [await holds(claim_id) for claim_id in ("one", "three")]
    assert (nothing, taken, held) == ([], [[TEAM], [], [TEAM]], [True, False, False, True])

    await filled.post_first(thread)
    await filled.expire(workspaces)
    idle = await claim("nothing to edit")
    await filled.end(long_task_id)
    assert (idle, await claim("edits")) == ([], [TEAM])


async def test_commands_are_claimed_the_oldest_first_until_they_are_answered(filled: FilledDatabase) -> None:
    async def claim() -> list[CommandRow]:
        async with filled.database.begin() as connection:
            return await claims.claim_commands(connection, now=filled.clock(), limit=2, per_person=9)

    async def hold(command_id: int, claim_id: str) -> bool:
        async with filled.database.begin() as connection:
            return await claims.holds_command(connection, command_id=command_id, claim_id=claim_id)

    for name in ("one", "two", "three"):
        await filled.add_command(name)
        filled.clock.move(1)
    first, second = await claim(), await claim()
    assert [[row.text for row in rows] for rows in (first, second)] == [["one", "two"], ["three"]]
    one, two = first
    assert [await hold(row.id, one.claim_id or "") for row in (one, *second)] == [True, False]
    async with filled.database.begin() as connection:
        await commands.answered(connection, one.id, now=filled.clock(), language="en")
    await filled.expire(command_table)
    again = await claim()
    assert [(row.text, row.attempts) for row in again] == [("two", two.attempts + 1), ("three", 2)]


async def test_commands_are_claimed_in_turn_by_person_and_no_more_than_a_few_of_one(filled: FilledDatabase) -> None:
    async def claim(limit: int) -> list[str]:
        async with filled.database.begin() as connection:
            rows = await claims.claim_commands(connection, now=filled.clock(), limit=limit, per_person=2)
        return [row.text for row in rows]

    for name, user in (("a1", "U1"), ("a2", "U1"), ("a3", "U1"), ("b1", "U2"), ("b2", "U2"), ("c1", "U3")):
        await filled.add_command(name, user_id=user)
        filled.clock.move(1)
    claimed = [await claim(4), await claim(9), await claim(9)]
    assert claimed == [["a1", "a2", "b1", "c1"], ["b2"], []]
    await filled.expire(command_table)
    assert await claim(9) == ["a1", "a2", "b1", "b2", "c1"]
