"""Fixtures for commands."""

from collections.abc import AsyncIterator, Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.support.clock import Clock
from tests.support.stepped_bot import SteppedBot, open_stepped_bot


@pytest.fixture
async def on_both(database_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The real bot on both databases, stepped by hand."""
    async with open_stepped_bot(database_url, clock) as opened:
        yield opened


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """What is logged; not printed, since a printed traceback takes longer than what is tested."""
    with capture_logs() as captured:
        yield captured
