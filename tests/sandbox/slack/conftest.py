"""A simulator with one workspace, a few people and channels; a client; a stand-in for the bot."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import TOKEN, BotStub, Clock

SCOPES = {
    "commands",
    "chat:write",
    "users:read",
    "channels:read",
    "groups:read",
    "im:read",
    "mpim:read",
    "channels:join",
    "channels:history",
    "groups:history",
    "im:history",
    "mpim:history",
    "files:write",
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSimulator]:
    simulator = SlackSimulator(clock=clock, ack_seconds=60.0)
    simulator.limits.enabled = False
    simulator.add_workspace("T1", TOKEN, SCOPES, domain="acme")
    simulator.add_user("U1", locale="de-DE", name="olga")
    simulator.add_user("U2", guest=True)
    simulator.add_user("U3", team="T9")
    simulator.add_channel("C1", "general", ["U1", "U2"])
    simulator.add_channel("C2", "not-joined", ["U1"], bot=False)
    simulator.add_channel("C3", "secret", ["U1"], private=True, bot=False)
    simulator.add_channel("C4", "old", ["U1"], archived=True)
    simulator.add_channel("D1", members=["U1", "U2"], is_im=True, bot=False)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(slack: SlackSimulator, http: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=TOKEN, base_url=slack.api_url, session=http, retry_handlers=[])


@pytest.fixture
async def bot(slack: SlackSimulator) -> AsyncIterator[BotStub]:
    stand_in = BotStub()
    app = web.Application()
    app.router.add_post("/slack/events", stand_in.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stand_in.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    slack.request_url = stand_in.url
    yield stand_in
    await runner.cleanup()
