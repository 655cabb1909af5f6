"""A database with a site, an account, a workspace and long tasks in it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select

from bot.db import accounts, sites, subscriptions, workspaces
from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.models import long_tasks
from bot.db.url import normalised

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Given:
    """What tests begin with."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.site = 0
        self.account = 0

    async def begin(self) -> None:
        """A site, the operator's account, a workspace."""
        async with self.database.begin() as connection:
            self.site = await sites.put_site(
                connection, alias="main", kind="cloud", base_url="https://a.example", cloud_id=None
            )
            self.account = await accounts.operator_account(connection, site_id=self.site, now=NOW)
            await workspaces.put_workspace(connection, "T1", enterprise_id=None, now=NOW)

    async def task(self, number: int, *, due_in: float | None = 0, seen: bool = True, **values: Any) -> int:
        """A long task that is due in so many seconds."""
        row = {"id": number, "site_id": self.site, "remote_id": str(number), "created_at": NOW}
        due_at = None if due_in is None else NOW + timedelta(seconds=due_in)
        async with self.database.begin() as connection:
            await connection.execute(long_tasks.insert().values(row | {"due_at": due_at} | values))
            if seen:
                await accounts.saw(connection, long_task_id=number, account_id=self.account, now=NOW)
        return number

    async def thread(self, task: int, *, channel: str = "C1", verbosity: str = "normal", owner: str = "U1") -> int:
        """A channel follows a long task."""
        async with self.database.begin() as connection:
            made = await subscriptions.follow(
                connection,
                long_task_id=task,
                team_id="T1",
                channel_id=channel,
                owner_id=owner,
                command_id=None,
                language="en",
                verbosity=verbosity,
                told_seq=0,
                now=NOW,
            )
        assert made is not None
        return made

    async def rows(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        """What a query finds."""
        async with self.database.read() as connection:
            return [tuple(row) for row in await connection.execute(query)]


@pytest.fixture
async def given(database: Database) -> Given:
    made = Given(database)
    await made.begin()
    return made


@pytest.fixture
async def given_on_postgres(postgres_url: str) -> AsyncIterator[Given]:
    """For what only several processes can do."""
    opened = open_database(normalised(postgres_url))
    await migrate(opened)
    made = Given(opened)
    await made.begin()
    yield made
    await opened.close()
