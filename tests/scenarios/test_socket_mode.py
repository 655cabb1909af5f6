"""The bot in Socket Mode: no signing secret, no address, and everything as over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.typing import EventDict

from bot import app
from bot.clients.slack.socket import Envelope, acknowledgement
from bot.domain.command_example import example
from bot.follow.deps import STORE_SECONDS
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Catalogs, Texts
from bot.socket_mode import SocketReceiver
from bot.socket_mode.connection import DEAF_AFTER
from bot.socket_mode.receiver import LINGER_SECONDS
from sandbox.harness import APP_TOKEN, CHANNEL, COLLEAGUE, PERSON, Sandbox, open_sandbox
from sandbox.scenarios import scenario
from sandbox.slack.records import Json
from sandbox.slack.sockets import SocketConnection
from tests.listeners import payloads
from tests.support.clock import Clock
from tests.support.signed_requests import send_event
from tests.support.sqlite_lock import locked
from tests.support.stepped_bot import PATIENCE, SteppedBot, open_stepped_bot

COPY = scenario("copy_with_renames_and_restrictions")
STALL = scenario("stall")


@pytest.fixture
async def stepped(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The real bot on SQLite in Socket Mode, stepped by hand."""
    async with open_stepped_bot(migrated_sqlite_url, clock, socket=True) as opened:
        yield opened


def came(stepped: SteppedBot, kind: str) -> list[tuple[str, int]]:
    """Each envelope of a kind: what it is known by, and how often it came before."""
    found = [envelope for envelope in stepped.slack.envelopes.sent if envelope["type"] == kind]
    key = "event_id" if kind == "events_api" else "trigger_id"
    return [(envelope["payload"][key], envelope.get("retry_attempt", 0)) for envelope in found]


def receiver_of(stepped: SteppedBot) -> SocketReceiver:
    """What the bot receives by."""
    receiver = stepped.bot.socket_receiver
    assert receiver is not None
    return receiver


async def judged_by_the_clock(stepped: SteppedBot) -> SocketConnection:
    """Let the bot judge its connections by the clock that tests move; the steady one that it opens then."""
    receiver_of(stepped).monotonic = stepped.clock.seconds
    await stepped.run(LINGER_SECONDS + 1)
    (connection,) = await stepped.slack.wait_for(
        lambda: stepped.slack.sockets.open if len(stepped.slack.sockets.open) == 1 else []
    )
    return connection


async def test_a_long_task_is_followed_to_its_end_without_a_signing_secret(stepped: SteppedBot) -> None:
    assert "SLACK_SIGNING_SECRET" not in stepped.sandbox.environ

    remote_id = await stepped.follow(COPY)
    await stepped.until(lambda: "Finished" in stepped.root(remote_id).text, within=COPY.story.ends_at + 60)

    assert [result.status for result in stepped.slack.requests] == [200]
    assert stepped.slack.envelopes.refused == []


# -- delivered again


async def test_a_command_that_is_delivered_again_is_carried_out_once(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    stepped.slack.envelopes.lost_acknowledgements = 2

    await stepped.ask(remote_id)
    await stepped.until(lambda: stepped.thread(remote_id))
    await stepped.run(20)

    ((first, _), (second, _), (third, _)) = came(stepped, "slash_commands")
    assert first == second == third
    assert len({envelope["envelope_id"] for envelope in stepped.slack.envelopes.sent}) == 3
    assert (len(await stepped.commands()), len(stepped.slack.messages(CHANNEL))) == (1, 1)


@pytest.mark.parametrize("same_id", [False, True])
async def test_a_press_that_is_delivered_again_is_carried_out_once(
    stepped: SteppedBot, en: Texts, same_id: bool
) -> None:
    stepped.slack.policies.same_envelope_again = same_id
    remote_id = await stepped.follow(STALL)
    stepped.slack.envelopes.lost_acknowledgements = 1

    answers = await stepped.press(stepped.card(remote_id), Action.STOP, user=COLLEAGUE)
    await stepped.run(20)

    assert [attempt for _, attempt in came(stepped, "interactive")] == [0, 1]
    assert answers == [replies.stopped(en, remote_id).text]
    assert len(stepped.slack.dms(PERSON)) == 1


async def test_an_event_that_is_delivered_again_counts_once(stepped: SteppedBot) -> None:
    await stepped.follow(STALL)
    uninstalled: Json = payloads.event(stepped, "app_uninstalled")
    stepped.slack.envelopes.lost_acknowledgements = 1
    await send_event(stepped, uninstalled)
    await stepped.turn()
    remote_id = await stepped.follow(STALL)

    await send_event(stepped, uninstalled)
    await stepped.run(10)

    assert len(came(stepped, "events_api")) == 3
    assert "No longer followed" not in stepped.root(remote_id).text
    assert await stepped.commands() != []


async def test_what_happened_while_there_was_no_connection_is_taken_when_there_is_one(stepped: SteppedBot) -> None:
    await stepped.follow(STALL)
    connection = await judged_by_the_clock(stepped)
    connection.drop()
    await stepped.slack.wait_for(lambda: stepped.slack.sockets.open == [])

    result = await stepped.slack.event({"type": "app_uninstalled"})
    failed = await stepped.sandbox.type("list")
    await stepped.run(5)

    assert (result.error, failed.error) == ("dispatch_failed", "dispatch_failed")
    assert [attempt for _, attempt in came(stepped, "events_api")] == [1]
    assert await stepped.commands() == []


# -- acknowledged with what HTTP says


async def test_a_command_that_cannot_be_stored_is_acknowledged_with_a_sentence(
    migrated_sqlite_url: str, clock: Clock, tmp_path: Path, en: Texts
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock, store_seconds=STORE_SECONDS, socket=True) as stepped:
        with locked(tmp_path / "longtask.db"):
            result = await stepped.sandbox.type(stepped.sandbox.begin(COPY))
        await stepped.run(15)

        assert result.status == 200
        assert [shown.text for shown in stepped.slack.ephemerals(PERSON)] == [replies.nothing_started(en).text]
        assert (await stepped.commands(), stepped.slack.messages(CHANNEL)) == ([], [])


@pytest.mark.parametrize("language", ["en", "de", "uk", "ja"])
def test_every_answer_in_an_acknowledgement_fits_in_it(catalogs: Catalogs, language: str) -> None:
    texts, named = catalogs.texts(language), example([])
    command = Envelope(envelope_id="e", type="slash_commands", payload={}, accepts_response_payload=True)
    for message in (replies.help(texts, "/longtask", named), replies.nothing_started(texts)):
        said = {"text": message.text, "blocks": list(message.blocks), "response_type": "ephemeral"}
        assert json.loads(acknowledgement(command, said)) == {"envelope_id": "e", "payload": said}


# -- without a connection


async def test_threads_go_on_and_readiness_says_why_while_the_token_is_refused(
    stepped: SteppedBot, logs: list[EventDict]
) -> None:
    remote_id = await stepped.follow(COPY)
    edits = len(stepped.card(remote_id).versions)
    assert await stepped.bot.check_readiness() == []
    connection = await judged_by_the_clock(stepped)
    stepped.slack.app_tokens[APP_TOKEN].error = "token_revoked"
    connection.drop()
    await stepped.slack.wait_for(lambda: stepped.slack.sockets.open == [])

    await stepped.run(COPY.story.ends_at + 60)

    assert "Finished" in stepped.root(remote_id).text
    assert len(stepped.card(remote_id).versions) > edits
    assert await stepped.bot.check_readiness() == ["Slack is not heard: apps.connections.open: token_revoked"]
    refused = [log["answer"] for log in logs if log["event"] == "socket_not_open"]
    assert refused.count("apps.connections.open: token_revoked") == 1

    stepped.slack.app_tokens[APP_TOKEN].error = None
    await stepped.until(lambda: stepped.slack.sockets.open)
    assert await stepped.bot.check_readiness() == []
    assert (await stepped.sandbox.type("list")).status == 200


async def test_a_deaf_connection_is_replaced_and_what_was_lost_on_it_comes_again(stepped: SteppedBot) -> None:
    deaf = await judged_by_the_clock(stepped)
    deaf.is_deaf = True
    remote_id = stepped.sandbox.begin(STALL)
    asking = asyncio.create_task(stepped.sandbox.type(remote_id))
    await stepped.slack.wait_for(lambda: stepped.slack.envelopes.sent)

    stepped.clock.move(DEAF_AFTER)
    await stepped.connect()
    assert len(stepped.slack.sockets.open) == 2
    stepped.clock.move(LINGER_SECONDS + 1)
    await stepped.connect()

    assert (await asking).status == 200
    await stepped.until(lambda: stepped.thread(remote_id))
    assert [attempt for _, attempt in came(stepped, "slash_commands")] == [0, 1]


# -- two processes


@pytest.mark.postgres
async def test_two_processes_share_what_comes_and_each_is_done_once(postgres_url: str, clock: Clock, en: Texts) -> None:
    async with (
        open_stepped_bot(postgres_url, clock, socket=True) as stepped,
        app.build(stepped.sandbox.settings, now=clock, store_seconds=PATIENCE, hook_seconds=PATIENCE) as second,
    ):
        assert second.socket_receiver is not None
        await second.socket_receiver.step()
        await second.socket_receiver.settle()
        stepped.slack.envelopes.lost_acknowledgements = 1
        remote_id = stepped.sandbox.begin(STALL)

        await stepped.ask(remote_id)
        await stepped.until(lambda: stepped.thread(remote_id))
        brought = [len(connection.brought) for connection in stepped.slack.sockets.open]
        stepped.slack.envelopes.lost_acknowledgements = 1
        await stepped.press(stepped.card(remote_id), Action.STOP)
        await second.command_worker.settle()
        await stepped.run(10)

        assert brought == [1, 1]
        assert [len(connection.brought) for connection in stepped.slack.sockets.open] == [2, 2]
        assert (len(await stepped.commands()), len(stepped.slack.messages(CHANNEL))) == (1, 1)
        assert stepped.answers() == [replies.stopped(en, remote_id).text]

        await second.socket_receiver.stop(within=timedelta(0))
        await second.command_worker.stop(within=timedelta(0))
        await stepped.slack.wait_for(lambda: len(stepped.slack.sockets.open) == 1)
        assert (await stepped.sandbox.type("list")).status == 200


# -- HTTP beside it


def opened(database_url: str, environ: dict[str, str]) -> AbstractAsyncContextManager[Sandbox]:
    """Both simulators on the real clock, in Socket Mode, with as much time as a busy machine takes."""
    return open_sandbox(
        database_url=database_url, environ=environ, ack_seconds=PATIENCE, store_seconds=PATIENCE, socket=True
    )


@pytest.mark.parametrize("signing_secret", [{}, {"SLACK_SIGNING_SECRET": "sample"}])
async def test_requests_over_http_are_not_taken(sqlite_url: str, signing_secret: dict[str, str]) -> None:
    async with opened(sqlite_url, signing_secret) as sandbox:
        await sandbox.start_bot()
        over_socket = await sandbox.type("list")
        sandbox.slack.socket_mode = False
        over_http = await sandbox.type("list")

    assert (over_socket.status, over_http.status) == (200, 404)


async def test_without_a_port_nothing_listens(sqlite_url: str) -> None:
    async with opened(sqlite_url, {"PORT": ""}) as sandbox:
        bot = await sandbox.start_bot()
        result = await sandbox.type("list")

    assert (bot.port, result.status) == (None, 200)
