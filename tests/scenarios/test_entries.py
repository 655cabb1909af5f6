"""Every way in, by signed requests and over a socket: commands, shortcuts, modals, mentions, the home, hooks."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from bot.domain.permissions import RunningList
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack.records import Json, View
from tests.support.clock import Clock
from tests.support.modals import (
    fields,
    mention,
    modal,
    modals,
    options,
    said_in,
    send,
    use_global_shortcut,
    use_shortcut,
)
from tests.support.scripts import call_and_step, make_hook
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")
#: an id that no example has
RUNNING = "900400"
GUEST, STRANGER, ADMIN = "U0GUEST", "U0STRANGER", "U0ADMIN"


@pytest.fixture(params=["http", "socket"])
async def stepped(request: pytest.FixtureRequest, migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The real bot on SQLite, reached in both ways, stepped by hand."""
    async with open_stepped_bot(migrated_sqlite_url, clock, socket=request.param == "socket") as opened:
        yield opened


def home(stepped: SteppedBot, user: str = PERSON) -> View:
    """A person's home."""
    view = stepped.slack.home(user)
    assert view is not None
    return view


def texts_of(view: View) -> str:
    """What a home or a modal says."""
    return "\n".join(block["text"]["text"] for block in view.view["blocks"] if block["type"] == "section")


def elements(blocks: Sequence[Json]) -> list[Json]:
    """The buttons of some blocks."""
    beside = [block["accessory"] for block in blocks if "accessory" in block]
    return [*beside, *(one for block in blocks if block["type"] == "actions" for one in block["elements"])]


async def open_home(stepped: SteppedBot, user: str = PERSON) -> View:
    """Open a person's home, and wait until it is published."""
    assert (await stepped.slack.open_home(user)).status == 200
    await stepped.run(3)
    return home(stepped, user)


async def press_follow_on_home(stepped: SteppedBot, user: str = PERSON) -> None:
    """Follow what runs, by the first button of a home."""
    view = home(stepped, user)
    found = next(one for one in elements(view.view["blocks"]) if one["action_id"].startswith(Action.FOLLOW_LISTED))
    result = await stepped.slack.click_view(view.id, found["action_id"], user, found["value"])
    assert result.status == 200
    await stepped.run(3)


# -- the ways in


async def test_an_empty_command_and_a_press_follow_a_task_whose_id_nobody_has_seen(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)

    await stepped.ask("")
    listed = stepped.slack.ephemerals(PERSON)[-1]
    (follow,) = elements(listed.blocks)
    answers = await stepped.press_at(CHANNEL, listed.ts, follow["action_id"], value=follow["value"])
    await stepped.until(lambda: stepped.thread(remote_id))

    assert answers == []
    assert f"<@{PERSON}>" in stepped.root(remote_id).text


async def test_a_shortcut_follows_in_the_thread_of_the_message_that_names_a_task(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = stepped.slack.say(CHANNEL, COLLEAGUE, f"I started {remote_id}")

    assert await use_shortcut(stepped, said) == []
    await stepped.run(5)

    (card,) = stepped.slack.thread(CHANNEL, said.ts)
    assert remote_id in card.text


async def test_a_modal_asks_for_the_task_that_a_message_does_not_name(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = stepped.slack.say(CHANNEL, COLLEAGUE, "I started it")
    await use_shortcut(stepped, said)

    ((value, _),) = options(modal(stepped), "running")
    await send(stepped, modal(stepped), running=value)
    await stepped.run(5)

    (card,) = stepped.slack.thread(CHANNEL, said.ts)
    assert remote_id in card.text
    assert modals(stepped) == []


async def test_a_shortcut_from_anywhere_follows_in_the_channel_that_is_chosen(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await use_global_shortcut(stepped)

    ((value, _),) = options(modal(stepped), "running")
    await send(stepped, modal(stepped), running=value, channel=CHANNEL)
    await stepped.until(lambda: stepped.thread(remote_id))

    assert modals(stepped) == []


async def test_an_error_in_a_modal_is_shown_under_its_field(stepped: SteppedBot) -> None:
    await use_global_shortcut(stepped)

    await send(stepped, modal(stepped), reference="the handbook", channel=CHANNEL)

    assert list(modal(stepped).errors) == ["reference"]
    assert await stepped.commands() == []


async def test_a_mention_follows_in_its_thread(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    said = stepped.slack.say(CHANNEL, COLLEAGUE, "I started it")

    assert await mention(stepped, remote_id, thread_ts=said.ts) == []
    await stepped.run(5)

    assert remote_id in stepped.slack.thread(CHANNEL, said.ts)[-1].text


async def test_a_home_is_each_persons_and_follows_in_direct_messages(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    mine = await stepped.follow(STALL)
    await open_home(stepped)
    await open_home(stepped, COLLEAGUE)
    await stepped.run(20)
    await press_follow_on_home(stepped, COLLEAGUE)

    assert mine in texts_of(home(stepped))
    (followed,) = {message.thread_ts or message.ts for message in stepped.slack.dms(COLLEAGUE)}
    root = stepped.slack.message(stepped.slack.dms(COLLEAGUE)[0].channel, followed)
    assert remote_id in root.text
    assert stepped.slack.dms(PERSON) == []


async def test_settings_are_changed_in_a_modal(stepped: SteppedBot) -> None:
    stepped.slack.add_user(ADMIN, admin=True)
    stepped.slack.invite(CHANNEL, ADMIN)
    await stepped.ask("settings", user=ADMIN)

    await send(stepped, modal(stepped, ADMIN), language="de")
    remote_id = await stepped.follow(STALL)

    assert stepped.root(remote_id).text.startswith("*Seiten")


async def test_a_watch_follows_what_begins(stepped: SteppedBot) -> None:
    await stepped.ask("watch")
    remote_id = stepped.sandbox.begin(STALL)

    await stepped.until(lambda: stepped.thread(remote_id))


async def test_a_hook_is_made_and_called(stepped: SteppedBot) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)

    reply = await call_and_step(stepped, address, {"id": remote_id})

    assert (reply.status, reply.body["id"]) == (201, remote_id)
    assert f"<@{PERSON}>" in stepped.root(remote_id).text


# -- who may not


@pytest.mark.parametrize("who", [GUEST, STRANGER, "U0GONE"])
async def test_who_is_not_of_the_workspace_gets_in_by_no_way(stepped: SteppedBot, en: Texts, who: str) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    if who == STRANGER:
        stepped.slack.add_workspace("T0PARTNER", "xoxb-partner")
    person = stepped.slack.add_user(who, guest=who == GUEST, team="T0PARTNER" if who == STRANGER else None)
    stepped.slack.invite(CHANNEL, who)
    person.deleted = who == "U0GONE"
    said = stepped.slack.say(CHANNEL, PERSON, f"I started {remote_id}")
    plain = stepped.slack.say(CHANNEL, PERSON, "I started it")

    by_shortcut = await use_shortcut(stepped, said, user=who)
    by_mention = await mention(stepped, remote_id, user=who, thread_ts=plain.ts)
    await use_shortcut(stepped, plain, user=who)
    in_modal = said_in(modal(stepped, who))
    await stepped.slack.close_view(modal(stepped, who).id, who)
    await use_global_shortcut(stepped, user=who)
    in_other = said_in(modal(stepped, who))

    refused = replies.may_not_use(en).text
    assert (by_shortcut, by_mention, in_modal, in_other) == ([refused], [refused], refused, refused)
    assert (fields(modal(stepped, who)), list(stepped.confluence.log)) == ({}, [])
    if who == GUEST:
        assert remote_id not in texts_of(await open_home(stepped, who))


# -- what runs


@dataclass(frozen=True)
class Shown:
    """Where a person is shown what runs."""

    command: bool
    button: bool
    home: bool
    modal: bool
    watch: bool


async def shown_to(stepped: SteppedBot, user: str) -> Shown:
    """Look everywhere as a person."""
    stepped.confluence.add(STALL.story, RUNNING)
    (by_command,) = await stepped.ask("", user=user)
    failed = await stepped.follow(scenario("failure"), user=user)
    await stepped.until(lambda: len(stepped.thread(failed)) > 1)
    completion = stepped.thread(failed)[-1]
    (by_button,) = await stepped.press(completion, Action.WHAT_RUNS_NOW, user=user)
    view = await open_home(stepped, user)
    await use_global_shortcut(stepped, user=user)
    offered = fields(modal(stepped, user))
    await stepped.slack.close_view(modal(stepped, user).id, user)
    before = len(stepped.slack.messages(CHANNEL))
    await stepped.ask("watch", user=user)
    await stepped.run(5)
    return Shown(
        command=RUNNING in by_command,
        button=RUNNING in by_button,
        home=RUNNING in texts_of(view),
        modal="running" in offered,
        watch=len(stepped.slack.messages(CHANNEL)) > before,
    )


@pytest.mark.parametrize(
    ("setting", "admin", "sees"),
    [
        (RunningList.EVERYONE, False, True),
        (RunningList.ADMINS, False, False),
        (RunningList.ADMINS, True, True),
        (RunningList.OFF, True, False),
    ],
)
async def test_what_runs_is_shown_everywhere_or_nowhere(
    migrated_sqlite_url: str, clock: Clock, setting: RunningList, admin: bool, sees: bool
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock, environ={"RUNNING_LIST": setting}) as stepped:
        stepped.slack.add_user(ADMIN, admin=True)
        stepped.slack.invite(CHANNEL, ADMIN)

        shown = await shown_to(stepped, ADMIN if admin else PERSON)

        assert shown == Shown(command=sees, button=sees, home=sees, modal=sees, watch=sees)
