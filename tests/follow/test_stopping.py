from typing import Any

import pytest

from bot.render import replies
from bot.render.i18n import Texts
from bot.render.replies.lists import ROWS
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from sandbox.slack.records import EphemeralMessage
from tests.support.clock import Clock
from tests.support.postgres_locks import while_threads_end
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")


def buttons(message: EphemeralMessage) -> list[dict[str, Any]]:
    """The buttons of a private message."""
    return [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]


async def test_a_person_who_stops_anothers_thread_is_named_on_it_and_the_owner_gets_a_direct_message(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = await stepped.follow(STALL)
    root, card = stepped.root(remote_id), stepped.card(remote_id)

    (answer,) = await stepped.ask(f"stop {remote_id}", user=COLLEAGUE)

    assert answer.startswith(replies.stopped(en, remote_id).text)
    assert root.ts.replace(".", "") in answer
    await stepped.until(lambda: "No longer followed" in root.text and "No longer followed" in card.text)
    assert f"<@{COLLEAGUE}>" in card.text
    (message,) = await stepped.until(lambda: stepped.slack.dms(PERSON))
    assert message.text.splitlines() == [
        "*No longer followed*: copying pages",
        f"<@{COLLEAGUE}> stopped following it in <#{CHANNEL}>. The task itself goes on in Confluence.",
        f"Confluence task {remote_id}",
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("text", ["stop {}", "stop", "stop all"])
async def test_what_ends_while_somebody_stops_it_is_not_called_stopped(
    migrated_postgres_url: str, clock: Clock, en: Texts, text: str
) -> None:
    async with open_stepped_bot(migrated_postgres_url, clock) as stepped:
        remote_id = await stepped.follow(STALL)

        answers = await while_threads_end(migrated_postgres_url, stepped.ask(text.format(remote_id)))

        not_stopped = replies.stopped_all(en, 0) if text == "stop all" else replies.not_followed_here(en, remote_id)
        assert answers == [not_stopped.text]


async def test_a_person_who_stops_an_own_thread_gets_no_direct_message(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)

    await stepped.ask(f"stop {remote_id}")

    await stepped.until(lambda: "No longer followed" in stepped.root(remote_id).text)
    await stepped.run(10)
    assert stepped.slack.dms(PERSON) == []


async def test_a_stopped_long_task_is_not_polled_any_more(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    await stepped.ask(f"stop {remote_id}")
    looks = stepped.confluence.tasks[remote_id].looks

    await stepped.run(120)

    assert stepped.confluence.tasks[remote_id].looks == looks


async def test_a_thread_that_is_stopped_before_its_root_is_posted_never_begins(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    for text in (remote_id, f"stop {remote_id}"):
        await stepped.sandbox.type(text)
        await stepped.worker.settle()
        await stepped.worker.step()
        await stepped.worker.settle()

    await stepped.run(30)

    assert stepped.slack.messages(CHANNEL) == []
    assert len(stepped.answers()) == 1


@pytest.mark.parametrize("begun", ["root", "card"])
async def test_a_message_whose_post_may_have_arrived_is_posted_again_after_a_stop_and_says_so(
    stepped: SteppedBot, begun: str
) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    if begun == "card":
        stepped.slack.faults.add("chat.postMessage", Fault.slow(0.0))
    stepped.slack.faults.add("chat.postMessage", Fault.drop_after())
    await stepped.ask(remote_id)
    copies = {"root": lambda: stepped.slack.messages(CHANNEL), "card": lambda: stepped.thread(remote_id)}[begun]
    await stepped.until(copies)

    await stepped.ask(f"stop {remote_id}")

    await stepped.until(lambda: len(copies()) == 2 and "No longer followed" in copies()[-1].text)


async def test_a_guest_may_not_stop_what_others_follow(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    remote_id = await stepped.follow(STALL)

    assert await stepped.ask(f"stop {remote_id}", user="U0GUEST") == [replies.may_not_stop(en).text]

    await stepped.run(10)
    assert "No longer followed" not in stepped.root(remote_id).text


async def test_stop_all_stops_the_callers_own_threads_and_for_an_admin_all(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0ADMIN", admin=True)
    stepped.slack.invite(CHANNEL, "U0ADMIN")
    for user in (PERSON, PERSON, COLLEAGUE, COLLEAGUE):
        await stepped.follow(STALL, user=user)

    own = await stepped.ask("stop all")
    rest = await stepped.ask("stop all", user="U0ADMIN")

    assert own == [replies.stopped_all(en, 2).text]
    assert rest == [replies.stopped_all(en, 2).text]


async def test_what_this_channel_does_not_follow_cannot_be_stopped(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON])
    remote_id = await stepped.follow(STALL)

    assert await stepped.ask("stop 4711") == [replies.not_followed_here(en, "4711").text]
    assert await stepped.ask(f"stop {remote_id}", channel="C0OTHER") == [replies.not_followed_here(en, remote_id).text]


async def test_stop_without_an_id_stops_the_only_one_that_the_channel_follows(stepped: SteppedBot, en: Texts) -> None:
    assert await stepped.ask("stop") == [replies.nothing_to_stop(en).text]
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.ask(f"{remote_id} as Relaunch")
    await stepped.until(lambda: stepped.thread(remote_id))

    (answer,) = await stepped.ask("stop", user=COLLEAGUE)

    sentence, name = answer.splitlines()
    assert (sentence.startswith(replies.stopped(en, remote_id).text), name) == (True, "Relaunch · Copying pages")
    await stepped.until(lambda: "No longer followed" in stepped.root(remote_id).text)


async def test_stop_without_an_id_offers_a_button_for_each_of_several_and_each_stops_one(
    stepped: SteppedBot, en: Texts
) -> None:
    first, second = [await stepped.follow(STALL) for _ in range(2)]
    await stepped.ask("stop", user=COLLEAGUE)
    choice = stepped.slack.ephemerals(COLLEAGUE)[-1]
    labels = [button["text"]["text"] for button in buttons(choice)]
    assert labels == ["Stop following"] * 2

    (answer,) = await stepped.press_at(
        CHANNEL, choice.ts, "stop_chosen:1", user=COLLEAGUE, value=buttons(choice)[1]["value"]
    )

    assert answer == f"{replies.stopped(en, second).text}\nCopying pages"
    await stepped.until(lambda: "No longer followed" in stepped.root(second).text)
    assert "No longer followed" not in stepped.root(first).text
    (again,) = await stepped.press_at(
        CHANNEL, choice.ts, "stop_chosen:1", user=COLLEAGUE, value=buttons(choice)[1]["value"]
    )
    assert again == replies.not_followed_here(en, second).text


async def test_a_guest_may_not_stop_by_a_choice_that_another_person_was_offered(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    remote_ids = [await stepped.follow(STALL) for _ in range(2)]
    await stepped.ask("stop")
    choice = stepped.slack.ephemerals(PERSON)[-1]

    said = await stepped.press_at(
        CHANNEL, choice.ts, "stop_chosen:1", user="U0GUEST", value=buttons(choice)[0]["value"]
    )

    assert said == [replies.may_not_stop(en).text]
    await stepped.run(10)
    assert ["No longer followed" in stepped.root(remote_id).text for remote_id in remote_ids] == [False, False]


async def test_the_choice_of_what_to_stop_is_bounded(stepped: SteppedBot) -> None:
    for _ in range(ROWS + 1):
        await stepped.ask(stepped.sandbox.begin(STALL))

    (answer,) = await stepped.ask("stop")

    assert len(buttons(stepped.slack.ephemerals(PERSON)[-1])) == ROWS
    assert answer.endswith("There are more: `/longtask list channel`")
