"""A flood in one channel delays nothing in another."""

import asyncio

import aiohttp
import pytest
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from bot.deliver import candidates, deliverer
from bot.deliver.deliverer import MAX_CALLS_OF_CHANNEL
from bot.domain.states import Outcome
from sandbox.slack import ApiCall
from tests.support.delivery import FRIEND, DeliveryRig, renamed
from tests.support.filled_database import OWNER


def held_edits(opened: asyncio.Event) -> aiohttp.ClientMiddlewareType:
    """Edits whose answers do not come until then."""

    async def hold(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if request.url.name == "chat.update":
            await opened.wait()
        return await handler(request)

    return hold


def posts(rig: DeliveryRig) -> list[ApiCall]:
    return rig.calls("chat.postMessage")


async def test_ends_in_one_channel_keep_no_end_in_another_waiting(
    rig: DeliveryRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "CONSIDERED", 10)
    other = await rig.add_posted_thread(channel="C2")
    for _ in range(candidates.CONSIDERED + 1):
        thread = await rig.add_thread()
        await rig.add_warnings(thread, renamed(1))
        await rig.end(thread, Outcome.PROBLEMS)
    await rig.end(other)
    await rig.run(1.5)
    assert [reply.mentions for reply in rig.replies("C2")] == [(), (OWNER, FRIEND)]


async def test_slow_answers_in_one_channel_leave_calls_for_another(rig: DeliveryRig) -> None:
    flooded = [await rig.add_thread() for _ in range(MAX_CALLS_OF_CHANNEL * 2)]
    other = await rig.add_thread(channel="C2")
    for thread in (*flooded, other):
        await rig.filled.post_first(thread)
    opened = asyncio.Event()
    one = await rig.add_deliverer(middlewares=[held_edits(opened)])
    for thread in flooded:
        await rig.look(thread, 50.0)
    for _ in range(MAX_CALLS_OF_CHANNEL * 4):
        rig.clock.move(1.25)
        await one.renew_step()
        await one.step()
    await rig.end(other)
    await one.step()
    try:
        await rig.slack.wait_for(lambda: any(post.arguments["channel"] == "C2" for post in posts(rig)))
    finally:
        opened.set()
        await one.settle()


async def test_no_more_calls_are_begun_than_can_be_written_down(
    rig: DeliveryRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "MAX_CALLS_IN_ALL", 3)
    threads = [await rig.add_posted_thread(channel=f"C{number}") for number in range(6)]
    edits = len(rig.calls("chat.update"))
    for thread in threads:
        await rig.look(thread, 50.0)
    opened = asyncio.Event()
    one = await rig.add_deliverer(middlewares=[held_edits(opened)])
    for _ in range(20):
        rig.clock.move(1.25)
        await one.renew_step()
        await one.step()
    begun = [await rig.states(thread) for thread in threads]
    opened.set()
    await one.settle()
    await rig.run(20)

    # One place is left free.
    assert sum("card editing" in states for states in begun) == 2
    assert [await rig.states(thread) for thread in threads] == [["root posted", "card posted"]] * 6
    assert len(rig.calls("chat.update")) == edits + 6
