"""Claims on workspaces, what a step costs, and deliveries that are cancelled."""

import asyncio

import pytest
from sqlalchemy import event

from bot.db import claims, waiting_messages
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome
from tests.support.delivery import FRIEND, REPEATED, DeliveryRig, renamed
from tests.support.filled_database import OWNER, TEAM, finding
from tests.support.interruptions import InterruptedDatabase, Interruption, connections

# -- claims


async def test_after_a_lost_claim_nothing_is_written_and_the_next_process_posts_again(both: DeliveryRig) -> None:
    thread = await both.add_posted_thread()
    await both.stop()
    await both.add_warnings(thread, renamed(1))
    late, gate = await both.begin_call()
    assert (await both.message(thread, MessageKind.WARNINGS)).state is MessageState.SENDING
    await both.expire_claims()
    await both.add_deliverer()
    await both.run(6)
    posted = await both.message(thread, MessageKind.WARNINGS)
    assert (posted.state, posted.ambiguous) == (MessageState.POSTED, True)
    gate.opened.set()
    await late.settle()
    assert await both.message(thread, MessageKind.WARNINGS) == posted
    assert [REPEATED in reply.text for reply in both.replies()] == [False, True, False]
    assert late.worker.held == {}


async def test_after_a_lost_claim_no_call_is_begun(both: DeliveryRig) -> None:
    thread = await both.add_posted_thread()
    late = both.deliverer
    await both.expire_claims()
    other = await both.add_deliverer()
    await both.add_warnings(thread, renamed(1))
    await other.step()
    await both.end(thread)
    calls = len(both.calls())
    for _ in range(5):
        both.clock.move(0.5)
        await late.step()
        await late.settle()
    assert len(both.calls()) == calls
    assert (await both.states(thread))[2:] == ["warnings planned", "completion planned"]
    await other.settle()


async def test_after_a_lost_claim_nothing_is_edited(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, [finding(1, count=1)])
    await rig.run(4)
    late = rig.deliverer
    await rig.grow(thread, [finding(1, count=2)])
    await rig.stop_thread(thread)
    await rig.expire_claims()
    async with rig.database.begin() as connection:
        await claims.claim_workspaces(connection, now=rig.clock(), claim_id=claims.new_claim_id())
    calls = len(rig.calls())
    await late.step()
    await late.settle()
    assert len(rig.calls()) == calls
    assert late.worker.held == {}


async def test_a_stalled_process_makes_no_call_with_a_lease_it_has_not_renewed(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.add_warnings(thread, renamed(1))
    rig.clock.move(7)
    calls = len(rig.calls())
    await rig.deliverer.step()
    await rig.deliverer.settle()
    assert len(rig.calls()) == calls


async def test_an_edit_whose_process_was_replaced_is_made_again(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    await rig.stop()
    await rig.end(thread)
    async with rig.database.begin() as connection:
        await waiting_messages.drop_thread(connection, thread, reason="only the card matters")
    late, gate = await rig.begin_call()
    await rig.expire_claims()
    await rig.add_deliverer()
    await rig.run(45)
    card = rig.replies()[0]
    assert [version.text.startswith("*Finished*") for version in card.versions] == [False, True, True]
    gate.opened.set()
    await late.settle()
    assert card.text.startswith("*Finished*")


async def test_after_a_take_over_budgets_are_empty(rig: DeliveryRig) -> None:
    for number in range(12):
        await rig.add_thread(channel=f"C{number:03d}")
    one = await rig.add_deliverer()
    wait = await one.step()
    await one.settle()
    assert rig.calls() == []
    assert 0.2 <= wait <= 1.1


# -- no busy loop, bounded reads


async def test_with_nothing_to_do_a_step_waits_for_a_second(rig: DeliveryRig) -> None:
    await rig.add_posted_thread()
    assert await rig.run(3) == 1.0


async def test_a_step_reads_no_more_often_for_a_hundred_threads_than_for_one(rig: DeliveryRig) -> None:
    statements: list[str] = []
    for engine in (rig.database.reader, rig.database.writer):
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    rig.slack.limits.enabled = False
    counts = []
    for first, last in ((0, 1), (1, 100)):
        for number in range(first, last):
            await rig.add_thread(channel=f"C{number:03d}")
        one = await rig.add_deliverer()
        statements.clear()
        await one.step()
        counts.append(len([statement for statement in statements if not statement.startswith("PRAGMA")]))
        await one.settle()
        await rig.stop()
    assert counts[0] == counts[1] <= 16


# -- write first, call, mark last


@pytest.mark.parametrize("scope", [False, True], ids=["alone", "with the history scope"])
async def test_wherever_a_delivery_is_cancelled_the_next_process_completes_the_thread(
    rig: DeliveryRig, scope: bool
) -> None:
    # Every second point without the scope, the others with it: each takes its time.
    if scope:
        rig.slack.workspaces[TEAM].scopes |= {"channels:history"}
    for point in range(1 + scope, 60, 2):
        place = f"C{point:03d}"
        thread = await rig.add_thread(channel=place)
        await rig.add_warnings(thread, renamed(1))
        await rig.end(thread, Outcome.PROBLEMS)
        if not await cancel_at(rig, point):
            break
        await rig.expire_claims()
        await rig.add_deliverer()
        await rig.finish()
        roots = rig.slack.messages(place)
        replies = [reply for root in roots for reply in rig.slack.thread(place, root.ts)]
        shown = len(roots) + len(replies)
        assert 2 <= shown <= 2 + (not scope), (point, [message.text for message in (*roots, *replies)])
        assert await rig.states(thread) == ["root posted", "card dropped", "warnings dropped", "completion posted"]
        assert roots[-1].text.startswith("*Finished ")
        assert replies[-1].mentions == (OWNER, FRIEND)
        await rig.stop()
    assert point > 20


async def cancel_at(rig: DeliveryRig, point: int) -> bool:
    """Let a new process work until it is cancelled at a point; false if it never comes to that point."""
    interruption = Interruption(left=point)
    database = InterruptedDatabase(**connections(rig.database), interruption=interruption)
    one = await rig.add_deliverer(database=database, middlewares=[interruption])
    for _ in range(16):
        try:
            await one.step()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
        await one.settle()
        if interruption.done:
            return True
        rig.clock.move(0.7)
    return False
