"""What only the database knows is read when the metrics are asked for, not more often than it is worth."""

from structlog.typing import EventDict

from bot.db.models import pauses
from sandbox.scenarios import scenario
from tests.support.metrics import samples
from tests.support.stepped_bot import SteppedBot

NAMES = ("longtask_database_up", "longtask_subscriptions", "longtask_slack_budget_left")
BUDGET = {
    'longtask_slack_budget_left{method="chat.postMessage"}': 28.0,
    'longtask_slack_budget_left{method="chat.update"}': 2.0,
    'longtask_slack_budget_left{method="views.publish"}': 4.0,
}
NOBODY = {'longtask_subscriptions{state="starting"}': 0.0, 'longtask_subscriptions{state="following"}': 0.0}
STORY = scenario("copy_with_renames_and_restrictions")


async def scraped(bot: SteppedBot) -> dict[str, float]:
    await bot.bot.scrape()
    return samples(bot.bot.metrics, *NAMES)


async def test_the_database_is_read_again_after_a_quarter_of_a_minute(stepped: SteppedBot) -> None:
    first = await scraped(stepped)
    await stepped.follow(STORY)
    again = await scraped(stepped)
    stepped.clock.move(15)
    later = await scraped(stepped)

    assert first == {"longtask_database_up": 1.0, **NOBODY, **BUDGET}
    assert {name: again[name] for name in NOBODY} == NOBODY
    assert later['longtask_subscriptions{state="following"}'] == 1.0


async def test_the_budget_is_what_slack_still_allows_after_the_posts(stepped: SteppedBot) -> None:
    await stepped.follow(STORY)

    assert (await scraped(stepped))['longtask_slack_budget_left{method="chat.postMessage"}'] < 28.0


async def test_of_a_database_that_cannot_be_read_nothing_is_shown(stepped: SteppedBot, logs: list[EventDict]) -> None:
    await scraped(stepped)
    async with stepped.database.begin() as connection:
        await connection.run_sync(pauses.drop)
    stepped.clock.move(15)

    assert await scraped(stepped) == {"longtask_database_up": 0.0, **BUDGET}
    assert [line["event"] for line in logs] == ["stored_figures_not_read"]


async def test_a_scrape_does_not_wait_for_a_database_that_does_not_answer(stepped: SteppedBot) -> None:
    figures = stepped.bot.stored_figures
    figures.wait = 0.01
    async with figures.database.read(), figures.database.read():
        meanwhile = await scraped(stepped)
    figures.wait = 60.0
    stepped.clock.move(15)

    assert meanwhile == {"longtask_database_up": 0.0, **BUDGET}
    assert (await scraped(stepped))["longtask_database_up"] == 1.0
