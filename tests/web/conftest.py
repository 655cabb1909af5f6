"""A client of a server whose lines of rejections can be read."""

from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.web import create
from tests.support.http_client import Client, listening, slack_events


async def _ready() -> Sequence[str]:
    return []


async def _metrics() -> bytes:
    return b"m 1\n"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[MutableMapping[str, Any]]]:
    """What the bot logs; a library must log nothing."""
    with capture_logs() as lines:
        yield lines
    assert [record.getMessage() for record in caplog.records if record.name != "asyncio"] == []


@pytest.fixture
async def client(logged: list[MutableMapping[str, Any]]) -> AsyncIterator[Client]:
    app = create(slack=slack_events(), readiness=_ready, metrics=_metrics)
    async with listening(app) as client:
        yield client
