"""The bot is removed, channels are archived or renamed, people leave, the app is installed again."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import select
from structlog.typing import EventDict

from bot.db import watches
from bot.db.models import subscriptions
from bot.domain.states import HookEnd, SubscriptionState
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Catalogs, Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import DispatchResult, Fault, SlackSimulator
from tests.listeners import payloads
from tests.listeners.shown import buttons
from tests.support.scripts import call, make_hook
from tests.support.signed_requests import send_event
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")
COPY = scenario("copy_with_renames_and_restrictions")
SECRET = "C0SECRET"
Happens = Callable[[SlackSimulator, str], Coroutine[Any, Any, DispatchResult | None]]


def removed(slack: SlackSimulator, channel: str) -> Coroutine[Any, Any, DispatchResult | None]:
    """The bot is removed from a channel."""
    return slack.remove_bot(channel)


def archived(slack: SlackSimulator, channel: str) -> Coroutine[Any, Any, DispatchResult | None]:
    """A channel is archived."""
    return slack.archive_channel(channel)


def deleted(slack: SlackSimulator, channel: str) -> Coroutine[Any, Any, DispatchResult | None]:
    """A channel is deleted."""
    return slack.delete_channel(channel)


async def states(stepped: SteppedBot) -> list[SubscriptionState]:
    """The state of every thread, in the order in which they began."""
    async with stepped.database.read() as connection:
        return list((await connection.execute(select(subscriptions.c.state).order_by(subscriptions.c.id))).scalars())


# -- channels


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    ("happens", "said"),
    [(removed, "This bot was removed from"), (archived, "was archived, so updates have stopped.")],
)
async def test_a_channel_that_is_lost_ends_its_threads_at_once_and_their_owners_get_a_message(
    stepped: SteppedBot, logs: list[EventDict], happens: Happens, said: str, private: bool
) -> None:
    stepped.slack.add_channel(SECRET, "secret", members=[PERSON, COLLEAGUE], private=private)
    lost = await stepped.follow(STALL, channel=SECRET)
    goes_on = await stepped.follow(STALL)

    result = await happens(stepped.slack, SECRET)
    await stepped.until(lambda: stepped.slack.dms(PERSON), within=10)

    assert result is not None
    assert result.status == 200
    (message,) = stepped.slack.dms(PERSON)
    assert (said in message.text, lost in message.text, f"<#{SECRET}>" in message.text) == (True, True, True)
    assert stepped.slack.dms(COLLEAGUE) == []
    assert await states(stepped) == [SubscriptionState.LOST, SubscriptionState.FOLLOWING]
    (line,) = [log for log in logs if log["event"] == "channel_lost"]
    assert (line["channel"], line["reason"], line["threads"]) == (SECRET, happens.__name__, 1)
    looks = len(stepped.confluence.log)
    await stepped.run(60)
    looked_at = {request.path.rpartition("/")[2] for request in list(stepped.confluence.log)[looks:]}
    assert looked_at == {goes_on}
    assert [call for call in stepped.slack.calls if not call.ok] == []


async def test_a_public_channel_that_removes_the_bot_gets_no_more_posts_although_the_bot_might_post(
    stepped: SteppedBot,
) -> None:
    stepped.slack.workspaces[TEAM].scopes |= {"chat:write.public"}
    remote_id = await stepped.follow(COPY)
    shown = len(stepped.thread(remote_id))

    await stepped.slack.remove_bot(CHANNEL)
    await stepped.run(300)

    assert len(stepped.thread(remote_id)) == shown
    assert len(stepped.slack.dms(PERSON)) == 1


@pytest.mark.parametrize("happens", [removed, archived])
async def test_without_the_scope_slack_sends_no_event_and_the_next_call_finds_out(
    stepped: SteppedBot, happens: Happens
) -> None:
    stepped.slack.workspaces[TEAM].scopes -= {"channels:read", "groups:read"}
    await stepped.follow(COPY)

    assert await happens(stepped.slack, CHANNEL) is None
    await stepped.until(lambda: stepped.slack.dms(PERSON), within=600)

    assert await states(stepped) == [SubscriptionState.LOST]
    assert "so updates have stopped" in stepped.slack.dms(PERSON)[0].text


async def test_a_thread_that_has_not_begun_is_answered_to_the_person_who_asked(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    stepped.slack.faults.add("chat.postMessage", Fault.error("external_channel_migrating"), times=1)
    await stepped.ask(remote_id)

    await stepped.slack.remove_bot(CHANNEL)
    await stepped.run(20)

    assert stepped.answers()[-1].startswith("I can't post in this conversation, so nothing is followed.")
    assert stepped.slack.messages(CHANNEL) == []


@pytest.mark.parametrize("happens", [removed, archived, deleted])
async def test_the_hook_of_a_channel_that_is_lost_ends_at_once_and_its_maker_gets_one_message(
    on_both: SteppedBot, en: Texts, happens: Happens
) -> None:
    stepped = on_both
    address = await make_hook(stepped, user=COLLEAGUE)
    direct = stepped.slack.open_im(stepped.slack.first_workspace, COLLEAGUE)
    other = await make_hook(stepped, user=COLLEAGUE, channel=direct.id)
    await stepped.follow(STALL)

    await happens(stepped.slack, CHANNEL)
    await stepped.run(30)

    said = [message.text for message in stepped.slack.dms(COLLEAGUE)]
    assert said == [replies.hook_over(en, HookEnd.CLOSED, channel_id=CHANNEL).text]
    assert "What is followed there goes on" not in said[0]
    assert len(stepped.slack.dms(PERSON)) == 1
    assert ((await call(address, {})).status, (await call(other, {})).status) == (404, 400)
    await stepped.run(60)
    assert len(stepped.slack.dms(COLLEAGUE)) == 1


async def test_the_maker_of_a_hook_is_informed_in_their_own_language(stepped: SteppedBot, catalogs: Catalogs) -> None:
    stepped.slack.users[COLLEAGUE].locale = "de-DE"
    await make_hook(stepped, user=COLLEAGUE)

    await stepped.slack.remove_bot(CHANNEL)
    await stepped.run(10)

    german = replies.hook_over(catalogs.languages["de"], HookEnd.CLOSED, channel_id=CHANNEL)
    assert [message.text for message in stepped.slack.dms(COLLEAGUE)] == [german.text]


async def test_the_maker_of_a_hook_is_informed_once_slack_takes_messages_again_and_after_a_restart(
    stepped: SteppedBot, en: Texts
) -> None:
    await make_hook(stepped)
    stepped.slack.faults.add("chat.postMessage", Fault.status(503), times=3)
    await stepped.slack.remove_bot(CHANNEL)
    await stepped.turn()
    await stepped.stop()
    await stepped.start()

    await stepped.run(120)

    over = replies.hook_over(en, HookEnd.CLOSED, channel_id=CHANNEL).text
    assert [message.text for message in stepped.slack.dms(PERSON)] == [over]


async def test_the_watch_of_a_channel_that_is_lost_ends_at_once_and_the_person_who_began_it_gets_one_message(
    stepped: SteppedBot,
) -> None:
    await stepped.ask("watch")
    await stepped.run(5)

    await stepped.slack.archive_channel(CHANNEL)
    await stepped.run(30)
    stepped.sandbox.begin(STALL)
    await stepped.run(60)

    (message,) = stepped.slack.dms(PERSON)
    assert f"<#{CHANNEL}>" in message.text
    async with stepped.database.read() as connection:
        assert await watches.of_channel(connection, team_id=TEAM, channel_id=CHANNEL) == []
    assert len(stepped.slack.messages(CHANNEL)) == 1


async def test_an_event_that_comes_late_ends_neither_hook_nor_watch_that_were_made_after_it(
    stepped: SteppedBot,
) -> None:
    envelope = payloads.event(stepped, "channel_left", event={"type": "channel_left", "channel": CHANNEL})
    stepped.clock.move(5)
    address = await make_hook(stepped)
    await stepped.ask("watch")

    assert (await send_event(stepped, envelope))[0] == 200
    await stepped.run(5)

    assert (await call(address, {})).status == 400
    async with stepped.database.read() as connection:
        assert len(await watches.of_channel(connection, team_id=TEAM, channel_id=CHANNEL)) == 1
    assert stepped.slack.dms(PERSON) == []


async def test_an_event_that_comes_late_or_twice_ends_nothing_that_began_after_it(stepped: SteppedBot) -> None:
    envelope = payloads.event(stepped, "channel_left", event={"type": "channel_left", "channel": CHANNEL})
    stepped.clock.move(5)
    await stepped.follow(STALL)
    await stepped.ask("watch")

    for _ in range(2):
        assert (await send_event(stepped, envelope))[0] == 200
        await stepped.run(5)

    assert await states(stepped) == [SubscriptionState.FOLLOWING]
    async with stepped.database.read() as connection:
        assert len(await watches.of_channel(connection, team_id=TEAM, channel_id=CHANNEL)) == 1
    assert stepped.slack.dms(PERSON) == []


async def test_a_channel_that_is_brought_back_begins_nothing_by_itself_and_can_be_followed_in_again(
    stepped: SteppedBot,
) -> None:
    remote_id = await stepped.follow(STALL)
    await stepped.slack.archive_channel(CHANNEL)
    await stepped.run(20)
    stepped.slack.unarchive(CHANNEL)
    root = stepped.root(remote_id)
    await stepped.run(120)
    assert await states(stepped) == [SubscriptionState.LOST]

    await stepped.ask(remote_id)
    await stepped.until(lambda: stepped.root(remote_id) is not root)
    assert (await states(stepped))[-1] is SubscriptionState.FOLLOWING


async def test_a_private_channel_that_removed_the_bot_says_how_to_invite_it(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_channel(SECRET, "secret", members=[PERSON], private=True)
    remote_id = await stepped.follow(STALL, channel=SECRET)
    await stepped.slack.remove_bot(SECRET)
    await stepped.run(10)

    (answer,) = await stepped.ask(remote_id, channel=SECRET)

    assert answer.startswith("I can't post in this conversation, so nothing is followed.")


@pytest.mark.parametrize("private", [False, True])
async def test_a_renamed_channel_goes_on_under_its_new_name(
    stepped: SteppedBot, logs: list[EventDict], private: bool
) -> None:
    stepped.slack.add_channel(SECRET, "secret", members=[PERSON], private=private)
    remote_id = await stepped.follow(COPY, channel=SECRET)

    result = await stepped.slack.rename_channel(SECRET, "no-secret")
    await stepped.until(lambda: len(stepped.thread(remote_id, SECRET)) > 1, within=300)

    assert result is not None
    assert result.status == 200
    assert [log["channel"] for log in logs if log["event"] == "channel_renamed"] == [SECRET]
    (listed,) = await stepped.ask("list mine")
    assert f"<#{SECRET}>" in listed


async def test_a_channel_that_becomes_private_goes_on(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(COPY)
    stepped.slack.make_private(CHANNEL)

    await stepped.until(lambda: len(stepped.thread(remote_id)) > 1, within=300)

    assert await states(stepped) == [SubscriptionState.FOLLOWING]


@pytest.mark.parametrize("kind", ["channel_left", "group_left", "channel_archive", "group_archive", "channel_rename"])
@pytest.mark.parametrize("inner", [{}, {"channel": None}, {"channel": {"id": None}}, {"channel": "C" * 5000}])
async def test_an_event_without_a_channel_of_ours_ends_nothing(
    stepped: SteppedBot, kind: str, inner: dict[str, object]
) -> None:
    await stepped.follow(STALL)
    result = await stepped.slack.event({"type": kind, **inner})
    await stepped.run(10)
    assert (result.status, await states(stepped)) == (200, [SubscriptionState.FOLLOWING])


async def test_an_event_of_another_workspace_ends_nothing_of_this_one(stepped: SteppedBot) -> None:
    await stepped.follow(STALL)
    inner = {"type": "channel_archive", "channel": CHANNEL}
    other = {"team_id": "T0OTHER", "authorizations": [{"team_id": "T0OTHER", "is_bot": True}]}
    await send_event(stepped, payloads.event(stepped, "channel_archive", event=inner, **other))
    await stepped.run(10)
    assert await states(stepped) == [SubscriptionState.FOLLOWING]


# -- people


async def check_people(stepped: SteppedBot) -> None:
    """Let the bot ask Slack about the people of its threads, as it does every hour."""
    stepped.clock.move(3600)
    # A workspace is delivered for by the process that has something to deliver.
    await stepped.turn()
    while await stepped.bot.person_check.step() < 30:
        stepped.clock.move(2)
    await stepped.run(20)


async def test_a_thread_goes_on_without_its_owner_and_anybody_in_the_channel_takes_it_over(
    stepped: SteppedBot, logs: list[EventDict]
) -> None:
    remote_id = await stepped.follow(STALL)
    card = stepped.card(remote_id)
    assert Action.TAKE_OVER not in buttons(card)
    stepped.slack.deactivate(PERSON)
    await check_people(stepped)

    note = f"<@{PERSON}> is no longer in Slack. The thread goes on; anyone here can take it over."
    assert note in card.text
    assert "will be notified" not in card.text
    assert Action.TAKE_OVER in buttons(card)
    assert [log["user"] for log in logs if log["event"] == "person_gone"] == [PERSON]

    (answer,) = await stepped.press(card, Action.TAKE_OVER, user=COLLEAGUE)
    await stepped.run(20)

    assert answer == "This thread is yours now. You will be mentioned in it when this task ends."
    assert (note in card.text, Action.TAKE_OVER in buttons(card)) == (False, False)
    assert f"Followed by <@{COLLEAGUE}>" in stepped.root(remote_id).text
    acts = [(log["action"], log["user"], log["subscription"]) for log in logs if log["event"] == "acted"]
    assert acts[-1] == ("take_over", COLLEAGUE, 1)


async def test_nobody_who_is_gone_is_mentioned_at_the_end(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    await stepped.press(stepped.card(remote_id), Action.NOTIFY_ME, user=COLLEAGUE)
    stepped.slack.deactivate(PERSON)
    await check_people(stepped)

    completion = await stepped.until(
        lambda: next((one for one in stepped.thread(remote_id) if one.mentions), None), within=4 * 3600
    )
    assert completion.mentions == (COLLEAGUE,)


async def test_a_thread_whose_owner_is_there_is_not_taken_over(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)

    (answer,) = await stepped.press(stepped.card(remote_id), Action.TAKE_OVER, user=COLLEAGUE, value="1")

    assert answer == f"This thread is still <@{PERSON}>'s, so nothing was taken over."
    await stepped.run(10)
    assert f"Followed by <@{PERSON}>" in stepped.root(remote_id).text


async def test_of_two_who_take_over_the_first_gets_the_thread(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    stepped.slack.add_user("U0THIRD")
    stepped.slack.invite(CHANNEL, "U0THIRD")
    stepped.slack.deactivate(PERSON)
    await check_people(stepped)
    card = stepped.card(remote_id)

    await stepped.press(card, Action.TAKE_OVER, user=COLLEAGUE)
    (answer,) = await stepped.press(card, Action.TAKE_OVER, user="U0THIRD", value="1")

    assert answer == f"This thread is still <@{COLLEAGUE}>'s, so nothing was taken over."


async def test_a_guest_does_not_take_over(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    remote_id = await stepped.follow(STALL)
    stepped.slack.deactivate(PERSON)
    await check_people(stepped)

    answers = await stepped.press(stepped.card(remote_id), Action.TAKE_OVER, user="U0GUEST")

    assert answers == [replies.may_not_use(en).text]


async def test_somebody_who_comes_back_is_mentioned_again(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    stepped.slack.deactivate(PERSON)
    await check_people(stepped)
    stepped.slack.users[PERSON].deleted = False
    await check_people(stepped)

    assert "is no longer in Slack" not in stepped.card(remote_id).text
    assert Action.TAKE_OVER not in buttons(stepped.card(remote_id))


# -- the app


async def test_an_app_that_is_installed_again_works_and_nothing_of_its_old_life_remains(
    stepped: SteppedBot, en: Texts
) -> None:
    old = await stepped.follow(STALL)
    await stepped.slack.open_home(PERSON)
    await stepped.run(5)
    versions = len(stepped.root(old).versions)

    await stepped.slack.uninstall()
    await stepped.run(10)
    calls = len(stepped.slack.calls)
    for _ in range(20):
        stepped.clock.move(60)
        await stepped.turn()
    assert len(stepped.slack.calls) == calls

    # Installing again gives another token, which the operator sets.
    await stepped.stop()
    stepped.slack.reinstall("xoxb-another-token")
    stepped.sandbox.environ["SLACK_BOT_TOKEN"] = "xoxb-another-token"
    stepped.slack.invite(CHANNEL)
    await stepped.start()

    assert await stepped.ask("list") == [replies.followed_list(en, []).text]
    new = await stepped.follow(COPY)
    await stepped.slack.open_home(PERSON)
    await stepped.until(lambda: stepped.slack.home(PERSON) is not None)
    await stepped.until(lambda: len(stepped.thread(new)) > 1)
    assert len(stepped.root(old).versions) == versions
    assert stepped.slack.dms(PERSON) == []
