"""The maker of a hook gets one message in ten minutes, which names every call that led to no thread."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.db import commands, failed_calls, hook_calls, messages
from bot.db.models import messages as table
from bot.db.rows import HookRow
from bot.domain.command import Reference
from bot.domain.message_facts import FailedCall, FailedCalls, decode
from tests.db.test_hook_calls import add_hook
from tests.support.filled_database import CHANNEL, FilledDatabase


class Calls:
    """Scripts that call, and are answered that nothing is followed."""

    def __init__(self, filled: FilledDatabase, hook: HookRow) -> None:
        self.filled, self.hook = filled, hook

    async def fail(self, remote_id: str) -> int:
        """A call that leads to no thread; the id of its command."""
        ref = Reference(site_id=1, remote_id=remote_id)
        now = self.filled.clock()
        async with self.filled.database.begin() as connection:
            command_id = await hook_calls.add(connection, self.hook, ref, command="/longtask", text="{}", now=now)
            call = await commands.find(connection, command_id)
            assert call is not None
            failed = FailedCall(command_id=command_id, remote_id=remote_id, text=f"Not followed: {remote_id}")
            facts = FailedCalls(channel_id=CHANNEL, language="en", calls=(failed,))
            await failed_calls.plan(connection, call, facts, not_before=now + timedelta(seconds=9), now=now)
            await commands.answered(connection, command_id, now=now, language="en")
        return command_id

    async def take_answer(self, command_id: int) -> None:
        """The script reads its answer."""
        async with self.filled.database.begin() as connection:
            await failed_calls.answer_taken(connection, self.hook.token_hash, command_id, now=self.filled.clock())

    async def post(self) -> None:
        """The first message is on its way to Slack."""
        async with self.filled.database.begin() as connection:
            first = (await connection.execute(select(table.c.id).order_by(table.c.id))).scalars().first()
            assert first is not None
            await messages.begin_post(connection, first)

    async def planned(self) -> list[tuple[list[str], int, datetime]]:
        """Each message: the long tasks it names, how many more calls it counts, and when it may be posted."""
        query = select(table.c.facts, table.c.not_before).order_by(table.c.id)
        async with self.filled.database.read() as connection:
            rows = [(decode(row.facts), row.not_before) for row in await connection.execute(query)]
        return [
            ([each.remote_id for each in facts.calls], facts.more, at)
            for facts, at in rows
            if isinstance(facts, FailedCalls)
        ]


@pytest.fixture
async def calls(filled: FilledDatabase) -> Calls:
    """A hook, ten minutes of which begin now."""
    filled.clock.at = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    return Calls(filled, await add_hook(filled))


async def test_calls_that_fail_are_named_by_one_message(calls: Calls) -> None:
    soon = calls.filled.clock() + timedelta(seconds=9)

    for remote_id in ("1", "2", "1"):
        await calls.fail(remote_id)

    assert await calls.planned() == [(["2", "1"], 0, soon)]


async def test_a_call_after_the_message_is_named_by_the_one_of_the_next_ten_minutes(calls: Calls) -> None:
    began = calls.filled.clock()
    await calls.fail("1")
    await calls.post()
    calls.filled.clock.move(60)

    await calls.fail("2")
    await calls.fail("3")

    first, second = began + timedelta(seconds=9), began + failed_calls.REPORT_EVERY
    assert await calls.planned() == [(["1"], 0, first), (["2", "3"], 0, second)]
    calls.filled.clock.at = second
    await calls.fail("4")
    assert (await calls.planned())[1:] == [(["2", "3", "4"], 0, second)]


async def test_more_than_ten_calls_are_counted(calls: Calls) -> None:
    for number in range(13):
        await calls.fail(str(number))

    ((named, more, _),) = await calls.planned()
    assert (named, more) == ([str(number) for number in range(10)], 3)


async def test_a_script_that_reads_its_answer_leaves_nothing_to_report(calls: Calls) -> None:
    first, second = await calls.fail("1"), await calls.fail("2")

    await calls.take_answer(first)
    assert [names for names, *_ in await calls.planned()] == [["2"]]
    await calls.take_answer(second)
    assert await calls.planned() == []
    await calls.fail("3")
    assert [names for names, *_ in await calls.planned()] == [["3"]]


async def test_an_answer_that_is_read_in_the_next_ten_minutes_is_not_reported_either(calls: Calls) -> None:
    calls.filled.clock.move(595)
    command_id = await calls.fail("1")
    calls.filled.clock.move(8)

    await calls.take_answer(command_id)

    assert await calls.planned() == []
