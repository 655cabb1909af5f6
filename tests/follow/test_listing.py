from bot.domain.command import Scope
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.replies.lists import ROWS
from sandbox.harness import COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")


async def test_the_list_names_owner_percentage_and_thread(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    await stepped.run(60)

    (answer,) = await stepped.ask("list")

    link = stepped.root(remote_id).ts.replace(".", "")
    assert [part in answer for part in (remote_id, f"<@{PERSON}>", "19%", link)] == [True] * 4


async def test_the_list_holds_what_the_channel_follows_and_the_callers_own_elsewhere(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON, COLLEAGUE])
    here = await stepped.follow(STALL, user=COLLEAGUE)
    mine = await stepped.follow(STALL, channel="C0OTHER")
    theirs = await stepped.follow(STALL, user=COLLEAGUE, channel="C0OTHER")

    listed = [
        [remote_id for remote_id in (here, mine, theirs) if remote_id in (await stepped.ask(text))[0]]
        for text in ("list", "list mine", "list channel")
    ]

    assert listed == [[here, mine], [mine], [here]]


async def test_a_long_list_is_shown_in_pages_and_an_impossible_page_is_said(stepped: SteppedBot, en: Texts) -> None:
    remote_ids = [stepped.sandbox.begin(STALL) for _ in range(ROWS + 1)]
    # One command each: the long tasks of one command begin in the order in which Confluence answers.
    for remote_id in remote_ids:
        await stepped.ask(remote_id)

    pages = [(await stepped.ask(f"list {page}"))[0] for page in (1, 2)]
    impossible = {page: await stepped.ask(f"list mine {page}") for page in (0, 99)}

    listed = [[remote_id for remote_id in remote_ids if remote_id in page] for page in pages]
    assert listed == [remote_ids[:ROWS], remote_ids[ROWS:]]
    assert impossible == {
        page: [replies.no_such_page(en, page, 2, scope=Scope.MINE, command="/longtask").text] for page in (0, 99)
    }


async def test_an_empty_list_says_so(stepped: SteppedBot, en: Texts) -> None:
    assert await stepped.ask("list") == [replies.followed_list(en, []).text]
