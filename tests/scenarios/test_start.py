"""What a start does with what an earlier run has left in the database."""

from bot import app
from bot.db import accounts
from sandbox.harness import open_sandbox
from tests.support.clock import Clock


async def test_a_refused_account_is_tried_again_at_each_start(database_url: str, clock: Clock) -> None:
    async with open_sandbox(database_url=database_url, clock=clock.seconds) as sandbox:
        async with app.build(sandbox.settings, now=clock) as bot, bot.database.begin() as connection:
            await accounts.refuse(connection, 1, reason="HTTP 401", probe_at=clock.later(900))
            before = await accounts.refused(connection)
        clock.move(10)
        async with app.build(sandbox.settings, now=clock) as bot, bot.database.read() as connection:
            after = await accounts.refused(connection)
    assert (before, after) == ({1: clock.later(890)}, {1: clock()})
