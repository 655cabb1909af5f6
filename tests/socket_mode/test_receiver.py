"""One connection that hears, whatever Slack and the network do."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from structlog.typing import EventDict

from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session
from bot.clients.slack.socket import LARGEST_ACKNOWLEDGEMENT, LARGEST_MESSAGE, Envelope, SocketClient
from bot.metrics import Metrics
from bot.socket_mode import SocketReceiver, receiver
from bot.socket_mode.connection import DEAF_AFTER
from bot.socket_mode.dispatcher import Answer
from bot.socket_mode.receiver import LINGER_SECONDS, MOST_IN_HAND, PING_SECONDS, STEADY_AFTER
from sandbox.slack import Fault
from sandbox.slack.sockets import MOST_CONNECTIONS
from tests.socket_mode.conftest import APP_TOKEN, Rig
from tests.support.clock import Clock
from tests.support.metrics import samples
from tests.support.web_server import served


def said(logs: list[EventDict], event: str, *fields: str) -> list[tuple[object, ...]]:
    """The lines of an event, each as the values of some of its fields."""
    return [tuple(log[name] for name in fields) for log in logs if log["event"] == event]


async def everything_else() -> None:
    """Let whatever can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


# -- connecting


async def test_a_command_comes_over_the_connection_and_is_acknowledged(rig: Rig, logs: list[EventDict]) -> None:
    assert rig.receiver.trouble() == "connecting"
    assert await rig.turn() == PING_SECONDS

    result = await rig.say("1234 quiet")

    assert (rig.receiver.trouble(), len(rig.connections)) == (None, 1)
    assert (result.status, result.body, result.error) == (200, "", None)
    assert [(envelope.type, envelope.payload["text"]) for envelope in rig.taken] == [("slash_commands", "1234 quiet")]
    assert said(logs, "socket_open", "log_level", "connections") == [("info", 1)]


async def test_a_refused_token_is_one_line_and_is_tried_again_ever_later(rig: Rig, logs: list[EventDict]) -> None:
    token = rig.slack.app_tokens[APP_TOKEN]
    token.error = "token_revoked"
    waits = []
    for _ in range(8):
        await rig.turn()
        waits.append(await rig.turn())
        rig.clock.move(waits[-1])

    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert rig.receiver.trouble() == "apps.connections.open: token_revoked"
    assert said(logs, "socket_not_open", "log_level", "answer") == [("warning", "apps.connections.open: token_revoked")]

    token.error = None
    await rig.turn()
    assert rig.receiver.trouble() is None
    assert len(said(logs, "socket_open")) == 1
    names = ("longtask_sockets_opened_total", "longtask_sockets_open")
    assert samples(rig.metrics, *names) == {
        'longtask_sockets_opened_total{result="failed"}': 8.0,
        'longtask_sockets_opened_total{result="ok"}': 1.0,
        "longtask_sockets_open": 1.0,
    }


async def test_the_wait_that_slack_asks_for_is_kept(rig: Rig) -> None:
    rig.slack.faults.add("apps.connections.open", Fault.ratelimited(90))

    await rig.turn()

    assert await rig.turn() == 90.0


@pytest.mark.parametrize("fault", [Fault.status(503), Fault.drop_before(), Fault.drop_after()])
async def test_an_address_that_slack_does_not_give_is_asked_for_again(rig: Rig, fault: Fault) -> None:
    rig.slack.faults.add("apps.connections.open", fault)

    await rig.turn()
    rig.clock.move(await rig.turn())
    await rig.turn()

    assert (rig.receiver.trouble(), len(rig.connections)) == (None, 1)


async def test_an_app_with_ten_connections_waits_until_one_is_gone(rig: Rig, logs: list[EventDict]) -> None:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        others = [await session.ws_connect(rig.slack.sockets.new_url()) for _ in range(MOST_CONNECTIONS)]
        await rig.slack.wait_for(lambda: len(rig.connections) == MOST_CONNECTIONS)

        await rig.turn()
        wait = await rig.turn()
        assert (rig.receiver.trouble(), wait) == ("too_many_websockets", 1.0)

        await others[0].close()
        await rig.slack.wait_for(lambda: len(rig.connections) < MOST_CONNECTIONS)
        rig.clock.move(wait)
        await rig.turn()
        assert rig.receiver.trouble() is None
        for other in others:
            await other.close()
    assert said(logs, "socket_not_open", "answer") == [("too_many_websockets",)]


async def test_a_connection_that_is_one_too_many_is_closed_before_the_next_is_opened(connected: Rig) -> None:
    (old,) = connected.connections
    connected.clock.move(STEADY_AFTER)

    await old.disconnect("too_many_websockets")
    await connected.noticed()

    await connected.slack.wait_for(lambda: old not in connected.connections)
    assert (connected.receiver.trouble(), len(connected.connections)) == (None, 1)


async def test_a_connection_without_hello_is_given_up(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "HELLO_SECONDS", 0.01)
    ended = asyncio.Event()

    async def take(_envelope: Envelope) -> Answer | None:
        return None

    async def silent(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("apps.connections.open"):
            return web.json_response({"ok": True, "url": f"ws://{request.host}/link"})
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        ended.set()
        return socket

    async with served(silent) as url, open_session(f"{url}/api/") as session:
        slack = SlackClient(session, token=APP_TOKEN, base_url=f"{url}/api/", metrics=Metrics())
        waiting = SocketReceiver(
            connect=SocketClient(session, slack).open,
            answer=take,
            metrics=Metrics(),
            monotonic=clock.seconds,
        )
        await waiting.step()
        await waiting.settle()
        await waiting.step()
        assert waiting.trouble() == "no hello"
        await ended.wait()
        await waiting.stop(within=timedelta(0))


# -- replacing


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_the_next_connection_stands_before_the_old_one_is_closed(
    connected: Rig, logs: list[EventDict], reason: str
) -> None:
    (old,) = connected.connections
    connected.clock.move(STEADY_AFTER)

    await old.disconnect(reason)
    await connected.noticed()

    new = connected.connections[-1]
    assert connected.connections == [old, new]
    assert connected.receiver.trouble() is None
    # What still comes over the old one is taken.
    for _ in range(2):
        assert (await connected.say()).status == 200
    assert (len(old.brought), len(new.brought)) == (1, 1)

    connected.clock.move(LINGER_SECONDS + 1)
    await connected.turn()
    await connected.until_open(new)
    assert said(logs, "socket_ends", "log_level", "reason") == [("info", reason)]
    assert said(logs, "socket_not_open") == []


async def test_the_old_connection_is_kept_while_no_other_can_be_opened(connected: Rig) -> None:
    (old,) = connected.connections
    connected.clock.move(STEADY_AFTER)
    connected.slack.app_tokens[APP_TOKEN].error = "internal_error"

    await old.disconnect("warning")
    await connected.noticed()
    for _ in range(3):
        connected.clock.move(LINGER_SECONDS)
        await old.ping()
        assert (await connected.say()).status == 200
        await connected.turn()

    assert connected.receiver.trouble() is None
    await connected.until_open(old)


@pytest.mark.parametrize("way", ["close", "drop"])
async def test_a_connection_that_ends_is_replaced_at_once(connected: Rig, way: str) -> None:
    (old,) = connected.connections
    connected.clock.move(STEADY_AFTER)

    if way == "close":
        await old.close()
    else:
        old.drop()
    await connected.noticed()

    await connected.slack.wait_for(lambda: old not in connected.connections)
    assert (connected.receiver.trouble(), len(connected.connections)) == (None, 1)
    assert (await connected.say()).status == 200


async def test_connections_that_end_as_soon_as_they_stand_are_opened_ever_less_often(rig: Rig) -> None:
    waits = []
    for _ in range(4):
        await rig.turn()
        rig.connections[0].drop()
        await rig.until_open()
        await rig.receiver.wake.wait()
        waits.append(await rig.turn())
        rig.clock.move(waits[-1])

    assert waits == [1.0, 2.0, 4.0, 8.0]


async def test_a_connection_on_which_nothing_is_heard_is_replaced(connected: Rig, logs: list[EventDict]) -> None:
    (deaf,) = connected.connections
    deaf.is_deaf = True

    for number in range(1, int(DEAF_AFTER // PING_SECONDS) + 1):
        connected.clock.move(PING_SECONDS)
        await connected.turn()
        # Whatever answers our pings does not make it hear.
        await connected.slack.wait_for(lambda sent=number: deaf.pings == sent)
        await everything_else()
    assert connected.connections == [deaf]
    connected.clock.move(1)
    assert connected.receiver.trouble() == "connecting"
    await connected.turn()

    assert connected.receiver.trouble() is None
    new = connected.connections[-1]
    assert connected.connections == [deaf, new]
    connected.clock.move(LINGER_SECONDS + 1)
    await connected.turn()
    await connected.until_open(new)
    assert said(logs, "socket_ends", "reason") == [("nothing heard for 30 seconds",)]


async def test_a_connection_on_which_slack_pings_is_kept(connected: Rig) -> None:
    (kept,) = connected.connections

    for _ in range(12):
        connected.clock.move(DEAF_AFTER - 1)
        pongs = kept.pongs
        await kept.ping()
        await connected.slack.wait_for(lambda seen=pongs: kept.pongs > seen)
        await connected.turn()

    assert connected.connections == [kept]


# -- answering


async def test_an_acknowledgement_carries_a_message_where_slack_takes_one(connected: Rig) -> None:
    connected.answer = Answer({"text": "hello", "blocks": []})

    command = await connected.say()
    event = await connected.slack.event({"type": "app_mention"})

    assert (command.body, event.status, event.body) == ('{"text": "hello", "blocks": []}', 200, "")
    assert connected.slack.envelopes.refused == []


async def test_a_message_that_is_too_large_for_an_acknowledgement_is_said_without_its_blocks(connected: Rig) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "х" * 3000}}
    connected.answer = Answer({"text": "коротко", "blocks": [block] * 4})
    shortened = await connected.say()
    connected.answer = Answer({"text": "х" * LARGEST_ACKNOWLEDGEMENT})
    left_out = await connected.say()

    assert ([item.text for item in connected.slack.ephemerals("U1")], left_out.status, left_out.body) == (
        ["коротко"],
        200,
        "",
    )
    assert shortened.status == 200
    assert len(connected.connections) == 1


async def test_what_is_not_to_be_acknowledged_is_not(rig: Rig, logs: list[EventDict]) -> None:
    rig.slack.envelopes.ack_seconds = 0.01
    rig.answer = None
    await rig.turn()

    result = await rig.say()

    assert (result.status, result.error) == (None, "operation_timeout")
    await rig.until_taken(4)
    await rig.receiver.settle()
    assert [envelope.retry_attempt for envelope in rig.taken] == [None, 1, 2, 3]
    assert said(logs, "envelope_not_acknowledged", "kind") == [("slash_commands",)] * 4


async def test_an_envelope_that_crashes_the_listeners_ends_nothing(rig: Rig, logs: list[EventDict]) -> None:
    async def crash(_envelope: object) -> Answer | None:
        raise LookupError("a mistake")

    taking, rig.receiver.answer = rig.receiver.answer, crash
    rig.slack.envelopes.ack_seconds = 0.01
    await rig.turn()
    assert (await rig.say()).error == "operation_timeout"

    rig.receiver.answer = taking
    rig.slack.envelopes.ack_seconds = 60.0
    assert (await rig.say()).status == 200
    assert said(logs, "envelope_crashed", "kind")[0] == ("slash_commands",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "null",
        "{}",
        '{"type": "events_api"}',
        '{"type": 5, "envelope_id": "e", "payload": {}}',
        '{"type": "events_api", "envelope_id": "\\ud800", "payload": {}}',
        '{"type": "events_api", "envelope_id": "", "payload": {}}',
        '{"type": "events_api", "envelope_id": "e", "payload": "text"}',
        '{"type": "events_api", "envelope_id": "e", "payload": {}, "retry_attempt": "often"}',
        '{"type": "slash_commands", "envelope_id": "e", "payload": ' + '{"a":' * 70 + "1" + "}" * 70 + "}",
        '{"type": "slash_commands", "envelope_id": "e", "payload": {"a": ' + "1" * 5_000 + "}}",
        '{"type": "slash_commands", "envelope_id": "e", "payload": {"a": [' + "[]," * 210_000 + "[]]}}",
    ],
    ids=range(14),
)
async def test_a_malformed_message_is_one_line_and_the_connection_goes_on(
    connected: Rig, logs: list[EventDict], text: str
) -> None:
    (kept,) = connected.connections

    await kept.send(text)

    assert (await connected.say()).status == 200
    assert (connected.connections, len(connected.taken)) == ([kept], 1)
    ((level, reason),) = said(logs, "socket_message_not_read", "log_level", "reason")
    assert (level, len(str(reason)) < 200, [log for log in logs if log.get("exc_info")]) == ("warning", True, [])


async def test_a_message_without_bounds_is_not_kept_and_another_connection_is_opened(connected: Rig) -> None:
    (old,) = connected.connections
    connected.clock.move(STEADY_AFTER)

    await old.send("x" * (LARGEST_MESSAGE + 1))
    await connected.noticed()

    await connected.slack.wait_for(lambda: old not in connected.connections)
    assert connected.slack.sockets.codes == [1009]
    assert (connected.receiver.trouble(), (await connected.say()).status) == (None, 200)


async def test_no_more_envelopes_are_in_hand_at_once_than_the_bot_bears(connected: Rig) -> None:
    connected.release = asyncio.Event()

    asking = [asyncio.create_task(connected.say()) for _ in range(MOST_IN_HAND + 1)]
    await connected.slack.wait_for(lambda: len(connected.slack.envelopes.sent) == len(asking))
    await connected.until_taken(MOST_IN_HAND)
    held = len(connected.taken)
    connected.release.set()
    results = await asyncio.gather(*asking)

    assert held == MOST_IN_HAND
    assert {result.status for result in results} == {200}
    assert samples(connected.metrics, "longtask_envelopes_total") == {
        'longtask_envelopes_total{kind="slash_commands",result="acknowledged"}': len(asking)
    }


# -- stopping


async def test_what_is_in_hand_at_a_stop_is_answered_and_nothing_more_is_taken(connected: Rig) -> None:
    connected.release = asyncio.Event()
    asking = asyncio.create_task(connected.say("first"))
    await connected.until_taken(1)

    stopping = asyncio.create_task(connected.receiver.stop(within=timedelta(seconds=60)))
    late = asyncio.create_task(connected.say("late"))
    await connected.slack.wait_for(lambda: len(connected.slack.envelopes.sent) == 2)
    await everything_else()
    connected.release.set()
    await stopping
    # Slack delivers the other one again as soon as there is a connection.
    taken = [envelope.payload["text"] for envelope in connected.taken]

    assert (await asking).status == 200
    await connected.until_open()
    assert (taken, connected.slack.sockets.codes) == (["first"], [1000])
    late.cancel()
    assert await connected.turn() == PING_SECONDS
    assert connected.connections == []


async def test_what_takes_too_long_at_a_stop_is_not_acknowledged(connected: Rig) -> None:
    connected.release = asyncio.Event()
    asking = asyncio.create_task(connected.say())
    await connected.until_taken(1)

    await connected.receiver.stop(within=timedelta(0))

    await connected.until_open()
    assert not asking.done()
    asking.cancel()


async def test_a_stop_does_not_wait_for_a_connection_that_is_being_opened(rig: Rig) -> None:
    rig.slack.faults.add("apps.connections.open", Fault.slow(60))
    await rig.receiver.step()

    await rig.receiver.stop(within=timedelta(0))

    assert rig.connections == []
