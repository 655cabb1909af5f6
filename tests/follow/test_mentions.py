"""Mentions of the bot: understood as commands, and followed in their thread."""

import pytest

from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import PostedMessage
from tests.support.modals import mention, mention_of_bot
from tests.support.refusing_database import read_only_file
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")


def root(stepped: SteppedBot, text: str = "the copy is slow today") -> PostedMessage:
    """A message of a colleague with a reply, so that its thread is one."""
    said = stepped.slack.say(CHANNEL, COLLEAGUE, text)
    stepped.slack.say(CHANNEL, COLLEAGUE, "really", thread_ts=said.ts)
    return said


def replies_under(stepped: SteppedBot, ts: str) -> list[PostedMessage]:
    """What the bot has said in a thread."""
    return [each for each in stepped.slack.thread(CHANNEL, ts) if each.bot_id is not None]


async def test_in_a_thread_a_mention_follows_there(on_both: SteppedBot) -> None:
    remote_id = on_both.sandbox.begin(STALL)
    said = root(on_both)

    assert await mention(on_both, remote_id, thread_ts=said.ts) == []

    (card,) = await on_both.until(lambda: replies_under(on_both, said.ts), within=3)
    assert remote_id in card.text
    assert [each.ts for each in on_both.slack.messages(CHANNEL)] == [said.ts]


async def test_outside_of_a_thread_a_mention_follows_below_itself(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)

    assert await mention(stepped, remote_id) == []

    (mentioned,) = stepped.slack.messages(CHANNEL)
    await stepped.until(lambda: replies_under(stepped, mentioned.ts), within=3)


async def test_in_our_own_thread_another_task_is_followed_there_too(stepped: SteppedBot) -> None:
    first = await stepped.follow(STALL)
    second = stepped.sandbox.begin(STALL)

    await mention(stepped, second, thread_ts=stepped.root(first).ts)

    await stepped.until(lambda: [second in each.text for each in stepped.thread(first)] == [False, True])


@pytest.mark.parametrize(
    "sentence", ["could you watch {} for us?", "{} please", "<{}>", "follow {} quiet as Handbook", "see `{}`"]
)
async def test_a_sentence_that_names_a_task_follows_it(stepped: SteppedBot, sentence: str) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    address = f"{stepped.confluence.base_url}/rest/api/longtask/{remote_id}"
    said = root(stepped)

    assert await mention(stepped, sentence.format(address if "<" in sentence else remote_id), thread_ts=said.ts) == []

    await stepped.until(lambda: replies_under(stepped, said.ts), within=3)


async def test_what_comes_before_the_mention_counts_as_well(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = root(stepped)
    late = stepped.slack.say(CHANNEL, PERSON, f"{remote_id} {mention_of_bot(stepped)}", thread_ts=said.ts)

    await stepped.slack.mention(late)
    await stepped.turn()

    await stepped.until(lambda: replies_under(stepped, said.ts), within=3)


async def test_a_sentence_that_means_nothing_gets_help_in_the_thread(stepped: SteppedBot, en: Texts) -> None:
    said = root(stepped)

    answers = await mention(stepped, "thank you so much!", thread_ts=said.ts)

    assert answers == [replies.help(en, "@longtask", stepped.deps.example).text]
    assert "`@longtask 3145728001`" in answers[0]
    shown = stepped.slack.ephemerals(PERSON)[-1]
    assert (shown.via, shown.thread_ts) == ("chat.postEphemeral", said.ts)


async def test_a_slip_is_corrected_as_a_mention(stepped: SteppedBot) -> None:
    (answer,) = await mention(stepped, "3145728001 quiett", thread_ts=root(stepped).ts)

    assert "Did you mean `@longtask 3145728001 quiet`?" in answer


async def test_a_mention_without_words_lists_what_runs_and_follow_is_in_that_thread(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = root(stepped)

    (answer,) = await mention(stepped, "", thread_ts=said.ts)
    assert remote_id in answer
    shown = stepped.slack.ephemerals(PERSON)[-1]
    await stepped.press_at(CHANNEL, shown.ts, "follow_listed:0")

    await stepped.until(lambda: replies_under(stepped, said.ts), within=3)
    assert [each.ts for each in stepped.slack.messages(CHANNEL)] == [said.ts]


@pytest.mark.parametrize("thread", ["1/3145728001@x", "1/3145728001@1.2.3", "1/3145728001@", "1/314@@1.2"])
async def test_a_value_with_an_odd_thread_follows_nothing_there(stepped: SteppedBot, thread: str) -> None:
    stepped.sandbox.begin(STALL)
    said = root(stepped)
    await mention(stepped, "", thread_ts=said.ts)

    shown = stepped.slack.ephemerals(PERSON)[-1]
    await stepped.press_at(CHANNEL, shown.ts, "follow_listed:0", value=thread)
    await stepped.run(5)

    assert replies_under(stepped, said.ts) == []


async def test_stop_without_an_id_means_the_thread_it_is_said_in(stepped: SteppedBot, en: Texts) -> None:
    first, second = await stepped.follow(STALL), await stepped.follow(STALL)

    (answer,) = await mention(stepped, "stop", thread_ts=stepped.root(first).ts)

    assert answer.startswith(replies.stopped(en, first).text)
    await stepped.until(lambda: stepped.card(first).text.startswith("*No longer followed*"))
    assert not stepped.card(second).text.startswith("*No longer followed*")


async def test_status_of_a_task_is_shown_to_the_person_in_the_thread(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)

    (answer,) = await mention(stepped, f"status {remote_id}", thread_ts=root(stepped).ts)

    assert answer.startswith("*Copying pages* · 0%")


async def test_settings_are_not_for_a_mention(stepped: SteppedBot, en: Texts) -> None:
    answers = await mention(stepped, "settings", thread_ts=root(stepped).ts)

    assert answers == [replies.modal_by_command(en, "/longtask settings").text]
    assert stepped.slack.views == {}


async def test_sent_again_by_slack_a_mention_counts_once(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = root(stepped)
    late = stepped.slack.say(CHANNEL, PERSON, f"{mention_of_bot(stepped)} {remote_id}", thread_ts=said.ts)

    for number in range(4):
        retry = None if number == 0 else (number, "http_timeout")
        result = await stepped.slack.mention(late, event_id="Ev1", retry=retry)
        assert result is not None
        assert result.status == 200
    await stepped.run(10)

    assert len(await stepped.commands()) == 1
    assert len(replies_under(stepped, said.ts)) == 1


async def test_a_mention_that_cannot_be_stored_is_not_acknowledged_and_counts_when_it_is_sent_again(
    stepped: SteppedBot,
) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = root(stepped)
    late = stepped.slack.say(CHANNEL, PERSON, f"{mention_of_bot(stepped)} {remote_id}", thread_ts=said.ts)
    async with read_only_file("").refusing(stepped.database):
        refused = await stepped.slack.mention(late, event_id="Ev1")

    taken = await stepped.slack.mention(late, event_id="Ev1", retry=(1, "http_error"))

    assert [None if each is None else each.status for each in (refused, taken)] == [503, 200]
    await stepped.until(lambda: replies_under(stepped, said.ts))


async def test_a_mention_survives_a_restart(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = root(stepped)
    late = stepped.slack.say(CHANNEL, PERSON, f"{mention_of_bot(stepped)} {remote_id}", thread_ts=said.ts)
    await stepped.slack.mention(late)

    await stepped.stop()
    await stepped.start()

    await stepped.until(lambda: replies_under(stepped, said.ts))


@pytest.mark.parametrize("author", ["itself", "another bot", "a bot without a bot id", "nobody"])
async def test_the_bot_reacts_to_no_bot(stepped: SteppedBot, author: str) -> None:
    slack = stepped.slack
    remote_id = stepped.sandbox.begin(STALL)
    slack.add_user("U0ROBOT").is_bot = True
    slack.invite(CHANNEL, "U0ROBOT")
    fields = {
        "itself": {"user": slack.workspaces[TEAM].bot_user_id},
        "another bot": {"user": "U0ROBOT", "bot_id": "B0ROBOT"},
        "a bot without a bot id": {"user": "U0ROBOT"},
        "nobody": {},
    }[author]
    event = {"type": "app_mention", "channel": CHANNEL, "ts": "1795424520.000100", **fields}

    for text in (remote_id, "help"):
        result = await slack.event({**event, "text": f"{mention_of_bot(stepped)} {text}"})
        assert result.status == 200
        await stepped.run(5)

    assert [slack.messages(CHANNEL), slack.private_messages, slack.dms("U0ROBOT")] == [[], [], []]


async def test_guests_are_refused_in_the_thread(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    said = root(stepped)

    answers = await mention(stepped, stepped.sandbox.begin(STALL), user="U0GUEST", thread_ts=said.ts)

    assert answers == [replies.may_not_use(en).text]
    assert replies_under(stepped, said.ts) == []


async def test_an_answer_that_slack_does_not_take_in_the_thread_is_a_direct_message(
    stepped: SteppedBot, en: Texts
) -> None:
    said = root(stepped)
    mentioned = stepped.slack.say(CHANNEL, PERSON, f"{mention_of_bot(stepped)} help", thread_ts=said.ts)
    await stepped.slack.mention(mentioned)
    stepped.slack.channels[CHANNEL].members.discard(PERSON)

    await stepped.until(lambda: stepped.slack.dms(PERSON))

    assert [each.text for each in stepped.slack.dms(PERSON)] == [
        replies.help(en, "@longtask", stepped.deps.example).text
    ]


async def test_without_the_scope_slack_sends_no_mention(stepped: SteppedBot) -> None:
    workspace = stepped.slack.workspaces[TEAM]
    workspace.scopes -= {"app_mentions:read"}
    said = stepped.slack.say(CHANNEL, PERSON, f"{mention_of_bot(stepped)} help")

    assert await stepped.slack.mention(said) is None
