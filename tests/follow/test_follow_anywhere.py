"""The global shortcut: a task and a channel are chosen in a modal, and checked when it is sent."""

import pytest

from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault, interaction_payloads
from sandbox.slack.records import Json
from tests.support.modals import fields, modal, modals, said_in, send, submit, use_global_shortcut
from tests.support.refusing_database import read_only_file
from tests.support.signed_requests import send_interaction
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")
OTHER = "C0OTHER"


async def sent(stepped: SteppedBot, *, user: str = PERSON, channel: str = CHANNEL) -> dict[str, str]:
    """Choose what runs and a channel, and send it; the errors under the fields, none if the modal has closed."""
    await use_global_shortcut(stepped, user=user)
    view = modal(stepped, user)
    await send(stepped, view, running=fields(view)["running"]["options"][0]["value"], channel=channel)
    return modal(stepped, user).errors if modals(stepped, user) else {}


async def test_what_is_chosen_is_followed_in_the_channel_and_the_root_is_the_answer(on_both: SteppedBot) -> None:
    remote_id = on_both.sandbox.begin(STALL)

    assert await sent(on_both) == {}

    await on_both.until(lambda: on_both.thread(remote_id), within=5)
    assert on_both.answers() == []


async def test_the_menu_offers_no_channels_of_others_and_begins_with_the_present_one(stepped: SteppedBot) -> None:
    await use_global_shortcut(stepped)

    assert fields(modal(stepped))["channel"] == {
        "type": "conversations_select",
        "action_id": "channel",
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }


async def test_a_task_that_is_typed_may_have_a_name_and_say_how_much(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await use_global_shortcut(stepped)

    await send(stepped, modal(stepped), reference=f"{remote_id} quiet as Handbook", channel=CHANNEL)

    await stepped.until(lambda: stepped.thread(remote_id))
    assert "Handbook" in stepped.root(remote_id).text


async def test_what_the_channel_follows_already_is_said_in_the_channel_to_the_person_alone(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = await stepped.follow(STALL)

    assert await sent(stepped, user=COLLEAGUE) == {}

    (answer,) = stepped.answers(COLLEAGUE)
    assert answer.startswith(replies.already_following(en, remote_id).text)
    assert stepped.slack.ephemerals(COLLEAGUE)[-1].via == "chat.postEphemeral"


# -- refusals


async def test_a_channel_that_the_person_is_not_in_is_refused(stepped: SteppedBot) -> None:
    stepped.sandbox.begin(STALL)
    stepped.slack.add_channel(OTHER, "other", members=[COLLEAGUE])

    assert await sent(stepped, channel=OTHER) == {
        "channel": "You aren't in that channel. Join it first, or choose another one."
    }
    assert await stepped.commands() == []


@pytest.mark.parametrize("private", [False, True])
async def test_a_channel_that_the_person_has_left_meanwhile_is_refused(stepped: SteppedBot, private: bool) -> None:
    stepped.sandbox.begin(STALL)
    stepped.slack.add_channel(OTHER, "other", members=[PERSON], private=private)
    await use_global_shortcut(stepped)
    stepped.slack.channels[OTHER].members.discard(PERSON)

    await send(stepped, modal(stepped), reference="123456", channel=OTHER)

    assert modal(stepped).errors == {"channel": "You aren't in that channel. Join it first, or choose another one."}


async def test_a_private_channel_without_the_bot_is_answered_with_how_to_invite_and_works_after_that(
    stepped: SteppedBot,
) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    stepped.slack.add_channel(OTHER, "secret", members=[PERSON], bot=False, private=True)

    assert await sent(stepped, channel=OTHER) == {
        "channel": "I'm not in that channel. Type /invite @longtask there, then send this again."
    }
    stepped.slack.invite(OTHER)
    await send(stepped, modal(stepped), reference=remote_id, channel=OTHER)

    assert modals(stepped) == []
    await stepped.until(lambda: stepped.thread(remote_id, OTHER))


async def test_a_channel_that_another_organization_reads_is_refused(stepped: SteppedBot) -> None:
    stepped.sandbox.begin(STALL)
    stepped.slack.add_channel(OTHER, "partners", members=[PERSON], ext=True)

    assert await sent(stepped, channel=OTHER) == {
        "channel": "Another organization reads that channel. Go to that channel and type /longtask and the ID."
    }


@pytest.mark.parametrize("channel", ["D0MINE", PERSON, "C0GONE"])
async def test_a_conversation_that_the_menu_does_not_offer_is_refused(stepped: SteppedBot, channel: str) -> None:
    stepped.sandbox.begin(STALL)

    errors = await sent(stepped, channel=channel)

    assert list(errors) == ["channel"]
    assert await stepped.commands() == []


async def test_without_the_scope_to_ask_nothing_is_followed_and_the_command_is_named(stepped: SteppedBot) -> None:
    stepped.slack.workspaces[TEAM].scopes -= {"channels:read", "groups:read"}
    stepped.sandbox.begin(STALL)

    (error,) = (await sent(stepped)).values()

    assert error.startswith("This bot lacks the Slack scope to see whether you are in that channel.")
    assert await stepped.commands() == []


async def test_with_the_scope_for_public_channels_alone_these_work(stepped: SteppedBot) -> None:
    stepped.slack.workspaces[TEAM].scopes -= {"groups:read"}
    stepped.sandbox.begin(STALL)

    assert await sent(stepped) == {}


async def test_while_slack_does_not_say_who_is_in_the_channel_it_can_be_sent_again(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    stepped.slack.faults.add("users.conversations", Fault.status(503), times=2)

    (error,) = (await sent(stepped)).values()
    assert error.startswith("Slack isn't saying whether you are in that channel.")
    await send(stepped, modal(stepped), reference=remote_id, channel=CHANNEL)

    await stepped.until(lambda: stepped.thread(remote_id))


async def test_guests_see_in_the_modal_that_guests_may_not(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)

    await use_global_shortcut(stepped, user="U0GUEST")

    assert said_in(modal(stepped, "U0GUEST")) == replies.may_not_use(en).text


async def test_who_became_a_guest_meanwhile_follows_nothing(stepped: SteppedBot, en: Texts) -> None:
    stepped.sandbox.begin(STALL)
    await use_global_shortcut(stepped)
    stepped.slack.users[PERSON].is_restricted = True
    stepped.clock.move(3_700)

    await send(stepped, modal(stepped), reference="123456", channel=CHANNEL)

    assert said_in(modal(stepped)) == replies.may_not_use(en).text
    assert await stepped.commands() == []


async def test_what_runs_is_offered_and_taken_only_where_the_person_may_see_it(
    stepped: SteppedBot,
) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await use_global_shortcut(stepped)
    for value in ("", "1", "2/1", "1/../x", f"1/{remote_id}@1.2"):
        body = await submit_odd(stepped, {"running": {"selected_option": {"value": value}}})
        assert "errors" in body

    assert await stepped.commands() == []


async def submit_odd(stepped: SteppedBot, values: Json, **changed: Json | str) -> str:
    """Send the modal with values that nobody could choose; what Slack gets as the answer."""
    filled = {name: {name: value} for name, value in values.items()}
    payload = interaction_payloads.submission_payload(
        stepped.slack, stepped.slack.workspaces[TEAM], modal(stepped), PERSON, filled
    )
    payload["view"] |= changed
    status, body = await send_interaction(stepped, {**payload, "trigger_id": "1.2.made-up"})
    assert status == 200
    await stepped.turn()
    return body


@pytest.mark.parametrize(
    "values", [{}, {"reference": {"value": "123456"}}, {"channel": {"selected_conversation": None}}]
)
async def test_a_modal_without_its_required_fields_follows_nothing(stepped: SteppedBot, values: Json) -> None:
    await use_global_shortcut(stepped)

    body = await submit_odd(stepped, values)

    assert "errors" in body
    await stepped.run(5)
    assert (await stepped.commands(), stepped.slack.dms(PERSON)) == ([], [])


@pytest.mark.parametrize("metadata", ["x", "[]", '{"channel_id": "x"}', '{"channel_id":"C1","message_ts":"\ud800"}'])
async def test_metadata_that_names_no_message_follows_nothing(stepped: SteppedBot, metadata: str) -> None:
    await use_global_shortcut(stepped)

    body = await submit_odd(stepped, {"reference": {"value": "123456"}}, private_metadata=metadata)

    assert "Something went wrong in this bot" in body
    assert await stepped.commands() == []


async def test_where_slack_opens_no_modal_a_direct_message_says_so(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.faults.add("views.open", Fault.error("expired_trigger_id"), times=1)

    await use_global_shortcut(stepped)

    assert [each.text for each in stepped.slack.dms(PERSON)] == [replies.modal_not_opened(en, "/longtask ID").text]


async def test_where_nothing_can_be_stored_the_modal_says_so_and_stays(stepped: SteppedBot, en: Texts) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await use_global_shortcut(stepped)

    async with read_only_file("").refusing(stepped.database):
        await submit(stepped, modal(stepped), reference=remote_id, channel=CHANNEL)

    assert modal(stepped).errors == {"channel": replies.nothing_started(en).text}
    await send(stepped, modal(stepped), reference=remote_id, channel=CHANNEL)
    await stepped.until(lambda: stepped.thread(remote_id))
