"""Conversations of a few people, and direct messages between others: what the scopes for them bring."""

import pytest

from bot.render.buttons import Action
from sandbox.harness import COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import PostedMessage
from tests.listeners.shown import buttons
from tests.support.modals import modal, send, use_shortcut
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")
COPY = scenario("copy_with_renames_and_restrictions")
FEW, OTHERS = "G0FEW", "D0OTHERS"


def add_few(stepped: SteppedBot, *scopes: str) -> None:
    """A conversation of two people and the bot, and scopes that the app has beside the usual ones."""
    stepped.slack.workspaces[TEAM].scopes |= set(scopes)
    stepped.slack.add_channel(FEW, "few", members=[PERSON, COLLEAGUE], private=True, is_mpim=True)


def roots(stepped: SteppedBot, channel: str) -> list[PostedMessage]:
    """What stands in a conversation itself."""
    return [each for each in stepped.slack.messages(channel) if each.bot_id is not None and each.thread_ts is None]


@pytest.mark.parametrize(("scopes", "is_named"), [(["mpim:read"], True), ([], False)])
async def test_titles_are_shown_among_a_few_people_if_slack_says_that_no_other_organization_reads(
    stepped: SteppedBot, scopes: list[str], is_named: bool
) -> None:
    add_few(stepped, *scopes)
    remote_id = stepped.sandbox.begin(COPY)

    await stepped.ask(remote_id, channel=FEW)
    await stepped.until(lambda: any("copied" in root.text for root in roots(stepped, FEW)), within=3600)

    (root,) = roots(stepped, FEW)
    assert ("Team handbook" in root.text) is is_named


@pytest.mark.parametrize("scopes", [["mpim:read"], []])
async def test_the_shortcut_on_a_message_follows_among_a_few_people(stepped: SteppedBot, scopes: list[str]) -> None:
    add_few(stepped, *scopes)
    remote_id = stepped.sandbox.begin(STALL)
    message = stepped.slack.say(FEW, COLLEAGUE, "please watch this")
    await use_shortcut(stepped, message)

    await send(stepped, modal(stepped), running=f"1/{remote_id}")

    await stepped.until(lambda: [each for each in stepped.slack.thread(FEW, message.ts) if each.bot_id is not None])


async def test_who_has_left_a_conversation_of_a_few_follows_nothing_there(stepped: SteppedBot) -> None:
    add_few(stepped, "mpim:read")
    remote_id = stepped.sandbox.begin(STALL)
    message = stepped.slack.say(FEW, COLLEAGUE, "please watch this")
    await use_shortcut(stepped, message)
    stepped.slack.channels[FEW].members.discard(PERSON)

    await send(stepped, modal(stepped), running=f"1/{remote_id}")

    assert modal(stepped).errors == {"reference": "You aren't in that channel. Join it first, then send this again."}
    assert await stepped.commands() == []


@pytest.mark.parametrize("scopes", [["im:read"], []])
async def test_a_direct_message_between_others_is_offered_the_bots_own_before_anything_is_followed(
    stepped: SteppedBot, scopes: list[str]
) -> None:
    stepped.slack.workspaces[TEAM].scopes |= set(scopes)
    stepped.slack.add_channel(OTHERS, "directmessage", members=[PERSON, COLLEAGUE], bot=False, is_im=True)
    remote_id = stepped.sandbox.begin(STALL)

    await stepped.ask(remote_id, channel=OTHERS)
    await stepped.run(5)

    (answer,) = stepped.slack.ephemerals(PERSON)
    assert list(buttons(answer)) == [Action.FOLLOW_IN_DM]
    assert [call.arguments["channel"] for call in stepped.slack.calls if call.method == "chat.postMessage"] == []
