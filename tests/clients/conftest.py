"""A scripted Slack, and the client pointed at it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session
from bot.metrics import Metrics
from tests.support.scripted_slack import ScriptedSlack
from tests.support.web_server import served


@pytest.fixture
async def slack() -> AsyncIterator[ScriptedSlack]:
    scripted = ScriptedSlack()
    async with served(scripted.handle) as url:
        scripted.url = f"{url}/api/"
        yield scripted


@pytest.fixture
async def session(slack: ScriptedSlack) -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session(slack.url) as session:
        yield session


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def client(slack: ScriptedSlack, session: aiohttp.ClientSession, metrics: Metrics) -> SlackClient:
    return SlackClient(session, token="xoxb-secret", base_url=slack.url, metrics=metrics)
