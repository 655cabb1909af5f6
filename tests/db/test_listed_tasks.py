from datetime import datetime, timedelta

from bot.db import listed_tasks, sites
from bot.db.engine import Database
from bot.domain.command import SiteKind
from bot.domain.snapshot import Kind, Snapshot
from tests.support.clock import Clock

DAY = timedelta(days=1)


def named(*remote_ids: str) -> list[Snapshot]:
    """What a list says of some long tasks."""
    return [Snapshot(remote_id=remote_id, kind=Kind.COPY, percent=3.0) for remote_id in remote_ids]


async def site(database: Database) -> int:
    """A site that is to be listed."""
    async with database.begin() as connection:
        return await sites.put(
            connection, alias="acme", kind=SiteKind.CLOUD, base_url="https://acme.example", cloud_id=None
        )


async def record(database: Database, site_id: int, snapshots: list[Snapshot], *, at: datetime) -> int:
    """Store a list; returns how many are new."""
    async with database.begin() as connection:
        await listed_tasks.begin_listing(connection, site_id, now=at)
        return await listed_tasks.record(connection, site_id, snapshots, now=at, due_at=at + timedelta(seconds=5))


async def remembered(database: Database, site_id: int, *, after: int = 0) -> list[str]:
    """The ids of the long tasks that are remembered, in the order in which they were first listed."""
    async with database.read() as connection:
        return [row.remote_id for row in await listed_tasks.after(connection, site_id, after, limit=100)]


async def test_what_is_listed_again_is_nothing_new(database: Database, clock: Clock) -> None:
    site_id = await site(database)

    new = [
        await record(database, site_id, named("1", "2"), at=clock()),
        await record(database, site_id, named("2", "3", "1"), at=clock.move(5)),
        await record(database, site_id, [], at=clock.move(5)),
    ]

    assert new == [2, 1, 0]
    assert await remembered(database, site_id) == ["1", "2", "3"]


async def test_what_is_still_listed_is_remembered_however_old_and_what_is_not_is_forgotten_after_a_day(
    database: Database, clock: Clock
) -> None:
    site_id = await site(database)
    await record(database, site_id, named("old", "gone"), at=clock())
    for _ in range(60):
        await record(database, site_id, named("old"), at=clock.move(86_400))
        async with database.begin() as connection:
            await listed_tasks.forget(connection, unwatched_before=clock.later(-31 * 86_400))

    assert await remembered(database, site_id) == ["old"]


async def test_what_was_listed_last_is_remembered_while_the_site_is_not_listed(
    database: Database, clock: Clock
) -> None:
    site_id = await site(database)
    await record(database, site_id, named("1"), at=clock())
    clock.move(30 * 86_400)

    async with database.begin() as connection:
        await listed_tasks.forget(connection, unwatched_before=clock.later(-31 * 86_400))

    assert await remembered(database, site_id) == ["1"]


async def test_what_a_site_has_listed_is_deleted_some_time_after_its_last_watch(
    database: Database, clock: Clock
) -> None:
    site_id = await site(database)
    await record(database, site_id, named("1"), at=clock())
    clock.move(31 * 86_400 + 1)

    async with database.begin() as connection:
        await listed_tasks.forget(connection, unwatched_before=clock.later(-31 * 86_400))

    assert await remembered(database, site_id) == []


async def test_a_number_is_never_given_twice(database: Database, clock: Clock) -> None:
    site_id = await site(database)
    await record(database, site_id, named("1", "2"), at=clock())
    async with database.read() as connection:
        last = await listed_tasks.last_id(connection, site_id)
    # The newest is forgotten, and another one listed.
    await record(database, site_id, named("1"), at=clock.move(2 * 86_400))
    async with database.begin() as connection:
        await listed_tasks.forget(connection, unwatched_before=clock.later(-31 * 86_400))
    await record(database, site_id, named("1", "3"), at=clock.move(5))

    assert await remembered(database, site_id, after=last) == ["3"]
