"""What is known about channels, whatever order it comes in."""

from datetime import datetime, timedelta

import pytest

from bot.db import channels, workspaces
from bot.domain.audience import KnownChannel
from bot.domain.channel_settings import ChannelSettings
from bot.domain.states import Editors, Sharing, Titles, Verbosity
from tests.support.filled_database import CHANNEL, TEAM, FilledDatabase

DAY = timedelta(days=1)


async def known(filled: FilledDatabase, channel_id: str = CHANNEL, *, team_id: str = TEAM) -> KnownChannel | None:
    async with filled.database.read() as connection:
        return await channels.find(connection, team_id=team_id, channel_id=channel_id)


async def learn(filled: FilledDatabase, sharing: Sharing, *, asked_at: datetime, team_id: str = TEAM) -> None:
    async with filled.database.begin() as connection:
        await channels.learn(connection, team_id, {CHANNEL: sharing}, asked_at=asked_at, now=filled.clock())


async def change(filled: FilledDatabase, sharing: Sharing | None) -> None:
    async with filled.database.begin() as connection:
        await channels.change(connection, TEAM, CHANNEL, sharing, now=filled.clock())


async def stale(filled: FilledDatabase, subscription_id: int) -> list[bool]:
    return [message.stale_since is not None for message in await filled.messages(subscription_id)]


async def test_an_answer_to_an_earlier_question_does_not_undo_an_event(filled: FilledDatabase) -> None:
    asked_at = filled.clock()
    filled.clock.move(1)
    await change(filled, Sharing.SHARED)
    shared_at = filled.clock()
    filled.clock.move(1)

    await learn(filled, Sharing.OWN, asked_at=asked_at)
    assert await known(filled) == KnownChannel(sharing=Sharing.SHARED, asked_at=shared_at)

    await learn(filled, Sharing.OWN, asked_at=filled.clock())
    assert await known(filled) == KnownChannel(sharing=Sharing.OWN, asked_at=filled.clock())


async def test_a_channel_that_changed_is_known_by_the_next_answer(filled: FilledDatabase) -> None:
    await learn(filled, Sharing.SHARED, asked_at=filled.clock())
    await change(filled, None)
    assert await known(filled) == KnownChannel(sharing=None, asked_at=filled.clock())

    await learn(filled, Sharing.OWN, asked_at=filled.clock())
    assert await known(filled) == KnownChannel(sharing=Sharing.OWN, asked_at=filled.clock())


async def test_what_a_workspace_that_is_not_installed_says_is_not_kept(filled: FilledDatabase) -> None:
    await learn(filled, Sharing.OWN, asked_at=filled.clock(), team_id="T404")
    assert await known(filled, team_id="T404") is None


async def test_an_uninstalled_workspace_takes_its_channels_along(filled: FilledDatabase) -> None:
    await learn(filled, Sharing.OWN, asked_at=filled.clock())
    async with filled.database.begin() as connection:
        await workspaces.delete(connection, TEAM)
    assert await known(filled) is None


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        (None, Sharing.OWN, True),
        (Sharing.OWN, Sharing.OWN, False),
        (Sharing.OWN, Sharing.SHARED, True),
        (Sharing.SHARED, None, True),
    ],
)
async def test_what_is_kept_true_in_a_channel_is_edited_if_its_readers_change(
    filled: FilledDatabase, before: Sharing | None, after: Sharing | None, marked: bool
) -> None:
    here = await filled.add_thread(await filled.add_long_task())
    elsewhere = await filled.add_thread(await filled.add_long_task("2"), channel_id="C2")
    for thread in (here, elsewhere):
        await filled.post_first(thread)
    if before is not None:
        await change(filled, before)
        async with filled.database.begin() as connection:
            await connection.exec_driver_sql("UPDATE messages SET stale_since = NULL")
    filled.clock.move(1)

    await change(filled, after)

    assert await stale(filled, here) == [marked, marked]
    assert await stale(filled, elsewhere) == [False, False]


async def test_what_is_too_old_is_deleted_and_the_rest_kept(filled: FilledDatabase) -> None:
    await learn(filled, Sharing.OWN, asked_at=filled.clock())
    async with filled.database.begin() as connection:
        await channels.forget(connection, asked_before=filled.clock() - DAY)
    assert await known(filled) is not None

    filled.clock.move(DAY.total_seconds() + 1)
    async with filled.database.begin() as connection:
        await channels.forget(connection, asked_before=filled.clock() - DAY)
    assert await known(filled) is None


async def test_one_process_lists_the_channels_of_a_workspace_once_a_day(filled: FilledDatabase) -> None:
    async def reserve() -> bool:
        now = filled.clock()
        async with filled.database.begin() as connection:
            return await channels.reserve_listing(connection, TEAM, listed_before=now - DAY, now=now)

    async def due() -> channels.Installation | None:
        async with filled.database.read() as connection:
            return await channels.to_be_listed(connection, listed_before=filled.clock() - DAY)

    assert await due() == channels.Installation(team_id=TEAM, enterprise_id=None)
    assert [await reserve(), await reserve(), await due()] == [True, False, None]
    filled.clock.move(DAY.total_seconds())
    assert await reserve()


async def test_what_people_have_set_outlasts_what_slack_has_said(filled: FilledDatabase) -> None:
    settings = ChannelSettings(language="de", broadcasts=True)
    await learn(filled, Sharing.OWN, asked_at=filled.clock())
    asked_at = filled.clock()
    filled.clock.move(60)
    async with filled.database.begin() as connection:
        await channels.put_settings(connection, TEAM, CHANNEL, settings, now=filled.clock())
        await channels.put_settings(connection, TEAM, "C0NEW", settings, now=filled.clock())

    assert await known(filled) == KnownChannel(sharing=Sharing.OWN, asked_at=asked_at, settings=settings)
    assert await known(filled, "C0NEW") == KnownChannel(sharing=None, asked_at=filled.clock(), settings=settings)
    await change(filled, Sharing.SHARED)
    changed_at = filled.clock()
    async with filled.database.begin() as connection:
        await channels.forget(connection, asked_before=filled.clock.later(3600))
    assert await known(filled) == KnownChannel(sharing=Sharing.SHARED, asked_at=changed_at, settings=settings)


@pytest.mark.parametrize(
    "settings",
    [
        ChannelSettings(language="de"),
        ChannelSettings(verbosity=Verbosity.QUIET),
        ChannelSettings(titles=Titles.COUNTS),
        ChannelSettings(broadcasts=True),
        ChannelSettings(mentions_here=True),
        ChannelSettings(editors=Editors.MEMBERS),
    ],
)
async def test_a_channel_is_forgotten_once_nothing_is_set_for_it(
    sqlite_filled: FilledDatabase, settings: ChannelSettings
) -> None:
    forgotten = []
    for each in (settings, ChannelSettings()):
        async with sqlite_filled.database.begin() as connection:
            await channels.put_settings(connection, TEAM, CHANNEL, each, now=sqlite_filled.clock())
            await channels.forget(connection, asked_before=sqlite_filled.clock.later(60))
        forgotten.append(await known(sqlite_filled) is None)

    assert forgotten == [False, True]


async def test_a_setting_marks_what_is_kept_true_in_that_channel(sqlite_filled: FilledDatabase) -> None:
    here = await sqlite_filled.add_thread(await sqlite_filled.add_long_task())
    await sqlite_filled.post_first(here)
    async with sqlite_filled.database.begin() as connection:
        settings = ChannelSettings(titles=Titles.COUNTS)
        await channels.put_settings(connection, TEAM, CHANNEL, settings, now=sqlite_filled.clock())

    assert await stale(sqlite_filled, here) == [True, True]
