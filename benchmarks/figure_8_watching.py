"""Figure 8: requests to Confluence for a channel that watches a site, against a GET for each long task as often."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import structlog

from benchmarks import Row, alone, fresh_seed
from bot import app, web
from bot.domain.snapshot import Kind
from sandbox.confluence.story import Moment, Story
from sandbox.harness import CHANNEL, PERSON, Sandbox, open_sandbox

RUNNING = 50
#: simulated seconds that are counted
LASTS = 600.0
#: simulated seconds before, in which everything is found and its thread begun
BEGINS = 120.0
#: simulated seconds between two turns
TURN = 0.5


@dataclass
class _Clock:
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def story(rng: Random) -> Story:
    """A copy that takes three hours, at a pace of its own."""
    step = rng.uniform(5.0, 60.0)
    count = int(3 * 3600 / step)
    moments = tuple(
        Moment(at=number * step, percent=int(80 * number / count), key="STATUS_COPYING_PAGES")
        for number in range(count)
    )
    return Story(name="copy", operation=Kind.COPY, moments=moments, ends_at=3 * 3600)


async def _requests(seed: int, *, watched: bool) -> tuple[int, int]:
    """How many lists and how many single looks there were while nothing ended."""
    clock, rng = _Clock(), Random(seed)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        sandbox = await stack.enter_async_context(open_sandbox(database_url=url, clock=clock.seconds, ack_seconds=60))
        bot = await stack.enter_async_context(
            app.build(sandbox.settings, now=clock.now, sleep=clock.sleep, jitter=rng.random, store_seconds=60)
        )
        site = web.create(slack=bot.slack_events, readiness=bot.check_readiness, metrics=bot.scrape)
        server = await web.serve(site, host="127.0.0.1", port=0)
        stack.push_async_callback(server.stop)
        sandbox.slack.request_url = f"http://127.0.0.1:{server.port}/slack/events"
        await _begin(bot, sandbox, clock, rng, watched=watched)
        sandbox.confluence.log.clear()
        await _turns(bot, clock, LASTS)
        lists = sum("/longtask?" in request.path for request in sandbox.confluence.log)
        return lists, len(sandbox.confluence.log) - lists


async def _begin(bot: app.Bot, sandbox: Sandbox, clock: _Clock, rng: Random, *, watched: bool) -> None:
    """Have fifty long tasks followed in one channel."""
    if watched:
        await sandbox.type("watch", user=PERSON, channel=CHANNEL)
        await _turns(bot, clock, 5)
    # A watch gathers what begins all at once, so a thread each takes half a minute each.
    for _ in range(RUNNING):
        remote_id = sandbox.confluence.add(story(rng))
        if not watched:
            await sandbox.type(remote_id, user=PERSON, channel=CHANNEL)
        await _turns(bot, clock, 31 if watched else 1)
    await _turns(bot, clock, BEGINS)


async def _turns(bot: app.Bot, clock: _Clock, seconds: float) -> None:
    until = clock.at + timedelta(seconds=seconds)
    while clock.at < until:
        for part in (bot.command_worker, bot.site_lister, bot.poller, bot.watcher, bot.deliverer):
            await part.renew_step()
        for step, settle in _steps(bot):
            await step()
            await settle()
        clock.at += timedelta(seconds=TURN)


def _steps(bot: app.Bot) -> tuple[tuple[Callable[[], Awaitable[float]], Callable[[], Awaitable[None]]], ...]:
    parts = (bot.command_worker, bot.site_lister, bot.watcher, bot.deliverer)
    return (*((part.step, part.settle) for part in parts), (bot.poller.claim_step, bot.poller.settle))


def measure(seed: int | None = None) -> Row:
    """Ten minutes of one site, on a passed-in clock."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seed = fresh_seed() if seed is None else seed
    lists, singles = asyncio.run(_requests(seed, watched=True))
    peer_lists, peer_singles = asyncio.run(_requests(seed, watched=False))
    # What a list says of all of them would take a GET each.
    share = (lists + singles) / (lists * RUNNING)
    return Row(
        number="8",
        what=f"a channel watches a site with {RUNNING} running long tasks, {LASTS / 60:.0f} minutes (seed {seed})",
        figure=f"{lists} lists and {singles} single looks: {share:.1%} of the requests for the same news",
        peer=f"a GET each as often: {lists * RUNNING}; the same bot without a watch, which looks at each"
        f" {lists * RUNNING / max(peer_singles, 1):.0f} times less often: {peer_singles},"
        f" of which the lists are {(lists + singles) / max(peer_singles, 1):.0%}",
        goal="≤ 10 % while nothing ends",
        met=share <= 0.1 and not peer_lists,
    )


if __name__ == "__main__":
    alone(measure)
