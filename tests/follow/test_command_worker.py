import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.render import replies
from bot.render.i18n import english
from bot.render.message import Message
from sandbox.confluence import faults
from sandbox.environment import CHANNEL, COLLEAGUE, PERSON, Sandbox
from sandbox.scenarios import scenario
from sandbox.slack import Fault

WORDS = english()
COPY = scenario("copy_with_renames_and_restrictions", "cloud")


@pytest.fixture
async def listening(sandbox: Sandbox) -> Sandbox:
    await sandbox.start_bot()
    return sandbox


async def told(sandbox: Sandbox, *, user: str = PERSON, count: int = 1) -> list[str]:
    """What a person was told alone besides acknowledgements, once there is so much of it."""

    def there() -> list[str]:
        texts = [message.text for message in sandbox.slack.ephemerals(user) if message.via == "response_url"]
        return texts if len(texts) >= count else []

    return await sandbox.slack.wait_for(there, timeout=15)


async def test_a_channel_follows_what_somebody_types_and_the_caller_is_told(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)

    await listening.type(remote_id)

    assert await told(listening) == [replies.following(WORDS, [replies.Followed(remote_id=remote_id)]).text]
    await listening.slack.wait_for(lambda: listening.thread_of(remote_id), timeout=15)


async def test_several_long_tasks_get_one_answer_and_a_root_each(listening: Sandbox) -> None:
    one, two = listening.begin(COPY), listening.begin(COPY)

    await listening.type(f"{one} {two} {one}")

    expected = replies.following(WORDS, [replies.Followed(remote_id=one), replies.Followed(remote_id=two)])
    assert await told(listening) == [expected.text]
    await listening.slack.wait_for(lambda: len(listening.slack.messages(CHANNEL)) == 2, timeout=15)


async def test_what_is_followed_already_gets_no_second_thread_but_another_follower(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY.scaled(10))
    await listening.type(remote_id)
    await listening.slack.wait_for(lambda: listening.thread_of(remote_id), timeout=15)
    root = listening.root_of(remote_id)
    assert root is not None

    await listening.type(remote_id, user=COLLEAGUE)

    (answer,) = await told(listening, user=COLLEAGUE)
    assert answer.startswith(replies.already_following(WORDS, remote_id).text)
    assert root.ts.replace(".", "") in answer
    mentions = f"<@{PERSON}> <@{COLLEAGUE}>"
    await listening.slack.wait_for(
        lambda: mentions in listening.thread_of(remote_id)[-1].text.replace(",", ""), timeout=30
    )
    assert len(listening.slack.messages(CHANNEL)) == 1


async def test_a_long_task_that_has_ended_is_told_to_the_caller_alone(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY.scaled(1_000_000))

    await listening.type(remote_id)

    (answer,) = await told(listening)
    assert "Finished with problems" in answer
    assert listening.slack.messages(CHANNEL) == []


async def test_status_shows_one_look_to_the_caller_and_follows_nothing(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)

    await listening.type(f"status {remote_id}")

    (answer,) = await told(listening)
    assert "%" in answer
    assert listening.slack.messages(CHANNEL) == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.status(503), replies.confluence_unavailable(WORDS)),
        (faults.html(), replies.confluence_unreadable(WORDS)),
        (faults.status(403), replies.access_refused(WORDS)),
        (faults.status(410), replies.misconfigured(WORDS)),
    ],
)
async def test_what_cannot_be_looked_at_is_said_to_the_caller(
    listening: Sandbox, fault: faults.Fault, expected: Message
) -> None:
    remote_id = listening.begin(COPY)
    listening.confluence.faults.add(fault, task=remote_id)

    await listening.type(remote_id)

    assert await told(listening) == [expected.text]
    assert listening.slack.messages(CHANNEL) == []


async def test_a_response_url_that_fails_is_followed_by_a_direct_message(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)
    listening.slack.faults.add("response_url", Fault.status(500))

    await listening.type(f"status {remote_id}")

    await listening.slack.wait_for(lambda: listening.slack.dms(PERSON), timeout=15)
    assert "%" in listening.slack.dms(PERSON)[0].text


async def test_somebody_elses_long_task_is_stopped_and_its_owner_is_told(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)
    await listening.type(remote_id)
    await listening.slack.wait_for(lambda: listening.thread_of(remote_id), timeout=15)

    await listening.type(f"stop {remote_id}", user=COLLEAGUE)

    await told(listening, user=COLLEAGUE)
    await listening.slack.wait_for(lambda: listening.slack.dms(PERSON), timeout=15)
    assert listening.slack.dms(PERSON)[0].text == replies.stopped_by_other(WORDS, COLLEAGUE, remote_id).text
    await listening.slack.wait_for(lambda: "Stopped" in listening.thread_of(remote_id)[0].text, timeout=15)
    await listening.slack.wait_for(lambda: "Stopped" in listening.root_of(remote_id).text, timeout=15)
    assert f"<@{COLLEAGUE}>" in listening.thread_of(remote_id)[0].text


async def test_after_a_stop_the_same_long_task_gets_a_new_thread(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)
    await listening.type(remote_id)
    await listening.slack.wait_for(lambda: listening.thread_of(remote_id), timeout=15)
    await listening.type(f"stop {remote_id}")
    await told(listening, count=2)

    await listening.type(remote_id)

    await listening.slack.wait_for(lambda: len(listening.slack.messages(CHANNEL)) == 2, timeout=15)


async def test_a_guest_may_not_stop_what_others_follow(listening: Sandbox) -> None:
    listening.slack.add_user("U0GUEST", guest=True)
    listening.slack.invite(CHANNEL, "U0GUEST")
    remote_id = listening.begin(COPY)
    await listening.type(remote_id)
    await told(listening)

    await listening.type(f"stop {remote_id}", user="U0GUEST")

    assert await told(listening, user="U0GUEST") == [replies.may_not_stop(WORDS).text]


async def test_stop_all_stops_ones_own_and_an_admins_word_counts_for_all(listening: Sandbox) -> None:
    listening.slack.add_user("U0ADMIN", admin=True)
    listening.slack.invite(CHANNEL, "U0ADMIN")
    mine, theirs = listening.begin(COPY), listening.begin(COPY)
    await listening.type(mine)
    await listening.type(theirs, user=COLLEAGUE)
    await told(listening)
    await told(listening, user=COLLEAGUE)

    await listening.type("stop all")
    await listening.type("stop all", user="U0ADMIN")

    assert (await told(listening, count=2))[1] == replies.stopped_all(WORDS, 1).text
    assert await told(listening, user="U0ADMIN") in (
        [replies.stopped_all(WORDS, 1).text],
        [replies.stopped_all(WORDS, 2).text],
    )


async def test_what_this_channel_does_not_follow_cannot_be_stopped(listening: Sandbox) -> None:
    await listening.type("stop 4711")

    assert await told(listening) == [replies.not_followed_here(WORDS, "4711").text]


async def test_the_list_names_owner_percentage_and_thread(listening: Sandbox) -> None:
    remote_id = listening.begin(COPY)
    await listening.type(remote_id)
    await listening.slack.wait_for(lambda: listening.thread_of(remote_id), timeout=15)

    await listening.type("list")

    answer = (await told(listening, count=2))[1]
    root = listening.root_of(remote_id)
    assert root is not None
    assert all(part in answer for part in (remote_id, f"<@{PERSON}>", "%", root.ts.replace(".", "")))


async def test_a_private_channel_without_the_bot_is_answered_with_how_to_invite(listening: Sandbox) -> None:
    listening.slack.add_channel("C0SECRET", "secret", members=[PERSON], bot=False, private=True)
    remote_id = listening.begin(COPY)

    await listening.type(remote_id, channel="C0SECRET")

    answers = await told(listening, count=2)
    assert answers[1].startswith(replies.invite(WORDS, "longtask").text.splitlines()[0])
    assert listening.slack.messages("C0SECRET") == []


async def test_a_person_is_answered_in_the_language_of_their_slack(listening: Sandbox) -> None:
    listening.slack.users[PERSON].locale = "de-DE"
    remote_id = listening.begin(COPY)

    await listening.type(remote_id)

    (answer,) = await told(listening)
    assert answer != replies.following(WORDS, [replies.Followed(remote_id=remote_id)]).text


async def test_a_command_that_is_carried_out_again_does_not_undo_a_stop(listening: Sandbox, tmp_path: Path) -> None:
    remote_id = listening.begin(COPY)
    await listening.type(remote_id)
    await listening.slack.wait_for(lambda: listening.thread_of(remote_id), timeout=15)
    await listening.type(f"stop {remote_id}", user=COLLEAGUE)
    await told(listening, user=COLLEAGUE)
    await listening.stop_bot()
    with closing(sqlite3.connect(tmp_path / "longtask.db")) as writer:
        writer.execute("UPDATE commands SET answered_at = NULL WHERE text = ?", (remote_id,))
        writer.commit()

    await listening.start_bot()

    await told(listening, count=2)
    assert len(listening.slack.messages(CHANNEL)) == 1
