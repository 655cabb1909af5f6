import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.web import CannotListen, Readiness, Server, create, serve

SECRET = "signing-secret"
COMMAND = urlencode({"command": "/longtask", "text": "1", "team_id": "T1", "user_id": "U1", "channel_id": "C1"})
FORM = "application/x-www-form-urlencoded"


async def _authorize(**_: object) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1", bot_user_id="UB")


def bolt() -> AsyncApp:
    app = AsyncApp(signing_secret=SECRET, authorize=_authorize)

    @app.command("/longtask")
    async def command(ack: AsyncAck) -> None:
        await ack("looking")

    return app


async def ready() -> Sequence[str]:
    return []


def signed(body: str, stamp: str | None = None) -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": FORM}


class Client:
    """Sends requests to a listening server."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self._base = f"http://127.0.0.1:{server.port}"
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: str | bytes | io.BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        async with self._session.request(method, self._base + path, data=body, headers=headers) as response:
            return response.status, await response.text()

    async def headers(self, path: str) -> dict[str, str]:
        async with self._session.get(self._base + path) as response:
            return dict(response.headers)


async def listening(app: web.Application) -> AsyncIterator[Client]:
    server = await serve(app, host="127.0.0.1", port=0)
    async with aiohttp.ClientSession() as session:
        yield Client(server, session)
    await server.stop()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async for client in listening(create(slack=bolt(), readiness=ready, metrics=lambda: b"m 1\n")):
        yield client


async def test_a_signed_command_reaches_its_listener(client: Client) -> None:
    assert await client.ask("POST", "/slack/events", COMMAND, signed(COMMAND)) == (
        200,
        "looking",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "-5"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "\u0663\u0663"},
        {"X-Slack-Request-Timestamp": ""},
    ],
)
async def test_a_request_that_slack_did_not_sign_is_refused(client: Client, changes: dict[str, str]) -> None:
    status, _ = await client.ask("POST", "/slack/events", COMMAND, signed(COMMAND) | changes)
    assert status == 401


async def test_a_request_without_any_signature_is_refused(client: Client) -> None:
    status, _ = await client.ask("POST", "/slack/events", COMMAND, {"Content-Type": FORM})
    assert status == 401


async def test_an_old_request_is_refused(client: Client) -> None:
    headers = signed(COMMAND, str(int(time.time()) - 400))
    status, _ = await client.ask("POST", "/slack/events", COMMAND, headers)
    assert status == 401


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"half', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"null", "application/json"),
        (b'"x"', "application/json"),
        (b"payload=%7Bhalf", FORM),
        (b"payload=[]", FORM),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", FORM),
        (b"", FORM),
        (json.dumps({"team_id": {"a": 1}, "event": 7}).encode(), "application/json"),
        (json.dumps({"authorizations": 7, "team": [], "user": "x"}).encode(), "application/json"),
        (json.dumps({"type": "event_callback", "event": []}).encode(), "application/json"),
    ],
)
async def test_a_strangers_body_never_becomes_a_server_error(client: Client, body: bytes, content_type: str) -> None:
    status, _ = await client.ask("POST", "/slack/events", body, {"Content-Type": content_type})
    assert status in (400, 401)


async def test_a_body_larger_than_slack_sends_is_refused(client: Client) -> None:
    status, _ = await client.ask("POST", "/slack/events", io.BytesIO(b"x" * (1024 * 1024 + 1)), {"Content-Type": FORM})
    assert status == 413


async def test_slack_events_takes_posts_only(client: Client) -> None:
    assert (await client.ask("GET", "/slack/events"))[0] == 405


async def test_slacks_certificate_check_is_answered(client: Client) -> None:
    status, _ = await client.ask("POST", "/slack/events", "ssl_check=1&token=x", {"Content-Type": FORM})
    assert status == 200


async def test_a_process_reports_that_it_is_alive_and_ready(client: Client) -> None:
    assert [await client.ask("GET", path) for path in ("/healthz", "/readyz")] == [(200, "alive\n"), (200, "ready\n")]


async def not_ready() -> Sequence[str]:
    return ["the database is not reachable", "poll has not turned for 40 s"]


async def unknown() -> Sequence[str]:
    raise ConnectionError("secret host")


@pytest.mark.parametrize(
    ("why", "text"),
    [
        (not_ready, "the database is not reachable\npoll has not turned for 40 s\n"),
        (unknown, "readiness could not be found out\n"),
    ],
)
async def test_the_reasons_for_not_being_ready_are_named(why: Readiness, text: str) -> None:
    async for client in listening(create(slack=None, readiness=why, metrics=bytes)):
        assert await client.ask("GET", "/readyz") == (503, text)
        assert await client.ask("GET", "/healthz") == (200, "alive\n")


async def test_a_worker_has_no_slack_events() -> None:
    async for client in listening(create(slack=None, readiness=ready, metrics=bytes)):
        assert (await client.ask("POST", "/slack/events", COMMAND, signed(COMMAND)))[0] == 404


async def test_metrics_without_a_token_are_for_this_machine_only(client: Client) -> None:
    assert await client.ask("GET", "/metrics") == (200, "m 1\n")
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert await client.ask("GET", "/metrics", headers={name: "127.0.0.1"}) == (403, "not for you\n")


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer right", 200),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        ("", 401),
        ("right", 401),
        ("Basic right", 401),
        ("Bearer räight", 401),
    ],
)
async def test_metrics_with_a_token_are_for_its_bearer_only(authorization: str, status: int) -> None:
    async for client in listening(create(slack=None, readiness=ready, metrics=lambda: b"m 1\n", metrics_token="right")):
        assert (await client.ask("GET", "/metrics", headers={"Authorization": authorization}))[0] == status


async def test_every_answer_has_the_security_headers_and_no_banner(client: Client) -> None:
    for path in ("/healthz", "/nothing", "/slack/events"):
        headers = await client.headers(path)
        assert {name: headers.get(name) for name in ("Server", "X-Content-Type-Options", "Cache-Control")} == {
            "Server": None,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }


async def test_an_address_in_use_is_one_sentence() -> None:
    app = create(slack=None, readiness=ready, metrics=bytes)
    first = await serve(app, host="127.0.0.1", port=0)
    with pytest.raises(CannotListen) as raised:
        await serve(create(slack=None, readiness=ready, metrics=bytes), host="127.0.0.1", port=first.port)
    await first.stop()
    assert str(raised.value) == f"HOST 127.0.0.1, PORT {first.port} cannot be listened on: Address already in use."


async def test_a_request_under_way_is_finished_when_the_server_stops() -> None:
    begun, released = asyncio.Event(), asyncio.Event()

    async def slow() -> Sequence[str]:
        begun.set()
        await released.wait()
        return []

    server = await serve(create(slack=None, readiness=slow, metrics=bytes), host="127.0.0.1", port=0)
    async with aiohttp.ClientSession() as session:
        asking = asyncio.ensure_future(Client(server, session).ask("GET", "/readyz"))
        await begun.wait()
        stopping = asyncio.ensure_future(server.stop())
        released.set()
        assert await asking == (200, "ready\n")
        await stopping
        with pytest.raises(aiohttp.ClientConnectorError):
            await Client(server, session).ask("GET", "/healthz")
