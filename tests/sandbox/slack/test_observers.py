import asyncio

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import Clock


async def test_a_waiter_wakes_when_it_comes_true(slack: SlackSimulator, client: AsyncWebClient) -> None:
    waiting = asyncio.create_task(slack.wait_for(lambda: [m.text for m in slack.messages("C1")]))
    await client.chat_postMessage(channel="C1", text="hello")
    assert await waiting == ["hello"]


async def test_a_waiter_gives_up(slack: SlackSimulator) -> None:
    with pytest.raises(TimeoutError):
        await slack.wait_for(lambda: False, timeout=0.01)


async def test_subscribers_are_notified_until_they_leave(
    slack: SlackSimulator, client: AsyncWebClient, clock: Clock
) -> None:
    seen = []
    leave = slack.subscribe(lambda change: seen.append((change.kind, change.at)))
    posted = await client.chat_postMessage(channel="C1", text="one")
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    slack.delete_message("C1", posted["ts"])
    leave()
    await client.chat_postMessage(channel="C1", text="unseen")
    assert seen == [(kind, clock.now) for kind in ("posted", "call", "edited", "call", "deleted")]


async def test_a_second_simulator_runs_beside(slack: SlackSimulator) -> None:
    other = type(slack)()
    async with other as running:
        assert running.api_url != slack.api_url
