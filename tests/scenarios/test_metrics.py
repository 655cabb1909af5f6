"""Every metric of a process moves when what it measures happens to the real bot."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.clients.confluence import ConfluenceClient
from bot.clients.slack.client import SlackClient
from bot.db.models import pauses
from bot.db.slack_models import workspaces
from bot.domain.poll_result import PollResult
from bot.domain.snapshot import Kind
from bot.metrics import Metrics
from sandbox.confluence import Moment, Story
from sandbox.confluence.faults import status
from sandbox.harness import CHANNEL, PERSON, TEAM, Sandbox, open_sandbox
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.metrics import families, read
from tests.support.refusing_database import read_only_file
from tests.support.stepped_bot import SteppedBot

#: moves each second, with a status key that is in no table
MOVING = Story(
    name="moving",
    operation=Kind.OTHER,
    moments=tuple(Moment(at=second, percent=second, key="STATUS_SOMETHING_NEW") for second in range(100)),
    ends_at=100,
)


def moved(metrics: Metrics) -> set[str]:
    """The families that have a sample other than zero."""
    names = [sample for sample, value in read(metrics.render()) if value and "_created" not in sample]
    return {family for family in families(metrics) if any(name.startswith(family) for name in names)}


async def until_moved(metrics: Metrics, wanted: set[str], *, seconds: float) -> set[str]:
    """Watch the metrics until all wanted families have moved, or for so many seconds; those that have not."""
    missing = wanted - moved(metrics)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while missing:
                await asyncio.sleep(0.05)
                missing -= moved(metrics)
    return missing


@pytest.fixture
async def sandbox(sqlite_url: str) -> AsyncIterator[Sandbox]:
    """Both simulators on the real clock, for a quick bot in Socket Mode, which has metrics of its own."""
    quick = {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5"}
    async with open_sandbox(
        database_url=sqlite_url, environ=quick, ack_seconds=60.0, store_seconds=60.0, socket=True
    ) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the tracebacks of intended crashes from being rendered, which takes seconds."""
    with capture_logs():
        yield


@pytest.mark.timeout(240)
async def test_every_metric_of_the_process_moves(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = await sandbox.start_bot()
    # Those that only the database knows are read when they are asked for.
    wanted = families(bot.metrics) - {family.name for family in bot.metrics.stored.collect()}
    sandbox.slack.faults.add("chat.postMessage", Fault.slow_answer(0.3))
    sandbox.slack.faults.add("chat.update", Fault.ratelimited(1))
    missing = asyncio.create_task(until_moved(bot.metrics, wanted, seconds=150))
    remote_id = sandbox.confluence.add(MOVING)
    part = json.dumps({"id": remote_id, "percentageComplete": 1, "errors": [7]})
    sandbox.confluence.faults.add(status(200, body=part), task=remote_id, times=3)
    await sandbox.type(remote_id)
    first = {"longtask_looks_total", "longtask_rate_limited_total", "longtask_messages_edited_total"}
    assert await until_moved(bot.metrics, first, seconds=30) == set()

    async def crash(*_arguments: object, **_options: object) -> PollResult:
        raise RuntimeError("a mistake in reading an answer")

    monkeypatch.setattr(ConfluenceClient, "look", crash)
    monkeypatch.setattr(SlackClient, "post", crash)
    crashed = {"longtask_rows_set_aside_total", "longtask_crashes_total"}
    assert await until_moved(bot.metrics, crashed, seconds=30) == set()

    async with bot.database.begin() as connection:
        await connection.execute(update(workspaces).values(claim_id="of another process"))
    assert await until_moved(bot.metrics, {"longtask_claims_lost_total"}, seconds=30) == set()

    async with read_only_file("").refusing(bot.database):
        await sandbox.type("help")

    async with bot.database.begin() as connection:
        # without one of its tables the poller crashes at every turn
        await connection.run_sync(pauses.drop)

    assert await missing == set()


async def test_no_label_names_a_workspace_channel_person_task_or_address(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(scenario("copy_with_renames_and_restrictions"))
    await stepped.run(90)
    text = (await stepped.bot.scrape()).decode()

    assert 'longtask_subscriptions_ended_total{outcome="finished with problems"} 1.0' in text
    assert [word for word in (TEAM, CHANNEL, PERSON, remote_id, "127.0.0.1") if word in text] == []
