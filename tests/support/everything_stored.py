"""A bot that two people have used for all that stores something: each table has a row."""

from typing import Any

from sqlalchemy import func, insert, select

from bot.db import channels, pauses, watches
from bot.db.column_types import metadata
from bot.db.engine import Connection, Database
from bot.db.watch_models import gathered_tasks
from bot.db.watch_models import watches as watch_rows
from bot.domain.channel_settings import ChannelSettings
from bot.render.buttons import Action
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from tests.support.scripts import make_hook
from tests.support.stepped_bot import SteppedBot

#: five minutes long; warnings after two and a half
COPY = scenario("copy_with_renames_and_restrictions").scaled(0.1)
#: what one of them calls its long task
LABEL = "Marta's handbook"


async def store_everything(stepped: SteppedBot) -> str:
    """Let them follow, watch, press, ask and set; the id of a long task that is half done.

    It is followed in the channel, by PERSON, and COLLEAGUE is mentioned at its end as well; the thread has its card and
    a reply about warnings.
    """
    remote_id = stepped.sandbox.begin(COPY)
    await stepped.ask(f'{remote_id} as "{LABEL}"')
    await stepped.until(lambda: stepped.thread(remote_id))
    await stepped.press(stepped.card(remote_id), Action.NOTIFY_ME, user=COLLEAGUE)
    await _follow_in_a_direct_message(stepped)
    await stepped.ask("watch")
    await stepped.follow(COPY, user=COLLEAGUE)
    stopped = await stepped.follow(COPY, user=COLLEAGUE)
    await stepped.ask(f"stop {stopped}")
    await make_hook(stepped)
    for person in (PERSON, COLLEAGUE):
        await stepped.slack.open_home(person)
    await stepped.until(lambda: len(stepped.thread(remote_id)) > 1, within=200)
    await stepped.ask("list", user=COLLEAGUE)
    await stepped.run(1)
    async with stepped.database.begin() as connection:
        await _store_what_is_rare(stepped, connection)
    return remote_id


async def _follow_in_a_direct_message(stepped: SteppedBot) -> None:
    direct = stepped.slack.open_im(stepped.slack.first_workspace, PERSON).id
    await stepped.follow(COPY, channel=direct)


async def _store_what_is_rare(stepped: SteppedBot, connection: Connection) -> None:
    """What a flood of long tasks, a limit of Slack's and an admin's choice leave behind."""
    now = stepped.clock()
    watch_id = (await connection.execute(select(watch_rows.c.id))).scalar_one()
    watch = await watches.find(connection, watch_id)
    assert watch is not None
    gathered: dict[str, Any] = {"remote_id": "4711", "snapshot": '{"remote_id": "4711"}', "gathered_at": now}
    await connection.execute(insert(gathered_tasks).values(watch_id=watch.id, **gathered))
    await pauses.pause(connection, pauses.slack_scope(TEAM, "users.info"), until=stepped.clock.later(3), reason="429")
    await channels.put_settings(connection, TEAM, CHANNEL, ChannelSettings(language="de"), now=now)


async def row_counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    async with database.read() as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in metadata.sorted_tables
        }


async def places_of(database: Database, word: str) -> list[str]:
    """The columns in which some value holds a word."""
    found = set()
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if word in str(value)}
    return sorted(found)
