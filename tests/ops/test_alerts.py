"""Each alert fires for the fault it is for, and no other does, evaluated by Prometheus's own promtool."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import yaml
from structlog.typing import EventDict

from bot import loop
from sandbox.slack import Fault
from tests.ops.faults import FAULTS, LONG_STORY, STORY
from tests.support.clock import Clock
from tests.support.promtool import ALERTS, HELD, evaluate, held
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool: install prometheus")

RULES = {rule["alert"]: rule for rule in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]}
#: alerts whose faults are no matter of one step of the bot, each with a test of its own
ALONE = {"LongtaskNotScraped", "LongtaskLoopStopped", "LongtaskSlackNotHeard"}


async def scrape(bot: SteppedBot) -> bytes:
    """What Prometheus is answered now."""
    bot.bot.stored_figures.fresh_for = timedelta(0)
    async with aiohttp.ClientSession() as session, session.get(f"{bot.sandbox.public.target}/metrics") as answer:
        assert answer.status == 200
        return await answer.read()


@pytest.fixture
async def following(stepped: SteppedBot, logs: list[EventDict]) -> SteppedBot:
    """A bot that follows a long task."""
    remote_id = stepped.confluence.add(LONG_STORY)
    await stepped.ask(remote_id)
    await stepped.until(lambda: stepped.thread(remote_id))
    return stepped


def test_every_alert_has_a_fault() -> None:
    assert {name for names in FAULTS.values() for name in names} | ALONE == set(RULES)


@needs_promtool
def test_prometheus_can_read_the_rules() -> None:
    ran = subprocess.run(["promtool", "check", "rules", str(ALERTS)], capture_output=True, text=True, check=False)  # noqa: S603, S607 -- of the path that CI installs

    assert (ran.returncode, ran.stdout.split("\n")[1].strip()) == (0, f"SUCCESS: {len(RULES)} rules found")


@needs_promtool
def test_prometheus_can_read_the_configuration_of_the_runbook(tmp_path: Path) -> None:
    runbook = Path("docs/runbook.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", runbook, flags=re.MULTILINE | re.DOTALL)
    file = tmp_path / "prometheus.yml"
    file.write_text(shown.replace(str(ALERTS), str(ALERTS.absolute())), encoding="utf-8")
    ran = subprocess.run(["promtool", "check", "config", str(file)], capture_output=True, text=True, check=False)  # noqa: S603, S607 -- of the path that CI installs

    assert (ran.returncode, ran.stderr) == (0, "")


@needs_promtool
async def test_no_alert_fires_while_a_long_task_is_followed_to_its_end(following: SteppedBot, tmp_path: Path) -> None:
    before = await scrape(following)
    await following.follow(STORY)
    await following.run(120)

    assert evaluate(held(before, await scrape(following)), (), tmp_path) == ""


@needs_promtool
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_an_alert_fires_for_its_fault_and_no_other_does(
    following: SteppedBot, tmp_path: Path, fault: Callable[[SteppedBot], Awaitable[None]]
) -> None:
    before = await scrape(following)
    await fault(following)
    after = await scrape(following)

    assert evaluate([before] * HELD, (), tmp_path) == ""
    assert evaluate(held(before, after), FAULTS[fault], tmp_path) == ""


@needs_promtool
async def test_an_alert_fires_when_nothing_is_scraped(following: SteppedBot, tmp_path: Path) -> None:
    assert evaluate(held(await scrape(following), b""), {"LongtaskNotScraped"}, tmp_path) == ""


@needs_promtool
async def test_an_alert_fires_when_a_loop_turns_no_more(following: SteppedBot, tmp_path: Path) -> None:
    async def turn() -> bytes:
        stop = asyncio.Event()

        async def step() -> float:
            stop.set()
            return await following.bot.poller.claim_step()

        await loop.run(step, name="poll", stop=stop, count=following.bot.metrics.work.turn)
        await following.bot.poller.settle()
        return await scrape(following)

    turning = [await turn() for _ in range(12)]

    assert evaluate(turning, (), tmp_path) == ""
    assert evaluate([*turning, *[await scrape(following)] * HELD], {"LongtaskLoopStopped"}, tmp_path) == ""


@needs_promtool
async def test_an_alert_fires_when_slack_is_not_heard_in_socket_mode(
    migrated_sqlite_url: str, clock: Clock, tmp_path: Path, logs: list[EventDict]
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock, socket=True) as bot:
        before = await scrape(bot)
        bot.slack.faults.add("apps.connections.open", Fault.error("invalid_auth"), probability=1.0)
        for connection in bot.slack.sockets.open:
            connection.drop()
        while b"longtask_sockets_open 0.0" not in await scrape(bot):
            await bot.connect()
        after = await scrape(bot)

    assert evaluate([before] * HELD, (), tmp_path) == ""
    assert evaluate(held(before, after), {"LongtaskSlackNotHeard"}, tmp_path) == ""
