"""What only the person who typed a command sees: in the usual case nothing, else one sentence in their language."""

import asyncio
from datetime import timedelta

import pytest

from bot.db import coming
from bot.domain.states import MessageState
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.stepped_bot import SteppedBot

COPY = scenario("copy_with_renames_and_restrictions")
STALL = scenario("stall")
LATE_START = scenario("late_start")


def on_its_way(texts: Texts, *remote_ids: str) -> str:
    return replies.coming(texts, remote_ids).text


def arrived(texts: Texts, stepped: SteppedBot, *remote_ids: str) -> str:
    """What is said once the roots stand, with a link to each."""
    link = "https://sandbox.slack.com/archives/{}/p{}"
    roots = [stepped.root(remote_id) for remote_id in remote_ids]
    followed = [
        replies.Followed(remote_id=remote_id, link=link.format(CHANNEL, root.ts.replace(".", "")))
        for remote_id, root in zip(remote_ids, roots, strict=True)
    ]
    return replies.arrived(texts, followed).text


async def coming_state(stepped: SteppedBot) -> MessageState:
    """How far the message of the first command is."""
    async with stepped.database.read() as connection:
        message = await coming.find(connection, 1)
    assert message is not None
    return message.state


def slow_posts(stepped: SteppedBot, *, times: int = 5) -> None:
    """Let Slack refuse the next posts for now: the roots are posted late."""
    stepped.slack.faults.add("chat.postMessage", Fault.error("external_channel_migrating"), times=times)


async def test_a_follow_leaves_one_root_one_card_one_completion_and_nothing_private(on_both: SteppedBot) -> None:
    remote_id = on_both.sandbox.begin(COPY)

    result = await on_both.sandbox.type(remote_id)
    await on_both.run(120)

    assert (result.status, result.body) == (200, "")
    assert [message.ts for message in on_both.slack.messages(CHANNEL)] == [on_both.root(remote_id).ts]
    card, *others = on_both.thread(remote_id)
    assert [
        element["action_id"] for block in card.blocks if block["type"] == "actions" for element in block["elements"]
    ]
    assert [PERSON in reply.mentions for reply in others].count(True) == 1
    assert (on_both.slack.ephemerals(PERSON), on_both.slack.dms(PERSON)) == ([], [])
    assert [call for call in on_both.slack.calls if call.method in ("response_url", "chat.postEphemeral")] == []
    assert await coming_state(on_both) is MessageState.DROPPED


async def test_a_root_that_is_late_is_said_to_be_coming_and_where_it_is_once_it_is_there(
    on_both: SteppedBot, en: Texts
) -> None:
    remote_id = on_both.sandbox.begin(STALL)
    slow_posts(on_both)
    await on_both.sandbox.type(remote_id)

    await on_both.run(2.9)
    assert on_both.answers() == []
    await on_both.run(0.2)
    assert on_both.answers() == [on_its_way(en, remote_id)]
    await on_both.until(lambda: on_both.thread(remote_id))
    await on_both.run(30)

    assert on_both.answers() == [on_its_way(en, remote_id), arrived(en, on_both, remote_id)]


async def test_several_late_roots_are_said_in_one_message_each_time(stepped: SteppedBot, en: Texts) -> None:
    remote_ids = [stepped.sandbox.begin(STALL) for _ in range(7)]
    slow_posts(stepped, times=25)
    await stepped.sandbox.type(" ".join(remote_ids))

    await stepped.until(lambda: len(stepped.slack.messages(CHANNEL)) == len(remote_ids))
    await stepped.run(30)

    first, last = stepped.answers()
    assert first.startswith("On their way: the threads for tasks ")
    assert sorted(last.splitlines()) == sorted(arrived(en, stepped, *remote_ids).splitlines())


async def test_an_id_that_is_not_found_is_said_to_be_looked_for_again_and_the_thread_is_linked_once_it_begins(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = stepped.sandbox.begin(LATE_START)
    await stepped.sandbox.type(remote_id)

    await stepped.run(3.1)
    assert stepped.answers() == [replies.coming(en, [], not_found=[remote_id]).text]
    await stepped.until(lambda: stepped.thread(remote_id))
    await stepped.run(10)

    assert stepped.answers()[1:] == [arrived(en, stepped, remote_id)]


async def test_what_is_answered_otherwise_is_not_said_to_be_coming(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.faults.add("users.info", Fault.status(503), times=1)
    remote_id = stepped.sandbox.begin(COPY)
    stepped.clock.move(60)

    (answer,) = await stepped.ask(remote_id)
    await stepped.run(30)

    assert answer.startswith("This task has already ended, so it isn't followed:")
    assert stepped.answers() == [answer]
    assert await coming_state(stepped) is MessageState.DROPPED


async def test_a_kill_loses_neither_the_root_nor_that_it_is_coming(on_both: SteppedBot, en: Texts) -> None:
    remote_id = on_both.sandbox.begin(STALL)
    slow_posts(on_both)
    await on_both.sandbox.type(remote_id)
    # Nothing was done but to store the command.
    await on_both.stop()
    on_both.clock.move(5)
    await on_both.start()

    await on_both.until(lambda: on_both.thread(remote_id))
    await on_both.run(30)

    assert on_both.answers() == [on_its_way(en, remote_id), arrived(en, on_both, remote_id)]


async def test_a_message_that_was_being_sent_at_a_kill_is_shown_at_most_twice(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    slow_posts(stepped, times=6)
    stepped.slack.faults.add("response_url", Fault.slow_answer(60.0))
    await stepped.sandbox.type(remote_id)
    await stepped.run(2.5)
    stepped.clock.move(1.0)
    await stepped.bot.deliverer.step()
    # Slack has it, and the bot does not know yet.
    while not stepped.answers():  # noqa: ASYNC110 -- the simulator has no event
        await asyncio.sleep(0)
    await stepped.stop()
    await stepped.start()

    await stepped.until(lambda: stepped.thread(remote_id))
    await stepped.run(30)

    assert stepped.answers() == [on_its_way(en, remote_id)] * 2 + [arrived(en, stepped, remote_id)]


async def test_that_it_is_coming_waits_for_the_persons_language(stepped: SteppedBot) -> None:
    german = stepped.deps.catalogs.texts("de")
    stepped.slack.users[PERSON].locale = "de-DE"
    stepped.slack.faults.add("users.info", Fault.status(503), times=3)
    slow_posts(stepped, times=6)
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.sandbox.type(remote_id)

    await stepped.until(lambda: stepped.thread(remote_id))
    await stepped.run(30)

    assert stepped.answers() == [on_its_way(german, remote_id), arrived(german, stepped, remote_id)]


@pytest.mark.parametrize("locales", [("de-DE", "ja-JP"), ("ja-JP", "de-DE")])
async def test_root_and_thread_speak_the_first_followers_language_and_answers_each_persons(
    stepped: SteppedBot, locales: tuple[str, str]
) -> None:
    for user, locale in zip((PERSON, COLLEAGUE), locales, strict=True):
        stepped.slack.users[user].locale = locale
    first, second = (stepped.deps.catalogs.texts(locale) for locale in locales)
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.ask(remote_id)
    await stepped.until(lambda: stepped.thread(remote_id))

    (answer,) = await stepped.ask(remote_id, user=COLLEAGUE)

    assert answer.startswith(replies.already_following(second, remote_id).text)
    async with stepped.database.read() as connection:
        begun = await coming.threads_begun(connection, 1)
    assert [thread.remote_id for thread in begun] == [remote_id]
    assert first.say("Stop following") in str(stepped.card(remote_id).blocks)


async def test_no_command_uses_its_response_url_more_often_than_slack_allows(stepped: SteppedBot) -> None:
    slow_posts(stepped, times=30)
    remote_ids = [stepped.sandbox.begin(STALL) for _ in range(9)]
    await stepped.sandbox.type(" ".join([*remote_ids, "4711"]))

    await stepped.run(timedelta(minutes=5).total_seconds())

    calls = [call for call in stepped.slack.calls if call.method == "response_url"]
    assert [call.ok for call in calls] == [True] * 3
    assert stepped.slack.dms(PERSON) == []
