"""What waits in the database is counted, on both databases."""

from datetime import timedelta

from sqlalchemy import update

from bot.db import accounts, pauses, stale_messages, stored_figures, workspaces
from bot.db.models import sites
from bot.db.sites import put
from bot.domain.command import SiteKind
from bot.domain.message_kinds import MessageKind
from bot.metrics import Group, Stored
from tests.support.filled_database import TEAM, FilledDatabase

NONE = {kind.value: Group() for kind in MessageKind if kind is not MessageKind.HOME}


async def read(filled: FilledDatabase) -> Stored:
    async with filled.database.read() as connection:
        return await stored_figures.read(connection, site_ids=[filled.site_id], now=filled.clock())


async def test_nothing_waits_in_a_new_database(filled: FilledDatabase) -> None:
    assert await read(filled) == Stored(
        unposted=NONE,
        stale=NONE,
        due_looks={filled.site_id: Group()},
        site_down={filled.site_id: 0.0},
        subscriptions={"starting": 0, "following": 0},
        workspaces={"active": 1, "resting": 0},
        accounts={("operator", "active"): 1},
        pauses={"app": 0.0, "site": 0.0, "account": 0.0, "slack": 0.0},
    )


async def test_what_waits_is_counted_with_the_age_of_the_oldest(filled: FilledDatabase) -> None:
    first, second = await filled.add_long_task("1"), await filled.add_long_task("2", due_in=3600)
    followed = await filled.add_thread(first)
    await filled.add_command()
    filled.clock.move(30)
    await filled.add_thread(second)
    async with filled.database.begin() as connection:
        now, later = filled.clock(), filled.clock.later(660)
        await stale_messages.mark_card(connection, followed, now=now)
        await connection.execute(update(sites).values(down_since=now))
        await accounts.refuse(connection, filled.account_id, reason="HTTP 401", probe_at=later)
        await workspaces.rest(connection, TEAM, reason="invalid_auth", until=later, now=now)
        await pauses.pause(connection, pauses.site_scope(filled.site_id), until=later, reason="")
        await pauses.pause(connection, pauses.slack_scope(TEAM, "chat.update"), until=later, reason="")
    filled.clock.move(60)

    assert await read(filled) == Stored(
        unposted=NONE | {"root": Group(2, 90.0), "card": Group(2, 90.0)},
        stale=NONE,
        due_looks={filled.site_id: Group(1, 90.0)},
        site_down={filled.site_id: 60.0},
        unanswered_commands=Group(1, 90.0),
        subscriptions={"starting": 2, "following": 0},
        workspaces={"active": 0, "resting": 1},
        accounts={("operator", "refused"): 1},
        pauses={"app": 0.0, "site": 600.0, "account": 0.0, "slack": 600.0},
    )


async def test_what_is_due_at_a_site_that_is_configured_no_more_waits_for_nobody(filled: FilledDatabase) -> None:
    async with filled.database.begin() as connection:
        other = await put(
            connection, alias="old", kind=SiteKind.CLOUD, base_url="https://old.example.com", cloud_id=None
        )
    await filled.add_long_task(site_id=other)
    filled.clock.move(60)

    assert (await read(filled)).due_looks == {filled.site_id: Group()}


async def test_an_edit_waits_from_when_it_is_to_be_made(filled: FilledDatabase) -> None:
    followed = await filled.add_thread(await filled.add_long_task())
    await filled.post_first(followed)
    async with filled.database.begin() as connection:
        await stale_messages.show_next_look(connection, followed, after=filled.clock() + timedelta(seconds=5))
    before = (await read(filled)).stale
    filled.clock.move(8)
    after = await read(filled)

    assert (before, after.stale) == (NONE, NONE | {"card": Group(1, 3.0)})
    assert after.subscriptions == {"starting": 0, "following": 1}
