import asyncio

import pytest

from bot.domain.permissions import RunningList
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from bot.render.replies.running import LINES
from sandbox.confluence import faults
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import PostedMessage
from tests.support.clock import Clock
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

COPY = scenario("copy_with_renames_and_restrictions")
STALL = scenario("stall")
FAILURE = scenario("failure")
#: an id that no example in an answer has
RUNNING = "900400"
#: of GET /longtask
LIST = "/wiki/rest/api/longtask?start=0&limit=100"


def shown(stepped: SteppedBot, user: str = PERSON) -> PostedMessage:
    """What a person was shown last, as they see it."""
    return stepped.slack.ephemerals(user)[-1]


def buttons(message: PostedMessage) -> list[tuple[str, str]]:
    """The label of each button beside a line, and what it opens or carries."""
    found = [block["accessory"] for block in message.blocks if "accessory" in block]
    return [(button["text"]["text"], button.get("url") or button["value"]) for button in found]


def action(number: int) -> str:
    return f"{Action.FOLLOW_LISTED}:{number}"


async def press(stepped: SteppedBot, number: int, *, user: str = PERSON, value: str | None = None) -> list[str]:
    """Press the *Follow* of a line in the list that a person was shown last."""
    message = shown(stepped, user)
    return await stepped.press_at(message.channel, message.ts, action(number), user=user, value=value)


async def test_an_empty_command_lists_what_runs_and_two_clicks_follow_it(stepped: SteppedBot) -> None:
    stepped.sandbox.begin(COPY)
    stepped.clock.move(60)
    older = stepped.sandbox.begin(STALL)
    stepped.clock.move(10)
    newer = stepped.sandbox.begin(COPY)
    stepped.clock.move(16)

    (answer,) = await stepped.ask("")

    title, *lines = answer.splitlines()
    assert title == "*Running in Confluence now*"
    assert [part in lines[0] for part in (newer, "76%", "for 16 sec")] == [True] * 3
    assert [part in lines[1] for part in (older, "for 26 sec")] == [True] * 2
    assert buttons(shown(stepped)) == [("Follow", f"1/{newer}"), ("Follow", f"1/{older}")]

    assert await press(stepped, 0) == []
    root = await stepped.until(lambda: stepped.slack.messages(CHANNEL))
    assert [newer in message.text for message in root] == [True]
    await stepped.ask("")
    link = f"https://sandbox.slack.com/archives/{CHANNEL}/p{root[0].ts.replace('.', '')}"
    assert buttons(shown(stepped)) == [("Open the thread", link), ("Follow", f"1/{older}")]


async def test_pressing_follow_twice_begins_one_thread_and_names_it(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.ask("")
    await press(stepped, 0)
    await stepped.until(lambda: stepped.slack.messages(CHANNEL))

    (answer,) = await press(stepped, 0)

    assert answer.startswith(f"This channel already follows task {remote_id}.")
    assert len(stepped.slack.messages(CHANNEL)) == 1
    # The list stays, so that another task can be followed.
    assert "Running in Confluence now" in stepped.slack.ephemerals(PERSON)[0].text


async def test_the_newest_are_shown_and_the_others_counted(stepped: SteppedBot) -> None:
    ids = []
    for _ in range(LINES + 3):
        ids.append(stepped.sandbox.begin(STALL))
        stepped.clock.move(1)

    (answer,) = await stepped.ask("")

    lines = [line for line in answer.splitlines() if "for " in line and "task 31" in line]
    assert [remote_id in line for remote_id, line in zip(ids[:2:-1], lines, strict=True)] == [True] * LINES
    assert "3 older tasks are not shown." in answer


async def test_where_nothing_runs_that_is_said_with_a_way_on(stepped: SteppedBot, en: Texts) -> None:
    stepped.confluence.add(STALL.story, owner="somebody else")

    assert await stepped.ask("") == [replies.running(en, [], "/longtask", stepped.deps.example).text]


async def test_a_data_center_does_not_list_what_has_ended(database_url: str, clock: Clock) -> None:
    async with open_stepped_bot(database_url, clock, kind="datacenter") as stepped:
        over = stepped.sandbox.begin(scenario("copy_with_renames_and_restrictions", "datacenter"))
        clock.move(200)
        runs = stepped.sandbox.begin(scenario("stall", "datacenter"))

        (answer,) = await stepped.ask("")

    assert (over in answer, runs in answer) == (False, True)


@pytest.mark.parametrize("setting", [RunningList.ADMINS, RunningList.OFF])
async def test_who_may_see_the_list_is_the_operators_choice(
    database_url: str, clock: Clock, en: Texts, setting: RunningList
) -> None:
    async with open_stepped_bot(database_url, clock, environ={"RUNNING_LIST": setting}) as stepped:
        remote_id = stepped.confluence.add(STALL.story, RUNNING)
        stepped.slack.add_user("U0ADMIN", admin=True)
        stepped.slack.channels[CHANNEL].members.add("U0ADMIN")

        answers = [await stepped.ask("", user=user) for user in (PERSON, "U0ADMIN")]

        hidden = replies.running_hidden(en, "/longtask", stepped.deps.example, setting=setting).text
        assert answers[0] == [hidden]
        assert [remote_id in hidden, "/longtask status" in hidden] == [False, True]
        assert (remote_id in answers[1][0]) is (setting is RunningList.ADMINS)
        assert [LIST] * (setting is RunningList.ADMINS) == [request.path for request in stepped.confluence.log]


async def test_a_button_of_the_list_counts_only_for_who_may_see_it(database_url: str, clock: Clock, en: Texts) -> None:
    async with open_stepped_bot(database_url, clock, environ={"RUNNING_LIST": "admins"}) as stepped:
        remote_id = stepped.sandbox.begin(STALL)
        stepped.slack.add_user("U0ADMIN", admin=True)
        stepped.slack.channels[CHANNEL].members.add("U0ADMIN")
        await stepped.ask("", user="U0ADMIN")
        list_of_admin = shown(stepped, "U0ADMIN")

        await stepped.press_at(CHANNEL, list_of_admin.ts, action(0), user=PERSON, value=f"1/{remote_id}")
        await stepped.run(5)

        assert stepped.slack.messages(CHANNEL) == []


async def test_guests_get_help_and_no_list(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.confluence.add(STALL.story, RUNNING)
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.channels[CHANNEL].members.add("U0GUEST")

    (answer,) = await stepped.ask("", user="U0GUEST")

    assert answer == replies.help(en, "/longtask", stepped.deps.example).text
    assert remote_id not in answer
    assert len(stepped.confluence.log) == 0


async def test_where_another_organization_reads_along_there_is_no_list(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_channel("C0SHARED", "partners", members=[PERSON], ext=True)
    remote_id = stepped.confluence.add(STALL.story, RUNNING)

    (answer,) = await stepped.ask("", channel="C0SHARED")

    assert answer == replies.running_not_in_shared(en, "/longtask", stepped.deps.example).text
    assert remote_id not in answer


async def test_in_a_private_channel_without_the_bot_the_list_says_how_to_invite_and_names_no_place(
    stepped: SteppedBot,
) -> None:
    stepped.slack.add_channel("C0SECRET", "secret", members=[PERSON], bot=False, private=True)
    remote_id = stepped.sandbox.begin(COPY)
    stepped.clock.move(16)

    (answer,) = await stepped.ask("", channel="C0SECRET")
    (refused,) = await press(stepped, 0)

    assert remote_id in answer
    assert "To follow one here, type `/invite @longtask` first." in answer
    assert refused.startswith("I can't post in this conversation, so nothing is followed.")
    assert stepped.slack.messages("C0SECRET") == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (faults.status(401, body='{"code":401,"message":"Unauthorized; scope does not match"}'), "lacks the scope"),
        (faults.html(), "can't be read"),
        (faults.status(503), "isn't answering right now"),
        (faults.status(404), "is not Confluence's API"),
        (faults.status(403), "rejected this bot's account"),
    ],
    ids=["scope", "login page", "down", "not the API", "refused"],
)
async def test_a_list_that_is_refused_says_why_and_how_to_go_on(
    stepped: SteppedBot, fault: faults.Fault, sentence: str
) -> None:
    stepped.confluence.faults.add(fault)

    (answer,) = await stepped.ask("")

    assert sentence in answer
    assert "You can follow any task whose ID you know: `/longtask 3145728001`." in answer
    assert "Nothing is running" not in answer


async def test_a_pause_that_the_list_meets_holds_for_all_and_is_kept(stepped: SteppedBot) -> None:
    stepped.confluence.faults.add(faults.status(429, headers={"Retry-After": "600"}))
    await stepped.ask("")
    requests = len(stepped.confluence.log)
    stepped.clock.move(5)

    (answer,) = await stepped.ask("")

    assert "too many requests" in answer
    assert len(stepped.confluence.log) == requests


async def test_many_who_ask_at_once_cost_one_request(stepped: SteppedBot) -> None:
    stepped.sandbox.begin(STALL)
    await asyncio.gather(*(stepped.sandbox.type("", user=user) for user in (PERSON, COLLEAGUE)))
    await stepped.turn()

    assert [len(stepped.answers(user)) for user in (PERSON, COLLEAGUE)] == [1, 1]
    assert [request.path for request in stepped.confluence.log] == [LIST]


@pytest.mark.parametrize("value", ["", "1", "2/3145728001", "1/../space", "1/314 572", "x/1", "01/3145728001"])
async def test_a_value_that_names_no_long_task_of_a_site_follows_nothing(
    stepped: SteppedBot, en: Texts, value: str
) -> None:
    stepped.sandbox.begin(STALL)
    await stepped.ask("")

    answers = await press(stepped, 0, value=value)

    assert answers == [replies.gone_wrong(en).text]
    assert stepped.slack.messages(CHANNEL) == []


async def test_what_runs_now_lists_in_the_thread_of_the_failure(stepped: SteppedBot) -> None:
    failed = await stepped.follow(FAILURE)
    await stepped.until(lambda: len(stepped.thread(failed)) > 1)
    running = stepped.sandbox.begin(STALL)

    (answer,) = await stepped.press(stepped.thread(failed)[-1], Action.WHAT_RUNS_NOW)

    assert running in answer
    assert shown(stepped).thread_ts == stepped.root(failed).ts
    assert await press(stepped, 0) == []
    await stepped.until(lambda: stepped.thread(running))
