"""What Slack delivers again, to the same process or to another one, is carried out once, whatever it is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from structlog.typing import EventDict

from bot import app
from bot.db import channels
from bot.domain.states import Sharing, Titles, Verbosity
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from sandbox.slack.records import Json
from tests.listeners import payloads
from tests.support.clock import Clock
from tests.support.modals import fields, mention_of_bot, modal, modals, submit
from tests.support.signed_requests import send_event, send_interaction
from tests.support.stepped_bot import PATIENCE, SteppedBot, open_stepped_bot

STALL = scenario("stall")
ADMIN = "U0ADMIN"
#: how often Slack delivers each envelope in these tests
DELIVERIES = 3


@asynccontextmanager
async def one_process(database_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The bot in Socket Mode."""
    async with open_stepped_bot(database_url, clock, socket=True) as stepped:
        yield stepped


@asynccontextmanager
async def two_processes(database_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The bot twice on one database, in Socket Mode; Slack's envelopes go to both in turn."""
    async with (
        open_stepped_bot(database_url, clock, socket=True) as stepped,
        app.build(stepped.sandbox.settings, now=clock, store_seconds=PATIENCE, hook_seconds=PATIENCE) as second,
    ):
        assert second.socket_receiver is not None
        await second.socket_receiver.step()
        await second.socket_receiver.settle()
        stepped.others = [second.command_worker]
        yield stepped
        await second.socket_receiver.stop(within=timedelta(0))
        await second.command_worker.stop(within=timedelta(0))


@pytest.fixture(params=["one process", pytest.param("two processes", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of a SQLite file for one process, and of a Postgres database for two."""
    name = "migrated_sqlite_url" if request.param == "one process" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
async def bots(database: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The bot in Socket Mode: one process on SQLite, and two on Postgres."""
    opened = one_process if database.startswith("sqlite") else two_processes
    async with opened(database, clock) as stepped:
        stepped.slack.add_user(ADMIN, admin=True)
        stepped.slack.invite(CHANNEL, ADMIN)
        yield stepped


def again(stepped: SteppedBot) -> None:
    """Lose the acknowledgements of what Slack sends next, but for the last."""
    stepped.slack.envelopes.lost_acknowledgements = DELIVERIES - 1


def came(stepped: SteppedBot) -> int:
    """How often the last thing that Slack sent was delivered, in envelopes with ids of their own."""
    sent = stepped.slack.envelopes.sent
    same = [envelope for envelope in sent if envelope["payload"] == sent[-1]["payload"]]
    assert len({envelope["envelope_id"] for envelope in same}) == len(same)
    return len(same)


def calls(stepped: SteppedBot, method: str) -> list[bool]:
    """Whether Slack carried out each call of a method."""
    return [call.ok for call in stepped.slack.calls if call.method == method]


async def global_modal(stepped: SteppedBot) -> None:
    await stepped.slack.shortcut("follow_anywhere", user=PERSON)


async def modal_about_message(stepped: SteppedBot) -> None:
    said = stepped.slack.say(CHANNEL, PERSON, "Somebody copies the handbook.")
    await stepped.slack.shortcut("follow_message", user=PERSON, channel=CHANNEL, ts=said.ts)


@pytest.mark.parametrize("use", [global_modal, modal_about_message])
async def test_a_shortcut_opens_one_modal(bots: SteppedBot, use: Callable[[SteppedBot], Awaitable[None]]) -> None:
    again(bots)

    await use(bots)
    await bots.run(10)

    assert came(bots) == DELIVERIES
    assert calls(bots, "views.open") == [True]
    assert len(modals(bots)) == 1
    assert bots.answers() == []
    assert bots.slack.dms(PERSON) == []


async def test_a_shortcut_on_a_message_that_names_a_task_follows_it_once(bots: SteppedBot) -> None:
    remote_id = bots.sandbox.begin(STALL)
    said = bots.slack.say(CHANNEL, PERSON, f"The copy is {remote_id}.")
    again(bots)

    await bots.slack.shortcut("follow_message", user=PERSON, channel=CHANNEL, ts=said.ts)
    await bots.run(20)

    assert came(bots) == DELIVERIES
    assert len(await bots.commands()) == 1
    assert [remote_id in message.text for message in bots.slack.thread(CHANNEL, said.ts)] == [True]


@pytest.mark.parametrize("has_trigger", [True, False])
async def test_a_modal_that_was_sent_is_followed_once_and_closes(bots: SteppedBot, has_trigger: bool) -> None:
    remote_id = bots.sandbox.begin(STALL)
    bots.slack.policies.submissions_have_triggers = has_trigger
    await global_modal(bots)
    await bots.turn()
    view = modal(bots)
    again(bots)

    await submit(bots, view, reference=remote_id, channel=CHANNEL)
    await bots.run(20)

    assert came(bots) == DELIVERIES
    assert len(await bots.commands()) == 1
    assert [remote_id in message.text for message in bots.slack.messages(CHANNEL)] == [True]
    assert modals(bots) == []


@pytest.mark.parametrize("has_trigger", [True, False])
async def test_a_modal_with_errors_is_taken_when_it_is_sent_once_more(bots: SteppedBot, has_trigger: bool) -> None:
    remote_id = bots.sandbox.begin(STALL)
    bots.slack.policies.submissions_have_triggers = has_trigger
    await global_modal(bots)
    await bots.turn()
    again(bots)
    await submit(bots, modal(bots), reference="halp", channel=CHANNEL)
    assert list(modal(bots).errors) == ["reference"]
    again(bots)

    await submit(bots, modal(bots), reference=remote_id, channel=CHANNEL)
    await bots.run(20)

    assert len(await bots.commands()) == 1
    assert modals(bots) == []


@pytest.mark.parametrize("has_trigger", [True, False])
async def test_settings_that_come_again_undo_nothing_that_was_set_since(
    bots: SteppedBot, logs: list[EventDict], has_trigger: bool
) -> None:
    await bots.ask("settings", user=ADMIN)
    view = modal(bots, ADMIN)
    workspace = bots.slack.workspaces[TEAM]
    values = {name: {name: _as_it_is(element)} for name, element in fields(view).items()}
    values["verbosity"] = {"verbosity": {"type": "static_select", "selected_option": {"value": "quiet"}}}
    first = payloads.interaction_payloads.submission_payload(bots.slack, workspace, view, ADMIN, values)
    if has_trigger:
        first["trigger_id"] = bots.slack.new_trigger(ADMIN)
    assert await send_interaction(bots, first) == (200, "")
    await bots.turn()
    values["verbosity"] = {"verbosity": {"type": "static_select", "selected_option": {"value": "all"}}}
    second = payloads.interaction_payloads.submission_payload(bots.slack, workspace, view, ADMIN, values)
    if has_trigger:
        second["trigger_id"] = bots.slack.new_trigger(ADMIN)
    assert await send_interaction(bots, second) == (200, "")

    assert await send_interaction(bots, first) == (200, "")
    assert await send_interaction(bots, first) == (200, "")
    await bots.turn()

    async with bots.database.read() as connection:
        held = await channels.settings_of(connection, team_id=TEAM, channel_id=CHANNEL)
    assert (held.verbosity, held.titles) == (Verbosity.ALL, Titles.SHOWN)
    assert [log["action"] for log in logs if log["event"] == "acted"].count("channel_settings") == 2


def _as_it_is(element: Json) -> Json:
    if element["type"] == "checkboxes":
        return {"type": "checkboxes", "selected_options": element.get("initial_options", [])}
    return {"type": element["type"], "selected_option": element.get("initial_option")}


async def test_a_mention_is_followed_once(bots: SteppedBot) -> None:
    remote_id = bots.sandbox.begin(STALL)
    said = bots.slack.say(CHANNEL, PERSON, f"{mention_of_bot(bots)} {remote_id}")
    again(bots)

    await bots.slack.mention(said)
    await bots.run(20)

    assert came_events(bots) == DELIVERIES
    assert len(await bots.commands()) == 1
    assert len(bots.slack.thread(CHANNEL, said.ts)) == 1


def came_events(stepped: SteppedBot) -> int:
    """How often the last event was delivered."""
    sent = [envelope for envelope in stepped.slack.envelopes.sent if envelope["type"] == "events_api"]
    return sum(envelope["payload"]["event_id"] == sent[-1]["payload"]["event_id"] for envelope in sent)


async def test_a_home_that_was_opened_is_not_turned_back_by_the_same_event(bots: SteppedBot) -> None:
    opened = payloads.event(bots, "app_home_opened", event={"type": "app_home_opened", "user": PERSON, "tab": "home"})
    assert await send_event(bots, opened) == (200, "")
    await bots.run(5)
    asked = len(calls(bots, "users.conversations"))
    bots.clock.move(60)

    for _ in range(2):
        assert await send_event(bots, opened) == (200, "")
    await bots.run(5)

    assert asked > 0
    assert len(calls(bots, "users.conversations")) == asked


async def test_that_a_channel_was_shared_is_not_believed_again_once_it_no_longer_is(bots: SteppedBot) -> None:
    shared = payloads.event(bots, "channel_shared", event={"type": "channel_shared", "channel": CHANNEL})
    over = {"type": "channel_unshared", "channel": CHANNEL, "is_ext_shared": False}
    await bots.follow(STALL)
    await send_event(bots, shared)
    await bots.turn()
    await send_event(bots, payloads.event(bots, "channel_unshared", event=over))
    await bots.run(20)

    for _ in range(2):
        await send_event(bots, shared)
    await bots.run(20)

    async with bots.database.read() as connection:
        known = await channels.find(connection, team_id=TEAM, channel_id=CHANNEL)
    assert known is not None
    assert known.sharing is not Sharing.SHARED


async def test_a_button_pressed_while_slack_does_not_say_who_presses_is_answered_once(bots: SteppedBot) -> None:
    remote_id = await bots.follow(STALL)
    pressed = payloads.press(bots, bots.card(remote_id).ts, payloads.Action.STOP, user={"id": COLLEAGUE})
    bots.slack.faults.add("users.info", Fault.status(503))

    for _ in range(DELIVERIES):
        assert (await send_interaction(bots, pressed))[0] == 200
    await bots.run(10)

    assert len(bots.answers(COLLEAGUE)) == 1
