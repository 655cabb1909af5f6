import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session
from bot.db.secrets import Secrets
from bot.follow.responder import AGAIN_AFTER, reply
from bot.render.message import Message
from sandbox.environment import CHANNEL, PERSON, TOKEN, Sandbox
from sandbox.slack import Fault
from sandbox.slack.faults import RESPONSE_URL

ANSWER = Message(text="said")


@dataclass
class Stage:
    sandbox: Sandbox
    means: Any
    row: dict[str, Any]
    slept: list[float] = field(default_factory=list)

    def told(self) -> tuple[int, int]:
        """How often the person was told by the response URL and by direct message."""
        by_url = [one for one in self.sandbox.slack.ephemerals(PERSON) if one.via == "response_url"]
        return len(by_url), len(self.sandbox.slack.dms(PERSON))


@pytest.fixture
async def stage(sandbox: Sandbox) -> Any:
    """A command that waits for its answer, and the means to give it."""
    sandbox.slack.request_url = "http://127.0.0.1:9/slack/events"
    sandbox.slack.limits.enabled = False
    typed = await sandbox.type("7")
    assert typed.response_url_id is not None
    secrets = Secrets(["a secret of this test"])
    session = open_session()
    client = SlackClient(session, token=TOKEN, base_url=sandbox.slack.api_url, count=lambda _method, _label: None)
    row = {
        "id": 1,
        "team_id": "T",
        "user_id": PERSON,
        "channel_id": CHANNEL,
        "created_at": datetime.now(UTC),
        "uses_left": 5,
        "response_url": secrets.seal(sandbox.slack.response_url(typed.response_url_id)),
    }
    made = Stage(sandbox=sandbox, means=None, row=row)

    async def sleep(seconds: float) -> None:
        made.slept.append(seconds)
        await asyncio.sleep(0)

    made.means = SimpleNamespace(
        slack=lambda _team: client, secrets=secrets, now=lambda: row["created_at"], sleep=sleep
    )
    yield made
    await session.close()


async def answered(stage: Stage) -> int:
    return await reply(stage.means, stage.row, ANSWER)  # type: ignore[arg-type] -- as much of a row as is read


async def test_an_answer_goes_by_the_response_url(stage: Stage) -> None:
    assert await answered(stage) == 1
    assert (stage.told(), stage.slept) == ((1, 0), [])


async def test_where_the_response_url_fails_it_goes_by_direct_message(stage: Stage) -> None:
    stage.sandbox.slack.faults.add(RESPONSE_URL, Fault.status(503))

    assert await answered(stage) == 1
    assert (stage.told(), stage.slept) == ((0, 1), [])


async def test_where_both_fail_it_is_tried_again(stage: Stage) -> None:
    stage.sandbox.slack.faults.add(RESPONSE_URL, Fault.status(503), times=2)
    stage.sandbox.slack.faults.add("chat.postMessage", Fault.drop_before(), times=2)

    assert await answered(stage) == 3
    assert (stage.told(), stage.slept) == ((1, 0), [*AGAIN_AFTER[:2]])


async def test_where_everything_fails_it_ends_and_the_response_url_is_not_overused(stage: Stage) -> None:
    stage.sandbox.slack.faults.add(RESPONSE_URL, Fault.status(503), probability=1.0)
    stage.sandbox.slack.faults.add("chat.postMessage", Fault.ratelimited(1), probability=1.0)
    stage.row["uses_left"] = 3

    assert await answered(stage) == 3
    assert (stage.told(), stage.slept) == ((0, 0), [*AGAIN_AFTER])


async def test_a_direct_message_that_is_refused_is_not_tried_again(stage: Stage) -> None:
    stage.sandbox.slack.faults.add(RESPONSE_URL, Fault.status(503))
    stage.sandbox.slack.faults.add("chat.postMessage", Fault.error("user_disabled"))

    assert await answered(stage) == 1
    assert (stage.told(), stage.slept) == ((0, 0), [])
