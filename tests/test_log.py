import io
import json
import logging
import subprocess
import sys
from collections import Counter

import pytest
import structlog

from bot.log import set_up

pytestmark = pytest.mark.usefixtures("logging_restored")


def test_a_line_is_json_with_its_action_and_ids() -> None:
    out = io.StringIO()
    set_up(level="INFO", style=None, stream=out)
    structlog.get_logger().info("followed", channel="C1", long_task=7)
    line = json.loads(out.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "followed", "channel": "C1", "long_task": 7, "level": "info"}


def test_a_library_logs_in_the_same_form_with_its_name() -> None:
    out = io.StringIO()
    set_up(level="INFO", style="json", stream=out)
    for name in ("aiohttp.server", "slack_bolt.app", "sqlalchemy.pool", "asyncio"):
        logging.getLogger(name).warning("answer %s", "xoxb-12-ab")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line.pop("timestamp")[-1] for line in lines] == ["Z"] * 4
    assert lines == [
        {"event": "answer [secret]", "level": "warning", "logger": name}
        for name in ("aiohttp.server", "slack_bolt.app", "sqlalchemy.pool", "asyncio")
    ]


def test_what_psycopg_warns_of_beside_the_error_that_it_raises_is_not_logged() -> None:
    out = io.StringIO()
    set_up(level="INFO", style="json", stream=out)
    logging.getLogger("psycopg").warning("error ignored terminating %s: pipeline aborted", "a pipeline")
    logging.getLogger("psycopg.pool").error("no connection")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["no connection"]


def test_a_line_that_runs_away_is_dampened_and_its_number_said_and_what_people_do_is_always_written() -> None:
    out, clock = io.StringIO(), [0.0]
    set_up(level="INFO", style="json", stream=out, clock=lambda: clock[0])
    for number in range(100):
        structlog.get_logger().info("post_is_ambiguous", message=number)
        structlog.get_logger().info("acted", action="follow")
        logging.getLogger("asyncio").warning("slow callback %s", number)
    clock[0] = 61.0
    structlog.get_logger().info("stopped")

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    times = Counter(line["event"].partition(" callback")[0] for line in lines)
    assert times == {"post_is_ambiguous": 60, "acted": 100, "slow": 60, "repeated": 2, "stopped": 1}
    repeated = [line for line in lines if line["event"] == "repeated"]
    assert [(line["of"].partition(":")[0], line["times"], line["level"]) for line in repeated] == [
        ("post_is_ambiguous", 40, "warning"),
        ("asyncio test_log", 40, "warning"),
    ]


def test_what_nothing_has_caught_is_one_line_without_its_secrets() -> None:
    program = (
        "import threading, warnings\n"
        "from bot import log\n"
        "log.set_up(level='INFO', style='json')\n"
        "log.adopt_the_rest()\n"
        "def crash():\n    raise ValueError('xoxb-12-ab')\n"
        "warnings.warn('old')\n"
        "thread = threading.Thread(target=crash)\n"
        "thread.start()\n"
        "thread.join()\n"
        "crash()\n"
    )
    done = subprocess.run(  # noqa: S603 -- the program above
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]

    assert (done.returncode, done.stdout, "xoxb" in done.stderr) == (1, "", False)
    assert [(line["level"], line["event"].split(" ")[-1].strip()) for line in lines[1:]] == [
        ("critical", "crashed")
    ] * 2
    assert [(lines[0]["level"], lines[0]["logger"], "old" in lines[0]["event"])] == [("warning", "py.warnings", True)]
    assert ["ValueError: [secret]" in line["exception"] for line in lines[1:]] == [True, True]


def test_a_quiet_level_is_kept() -> None:
    out = io.StringIO()
    set_up(level="WARNING", style="json", stream=out)
    structlog.get_logger().info("followed")
    logging.getLogger("aiohttp").info("followed")
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12-ab_C",
        "xapp-1-A",
        "xoxe.xoxb-1-x",
        "xoxp-1",
        "ATATT3xFfGF0-x_y=AB12",
        "Bearer abc.def-ghi~x",
        "Basic YWJjOmRlZg==",
        "/hook/Ua5p1tVb2SX0Yk-_c3DhQ8wJrN7mZ4eL6gKf9oTiRsE",
    ],
)
@pytest.mark.parametrize("style", ["json", "console"])
def test_no_token_gets_into_a_line(secret: str, style: str) -> None:
    out = io.StringIO()
    set_up(level="DEBUG", style=style, stream=out)
    structlog.get_logger().info("called", header=secret, nested={"token": secret}, several=(secret,))
    logging.getLogger("slack_sdk").warning("answer %s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        structlog.get_logger().exception("broke")
    logged = out.getvalue()
    assert secret.removeprefix("Bearer ").removeprefix("Basic ") not in logged
    assert logged.count("[secret]") >= 5


def test_a_response_url_is_a_secret_too() -> None:
    out = io.StringIO()
    set_up(level="INFO", style="json", stream=out)
    structlog.get_logger().info("x", url="https://hooks.slack.com/commands/T1/2/abc")
    assert json.loads(out.getvalue())["url"] == "https://hooks.slack.com/[secret]"


def test_the_ticket_that_opens_a_websocket_is_a_secret_too() -> None:
    out = io.StringIO()
    set_up(level="INFO", style="json", stream=out)
    structlog.get_logger().info("x", url="wss://wss-primary.slack.com/link/?ticket=1234-5678&app_id=1")
    assert json.loads(out.getvalue())["url"] == "wss://wss-primary.slack.com/link/?ticket=[secret]&app_id=1"


def test_libraries_that_log_bodies_never_do_so() -> None:
    set_up(level="DEBUG", style="json", stream=io.StringIO())
    assert {
        logging.getLogger(name).isEnabledFor(logging.DEBUG) for name in ("slack_sdk.web", "slack_bolt", "aiohttp")
    } == {False}
