from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.stepped_bot import SteppedBot

COPY = scenario("copy_with_renames_and_restrictions")
STALL = scenario("stall")


async def test_status_shows_one_look_to_the_caller_and_follows_nothing(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    stepped.clock.move(16)

    (answer,) = await stepped.ask(f"status {remote_id}")

    assert answer.startswith("*Copying pages* · 76%")
    await stepped.run(60)
    assert stepped.slack.messages(CHANNEL) == []
    assert stepped.confluence.tasks[remote_id].looks == 1


async def test_status_of_an_ended_long_task_shows_how_it_ended(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    stepped.clock.move(60)

    (answer,) = await stepped.ask(f"status {remote_id}")

    assert answer.startswith("*Finished with problems*: copying pages")
    assert answer.count(remote_id) == 1


async def test_status_of_an_unknown_id_says_so(stepped: SteppedBot, en: Texts) -> None:
    assert await stepped.ask("status 4711") == [
        replies.coming(en, [], not_found=["4711"]).text,
        replies.not_shown(replies.no_such_task(en)).text,
    ]


async def test_status_without_an_id_shows_all_that_the_channel_follows_and_looks_at_nothing(
    stepped: SteppedBot, en: Texts
) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON])
    assert await stepped.ask("status") == [replies.followed_list(en, []).text]
    here = [await stepped.follow(STALL) for _ in range(2)]
    elsewhere = await stepped.follow(STALL, channel="C0OTHER")
    looks = len(stepped.confluence.log)

    (answer,) = await stepped.ask("status", user=COLLEAGUE)

    title, *lines = answer.splitlines()
    assert title == "*Followed in this channel*"
    assert [remote_id in line for remote_id, line in zip(here, lines, strict=True)] == [True, True]
    assert elsewhere not in answer
    assert len(stepped.confluence.log) == looks


async def test_an_answer_whose_response_url_fails_comes_as_a_direct_message(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    stepped.slack.faults.add("response_url", Fault.status(500), probability=1.0)

    assert await stepped.ask(f"status {remote_id}") == []

    (message,) = await stepped.until(lambda: stepped.slack.dms(PERSON))
    assert message.text.startswith("*Copying pages* · 0%")
