"""Envelopes reach the listeners of HTTP, and are acknowledged with what HTTP would say."""

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.clients.slack.socket import Envelope
from bot.socket_mode import dispatch
from bot.socket_mode.dispatcher import Answer

COMMAND = {"command": "/longtask", "text": "1", "team_id": "T1", "user_id": "U1"}


async def authorize(**_: object) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1", bot_user_id="UB")


@pytest.fixture
def app() -> AsyncApp:
    return AsyncApp(signing_secret="", request_verification_enabled=False, authorize=authorize)


def envelope(payload: dict[str, object], **fields: object) -> Envelope:
    return Envelope(envelope_id="e-1", type="slash_commands", payload=payload, **fields)  # type: ignore[arg-type]  # a test names them


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, Answer(None)),
        ({"text": "looking"}, Answer({"text": "looking"})),
        (
            {"text": "looking", "response_type": "ephemeral"},
            Answer({"text": "looking", "response_type": "ephemeral"}),
        ),
    ],
)
async def test_what_the_listener_says_is_acknowledged(app: AsyncApp, said: dict[str, object], answer: Answer) -> None:
    @app.command("/longtask")
    async def command(ack: AsyncAck) -> None:
        await ack(**said)  # type: ignore[arg-type]  # names of its arguments

    assert await dispatch(app, envelope(COMMAND)) == answer


async def test_what_no_listener_takes_is_not_acknowledged(app: AsyncApp) -> None:
    assert await dispatch(app, envelope(COMMAND)) is None


async def test_a_listener_can_know_that_an_envelope_comes_again(app: AsyncApp) -> None:
    seen: list[AsyncBoltRequest] = []

    @app.middleware
    async def middleware(req: AsyncBoltRequest) -> BoltResponse:
        seen.append(req)
        return BoltResponse(status=200)

    await dispatch(app, envelope(COMMAND))
    await dispatch(app, envelope(COMMAND, retry_attempt=1, retry_reason="timeout"))

    assert [(request.mode, request.body, dict(request.headers)) for request in seen] == [
        ("socket_mode", COMMAND, {}),
        ("socket_mode", COMMAND, {"x-slack-retry-num": ["1"], "x-slack-retry-reason": ["timeout"]}),
    ]


async def test_a_payload_in_which_bolt_finds_no_ids_is_passed_on_empty(app: AsyncApp) -> None:
    seen: list[object] = []

    @app.middleware
    async def middleware(req: AsyncBoltRequest) -> BoltResponse:
        seen.append(req.body)
        return BoltResponse(status=200)

    await dispatch(app, envelope({**COMMAND, "authorizations": 5}))

    assert seen == [{}]
