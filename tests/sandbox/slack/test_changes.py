import asyncio

import pytest


async def test_a_waiter_wakes_when_it_comes_true(slack, client):
    waiting = asyncio.create_task(slack.wait_for(lambda: [m.text for m in slack.messages("C1")]))
    await client.chat_postMessage(channel="C1", text="hello")
    assert await waiting == ["hello"]


async def test_a_waiter_gives_up(slack):
    with pytest.raises(TimeoutError):
        await slack.wait_for(lambda: False, timeout=0.01)


async def test_subscribers_are_told_until_they_leave(slack, client, clock):
    seen = []
    leave = slack.subscribe(lambda change: seen.append((change.kind, change.at)))
    posted = await client.chat_postMessage(channel="C1", text="one")
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    slack.delete_message("C1", posted["ts"])
    leave()
    await client.chat_postMessage(channel="C1", text="unseen")
    assert seen == [(kind, clock.now) for kind in ("posted", "call", "edited", "call", "deleted")]


async def test_a_second_simulator_runs_beside(slack):
    other = type(slack)()
    async with other as running:
        assert running.api_url != slack.api_url
