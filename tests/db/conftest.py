from collections.abc import AsyncIterator

import pytest

from bot.db.engine import open_database
from bot.db.migrate import migrate
from bot.db.url import parse
from tests.support.clock import Clock
from tests.support.filled_database import FilledDatabase, fill


@pytest.fixture
async def filled_on_postgres(postgres_url: str, clock: Clock) -> AsyncIterator[FilledDatabase]:
    """For what only several processes can do."""
    opened = open_database(parse(postgres_url))
    await migrate(opened)
    yield await fill(opened, clock)
    await opened.close()
