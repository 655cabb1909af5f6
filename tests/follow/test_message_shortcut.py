"""The shortcut on a message: what it names is followed in its own thread."""

import pytest

from bot.db import threads
from bot.db.rows import ThreadRow
from bot.domain.states import SubscriptionState
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenario_check import check_strays, check_thread
from sandbox.scenarios import scenario
from sandbox.slack import Fault, PostedMessage
from sandbox.slack.records import File, Json
from tests.support.modals import ON_MESSAGE, fields, modal, modals, options, said_in, send, use_shortcut
from tests.support.refusing_database import read_only_file
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")
PRIVATE = "C0SECRET"


def say(
    stepped: SteppedBot, text: str, *, thread_ts: str | None = None, blocks: list[Json] | None = None
) -> PostedMessage:
    """A message of a colleague in the usual channel."""
    return stepped.slack.say(CHANNEL, COLLEAGUE, text, thread_ts=thread_ts, blocks=blocks)


def replies_under(stepped: SteppedBot, message: PostedMessage) -> list[PostedMessage]:
    """What the bot has said in the thread of a message."""
    return [each for each in stepped.slack.thread(message.channel, message.ts) if each.bot_id is not None]


async def row(stepped: SteppedBot, subscription_id: int = 1) -> ThreadRow:
    """A thread as the database has it."""
    async with stepped.database.read() as connection:
        found = await threads.find(connection, subscription_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name", ["copy_with_renames_and_restrictions", "failure", "short_outage", "delete_with_restricted_pages"]
)
async def test_a_story_is_told_in_the_thread_of_somebody_elses_message(on_both: SteppedBot, name: str) -> None:
    played = scenario(name)
    remote_id = on_both.sandbox.begin(played)
    message = say(
        on_both, f"I have started <{on_both.confluence.base_url}/rest/api/longtask/{remote_id}>, please watch"
    )

    assert await use_shortcut(on_both, message) == []
    await on_both.until(lambda: any(PERSON in reply.mentions for reply in replies_under(on_both, message)), within=3600)
    await on_both.run(60)

    assert check_thread(on_both.sandbox, remote_id, played.expected, thread_ts=message.ts) == []
    assert [each.ts for each in on_both.slack.messages(CHANNEL)] == [message.ts]
    assert check_strays(on_both.sandbox, [remote_id]) == []


async def test_the_card_comes_at_once_and_shows_the_outcome_at_the_end(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    message = say(stepped, remote_id)
    await use_shortcut(stepped, message)

    (card,) = await stepped.until(lambda: replies_under(stepped, message), within=3)
    state = (await row(stepped)).subscription
    assert (state.state, state.thread_ts, state.is_foreign) == (SubscriptionState.FOLLOWING, message.ts, True)

    await stepped.press(card, Action.STOP)
    await stepped.until(lambda: card.text.startswith("*No longer followed*"))
    assert replies_under(stepped, message) == [card]


async def test_a_reply_is_followed_in_the_thread_that_it_is_in(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    root = say(stepped, "what is going on?")
    reply = say(stepped, f"this: {remote_id}", thread_ts=root.ts)

    await use_shortcut(stepped, reply)

    (card,) = await stepped.until(lambda: replies_under(stepped, root), within=3)
    assert remote_id in card.text


@pytest.mark.parametrize("place", ["code", "attachment", "file", "rich text"])
async def test_a_task_is_found_wherever_the_message_names_it(stepped: SteppedBot, place: str) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    answer = f'{{"id": "{remote_id}", "links": {{"status": "/rest/api/longtask/{remote_id}"}}}}'
    match place:
        case "code":
            message = say(stepped, f"look:\n```{answer}```")
        case "attachment":
            fields = [{"title": "Task", "value": remote_id, "short": True}]
            message = stepped.slack.say(CHANNEL, COLLEAGUE, "job started", attachments=[{"fields": fields}])
        case "file":
            message = say(stepped, "the log")
            file = File(id="F1", team_id=message.team_id, filename="log", length=1, title=f"task {remote_id}.txt")
            stepped.slack.files[file.id], message.file_ids = file, (file.id,)
        case _:
            pieces = [{"type": "text", "text": answer[:20]}, {"type": "text", "text": answer[20:]}]
            block = {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": pieces}]}
            message = say(stepped, "the answer", blocks=[block])

    assert await use_shortcut(stepped, message) == []

    await stepped.until(lambda: replies_under(stepped, message), within=3)


async def test_used_twice_there_is_one_thread_and_the_second_person_is_notified(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    message = say(stepped, remote_id)
    await use_shortcut(stepped, message)
    await stepped.until(lambda: replies_under(stepped, message))

    said = await use_shortcut(stepped, message, user=COLLEAGUE)

    assert said == [replies.already_here(en, remote_id).text]
    assert len(replies_under(stepped, message)) == 1
    assert stepped.slack.ephemerals(COLLEAGUE)[-1].thread_ts == message.ts


async def test_another_thread_that_follows_it_is_named(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(STALL)
    link = f"https://sandbox.slack.com/archives/{CHANNEL}/p{stepped.root(remote_id).ts.replace('.', '')}"

    said = await use_shortcut(stepped, say(stepped, f"see {remote_id}00 or /rest/api/longtask/{remote_id}"))

    sentence = replies.already_following(en, remote_id, link, asked_in_thread=True).text
    assert said == [f"{sentence}\nCopying pages"]


async def test_a_command_in_the_channel_names_the_foreign_thread(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    message = say(stepped, remote_id)
    await use_shortcut(stepped, message)
    await stepped.until(lambda: replies_under(stepped, message))
    link = f"https://sandbox.slack.com/archives/{CHANNEL}/p{message.ts.replace('.', '')}"

    sentence = replies.already_following(en, remote_id, link).text
    assert await stepped.ask(remote_id, user=COLLEAGUE) == [f"{sentence}\nCopying pages"]


async def test_followed_again_it_is_in_the_same_thread(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    message = say(stepped, remote_id)
    await use_shortcut(stepped, message)
    (card,) = await stepped.until(lambda: replies_under(stepped, message))
    await stepped.press(card, Action.STOP)
    await stepped.until(lambda: card.text.startswith("*No longer followed*"))

    await stepped.press(card, Action.FOLLOW_AGAIN)

    await stepped.until(lambda: len(replies_under(stepped, message)) == 2)
    assert [each.ts for each in stepped.slack.messages(CHANNEL)] == [message.ts]


async def test_an_answer_to_a_message_without_replies_is_shown_in_the_channel(stepped: SteppedBot) -> None:
    await use_shortcut(stepped, say(stepped, "please look at 999999999"))
    await stepped.run(15)

    coming, refused = stepped.slack.ephemerals(PERSON)
    assert [coming.text, "Confluence finds no such task" in refused.text] == [
        "Confluence doesn't find task 999999999 yet. Looking again for a few seconds.",
        True,
    ]
    assert [(each.via, each.thread_ts) for each in (coming, refused)] == [("chat.postEphemeral", None)] * 2


async def test_a_task_that_has_ended_is_shown_to_the_person_alone(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(scenario("copy_with_renames_and_restrictions"))
    stepped.clock.move(60)
    message = say(stepped, remote_id)

    (said,) = await use_shortcut(stepped, message)

    assert said.startswith("This task has already ended, so it isn't followed:")
    assert replies_under(stepped, message) == []


async def test_guests_follow_nothing_by_a_shortcut(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    message = say(stepped, stepped.sandbox.begin(STALL))

    assert await use_shortcut(stepped, message, user="U0GUEST") == [replies.may_not_use(en).text]
    assert replies_under(stepped, message) == []


async def test_in_a_private_channel_without_the_bot_it_is_said_how_to_invite(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_channel(PRIVATE, "secret", members=[PERSON, COLLEAGUE], bot=False, private=True)
    message = stepped.slack.say(PRIVATE, COLLEAGUE, stepped.sandbox.begin(STALL))

    (said,) = await use_shortcut(stepped, message)

    assert said == replies.invite(en, "longtask", value="1").text
    await stepped.press_at(PRIVATE, stepped.slack.ephemerals(PERSON)[-1].ts, Action.FOLLOW_IN_DM)
    await stepped.until(lambda: stepped.slack.dms(PERSON))


async def test_more_than_one_command_follows_are_refused_with_their_number(stepped: SteppedBot) -> None:
    addresses = "\n".join(f"/rest/api/longtask/{number}" for number in range(1, 13))

    (said,) = await use_shortcut(stepped, say(stepped, f"all of these\n{addresses}"))

    assert "12" in said
    assert stepped.slack.thread(CHANNEL, stepped.slack.messages(CHANNEL)[0].ts) == []


async def test_where_nothing_can_be_stored_the_person_is_informed(stepped: SteppedBot, en: Texts) -> None:
    message = say(stepped, stepped.sandbox.begin(STALL))

    async with read_only_file("").refusing(stepped.database):
        result = await stepped.slack.shortcut(ON_MESSAGE, user=PERSON, channel=CHANNEL, ts=message.ts)
        await stepped.worker.settle()

    assert result.status == 200
    assert stepped.answers() == [replies.nothing_started(en).text]


# -- nothing found: the modal


async def test_a_message_that_names_nothing_opens_a_modal_that_asks(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    message = say(stepped, "the copy is slow today")

    assert await use_shortcut(stepped, message) == []

    view = modal(stepped)
    assert said_in(view).startswith("I found no Confluence task in that message.")
    assert sorted(fields(view)) == ["reference", "running"]
    assert [(value, remote_id in text) for value, text in options(view, "running")] == [(f"1/{remote_id}", True)]

    await send(stepped, view, running=f"1/{remote_id}")

    assert modals(stepped) == []
    (card,) = await stepped.until(lambda: replies_under(stepped, message))
    assert remote_id in card.text


async def test_an_address_that_is_typed_into_the_modal_is_followed_in_the_thread(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    root = say(stepped, "the copy is slow today")
    message = say(stepped, "yes", thread_ts=root.ts)
    await use_shortcut(stepped, message)

    await send(stepped, modal(stepped), reference=f"it is {stepped.confluence.base_url}/rest/api/longtask/{remote_id}")

    (card,) = await stepped.until(lambda: replies_under(stepped, root))
    assert remote_id in card.text


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("soon", "Type the ID or the address of a Confluence task."),
        ("status", "Type the ID or the address of a Confluence task."),
        ("https://evil.example/wiki/rest/api/longtask/1", "evil"),
        ("https://sandbox.example/x", "sandbox"),
    ],
)
async def test_what_names_no_task_is_an_error_under_the_field(stepped: SteppedBot, typed: str, error: str) -> None:
    message = say(stepped, "the copy is slow today")
    await use_shortcut(stepped, message)

    await send(stepped, modal(stepped), reference=typed)

    assert list(modal(stepped).errors) == ["reference"]
    assert error in modal(stepped).errors["reference"].replace("\u2060", "")
    assert await stepped.commands() == []


async def test_one_chosen_and_another_typed_is_an_error(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await use_shortcut(stepped, say(stepped, "the copy is slow today"))

    await send(stepped, modal(stepped), running=f"1/{remote_id}", reference="123")

    assert modal(stepped).errors == {"reference": "Choose a task above or type one here, not both."}


async def test_nothing_chosen_and_nothing_typed_is_an_error(stepped: SteppedBot) -> None:
    stepped.sandbox.begin(STALL)
    await use_shortcut(stepped, say(stepped, "the copy is slow today"))

    await send(stepped, modal(stepped))

    assert modal(stepped).errors == {"reference": "Choose a task above, or type its ID or address here."}


@pytest.mark.parametrize("runs", [True, False])
async def test_the_field_that_needs_no_id_has_the_focus_where_there_is_one(stepped: SteppedBot, runs: bool) -> None:
    if runs:
        stepped.sandbox.begin(STALL)
    await use_shortcut(stepped, say(stepped, "the copy is slow today"))

    focused = [name for name, element in fields(modal(stepped)).items() if element.get("focus_on_load")]
    assert focused == ["running" if runs else "reference"]


async def test_a_guest_sees_in_the_modal_that_guests_may_not(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    stepped.sandbox.begin(STALL)

    await use_shortcut(stepped, say(stepped, "the copy is slow today"), user="U0GUEST")

    assert said_in(modal(stepped, "U0GUEST")) == replies.may_not_use(en).text
    assert len(stepped.confluence.log) == 0


async def test_a_modal_that_slack_does_not_open_is_said_to_the_person(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.faults.add("views.open", Fault.error("expired_trigger_id"), times=1)

    said = await use_shortcut(stepped, say(stepped, "the copy is slow today"))

    assert said == [replies.modal_not_opened(en, "/longtask ID").text]


async def test_while_slack_does_not_say_who_asks_the_modal_says_so(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.faults.add("users.info", Fault.status(503), probability=1.0)

    await use_shortcut(stepped, say(stepped, "the copy is slow today"))

    assert said_in(modal(stepped)) == replies.not_known(en).text


async def test_a_modal_is_filled_although_slack_fails_once(stepped: SteppedBot) -> None:
    stepped.slack.faults.add("views.update", Fault.status(503), times=1)

    await use_shortcut(stepped, say(stepped, "the copy is slow today"))

    assert "reference" in fields(modal(stepped))


async def test_where_another_organization_reads_along_the_modal_lists_nothing(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0SHARED", "partners", members=[PERSON], ext=True)
    stepped.sandbox.begin(STALL)

    await use_shortcut(stepped, stepped.slack.say("C0SHARED", PERSON, "the copy is slow today"))

    assert sorted(fields(modal(stepped))) == ["reference"]


async def test_who_has_left_the_channel_meanwhile_follows_nothing_in_its_thread(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0SECRET", "secret", members=[PERSON], private=True)
    remote_id = stepped.sandbox.begin(STALL)
    await use_shortcut(stepped, stepped.slack.say("C0SECRET", PERSON, "the copy is slow today"))
    stepped.slack.channels["C0SECRET"].members.discard(PERSON)

    await send(stepped, modal(stepped), running=f"1/{remote_id}")

    assert modal(stepped).errors == {"reference": "You aren't in that channel. Join it first, then send this again."}
    assert await stepped.commands() == []


async def test_the_modal_of_a_message_in_direct_messages_follows_there(stepped: SteppedBot) -> None:
    direct = stepped.slack.open_im(stepped.slack.first_workspace, PERSON)
    remote_id = stepped.sandbox.begin(STALL)
    message = stepped.slack.say(direct.id, PERSON, "the copy is slow today")
    await use_shortcut(stepped, message)

    await send(stepped, modal(stepped), running=f"1/{remote_id}")

    (card,) = await stepped.until(lambda: stepped.slack.thread(direct.id, message.ts))
    assert remote_id in card.text
