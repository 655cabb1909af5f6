"""Faults in the running bot, each with the alert that is for it."""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from sqlalchemy import update

from bot import loop
from bot.db.engine import DatabaseAway
from bot.db.models import messages, pauses
from bot.deliver.crashes import LIMIT
from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import Kind
from sandbox.confluence import Moment, Story
from sandbox.confluence.faults import Fault as ConfluenceFault
from sandbox.confluence.faults import rate_limited, status
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.metrics import samples
from tests.support.refusing_database import read_only_file
from tests.support.stepped_bot import SteppedBot

STORY = scenario("copy_with_renames_and_restrictions")
#: moves every ten seconds, for longer than any fault lasts
LONG_STORY = Story(
    name="moving slowly",
    operation=Kind.OTHER,
    moments=tuple(Moment(at=10 * step, percent=step, key="STATUS_COPYING_PAGES") for step in range(100)),
    ends_at=1000,
)


async def _pass_time(bot: SteppedBot, *, seconds: int) -> None:
    """Let so many seconds pass, with a turn every ten of them: what happens in between is no matter here."""
    for _ in range(seconds // 10):
        bot.clock.move(10)
        await bot.turn()


async def looks_find_no_place(bot: SteppedBot) -> None:
    bot.bot.poller.max_looks = 0
    await _pass_time(bot, seconds=100)


async def _confluence_answers(bot: SteppedBot, fault: ConfluenceFault, *, seconds: int) -> None:
    bot.confluence.faults.add(fault)
    await _pass_time(bot, seconds=seconds)


async def confluence_is_down(bot: SteppedBot) -> None:
    await _confluence_answers(bot, status(503), seconds=400)


async def confluence_refuses_the_credential(bot: SteppedBot) -> None:
    await _confluence_answers(bot, status(401), seconds=100)


async def confluence_limits(bot: SteppedBot) -> None:
    await _confluence_answers(bot, rate_limited(1847), seconds=30)


async def slack_refuses_the_token(bot: SteppedBot) -> None:
    bot.slack.faults.add("*", Fault.error("invalid_auth"), probability=1.0)
    await _pass_time(bot, seconds=40)


async def slack_refuses_posts(bot: SteppedBot) -> None:
    bot.slack.faults.add("chat.postMessage", Fault.error("restricted_action"), probability=1.0)
    for _ in range(3):
        await bot.ask(bot.sandbox.begin(STORY))
    # Of one channel one message is posted in a second, so one at each turn.
    await _pass_time(bot, seconds=60)


async def slack_does_not_answer_posts(bot: SteppedBot) -> None:
    bot.slack.faults.add("chat.postMessage", Fault.status(503), probability=1.0)
    await bot.ask(bot.sandbox.begin(STORY))
    await _pass_time(bot, seconds=180)


async def slack_limits_edits(bot: SteppedBot) -> None:
    bot.slack.faults.add("chat.update", Fault.ratelimited(1800), probability=1.0)
    await _pass_time(bot, seconds=40)
    bot.clock.move(960)
    await bot.turn()


async def the_database_takes_no_writes(bot: SteppedBot) -> None:
    async with read_only_file("").refusing(bot.database):
        for _ in range(5):
            with suppress(DatabaseAway):
                await bot.turn()


async def the_database_cannot_be_read(bot: SteppedBot) -> None:
    async with bot.database.begin() as connection:
        await connection.run_sync(pauses.drop)


async def the_database_is_slow(bot: SteppedBot) -> None:
    for _ in range(3):
        async with bot.database.begin():
            bot.clock.move(0.8)


async def a_command_cannot_be_stored(bot: SteppedBot) -> None:
    async with read_only_file("").refusing(bot.database):
        await bot.sandbox.type("status")


async def _card_crashes(bot: SteppedBot, *, times: int) -> None:
    """Write something that does not read into the card, and wait until its edit has crashed so often."""
    async with bot.database.begin() as connection:
        await connection.execute(update(messages).where(messages.c.kind == MessageKind.CARD).values(facts="{"))

    def crashes() -> float:
        return samples(bot.bot.metrics, "longtask_crashes_total")['longtask_crashes_total{table="workspaces"}']

    await bot.until(lambda: crashes() >= times)


async def a_message_crashes_a_few_times(bot: SteppedBot) -> None:
    await _card_crashes(bot, times=3)


async def a_message_crashes_until_it_is_set_aside(bot: SteppedBot) -> None:
    await _card_crashes(bot, times=LIMIT)


async def the_event_loop_is_held_up(bot: SteppedBot) -> None:
    lag = loop.Lag(bot.bot.metrics.work.lag)
    for _ in range(2):
        await lag.step()
        time.sleep(1.8)  # noqa: ASYNC251 -- what holds a loop up does not give way
    await lag.step()


CRASHES = "LongtaskCrashes"
#: by what happens: the fault, and the alerts that fire
FAULTS: Mapping[Callable[[SteppedBot], Awaitable[None]], frozenset[str]] = {
    looks_find_no_place: frozenset({"LongtaskLooksLate"}),
    confluence_is_down: frozenset({"LongtaskConfluenceUnreachable"}),
    confluence_refuses_the_credential: frozenset({"LongtaskCredentialRefused"}),
    confluence_limits: frozenset({"LongtaskConfluenceLimits"}),
    slack_refuses_the_token: frozenset({"LongtaskSlackTokenRefused"}),
    slack_refuses_posts: frozenset({"LongtaskSlackRefusesPosts"}),
    slack_does_not_answer_posts: frozenset({"LongtaskMessagesUnposted"}),
    slack_limits_edits: frozenset({"LongtaskCardsOld"}),
    the_database_takes_no_writes: frozenset({"LongtaskDatabaseAway"}),
    the_database_cannot_be_read: frozenset({"LongtaskDatabaseAway"}),
    the_database_is_slow: frozenset({"LongtaskDatabaseSlow"}),
    a_command_cannot_be_stored: frozenset({"LongtaskCommandsNotStored"}),
    a_message_crashes_a_few_times: frozenset({CRASHES}),
    a_message_crashes_until_it_is_set_aside: frozenset({"LongtaskRowsSetAside", CRASHES}),
    the_event_loop_is_held_up: frozenset({"LongtaskLoopLag"}),
}
