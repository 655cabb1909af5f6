import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.render import replies
from bot.render.i18n import english
from sandbox.environment import CHANNEL, COLLEAGUE, PERSON, Sandbox
from sandbox.scenarios import scenario
from sandbox.slack import Message

WORDS = english()
COPY = scenario("copy_with_renames_and_restrictions", "cloud")


@pytest.fixture
async def listening(sandbox: Sandbox) -> Sandbox:
    await sandbox.start_bot()
    return sandbox


async def card_of(sandbox: Sandbox, remote_id: str) -> Message:
    """The card of a long task that somebody has just typed."""
    await sandbox.type(remote_id)
    thread = await sandbox.slack.wait_for(lambda: sandbox.thread_of(remote_id), timeout=15)
    return thread[0]


async def answer_to(sandbox: Sandbox, user: str, text: str) -> None:
    def told() -> bool:
        return any(message.text.startswith(text) for message in sandbox.slack.ephemerals(user))

    await sandbox.slack.wait_for(told, timeout=15)


async def test_anybody_in_the_channel_stops_with_a_button_and_the_card_says_who(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)
    card = await card_of(listening, remote_id)

    clicked = await listening.slack.click(CHANNEL, card.ts, "stop", COLLEAGUE)

    assert clicked.status == 200
    await answer_to(listening, COLLEAGUE, replies.stopped(WORDS, remote_id).text)
    await listening.slack.wait_for(lambda: f"<@{COLLEAGUE}>" in card.text, timeout=15)
    await listening.slack.wait_for(lambda: listening.slack.dms(PERSON), timeout=15)


async def test_a_guest_may_not_stop_with_a_button(listening: Sandbox) -> None:
    listening.slack.add_user("U0GUEST", guest=True)
    listening.slack.invite(CHANNEL, "U0GUEST")
    card = await card_of(listening, listening.begin(COPY))

    await listening.slack.click(CHANNEL, card.ts, "stop", "U0GUEST")

    await answer_to(listening, "U0GUEST", replies.may_not_stop(WORDS).text)
    assert "Stopped" not in card.text


async def test_whoever_presses_notify_me_is_mentioned_at_the_end(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY.scaled(6))
    card = await card_of(listening, remote_id)

    await listening.slack.click(CHANNEL, card.ts, "notify_me", COLLEAGUE)

    await answer_to(listening, COLLEAGUE, replies.now_notified(WORDS).text)
    await listening.slack.wait_for(lambda: f"<@{COLLEAGUE}>" in listening.thread_of(remote_id)[-1].text, timeout=30)


async def test_check_now_looks_once_and_says_so_when_it_is_pressed_again_at_once(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)
    card = await card_of(listening, remote_id)

    await listening.slack.click(CHANNEL, card.ts, "check_now", COLLEAGUE)
    await listening.slack.click(CHANNEL, card.ts, "check_now", PERSON)

    await answer_to(listening, PERSON, replies.checked_just_now(WORDS).text)


async def test_a_button_of_a_message_that_is_not_the_threads_own_answers_with_the_live_thread(
    listening: Sandbox,
) -> None:
    remote_id = listening.begin(COPY)
    card = await card_of(listening, remote_id)
    first = listening.root_of(remote_id)
    await listening.slack.click(CHANNEL, card.ts, "stop", PERSON)
    await listening.slack.wait_for(lambda: "Stopped" in card.text, timeout=15)
    stale = next(
        element["value"]
        for block in card.versions[0].blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == "stop"
    )
    await listening.type(remote_id)
    await listening.slack.wait_for(
        lambda: listening.root_of(remote_id) is not first and listening.thread_of(remote_id), timeout=15
    )

    await listening.slack.click(CHANNEL, card.ts, "stop", COLLEAGUE, value=stale)

    await answer_to(listening, COLLEAGUE, replies.left_over(WORDS, remote_id).text)
    newest = listening.root_of(remote_id)
    assert newest is not None
    assert "Stopped" not in newest.text


async def test_a_value_of_another_channel_is_not_believed(listening: Sandbox) -> None:
    listening.slack.add_channel("C0OTHER", "other", members=[PERSON, COLLEAGUE])
    remote_id = listening.begin(COPY)
    card = await card_of(listening, remote_id)
    elsewhere = listening.slack.say("C0OTHER", PERSON, "hello")

    await listening.slack.click("C0OTHER", elsewhere.ts, "stop", COLLEAGUE, value="1")

    await answer_to(listening, COLLEAGUE, replies.gone_wrong(WORDS, "/longtask").text)
    assert "Stopped" not in card.text


async def test_uninstalling_deletes_the_workspaces_subscriptions_and_texts(listening: Sandbox, tmp_path: Path) -> None:
    await card_of(listening, listening.begin(COPY))

    answer = await listening.slack.event({"type": "app_uninstalled"})

    assert answer.status == 200
    await listening.stop_bot()
    with closing(sqlite3.connect(tmp_path / "longtask.db")) as reader:
        left = [
            reader.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 -- names from this very test
            for table in ("workspaces", "subscriptions", "followers", "notices", "commands")
        ]
    assert left == [(0,)] * 5
