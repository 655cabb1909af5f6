"""Nothing of a request from Slack is read or logged before it is verified."""

import gzip
import io
import json
import logging
import time
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog

from bot import log
from bot.web import Rejection
from sandbox.harness import Sandbox
from tests.support.http_client import FORM, Client, signed

COMMAND = "command=%2Flongtask&text=1&team_id=T1&user_id=U1&channel_id=C1"
JSON = "application/json"
COMPRESSED = gzip.compress(COMMAND.encode(), mtime=0)
Logged = list[MutableMapping[str, Any]]
UNSIGNED = (401, "not signed by Slack\n")


def refused(*rejections: Rejection) -> Logged:
    """What is logged of one refused request of each kind."""
    return [
        {"event": "request_rejected", "log_level": "warning", "reason": rejection.value, "count": 1}
        for rejection in rejections
    ]


async def test_a_signed_command_reaches_its_listener(client: Client, logged: Logged) -> None:
    answer = await client.ask("POST", "/slack/events", COMMAND, signed(COMMAND))

    assert (answer, logged) == ((200, "looking"), [])


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "-5"},
        {"X-Slack-Request-Timestamp": "9" * 12},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "\u0663\u0663"},
        {"X-Slack-Request-Timestamp": ""},
    ],
)
async def test_a_request_that_slack_did_not_sign_is_refused(
    client: Client, changes: dict[str, str], logged: Logged
) -> None:
    answer = await client.ask("POST", "/slack/events", COMMAND, signed(COMMAND) | changes)

    assert (answer, logged) == (UNSIGNED, refused(Rejection.UNSIGNED))


@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_a_header_that_comes_twice_or_never_is_refused(client: Client, name: str) -> None:
    right = signed(COMMAND)
    twice = [*right.items(), (name, right[name])]
    never = [header for header in right.items() if header[0] != name]

    answers = [await client.ask("POST", "/slack/events", COMMAND, headers) for headers in (twice, never)]

    assert answers == [UNSIGNED, UNSIGNED]


@pytest.mark.parametrize("seconds", [-400, 400])
async def test_a_signature_of_another_time_is_refused_with_a_hint_at_the_clock(
    client: Client, seconds: int, logged: Logged
) -> None:
    headers = signed(COMMAND, str(int(time.time()) + seconds))

    answer = await client.ask("POST", "/slack/events", COMMAND, headers)

    assert (answer, logged) == (UNSIGNED, refused(Rejection.OUTDATED))


#: what is a form or JSON text by its type alone, or costs much to read
ODD = [
    (b'{"half', JSON),
    (b"[1, 2]", JSON),
    (b"null", JSON),
    (b'"x"', JSON),
    (b"payload=%7Bhalf", FORM),
    (b"payload=[]", FORM),
    (b"[" * 100_000, JSON),
    (b"payload=" + b"[" * 100_000, FORM),
]
#: what is neither a form nor JSON text, or has too many fields
UNREADABLE = [
    (b"\xff\xfe", FORM),
    (b"a=&" * 300_000, FORM),
    (COMPRESSED, FORM),
    (b"command=%2Flongtask", "text/plain"),
]


@pytest.mark.parametrize(("body", "content_type"), [*ODD, *UNREADABLE, (b"", FORM)])
async def test_an_unsigned_body_is_refused_before_anything_reads_it(
    client: Client, body: bytes, content_type: str, logged: Logged
) -> None:
    headers = signed(b"another body", content_type=content_type)

    answer = await client.ask("POST", "/slack/events", body, headers)

    assert (answer, logged) == (UNSIGNED, refused(Rejection.UNSIGNED))


@pytest.mark.parametrize(("body", "content_type"), UNREADABLE)
async def test_a_signed_body_that_cannot_be_read_is_refused(
    client: Client, body: bytes, content_type: str, logged: Logged
) -> None:
    answer = await client.ask("POST", "/slack/events", body, signed(body, content_type=content_type))

    assert (answer, logged) == ((400, "unreadable\n"), refused(Rejection.UNREADABLE))


@pytest.mark.parametrize(("body", "content_type"), ODD)
async def test_a_signed_body_of_odd_content_reaches_no_listener(
    client: Client, body: bytes, content_type: str, logged: Logged
) -> None:
    answer = await client.ask("POST", "/slack/events", body, signed(body, content_type=content_type))

    assert (answer, logged) == ((404, '{"error": "unhandled request"}'), [])


@pytest.mark.parametrize("body", [b"no gzip at all", COMPRESSED[:20]])
async def test_a_broken_compressed_body_is_refused_like_any_other(client: Client, body: bytes, logged: Logged) -> None:
    headers = signed("another body") | {"Content-Encoding": "gzip"}

    answer = await client.ask("POST", "/slack/events", body, headers)

    assert (answer, logged) == (UNSIGNED, refused(Rejection.UNSIGNED))


async def test_headers_that_slack_does_not_sign_choose_no_listener(client: Client) -> None:
    headers = signed(COMMAND) | {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "command"}

    assert await client.ask("POST", "/slack/events?ssl_check=1", COMMAND, headers) == (200, "looking")


async def test_a_body_larger_than_slack_sends_is_refused(client: Client, logged: Logged) -> None:
    status, _ = await client.ask("POST", "/slack/events", io.BytesIO(b"x" * (1024 * 1024 + 1)), {"Content-Type": FORM})

    assert (status, logged) == (413, refused(Rejection.TOO_LARGE))


async def test_slacks_certificate_check_is_answered(client: Client) -> None:
    assert await client.ask("POST", "/slack/events", "ssl_check=1&token=x", {"Content-Type": FORM}) == (200, "")


async def test_a_request_that_claims_to_be_a_certificate_check_runs_no_command(client: Client) -> None:
    body = f"{COMMAND}&ssl_check=1"

    assert await client.ask("POST", "/slack/events", body, signed(COMMAND)) == (200, "")


@pytest.fixture
def bot_log() -> Iterator[io.StringIO]:
    """What a bot logs at DEBUG, libraries included."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    out = io.StringIO()
    log.set_up(level="DEBUG", style="json", stream=out)
    yield out
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.reset_defaults()


async def test_a_bot_with_another_signing_secret_says_so_once_and_logs_nothing_of_the_requests(
    sandbox: Sandbox, bot_log: io.StringIO
) -> None:
    sandbox.environ["SLACK_SIGNING_SECRET"] = "of-another-app"
    await sandbox.start_bot()
    started = len(bot_log.getvalue())

    results = [await sandbox.type("token " * 1000) for _ in range(3)]

    lines = [json.loads(line) for line in bot_log.getvalue()[started:].splitlines()]
    assert [result.status for result in results] == [401, 401, 401]
    assert [(line["event"], line["reason"], line["count"]) for line in lines] == [
        ("request_rejected", Rejection.UNSIGNED.value, 1)
    ]


async def test_the_bot_starts_without_a_warning_about_its_own_token(
    sandbox: Sandbox, bot_log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-the-environment")

    await sandbox.start_bot()
    logging.getLogger("slack_bolt.app").warning("a token was revoked")

    events = [json.loads(line) for line in bot_log.getvalue().splitlines()]
    warned = [line["event"] for line in events if line["level"] != "info" and line["level"] != "debug"]
    # A busy machine may take longer than the bot waits for Slack to say whose its token is.
    assert [event for event in warned if event != "token_not_identified"] == ["a token was revoked"]
