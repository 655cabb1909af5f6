from collections.abc import Callable

import msgspec
import pytest

from bot.domain.states import Verbosity
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.mrkdwn import Mrkdwn
from sandbox.confluence import faults
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.stepped_bot import SteppedBot

COPY = scenario("copy_with_renames_and_restrictions")
LATE_START = scenario("late_start")


def not_found(texts: Texts, *remote_ids: str) -> str:
    """The answer about long tasks that Confluence does not find."""
    return replies.not_followed(texts, remote_ids, replies.no_such_task(texts)).text


def looking_again(texts: Texts, *remote_ids: str) -> str:
    """What is said while long tasks are looked for again."""
    return replies.coming(texts, [], not_found=remote_ids).text


async def test_a_channel_follows_what_a_person_types_and_the_root_is_the_answer(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(COPY)

    assert await stepped.ask(remote_id) == []

    card = await stepped.until(lambda: stepped.thread(remote_id))
    assert f"<@{PERSON}>" in stepped.root(remote_id).text
    assert "Copying pages" in card[0].text


async def test_three_copies_in_one_channel_are_told_apart_by_label_and_once_it_is_known_by_place(
    stepped: SteppedBot,
) -> None:
    elsewhere = msgspec.structs.replace(COPY.story, destination_url="/spaces/DEST/pages/98765440/Onboarding")
    other = msgspec.structs.replace(COPY, story=elsewhere)
    first, second, third = (stepped.sandbox.begin(each) for each in (COPY, other, COPY))

    for text in (first, second, f"{third} as Relaunch <now>"):
        await stepped.ask(text)
    ids = (first, second, third)
    await stepped.until(lambda: all(stepped.thread(remote_id) for remote_id in ids))
    running = [stepped.root(remote_id).text.splitlines()[0] for remote_id in ids]
    cards = [stepped.card(remote_id).text.splitlines()[0].partition(" · ")[0] for remote_id in ids]
    listed = (await stepped.ask("list"))[-1]
    await stepped.until(lambda: all(stepped.root(remote_id).text.startswith("*Finished") for remote_id in ids))
    await stepped.until(lambda: all(PERSON in stepped.thread(remote_id)[-1].mentions for remote_id in ids))
    completions = [stepped.thread(remote_id)[-1].text.splitlines()[0] for remote_id in ids]

    site = stepped.confluence.people_url
    handbook = f"<{site}/spaces/DEST/pages/98765433/Team+handbook+2|DEST › Team handbook 2>"
    onboarding = f"<{site}/spaces/DEST/pages/98765440/Onboarding|DEST › Onboarding>"
    # Confluence gives the place at the end.
    assert running == ["*Copying pages*", "*Copying pages*", "*Relaunch &lt;now&gt;* · Copying pages"]
    assert cards == ["*Copying pages*", "*Copying pages*", "*Relaunch &lt;now&gt;*"]
    assert [line in listed for line in running] == [True, True, True]
    assert completions == [
        f"*Finished with problems*: copying pages → {handbook}",
        f"*Finished with problems*: copying pages → {onboarding}",
        f"*Finished with problems*: Relaunch &lt;now&gt; · copying pages → {handbook}",
    ]
    assert [stepped.root(remote_id).text.splitlines()[0] for remote_id in ids] == completions


async def test_several_long_tasks_get_a_root_each_and_no_other_answer(stepped: SteppedBot) -> None:
    one, two = stepped.sandbox.begin(COPY), stepped.sandbox.begin(COPY)

    assert await stepped.ask(f"{one} {two} {one}") == []

    await stepped.until(lambda: stepped.thread(one) and stepped.thread(two))
    assert len(stepped.slack.messages(CHANNEL)) == 2


async def test_of_several_long_tasks_those_that_are_not_followed_are_said_in_one_answer(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = stepped.sandbox.begin(COPY)

    answers = await stepped.ask(f"4711 {remote_id} 4712")

    assert answers == [looking_again(en, "4711", "4712"), not_found(en, "4711", "4712")]
    assert stepped.thread(remote_id)


@pytest.mark.parametrize(("words", "verbosity"), [("", Verbosity.NORMAL), ("quiet", Verbosity.QUIET)])
async def test_a_quiet_thread_says_start_and_end_only(stepped: SteppedBot, words: str, verbosity: Verbosity) -> None:
    remote_id = stepped.sandbox.begin(COPY)

    await stepped.ask(f"{remote_id} {words}")
    await stepped.until(lambda: stepped.thread(remote_id) and f"<@{PERSON}>" in stepped.thread(remote_id)[-1].text)

    warned = [message for message in stepped.thread(remote_id)[1:-1] if "renamed" in message.text]
    assert bool(warned) is (verbosity is not Verbosity.QUIET)


async def test_what_is_followed_already_gets_no_second_thread_but_another_follower(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = await stepped.follow(COPY)
    root = stepped.root(remote_id)

    (answer,) = await stepped.ask(remote_id, user=COLLEAGUE)

    assert answer.startswith(replies.already_following(en, remote_id).text)
    assert root.ts.replace(".", "") in answer
    await stepped.until(lambda: f"<@{PERSON}> <@{COLLEAGUE}>" in stepped.thread(remote_id)[-1].text.replace(",", ""))
    assert stepped.slack.messages(CHANNEL) == [root]


async def test_two_people_who_follow_the_same_at_once_share_one_thread(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(COPY)

    await stepped.sandbox.type(remote_id)
    await stepped.sandbox.type(remote_id, user=COLLEAGUE)
    await stepped.until(lambda: stepped.thread(remote_id) and f"<@{COLLEAGUE}>" in stepped.thread(remote_id)[-1].text)

    sentence = replies.already_following(en, remote_id).text
    assert stepped.answers() + stepped.answers(COLLEAGUE) == [f"{sentence}\nCopying pages"]
    assert len(stepped.slack.messages(CHANNEL)) == 1


async def test_a_long_task_that_has_ended_is_shown_to_the_caller_alone(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    stepped.clock.move(60)

    (answer,) = await stepped.ask(remote_id)

    assert answer.startswith("This task has already ended, so it isn't followed:")
    assert "Finished with problems" in answer
    await stepped.run(60)
    assert stepped.slack.messages(CHANNEL) == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.status(503), replies.confluence_unavailable),
        (faults.html(), replies.confluence_unreadable),
        (faults.status(403), replies.access_refused),
        (faults.status(410), replies.misconfigured),
        (faults.page(404, "Page not found"), replies.misconfigured),
    ],
)
async def test_why_a_long_task_cannot_be_looked_at_is_said_to_the_caller(
    stepped: SteppedBot, en: Texts, fault: faults.Fault, expected: Callable[[Texts], Mrkdwn]
) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    stepped.confluence.faults.add(fault, task=remote_id)

    assert await stepped.ask(remote_id) == [replies.not_followed(en, [remote_id], expected(en)).text]

    await stepped.run(30)
    assert stepped.slack.messages(CHANNEL) == []


async def test_a_long_task_that_confluence_does_not_know_yet_is_looked_for_again_for_ten_seconds(
    stepped: SteppedBot, en: Texts
) -> None:
    began = stepped.clock()
    remote_id = stepped.sandbox.begin(LATE_START)

    assert (await stepped.ask(remote_id))[:1] == [looking_again(en, remote_id)]

    assert (stepped.clock() - began).total_seconds() == 9
    assert stepped.confluence.tasks[remote_id].looks == 3


async def test_an_id_that_stays_unknown_is_looked_for_three_times(stepped: SteppedBot, en: Texts) -> None:
    began = stepped.clock()

    assert await stepped.ask("4711") == [looking_again(en, "4711"), not_found(en, "4711")]

    assert (stepped.clock() - began).total_seconds() == 9
    assert len(stepped.confluence.log) == 3
    await stepped.run(30)
    assert stepped.slack.messages(CHANNEL) == []


async def test_a_pause_that_confluence_asks_for_is_kept_by_the_commands_after_it(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    stepped.confluence.faults.add(faults.rate_limited(120), task=remote_id, times=1)
    limited = [replies.not_followed(en, [remote_id], replies.rate_limited(en, stepped.clock.later(120))).text]

    assert await stepped.ask(remote_id) == limited
    stepped.clock.move(60)
    assert await stepped.ask(remote_id) == limited
    assert len(stepped.confluence.log) == 1

    stepped.clock.move(61)
    await stepped.ask(remote_id)
    assert len(stepped.confluence.log) == 2


async def test_after_a_stop_the_same_long_task_gets_a_new_thread(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(scenario("stall"))
    first = stepped.root(remote_id)
    await stepped.ask(f"stop {remote_id}")

    await stepped.ask(remote_id)

    await stepped.until(lambda: stepped.root(remote_id) is not first and stepped.thread(remote_id))
    assert len(stepped.slack.messages(CHANNEL)) == 2


async def test_a_private_channel_without_the_bot_is_answered_with_how_to_invite_before_anything_is_followed(
    stepped: SteppedBot, en: Texts
) -> None:
    stepped.slack.add_channel("C0SECRET", "secret", members=[PERSON], bot=False, private=True)
    remote_id = stepped.sandbox.begin(COPY)

    assert await stepped.ask(remote_id, channel="C0SECRET") == [replies.invite(en, "longtask", value="1").text]

    await stepped.run(60)
    assert (stepped.slack.messages("C0SECRET"), list(stepped.confluence.log)) == ([], [])
    assert len(stepped.answers()) == 1


async def test_where_slack_does_not_say_whether_the_bot_sees_a_channel_the_first_post_finds_out(
    stepped: SteppedBot, en: Texts
) -> None:
    stepped.slack.add_channel("C0SECRET", "secret", members=[PERSON], bot=False, private=True)
    stepped.slack.faults.add("conversations.info", Fault.status(503), probability=1.0)
    remote_id = stepped.sandbox.begin(COPY)

    await stepped.ask(remote_id, channel="C0SECRET")

    await stepped.run(60)
    assert stepped.slack.messages("C0SECRET") == []
    assert stepped.answers() == [replies.invite(en, "longtask", value="1").text]


async def test_a_pause_that_slack_asks_for_is_kept_by_the_follows_after_it(stepped: SteppedBot) -> None:
    stepped.slack.faults.add("conversations.info", Fault.ratelimited(300))
    for _ in range(2):
        await stepped.follow(COPY)

    assert len([call for call in stepped.slack.calls if call.method == "conversations.info"]) == 1


async def test_the_follows_of_a_channel_that_is_known_ask_slack_nothing_about_it(stepped: SteppedBot) -> None:
    for _ in range(3):
        await stepped.follow(COPY)

    assert len([call for call in stepped.slack.calls if call.method == "conversations.info"]) == 1


async def test_a_command_that_is_carried_out_again_does_not_undo_a_stop(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    # The second id is unknown and looked for again after the first is followed.
    await stepped.sandbox.type(f"{remote_id} 4711")
    await stepped.until(lambda: stepped.thread(remote_id), within=9)
    await stepped.ask(f"stop {remote_id}", user=COLLEAGUE)

    await stepped.run(30)

    assert stepped.answers() == [looking_again(en, "4711"), not_found(en, "4711")]
    assert len(stepped.slack.messages(CHANNEL)) == 1
    assert "No longer followed" in stepped.root(remote_id).text
