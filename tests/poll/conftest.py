from collections.abc import AsyncIterator

import pytest

from bot.db.engine import Database
from bot.domain.command import SiteKind
from tests.poll.rig import PollRig, open_rig
from tests.support.clock import Clock


@pytest.fixture
async def rig(database: Database, clock: Clock) -> AsyncIterator[PollRig]:
    """One Cloud site, on both databases."""
    async with open_rig(database, clock) as opened:
        yield opened


@pytest.fixture
async def sqlite_rig(sqlite_database: Database, clock: Clock) -> AsyncIterator[PollRig]:
    """One Cloud site, on SQLite: for long stories."""
    async with open_rig(sqlite_database, clock) as opened:
        yield opened


@pytest.fixture
async def impatient_rig(sqlite_database: Database, clock: Clock) -> AsyncIterator[PollRig]:
    """One Cloud site and a client that waits for a second."""
    async with open_rig(sqlite_database, clock, look_seconds=1.0) as opened:
        yield opened


@pytest.fixture
async def datacenter_rig(sqlite_database: Database, clock: Clock) -> AsyncIterator[PollRig]:
    """One Data Center site."""
    async with open_rig(sqlite_database, clock, kinds=(SiteKind.DATACENTER,)) as opened:
        yield opened


@pytest.fixture
async def two_sites(sqlite_database: Database, clock: Clock) -> AsyncIterator[PollRig]:
    """Two Cloud sites, each with an account of its own."""
    async with open_rig(sqlite_database, clock, kinds=(SiteKind.CLOUD, SiteKind.CLOUD)) as opened:
        yield opened
