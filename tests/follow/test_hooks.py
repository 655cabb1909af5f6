"""A channel's address for scripts is made, replaced and ended by commands and buttons."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from structlog.typing import EventDict

from bot.db.slack_models import hooks as hook_rows
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Catalogs, Texts
from bot.render.message import Message
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.clock import Clock
from tests.support.modals import modal, send
from tests.support.scripts import address_in, call, call_and_step, make_hook
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")
BODY = {"id": "4711"}


async def stored(stepped: SteppedBot) -> list[tuple[str, str]]:
    """Channel and maker of every hook."""
    async with stepped.database.read() as connection:
        rows = await connection.execute(select(hook_rows.c.channel_id, hook_rows.c.maker_id))
        return [(row.channel_id, row.maker_id) for row in rows]


async def status(address: str) -> int:
    """What a call that names nothing is answered with: 400 if there is the hook, 404 if there is not."""
    return (await call(address, {})).status


async def press(stepped: SteppedBot, action: Action, *, user: str = PERSON, channel: str = CHANNEL) -> list[str]:
    """Press a button of what a person was asked last."""
    return await stepped.press_at(channel, stepped.slack.ephemerals(user)[-1].ts, action, user=user)


# -- made


async def test_the_address_is_shown_once_to_the_caller_alone_with_a_line_to_copy(stepped: SteppedBot) -> None:
    (answer,) = await stepped.ask("hook")

    address = address_in(answer)
    assert address.startswith(f"{stepped.sandbox.environ['PUBLIC_URL']}/hook/")
    assert f"```curl … | curl --data-binary @- {address}```" in answer.splitlines()
    assert "`?label=Handbook&amp;verbosity=quiet`" in answer
    assert await status(address) == 400
    assert stepped.slack.messages(CHANNEL) == []
    assert [message.user for message in stepped.slack.private_messages if address in message.text] == [PERSON]
    await stepped.run(30)
    assert [message.user for message in stepped.slack.private_messages if address in message.text] == [PERSON]


async def test_the_address_is_stored_as_a_hash_and_in_no_message(on_both: SteppedBot) -> None:
    token = (await make_hook(on_both)).rpartition("/")[2]

    assert await on_both.planned_answers() == []
    async with on_both.database.read() as connection:
        (row,) = await connection.execute(select(hook_rows))
    assert [token in str(value) for value in row] == [False] * len(row)
    assert (row.team_id, row.channel_id, row.maker_id, row.last_used_at) == (TEAM, CHANNEL, PERSON, None)


async def test_two_hooks_have_different_tokens(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON])
    first, second = await make_hook(stepped), await make_hook(stepped, channel="C0OTHER")

    assert first != second
    assert await stored(stepped) == [(CHANNEL, PERSON), ("C0OTHER", PERSON)]


async def test_without_its_own_address_the_bot_makes_none(migrated_sqlite_url: str, clock: Clock, en: Texts) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock, environ={"PUBLIC_URL": ""}) as stepped:
        assert await stepped.ask("hook") == [replies.hook_needs_address(en).text]
        assert await stored(stepped) == []


async def test_there_is_none_where_another_organization_reads_along(stepped: SteppedBot, en: Texts) -> None:
    await stepped.slack.share(CHANNEL)

    assert await stepped.ask("hook") == [replies.hook_not_in_shared(en).text]
    assert await stored(stepped) == []


@pytest.mark.parametrize("private", [True, False])
async def test_there_is_none_where_the_bot_is_not(stepped: SteppedBot, en: Texts, private: bool) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON], bot=False, private=private)

    assert await stepped.ask("hook", channel="C0OTHER") == [replies.invite(en, "longtask").text]
    assert await stored(stepped) == []
    stepped.slack.invite("C0OTHER")
    assert await status(await make_hook(stepped, channel="C0OTHER")) == 400


async def test_the_bot_joins_a_public_channel_if_it_may(stepped: SteppedBot) -> None:
    stepped.slack.workspaces[TEAM].scopes |= {"channels:join"}
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON], bot=False)

    await make_hook(stepped, channel="C0OTHER")

    assert stepped.slack.workspaces[TEAM].bot_user_id in stepped.slack.channels["C0OTHER"].members


async def test_there_is_none_where_the_bot_may_not_ask_who_is_in_the_channel(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.workspaces[TEAM].scopes -= {"channels:read", "groups:read"}

    assert await stepped.ask("hook") == [replies.hook_scope_missing(en).text]
    assert await stored(stepped) == []


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members"])
@pytest.mark.parametrize("fault", [Fault.status(503), Fault.ratelimited(30)])
async def test_there_is_none_while_slack_does_not_say_who_is_in_the_channel(
    stepped: SteppedBot, en: Texts, method: str, fault: Fault
) -> None:
    stepped.slack.faults.add(method, fault, times=3)

    assert await stepped.ask("hook") == [replies.hook_not_checked(en).text]
    assert await stored(stepped) == []
    stepped.slack.faults.clear()
    stepped.clock.move(30)
    await make_hook(stepped)


async def test_a_hook_in_direct_messages_follows_in_those_with_the_bot(stepped: SteppedBot) -> None:
    direct = stepped.slack.open_im(stepped.slack.workspaces[TEAM], PERSON).id
    address = await make_hook(stepped, channel=direct)

    remote_id = stepped.sandbox.begin(STALL)
    reply = await call_and_step(stepped, address, {"id": remote_id})

    assert reply.status == 201
    assert [remote_id in message.text for message in stepped.slack.dms(PERSON)][:1] == [True]
    assert stepped.slack.messages(CHANNEL) == []


@pytest.mark.parametrize("fault", [Fault.error("used_url"), Fault.status(500), Fault.drop_after()])
async def test_an_address_that_may_not_have_been_shown_is_no_hook(stepped: SteppedBot, en: Texts, fault: Fault) -> None:
    stepped.slack.faults.add("response_url", fault, times=1)

    await stepped.ask("hook")
    await stepped.run(5)

    assert await stored(stepped) == []
    said = [*stepped.answers(), *[message.text for message in stepped.slack.dms(PERSON)]]
    assert replies.hook_not_shown(en).text in said


# -- replaced


async def test_a_second_hook_is_asked_about_and_replaces_the_first_if_that_is_confirmed(stepped: SteppedBot) -> None:
    old = await make_hook(stepped)

    (question,) = await stepped.ask("hook")
    assert (question.splitlines()[1], "/hook/" in question) == ("No script has called it yet.", False)
    assert await status(old) == 400

    (answer,) = await press(stepped, Action.REPLACE_HOOK)
    new = address_in(answer)
    assert [await status(address) for address in (old, new)] == [404, 400]
    assert await stored(stepped) == [(CHANNEL, PERSON)]
    await stepped.run(5)
    assert stepped.slack.dms(PERSON) == []
    # The question is gone, and the new address is in its place.
    assert [address_in(message.text) for message in stepped.slack.ephemerals(PERSON)] == [old, new]


async def test_a_hook_is_kept_if_that_is_chosen(stepped: SteppedBot, en: Texts) -> None:
    address = await make_hook(stepped)
    await stepped.ask("hook")

    assert await press(stepped, Action.KEEP_HOOK) == [replies.hook_kept(en).text]
    assert await status(address) == 400


async def test_pressing_replace_again_replaces_nothing(stepped: SteppedBot, en: Texts) -> None:
    await make_hook(stepped)
    await stepped.ask("hook")
    question = stepped.slack.ephemerals(PERSON)[-1]
    (answer,) = await stepped.press_at(CHANNEL, question.ts, Action.REPLACE_HOOK)

    value = next(
        button["value"] for block in question.blocks if block["type"] == "actions" for button in block["elements"]
    )
    again = await stepped.press_at(CHANNEL, question.ts, Action.REPLACE_HOOK, value=value)

    assert again == [replies.hook_changed(en, "/longtask").text]
    assert await status(address_in(answer)) == 400


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("1:0123456789abcdef", replies.hook_changed),
        ("99:0123456789abcdef", replies.hook_changed),
        ("", replies.gone_wrong),
        ("1", replies.gone_wrong),
        ("9" * 12 + ":" + "0" * 16, replies.gone_wrong),
    ],
)
async def test_a_button_that_names_another_hook_replaces_nothing(
    stepped: SteppedBot, en: Texts, value: str, answer: Callable[[Texts, str], Message]
) -> None:
    address = await make_hook(stepped)
    await stepped.ask("hook")
    question = stepped.slack.ephemerals(PERSON)[-1]

    said = await stepped.press_at(CHANNEL, question.ts, Action.REPLACE_HOOK, value=value)

    assert said == [answer(en, "/longtask").text]
    assert await status(address) == 400


async def test_the_question_of_one_person_is_no_answer_of_another(stepped: SteppedBot, en: Texts) -> None:
    address = await make_hook(stepped)
    await stepped.ask("hook")
    question = stepped.slack.ephemerals(PERSON)[-1]

    said = await stepped.press_at(CHANNEL, question.ts, Action.REPLACE_HOOK, user=COLLEAGUE)

    assert said == [replies.hook_changed(en, "/longtask").text]
    assert await status(address) == 400


async def test_whose_hook_another_person_replaces_gets_a_direct_message_in_their_language(
    stepped: SteppedBot, catalogs: Catalogs
) -> None:
    stepped.slack.users[PERSON].locale = "de-DE"
    await make_hook(stepped)
    (question,) = await stepped.ask("hook", user=COLLEAGUE)
    assert f"<@{PERSON}>" in question

    (answer,) = await press(stepped, Action.REPLACE_HOOK, user=COLLEAGUE)

    assert await stored(stepped) == [(CHANNEL, COLLEAGUE)]
    (message,) = await stepped.until(lambda: stepped.slack.dms(PERSON))
    german = catalogs.texts("de")
    by_other = replies.hook_ended_by(german, person_id=COLLEAGUE, channel_id=CHANNEL, replaced=True)
    assert (message.text, address_in(answer) in message.text) == (by_other.text, False)


# -- ended


async def test_its_maker_ends_a_hook_without_further_words(stepped: SteppedBot, en: Texts) -> None:
    address = await make_hook(stepped)

    assert await stepped.ask("hook off") == [replies.hook_off(en).text]
    assert (await status(address), await stored(stepped)) == (404, [])
    assert await stepped.ask("hook off") == [replies.no_hook(en, "/longtask").text]
    await stepped.run(5)
    assert stepped.slack.dms(PERSON) == []


async def test_anybody_in_the_channel_ends_a_hook_and_its_maker_gets_a_direct_message(
    on_both: SteppedBot, en: Texts, logs: list[EventDict]
) -> None:
    address = await make_hook(on_both)

    assert await on_both.ask("hook off", user=COLLEAGUE) == [replies.hook_off(en).text]

    assert await status(address) == 404
    (message,) = await on_both.until(lambda: on_both.slack.dms(PERSON))
    by_other = replies.hook_ended_by(en, person_id=COLLEAGUE, channel_id=CHANNEL, replaced=False)
    assert message.text == by_other.text
    acts = [(log["action"], log["user"], log["channel"]) for log in logs if log["event"] == "acted"]
    assert acts == [("hook", PERSON, CHANNEL), ("hook_off", COLLEAGUE, CHANNEL)]


async def test_whose_hook_another_person_ends_is_informed_in_the_language_that_they_have_chosen(
    stepped: SteppedBot, catalogs: Catalogs
) -> None:
    await stepped.ask("settings")
    await send(stepped, modal(stepped), own_language="ja")
    await make_hook(stepped)

    await stepped.ask("hook off", user=COLLEAGUE)

    (message,) = await stepped.until(lambda: stepped.slack.dms(PERSON))
    japanese = catalogs.texts("ja")
    by_other = replies.hook_ended_by(japanese, person_id=COLLEAGUE, channel_id=CHANNEL, replaced=False)
    assert message.text == by_other.text


@pytest.mark.parametrize("text", ["hook", "hook off"])
async def test_guests_and_strangers_neither_make_nor_end_one(stepped: SteppedBot, en: Texts, text: str) -> None:
    address = await make_hook(stepped)
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.add_user("U0STRANGER", team="T0OTHER")
    for user in ("U0GUEST", "U0STRANGER"):
        stepped.slack.invite(CHANNEL, user)
        assert await stepped.ask(text, user=user) == [replies.may_not_use(en).text]

    assert (await status(address), await stored(stepped)) == (400, [(CHANNEL, PERSON)])


async def test_the_words_are_understood_in_every_language(stepped: SteppedBot, en: Texts) -> None:
    for make, off in (("webhook", "hook aus"), ("хук", "вебхук вимкнути"), ("フック", "フック オフ")):
        (answer,) = await stepped.ask(make)
        assert address_in(answer)
        assert await stepped.ask(off) == [replies.hook_off(en).text]


async def test_an_uninstall_deletes_the_hooks_of_a_workspace(on_both: SteppedBot) -> None:
    address = await make_hook(on_both)
    on_both.clock.move(5)

    await on_both.slack.event({"type": "app_uninstalled"})
    await on_both.turn()

    assert (await stored(on_both), await status(address)) == ([], 404)


async def test_a_kill_before_the_address_is_shown_asks_whether_the_hook_is_to_be_replaced(
    stepped: SteppedBot,
) -> None:
    # As if the process had been killed after it wrote the hook, and before it answered.
    worker = stepped.worker
    await stepped.sandbox.type("hook")
    async with stepped.database.begin() as connection:
        await connection.execute(
            hook_rows.insert().values(
                token_hash="0" * 64,
                team_id=TEAM,
                channel_id=CHANNEL,
                maker_id=PERSON,
                created_at=stepped.clock(),
                allowed_at=stepped.clock(),
            )
        )
    assert worker.deps.public_url is not None
    await stepped.turn()

    (question,) = stepped.answers()
    assert question.splitlines()[1] == "No script has called it yet."
