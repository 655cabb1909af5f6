import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.log import set_up


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.reset_defaults()


def test_a_line_is_json_with_its_action_and_ids() -> None:
    out = io.StringIO()
    set_up(level="INFO", style=None, stream=out)
    structlog.get_logger().info("followed", channel="C1", long_task=7)
    line = json.loads(out.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "followed", "channel": "C1", "long_task": 7, "level": "info"}


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
