"""A story that meets a database that takes no writes for a while."""

from bot.db.engine import TakesNoWrites
from bot.render.i18n import Texts
from bot.render.phrases import outcome_word
from sandbox.scenarios import scenario
from tests.support.clock import Clock
from tests.support.refusing_database import RefusingDatabase
from tests.support.stepped_bot import open_stepped_bot

COPY = scenario("copy_with_renames_and_restrictions")
#: more than the crashes after which a row is set aside
TURNS = 8


async def test_a_long_task_is_followed_to_its_end_over_a_time_without_writes(
    refusal: RefusingDatabase, clock: Clock, en: Texts
) -> None:
    async with open_stepped_bot(refusal.url, clock) as stepped:
        remote_id = await stepped.follow(COPY)
        refused = 0
        async with refusal.refusing(stepped.database):
            for _ in range(100):
                stepped.clock.move(5)
                try:
                    await stepped.turn()
                except TakesNoWrites:
                    refused += 1
                if refused == TURNS:
                    break

        assert refused == TURNS
        await stepped.until(lambda: outcome_word(en, COPY.expected.outcome) in stepped.card(remote_id).text)
