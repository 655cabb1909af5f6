"""Rows that do not read, and exceptions of the bot's own."""

import pytest
from sqlalchemy import update

from bot.db import commands
from bot.db.models import long_tasks as long_task_rows
from bot.db.models import messages as message_rows
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageForm, Outcome, SubscriptionState
from bot.render import replies
from tests.support.delivery import REPEATED, DeliveryRig, renamed
from tests.support.filled_database import CHANNEL, OWNER


async def break_task(rig: DeliveryRig, thread: int, **values: str) -> None:
    """Write something that does not read into a thread's long task."""
    row = long_task_rows.c.id == (await rig.thread(thread)).task.id
    async with rig.database.begin() as connection:
        await connection.execute(update(long_task_rows).where(row).values(**values))


async def break_message(rig: DeliveryRig, message_id: int, **values: str) -> None:
    """Write something that does not read into a message."""
    async with rig.database.begin() as connection:
        await connection.execute(update(message_rows).where(message_rows.c.id == message_id).values(**values))


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("long_tasks", {"snapshot": "{"}),
        ("long_tasks", {"samples": "nothing"}),
        ("messages", {"facts": "{"}),
        ("messages", {"facts": "{}"}),
        ("messages", {"kind": "song"}),
    ],
    ids=str,
)
async def test_a_message_that_keeps_crashing_is_set_aside_and_the_others_go_on(
    rig: DeliveryRig, table: str, values: dict[str, str]
) -> None:
    bad = await rig.add_posted_thread()
    good = await rig.add_posted_thread(channel="C2")
    warnings = await rig.add_warnings(bad, renamed(1))
    await rig.add_warnings(good, renamed(1))
    await rig.end(good, Outcome.PROBLEMS)
    if table == "long_tasks":
        await break_task(rig, bad, **values)
    else:
        await break_message(rig, warnings, **values)
    await rig.run(6)
    assert (await rig.states(good))[2:] == ["warnings dropped", "completion posted"]
    await rig.run(60)
    assert [state.partition(" ")[2] for state in (await rig.states(bad))[2:]] == ["dropped", "posted"]
    assert "Because of a bug, this bot has stopped checking this task." in rig.replies()[-1].text
    calls = len(rig.calls())
    await rig.run(60)
    assert len(rig.calls()) == calls
    # Whatever is wrong with the long task keeps the card from being edited as well.
    whole = table == "long_tasks"
    card = await rig.message(good if table == "messages" else bad, MessageKind.CARD)
    assert card.form is (MessageForm.MILESTONES if whole else MessageForm.BLOCKS)
    assert f'longtask_rows_set_aside_total{{step="deliver"}} {2 if whole else 1}.0' in rig.metrics.render().decode()


async def test_a_thread_that_cannot_begin_is_set_aside_and_its_owner_gets_an_answer(rig: DeliveryRig) -> None:
    thread = await rig.add_thread(command_id=await rig.add_command())
    await break_task(rig, thread, snapshot="{")
    await rig.run(80)
    assert await rig.states(thread) == ["root dropped", "card dropped", "private posted"]
    assert ["Because of a bug" in item.text for item in rig.slack.ephemerals(OWNER)] == [True]
    assert rig.slack.messages(CHANNEL) == []
    assert (await rig.thread(thread)).subscription.state is SubscriptionState.LOST


async def test_an_answer_that_keeps_crashing_is_replaced_by_what_went_wrong_in_the_persons_language(
    rig: DeliveryRig,
) -> None:
    command_id = await rig.add_command()
    await rig.add_answer(command_id, "what is followed")
    async with rig.database.begin() as connection:
        await commands.answered(connection, command_id, now=rig.clock(), language="de")
        await connection.execute(update(message_rows).values(facts="{"))
    await rig.run(80)
    expected = replies.gone_wrong(rig.catalogs.texts("de")).text
    assert [item.text for item in rig.slack.ephemerals(OWNER)] == [expected]


async def test_a_crash_that_passes_leaves_nothing_behind(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(1))
    good = (await rig.thread(thread)).task.snapshot or ""
    await break_task(rig, thread, snapshot="{")
    await rig.run(5)
    await break_task(rig, thread, snapshot=good)
    await rig.run(12)
    assert (await rig.states(thread))[2:] == ["warnings posted"]
    assert REPEATED not in rig.replies()[1].text
