"""Watches of sites, and the long tasks that they gather."""

from datetime import timedelta

from bot.db import watches
from bot.db.watch_rows import ListedTaskRow
from bot.domain.states import Verbosity
from tests.support.filled_database import TEAM, FilledDatabase


async def test_of_what_was_gathered_the_newest_are_read_and_all_are_counted(filled: FilledDatabase) -> None:
    now, second = filled.clock(), timedelta(seconds=1)
    async with filled.database.begin() as connection:
        watch_id = await watches.add(
            connection,
            team_id=TEAM,
            channel_id="C1",
            site_id=filled.site_id,
            command_id=None,
            maker_id="U1",
            kinds=frozenset(),
            verbosity=Verbosity.NORMAL,
            language="en",
            handled=0,
            now=now,
        )
        assert watch_id is not None
        for number in range(5):
            row = ListedTaskRow(number, filled.site_id, str(number), f'"{number}"', now)
            await watches.gather(connection, watch_id, [row], now=now + number * second)

        found = await watches.gathered_since(connection, watch_id, now + second, limit=2)

    assert found == ([("4", '"4"'), ("3", '"3"')], 4)
