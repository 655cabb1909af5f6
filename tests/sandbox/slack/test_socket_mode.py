"""The simulated Slack speaks Socket Mode as strictly as Slack does."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from sandbox.slack import Fault, SlackSimulator
from sandbox.slack.records import Json
from sandbox.slack.sockets import LONGEST_FRAME, MOST_CONNECTIONS
from tests.sandbox.slack.support import AUTH, BUTTON, call

APP_TOKEN = "xapp-first"
APP_AUTH = {"Authorization": f"Bearer {APP_TOKEN}"}
OPEN = "apps.connections.open"
Socket = ClientWebSocketResponse[Any]


@pytest.fixture
def app(slack: SlackSimulator) -> SlackSimulator:
    """A Slack in which the app is in Socket Mode."""
    slack.add_app_token(APP_TOKEN)
    slack.add_app_token("xapp-other", scopes=["authorizations:read"])
    slack.socket_mode = True
    return slack


async def connect(http: aiohttp.ClientSession, slack: SlackSimulator) -> Socket:
    """A connection that stands."""
    opened = await call(http, slack, OPEN, headers=APP_AUTH)
    socket = await http.ws_connect(opened["url"])
    assert (await socket.receive_json())["type"] == "hello"
    return socket


@pytest.fixture
async def socket(http: aiohttp.ClientSession, app: SlackSimulator) -> AsyncIterator[Socket]:
    socket = await connect(http, app)
    yield socket
    await socket.close()


async def acknowledge(socket: Socket, payload: Json | None = None) -> Json:
    """Take the next envelope and acknowledge it."""
    envelope: Json = await socket.receive_json()
    said = {} if payload is None else {"payload": payload}
    await socket.send_json({"envelope_id": envelope["envelope_id"], **said})
    return envelope


# -- opening


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"headers": AUTH}, "not_allowed_token_type"),
        ({"headers": {"Authorization": "Bearer xapp-unknown"}}, "invalid_auth"),
        ({"headers": {}, "data": {"token": APP_TOKEN}}, "invalid_auth"),
        ({"headers": {}}, "missing_args"),
        ({"headers": {"Authorization": "Bearer xapp-other"}}, "missing_scope"),
    ],
)
async def test_an_address_is_given_for_a_token_of_the_app_in_the_header(
    app: SlackSimulator, http: aiohttp.ClientSession, request_: dict[str, Any], error: str
) -> None:
    assert (await call(http, app, OPEN, **request_))["error"] == error


async def test_an_address_is_given_to_a_post_alone(app: SlackSimulator, http: aiohttp.ClientSession) -> None:
    async with http.get(app.api_url + OPEN, headers=APP_AUTH) as answer:
        assert (await answer.json())["error"] == "insecure_request"


async def test_a_token_of_the_app_is_none_of_a_workspace(app: SlackSimulator, http: aiohttp.ClientSession) -> None:
    answer = await call(http, app, "chat.postMessage", headers=APP_AUTH, json={"channel": "C1", "text": "hello"})
    assert answer["error"] == "not_allowed_token_type"


async def test_addresses_are_limited_by_the_minute(app: SlackSimulator, http: aiohttp.ClientSession) -> None:
    app.limits.enabled = True
    answers = [await call(http, app, OPEN, headers=APP_AUTH) for _ in range(51)]
    assert [answer["ok"] for answer in answers] == [True] * 50 + [False]
    assert answers[-1]["error"] == "ratelimited"


async def test_a_fault_can_be_planned_for_it(app: SlackSimulator, http: aiohttp.ClientSession) -> None:
    app.faults.add(OPEN, Fault.error("internal_error"))
    assert (await call(http, app, OPEN, headers=APP_AUTH))["error"] == "internal_error"


async def test_an_address_is_good_for_one_connection(app: SlackSimulator, http: aiohttp.ClientSession) -> None:
    url = (await call(http, app, OPEN, headers=APP_AUTH))["url"]
    socket = await http.ws_connect(url)
    hello = await socket.receive_json()
    assert (hello["num_connections"], hello["connection_info"]) == (1, {"app_id": "A0LONGTASK"})
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(url)
    assert refused.value.status == 403
    await socket.close()


async def test_the_eleventh_connection_is_sent_away(app: SlackSimulator, http: aiohttp.ClientSession) -> None:
    sockets = [await connect(http, app) for _ in range(MOST_CONNECTIONS)]
    opened = await call(http, app, OPEN, headers=APP_AUTH)
    late = await http.ws_connect(opened["url"])
    assert (await late.receive_json())["reason"] == "too_many_websockets"
    assert (await late.receive()).type is WSMsgType.CLOSE
    for socket in sockets:
        await socket.close()


# -- envelopes


async def test_each_kind_of_request_has_its_envelope(app: SlackSimulator, socket: Socket) -> None:
    app.say("C1", "U1", "hello")
    posted = app.messages("C1")[0]
    asking = asyncio.gather(
        app.command("1234 quiet", user="U1", channel="C1"),
        app.click("C1", posted.ts, "stop", "U1", "7"),
        app.shortcut("follow", user="U1"),
        app.event({"type": "app_mention"}),
    )
    envelopes = [await acknowledge(socket) for _ in range(4)]
    results = await asking

    assert [(each["type"], each["accepts_response_payload"]) for each in envelopes] == [
        ("slash_commands", True),
        ("interactive", True),
        ("interactive", True),
        ("events_api", False),
    ]
    assert [each["payload"].get("type") for each in envelopes] == [
        None,
        "block_actions",
        "shortcut",
        "event_callback",
    ]
    assert envelopes[0]["payload"]["text"] == "1234 quiet"
    assert (envelopes[3]["retry_attempt"], envelopes[3]["retry_reason"]) == (0, "")
    assert [(result.status, result.body, result.error) for result in results] == [(200, "", None)] * 4
    assert BUTTON["action_id"] == envelopes[1]["payload"]["actions"][0]["action_id"]


async def test_the_message_of_an_acknowledgement_is_shown(app: SlackSimulator, socket: Socket) -> None:
    asking = asyncio.create_task(app.command("help", user="U1", channel="C1"))
    await acknowledge(socket, {"text": "hello"})
    result = await asking
    assert (result.body, [(shown.via, shown.text) for shown in app.ephemerals("U1")]) == (
        '{"text": "hello"}',
        [("ack", "hello")],
    )


async def test_without_a_connection_a_command_fails_and_an_event_comes_later(
    app: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    failed = await app.command("help", user="U1", channel="C1")
    missed = await app.event({"type": "app_mention"}, event_id="Ev1")
    assert (failed.error, missed.error) == ("dispatch_failed", "dispatch_failed")
    assert [shown.text for shown in app.ephemerals("U1")] == ['help failed with the error "dispatch_failed"']

    socket = await connect(http, app)
    envelope = await acknowledge(socket)
    assert (envelope["payload"]["event_id"], envelope["retry_attempt"]) == ("Ev1", 1)
    await socket.close()


async def test_what_is_not_acknowledged_in_time_comes_again_three_times(app: SlackSimulator, socket: Socket) -> None:
    app.envelopes.ack_seconds = 0.01
    result = await app.command("help", user="U1", channel="C1")
    envelopes = [await socket.receive_json() for _ in range(4)]
    assert (result.status, result.error) == (None, "operation_timeout")
    assert [envelope.get("retry_attempt") for envelope in envelopes] == [None, 1, 2, 3]
    assert {envelope["payload"]["trigger_id"] for envelope in envelopes} == {result.trigger_id}
    assert len({envelope["envelope_id"] for envelope in envelopes}) == 4


@pytest.mark.parametrize("same", [False, True])
async def test_what_a_connection_did_not_acknowledge_comes_over_another(
    app: SlackSimulator, socket: Socket, http: aiohttp.ClientSession, same: bool
) -> None:
    app.policies.same_envelope_again = same
    other = await connect(http, app)
    asking = asyncio.create_task(app.command("help", user="U1", channel="C1"))
    first = await other.receive_json()
    await other.close()
    second = await acknowledge(socket)
    assert (second["payload"], second["retry_attempt"], second["retry_reason"]) == (first["payload"], 1, "timeout")
    assert (first["envelope_id"] == second["envelope_id"], (await asking).status) == (same, 200)


async def test_each_connection_in_turn_brings_an_envelope(
    app: SlackSimulator, socket: Socket, http: aiohttp.ClientSession
) -> None:
    other = await connect(http, app)
    for each in (other, socket, other):
        asking = asyncio.create_task(app.command("help", user="U1", channel="C1"))
        await acknowledge(each)
        await asking
    await other.close()


async def test_an_acknowledgement_that_slack_does_not_understand_counts_for_nothing(
    app: SlackSimulator, socket: Socket, http: aiohttp.ClientSession
) -> None:
    other = await connect(http, app)
    asking = asyncio.create_task(app.event({"type": "app_mention"}))
    envelope_id = (await other.receive_json())["envelope_id"]
    await other.send_str("nonsense")
    await other.send_json(["envelope"])
    await other.send_json({"envelope_id": "another"})
    await other.send_json({"envelope_id": envelope_id, "type": "events_api"})
    await other.send_json({"envelope_id": envelope_id, "payload": {"text": "hello"}})
    await socket.send_json({"envelope_id": envelope_id})
    await app.wait_for(lambda: len(app.envelopes.refused) == 6)
    await other.send_json({"envelope_id": envelope_id})
    assert (await asking).status == 200
    assert sorted(app.envelopes.refused) == [
        "a payload that is not accepted",
        "no JSON",
        "no envelope of this connection",
        "no envelope of this connection",
        "something else than envelope_id and payload",
        "something else than envelope_id and payload",
    ]
    await other.close()


async def test_a_frame_that_is_too_large_ends_the_connection(app: SlackSimulator, socket: Socket) -> None:
    await socket.send_str("x" * (LONGEST_FRAME + 1))
    closed = await socket.receive()
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, 1009)


async def test_a_disconnect_is_announced_and_the_connection_goes_on(app: SlackSimulator, socket: Socket) -> None:
    await app.sockets.open[0].disconnect("warning")
    message = json.loads((await socket.receive()).data)
    assert (message["type"], message["reason"]) == ("disconnect", "warning")
    asking = asyncio.create_task(app.command("help", user="U1", channel="C1"))
    await acknowledge(socket)
    assert (await asking).status == 200
