from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from structlog.typing import EventDict

from bot.db.engine import Database
from bot.render.i18n import Catalogs
from tests.support.clock import Clock
from tests.support.delivery import DeliveryRig, open_rig


@pytest.fixture(autouse=True)
def quiet() -> Iterator[list[EventDict]]:
    """Capture logs, since rendering tracebacks takes longer than what is tested here."""
    with structlog.testing.capture_logs() as captured:
        yield captured


@pytest.fixture
async def rig(sqlite_database: Database, clock: Clock, catalogs: Catalogs) -> AsyncIterator[DeliveryRig]:
    """On SQLite, which is quick."""
    async with open_rig(sqlite_database, clock, catalogs) as opened:
        yield opened


@pytest.fixture
async def both(database: Database, clock: Clock, catalogs: Catalogs) -> AsyncIterator[DeliveryRig]:
    """On each database."""
    async with open_rig(database, clock, catalogs) as opened:
        yield opened
