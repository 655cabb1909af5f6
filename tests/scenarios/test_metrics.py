"""Every metric moves when what it measures happens to the real bot."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from bot.clients.confluence import ConfluenceClient
from bot.db.models import pauses
from bot.domain.poll_result import PollResult
from bot.domain.snapshot import Kind
from bot.metrics import Metrics
from sandbox.confluence import Moment, Story
from sandbox.confluence.faults import status
from sandbox.harness import Sandbox, open_sandbox
from sandbox.slack import Fault
from tests.support.metrics import families, read

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


async def test_every_metric_moves(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = await sandbox.start_bot()
    sandbox.slack.faults.add("chat.postMessage", Fault.slow_answer(0.3))
    sandbox.slack.faults.add("chat.update", Fault.ratelimited(1))
    missing = asyncio.create_task(until_moved(bot.metrics, families(bot.metrics), seconds=45))
    remote_id = sandbox.confluence.add(MOVING)
    part = json.dumps({"id": remote_id, "percentageComplete": 1, "errors": [7]})
    sandbox.confluence.faults.add(status(200, body=part), task=remote_id, times=3)
    await sandbox.type(remote_id)
    first = {"longtask_looks_total", "longtask_rate_limited_total", "longtask_messages_edited_total"}
    assert await until_moved(bot.metrics, first, seconds=30) == set()

    async def crash(*_looked_at: object, **_options: object) -> PollResult:
        raise RuntimeError("a mistake in reading an answer")

    monkeypatch.setattr(ConfluenceClient, "look", crash)
    assert await until_moved(bot.metrics, {"longtask_rows_set_aside_total"}, seconds=30) == set()

    async with bot.database.begin() as connection:
        # without one of its tables the poller crashes at every turn
        await connection.run_sync(pauses.drop)

    assert await missing == set()
