"""What Slack sends reaches the listeners by two ways: each test goes by both."""

from collections.abc import AsyncIterator

import pytest

from tests.support.clock import Clock
from tests.support.stepped_bot import SteppedBot, open_stepped_bot


@pytest.fixture(params=["http", "socket"])
async def stepped(request: pytest.FixtureRequest, migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The real bot on SQLite, stepped by hand, reached by signed requests or by Socket Mode."""
    async with open_stepped_bot(migrated_sqlite_url, clock, socket=request.param == "socket") as opened:
        yield opened


@pytest.fixture
async def over_http(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The same, reached by signed requests alone."""
    async with open_stepped_bot(migrated_sqlite_url, clock) as opened:
        yield opened
