"""Errors to Sentry and spans to OpenTelemetry, as a server that stands for both receives them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from structlog.typing import EventDict

from bot import app, log
from bot.app import error_reports, traces
from sandbox.harness import CHANNEL, PERSON, TEAM, Sandbox
from sandbox.scenarios import scenario
from tests.support.clock import Clock
from tests.support.failing_credentials import FailingCredentials
from tests.support.stepped_bot import open_stepped_bot
from tests.support.web_server import served

pytestmark = pytest.mark.usefixtures("logging_restored")

STORY = scenario("copy_with_renames_and_restrictions", "cloud")
TITLE = "Team handbook of the secret project"
SECRET = "xoxb-12-seeded"


@dataclass
class Receiver:
    """What was sent."""

    url: str = ""
    bodies: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        """The address as Sentry gives it."""
        return self.url.replace("://", "://key@") + "/1"

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of Sentry, without what is different each time."""
        found = []
        for path, body in self.bodies:
            if path == "/api/1/envelope/":
                _, header, payload = body.decode().split("\n")[:3]
                assert json.loads(header)["type"] == "event"
                event = json.loads(payload)
                found.append({name: value for name, value in event.items() if name not in ("event_id", "timestamp")})
        return found

    @property
    def spans(self) -> list[tuple[str, dict[str, object]]]:
        """The spans of OpenTelemetry: name and attributes."""
        return [
            (span.name, {each.key: each.value.string_value or each.value.int_value for each in span.attributes})
            for path, body in self.bodies
            if path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    # However busy the machine is, what is sent last arrives.
    monkeypatch.setattr(error_reports, "_LAST", 60.0)
    monkeypatch.setattr(traces, "_SECONDS", 60.0)
    received = Receiver()

    async def take(request: web.Request) -> web.Response:
        received.bodies.append((request.path, await request.read()))
        return web.json_response({})

    async with served(take) as received.url:
        yield received


async def test_a_crash_reaches_sentry_as_type_place_and_ids_alone(
    receiver: Receiver, migrated_sqlite_url: str, clock: Clock
) -> None:
    log.set_up(level="ERROR", style="json")
    local = TITLE
    async with open_stepped_bot(migrated_sqlite_url, clock, environ={"SENTRY_DSN": receiver.dsn}) as stepped:
        await stepped.follow(STORY)
        looker = stepped.bot.poller.looker
        looker.credentials = FailingCredentials(ValueError(f"{local} of {SECRET}"))
        await stepped.until(lambda: looker.credentials.times)  # type: ignore[attr-defined] # it is the one above

    event = receiver.events[0]
    (exception,) = event.pop("exception")["values"]
    frames = exception["stacktrace"]["frames"]
    assert event == {
        "level": "error",
        "logger": "bot",
        "message": "look_crashed",
        "tags": {"long_task": "1"},
        "platform": "python",
        "environment": "production",
    } | {name: event[name] for name in ("release",) if name in event}
    assert {name: exception[name] for name in ("type", "module")} == {"type": "ValueError", "module": "builtins"}
    assert [frame["function"] for frame in frames] == ["Looker._look", "Looker._ask", "FailingCredentials.credential"]
    assert {name for frame in frames for name in frame} == {"filename", "function", "lineno", "in_app"}
    sent = b"".join(body for _, body in receiver.bodies).decode()
    assert [each for each in (TITLE, SECRET, "credential(", "xoxb-") if each in sent] == []


async def test_what_a_library_logs_reaches_sentry_without_its_words(
    receiver: Receiver, migrated_sqlite_url: str, clock: Clock
) -> None:
    log.set_up(level="ERROR", style="json")
    async with open_stepped_bot(migrated_sqlite_url, clock, environ={"SENTRY_DSN": receiver.dsn}):
        # what asyncio does with an exception that nobody asked for
        asyncio.get_running_loop().call_exception_handler({"message": TITLE, "exception": KeyError(SECRET)})

    (event,) = receiver.events
    assert (event["message"], event["logger"], event["tags"]) == ("asyncio", "asyncio", {})
    assert event["exception"]["values"] == [{"type": "KeyError", "module": "builtins", "stacktrace": {"frames": []}}]


async def test_spans_carry_the_ids_of_command_look_and_delivery_and_nothing_else(
    receiver: Receiver, migrated_sqlite_url: str, clock: Clock
) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}
    async with open_stepped_bot(migrated_sqlite_url, clock, environ=settings) as stepped:
        remote_id = await stepped.follow(STORY)
        await stepped.run(STORY.story.ends_at + 60.0)
        titles = [message.text for message in stepped.thread(remote_id)]
        looker = stepped.bot.poller.looker
        looker.credentials = FailingCredentials(ValueError(f"{TITLE} of {SECRET}"))
        await stepped.follow(STORY)
        await stepped.until(lambda: looker.credentials.times)  # type: ignore[attr-defined] # it is the one above

    spans = receiver.spans
    assert titles
    assert {(name, frozenset(ids) - {"error.type"}) for name, ids in spans} == {
        ("command", frozenset({"command", "team", "user"})),
        ("look", frozenset({"long_task", "site"})),
        ("deliver", frozenset({"message", "kind", "method", "team"})),
    }
    assert spans[0] == ("command", {"command": 1, "team": TEAM, "user": PERSON})
    assert ("look", {"long_task": 2, "site": 1, "error.type": "ValueError"}) in spans
    sent = b"".join(body for _, body in receiver.bodies)
    assert [each for each in (TITLE, SECRET, CHANNEL, "handbook") if each.encode() in sent] == []


@pytest.mark.parametrize(
    ("setting", "library", "extra"),
    [("SENTRY_DSN", "sentry_sdk", "sentry"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry", "otel")],
)
async def test_a_setting_without_its_extra_is_said_and_the_bot_runs(
    sandbox: Sandbox, logs: list[EventDict], monkeypatch: pytest.MonkeyPatch, *, setting: str, library: str, extra: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setattr(sandbox, "environ", sandbox.environ | {setting: "http://key@127.0.0.1:1/1"})

    await sandbox.start_bot()

    assert (await sandbox.type("list")).status == 200
    assert [line for line in logs if line["event"] == "extra_not_installed"] == [
        {
            "event": "extra_not_installed",
            "log_level": "error",
            "setting": setting,
            "extra": extra,
            "fix": f"install the extra {extra} (uv sync --extra {extra}), or take {setting} away",
        }
    ]


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("SENTRY_DSN", "secret", "SENTRY_DSN is not what Sentry calls a DSN, like https://key@o1.ingest.sentry.io/2."),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "secret:4318",
            "OTEL_EXPORTER_OTLP_ENDPOINT is not an address, like http://collector:4318.",
        ),
    ],
)
async def test_an_address_that_is_none_is_one_sentence(
    sandbox: Sandbox, setting: str, value: str, sentence: str
) -> None:
    settings = replace(sandbox, environ=sandbox.environ | {setting: value}).settings

    with pytest.raises(app.StartError) as raised:
        async with app.build(settings):
            pass

    assert str(raised.value) == sentence


async def test_nothing_of_either_library_is_loaded_unless_it_is_asked_for() -> None:
    program = (
        "import sys\nimport bot.app\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('sentry_sdk', 'opentelemetry')])"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()

    assert out == b"[]\n"
