"""Which kinds of findings the threads have a reply about."""

import pytest
from sqlalchemy import update

from bot.db import subscriptions, warnings
from bot.db.models import messages as message_rows
from bot.db.warnings import WarningsRow
from bot.domain.message_facts import Warnings
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from bot.domain.snapshot import FindingKind, Severity
from bot.domain.states import MessageState
from tests.support.filled_database import FilledDatabase

RENAMES, LEFT = (FindingKind(key, Severity.WARNING) for key in ("WARN_RENAME_PAGE", "WARN_IGNORE_DELETE_PAGE"))


def reply(kind: FindingKind) -> Draft:
    return Draft(kind=MessageKind.WARNINGS, facts=Warnings(kind=kind))


async def test_the_replies_of_threads_that_follow_are_listed_whatever_became_of_them(filled: FilledDatabase) -> None:
    long_task_id, other = await filled.add_long_task("1"), await filled.add_long_task("2")
    thread, stopped, elsewhere = [
        await filled.add_thread(followed, channel_id=channel)
        for followed, channel in ((long_task_id, "C1"), (long_task_id, "C2"), (other, "C1"))
    ]
    first, second = await filled.add_messages(thread, reply(RENAMES), reply(LEFT))
    await filled.post(first)
    for each in (stopped, elsewhere):
        await filled.add_messages(each, reply(LEFT))
    async with filled.database.begin() as connection:
        await subscriptions.stop(connection, stopped, stopped_by="U1", now=filled.clock())
    async with filled.database.read() as connection:
        found = await warnings.of_long_tasks(connection, [long_task_id])
    assert sorted(found, key=lambda row: row.message_id) == [
        WarningsRow(first, thread, long_task_id, RENAMES),
        WarningsRow(second, thread, long_task_id, LEFT),
    ]


@pytest.mark.parametrize(
    ("state", "ambiguous", "is_told"),
    [
        (MessageState.PLANNED, False, False),
        (MessageState.PLANNED, True, True),
        (MessageState.SENDING, False, True),
        (MessageState.POSTED, False, True),
        (MessageState.EDITING, True, True),
        (MessageState.DROPPED, True, False),
        (MessageState.GONE, False, False),
    ],
)
async def test_a_kind_is_in_slack_if_its_reply_is_or_may_be(
    filled: FilledDatabase, state: MessageState, ambiguous: bool, is_told: bool
) -> None:
    thread = await filled.add_thread(await filled.add_long_task())
    replied, _other = await filled.add_messages(thread, reply(RENAMES), reply(LEFT))
    async with filled.database.begin() as connection:
        change = update(message_rows).where(message_rows.c.id == replied)
        await connection.execute(change.values(state=state, ambiguous=ambiguous))
        assert await warnings.kinds_in_slack(connection, thread) == ({RENAMES} if is_told else set())
