"""Socket Mode on the wire: addresses, messages, acknowledgements."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import Ambiguous, NotConnected, Refused, SlackRateLimited
from bot.clients.slack.socket import (
    LARGEST_ACKNOWLEDGEMENT,
    Closed,
    Disconnect,
    Envelope,
    Frame,
    Hello,
    Ping,
    Pong,
    SocketClient,
    Unreadable,
    acknowledgement,
    read_frame,
)
from bot.metrics import Metrics
from tests.support.metrics import counted
from tests.support.scripted_slack import ScriptedSlack, ok

COMMAND = Envelope(envelope_id="e-1", type="slash_commands", payload={"text": "help"}, accepts_response_payload=True)


@pytest.fixture
def sockets(session: aiohttp.ClientSession, client: SlackClient) -> SocketClient:
    return SocketClient(session, client)


# -- opening


async def test_a_socket_is_opened_at_the_address_that_slack_gives(
    slack: ScriptedSlack, sockets: SocketClient, metrics: Metrics
) -> None:
    heard: list[object] = []

    async def link(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.send_str('{"type": "hello", "num_connections": 2}')
        await socket.ping(b"7")
        heard.append(((await socket.receive()).data, request.query_string, request.headers.get("Authorization")))
        await socket.send_str(json.dumps({"envelope_id": "e-1", "type": "events_api", "payload": {}}))
        heard.append(json.loads((await socket.receive()).data))
        heard.append((await socket.receive()).type)
        await socket.pong()
        await socket.send_bytes(b"{}")
        await socket.close(code=1001)
        return socket

    slack.prepare("apps.connections.open", ok(url=slack.url.replace("http", "ws") + "link?ticket=1"))
    slack.prepare("link", link)
    socket = await sockets.open()
    frames = [await socket.receive(), await socket.receive(), event := await socket.receive()]
    assert isinstance(event, Envelope)
    sent = await socket.acknowledge(event, None)
    await socket.ping()
    frames += [await socket.receive() for _ in range(3)]

    assert frames == [
        Hello(2),
        Ping(),
        Envelope(envelope_id="e-1", type="events_api", payload={}),
        Pong(),
        Unreadable("no text"),
        Closed(1001),
    ]
    assert heard == [(b"7", "ticket=1", None), {"envelope_id": "e-1"}, WSMsgType.PING]
    assert (sent, await socket.acknowledge(event, None)) == (True, False)
    assert counted(metrics, "longtask_slack_calls_total") == {
        'longtask_slack_calls_total{answer="ok",method="apps.connections.open"}': 1.0
    }


async def test_the_token_goes_in_the_header_of_a_post(slack: ScriptedSlack, sockets: SocketClient) -> None:
    asked: list[tuple[str, str | None, bytes]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.method, request.headers.get("Authorization"), await request.read()))
        return web.json_response({"ok": False, "error": "invalid_auth"})

    slack.prepare("apps.connections.open", answer)
    with pytest.raises(Refused, match=r"^apps\.connections\.open: invalid_auth$"):
        await sockets.open()

    assert asked == [("POST", "Bearer xoxb-secret", b"{}")]


@pytest.mark.parametrize(
    "url",
    [
        "wss://evil.example/link",
        "wss://wss-primary.slack.com.evil.example/link",
        "ws://wss-primary.slack.com/link",
        "ws://169.254.169.254/link",
        "wss://127.0.0.1/link",
    ],
)
async def test_an_address_of_another_host_is_not_called(slack: ScriptedSlack, sockets: SocketClient, url: str) -> None:
    slack.prepare("apps.connections.open", ok(url=url))
    with pytest.raises(Refused, match=r"^socket: unknown host$"):
        await sockets.open()


@pytest.mark.parametrize("url", ["https://wss-primary.slack.com/link", "file:///etc/passwd", "link", "wss"])
async def test_what_is_no_address_of_a_websocket_is_not_called(
    slack: ScriptedSlack, sockets: SocketClient, url: str
) -> None:
    slack.prepare("apps.connections.open", ok(url=url))
    with pytest.raises(Refused, match=r"^socket: no address of a WebSocket$"):
        await sockets.open()


async def test_a_handshake_that_fails_is_one_error(slack: ScriptedSlack, sockets: SocketClient) -> None:
    address = ok(url=slack.url.replace("http", "ws") + "link")

    async def refused(_request: web.Request) -> web.Response:
        return web.Response(status=403)

    async def limited(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "7"})

    async def elsewhere(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "https://evil.example"})

    async def no_websocket(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    errors = []
    for answer in (refused, limited, elsewhere, no_websocket):
        slack.prepare("apps.connections.open", address)
        slack.prepare("link", answer)
        with pytest.raises((Refused, SlackRateLimited, Ambiguous)) as raised:
            await sockets.open()
        errors.append(str(raised.value))

    assert errors == ["socket: HTTP 403", "socket: HTTP 429", "socket: Redirected", "socket: HTTP 200"]


async def test_a_websocket_goes_through_the_proxy_of_the_environment(
    slack: ScriptedSlack, sockets: SocketClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().partition("\r\n")[0])
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        host, port = proxy.sockets[0].getsockname()
        for name in ("ALL_PROXY", "NO_PROXY", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTPS_PROXY", f"{host}:{port}")
        slack.prepare("apps.connections.open", ok(url="wss://wss-primary.slack.com/link/?ticket=1"))
        with pytest.raises(NotConnected, match=r"^socket: ClientHttpProxyError$"):
            await sockets.open()

    assert asked == ["CONNECT wss-primary.slack.com:443 HTTP/1.1"]


# -- reading


@pytest.mark.parametrize(
    ("value", "frame"),
    [
        ({"type": "hello"}, Hello(None)),
        ({"type": "hello", "num_connections": "many", "debug_info": None}, Hello(None)),
        ({"type": "disconnect", "reason": "warning", "debug_info": {"host": "wss-111"}}, Disconnect("warning")),
        ({"type": "disconnect"}, Disconnect("no reason")),
        ({"type": "disconnect", "reason": "a secret\n"}, Disconnect("no reason")),
        (
            {
                "type": "events_api",
                "envelope_id": "e-1",
                "payload": {"event": {}},
                "accepts_response_payload": False,
                "retry_attempt": 2,
                "retry_reason": "timeout",
                "something": "new",
            },
            Envelope(
                envelope_id="e-1",
                type="events_api",
                payload={"event": {}},
                retry_attempt=2,
                retry_reason="timeout",
            ),
        ),
    ],
)
def test_each_kind_of_message_is_read(value: object, frame: Frame) -> None:
    assert read_frame(json.dumps(value)) == frame


# -- acknowledging


@pytest.mark.parametrize(
    ("envelope", "payload", "written"),
    [
        (COMMAND, None, {"envelope_id": "e-1"}),
        (COMMAND, {}, {"envelope_id": "e-1"}),
        (COMMAND, {"text": "a", "blocks": []}, {"envelope_id": "e-1", "payload": {"text": "a", "blocks": []}}),
        (Envelope(envelope_id="e-1", type="events_api", payload={}), {"text": "a"}, {"envelope_id": "e-1"}),
        (
            COMMAND,
            {"text": "日" * 6_000, "blocks": ["日" * 6_000]},
            {"envelope_id": "e-1", "payload": {"text": "日" * 6_000}},
        ),
        (COMMAND, {"text": "日" * 7_000}, {"envelope_id": "e-1"}),
        (COMMAND, {"text": "\ud800"}, {"envelope_id": "e-1", "payload": {"text": "?"}}),
    ],
)
def test_an_acknowledgement_is_no_larger_than_slack_takes(
    envelope: Envelope, payload: dict[str, object] | None, written: dict[str, object]
) -> None:
    found = acknowledgement(envelope, payload)

    assert (json.loads(found), len(found) <= LARGEST_ACKNOWLEDGEMENT) == (written, True)
