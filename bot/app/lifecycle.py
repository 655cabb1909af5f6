"""Run every loop until a signal arrives, then finish the work in progress."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import NamedTuple

import structlog

from bot import housekeeping, loop
from bot.app.application import Bot
from bot.app.bootstrap import build
from bot.app.clock import now
from bot.app.http import Http, listening
from bot.app.interruption import unless_stopped
from bot.config import Settings

_log = structlog.get_logger(__name__)

#: how long work in progress may take at the end
GRACE = timedelta(seconds=6)
#: how long the last turns of the loops may take
LAST_TURNS = timedelta(seconds=4)
#: how long the end may take in all; platforms kill a process ten seconds or more after SIGTERM
END = timedelta(seconds=8)
#: how long requests are accepted at the end, at most, so that whatever sends them learns of it by `/readyz`
DRAINING = timedelta(seconds=5)
#: how long Slack's last requests over a socket may take: Slack gives up on them after as long
LAST_ANSWERS = timedelta(seconds=3)
#: seconds between two turns of a loop at most; shorter than `loop.HANGS_AFTER`
MAX_WAIT = 60.0
#: seconds; what is to be delivered is read once for all that changed meanwhile
DELIVERY_BEAT = 0.1


async def run(settings: Settings, *, worker: bool = False) -> None:
    """Run until SIGTERM or SIGINT, then finish the work in progress.

    Raises CannotListen, StartError, DatabaseError and DatabaseAway.
    """
    stopping = asyncio.Event()
    running = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(signum, stopping.set)
    async with listening(settings, stopping=stopping, worker=worker) as http:
        await live(settings, http=http, stopping=stopping, worker=worker)
    _log.info("stopped")


async def live(settings: Settings, *, http: Http, stopping: asyncio.Event, worker: bool = False) -> None:
    """Build the bot and run it until `stopping` is set: a start is cut off then, work in progress is finished.

    Raises StartError, DatabaseError and DatabaseAway.
    """
    async with AsyncExitStack() as stack:
        parts = build(settings, listening=not worker, stopping=stopping)
        bot = await unless_stopped(stopping, stack.enter_async_context(parts))
        if bot is not None:
            await stack.enter_async_context(serving(bot, http=http, worker=worker))
            await stopping.wait()
        _log.info("stopping")


@asynccontextmanager
async def serving(bot: Bot, *, http: Http | None = None, worker: bool = False) -> AsyncIterator[None]:
    """Answer requests and run every loop within the context; at its end finish the work in progress.

    `http`: what listens already. What comes in at the end is still stored and acknowledged, while `/readyz` says
    `stopping`: the next process carries it out.
    """
    async with AsyncExitStack() as stack:
        if http is None:
            opening = listening(bot.settings, stopping=bot.stopping, worker=worker)
            http = await stack.enter_async_context(opening)
        http.begin(bot)
        halt = asyncio.Event()
        tasks = [asyncio.create_task(turns) for turns in _loops(bot, halt=halt, worker=worker)]
        _log.info("started", port=bot.port, database=bot.database.writer.dialect.name, worker=worker)
        try:
            yield
        finally:
            bot.stopping.set()
            finishing = asyncio.create_task(_finish(bot, tasks, halt))
            await asyncio.wait({finishing}, timeout=DRAINING.total_seconds())
            await asyncio.gather(finishing, http.stop())
            # what was acknowledged meanwhile
            await bot.command_worker.stop(within=LAST_ANSWERS / 3)


async def _finish(bot: Bot, tasks: Sequence[asyncio.Task[None]], halt: asyncio.Event) -> None:
    """End the loops, finish the work in progress and give the claims back."""
    clock = asyncio.get_running_loop().time
    ends_at = clock() + END.total_seconds()

    def at_most(limit: timedelta) -> timedelta:
        return min(limit, timedelta(seconds=max(0.0, ends_at - clock())))

    if bot.socket_receiver is not None:
        await bot.socket_receiver.stop(within=LAST_ANSWERS)
    halt.set()
    _, hanging = await asyncio.wait(tasks, timeout=at_most(LAST_TURNS).total_seconds())
    for task in hanging:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # A list gives its long tasks to the poller, which then writes them down.
    brief = at_most(GRACE / 3)
    await asyncio.gather(bot.site_lister.stop(within=brief), bot.watcher.stop(within=brief))
    rest = at_most(GRACE)
    await asyncio.gather(
        bot.command_worker.stop(within=rest), bot.poller.stop(within=rest), bot.deliverer.stop(within=rest)
    )


class _Loop(NamedTuple):
    """A step of a part of the bot, and what begins it early."""

    name: str
    step: loop.Step
    wake: asyncio.Event | None = None
    #: seconds between two steps at least
    min_wait: float = 0.0


def _loops(bot: Bot, *, halt: asyncio.Event, worker: bool) -> list[Coroutine[None, None, None]]:
    poller, deliverer, commands = bot.poller, bot.deliverer, bot.command_worker
    loops = [
        _Loop("poll", poller.claim_step, poller.wake),
        _Loop("write", poller.write_step, poller.look_finished),
        _Loop("poll claims", poller.renew_step),
        _Loop("site lists", bot.site_lister.step, bot.site_lister.wake),
        _Loop("site list claims", bot.site_lister.renew_step),
        _Loop("watches", bot.watcher.step, bot.watcher.wake),
        _Loop("watch claims", bot.watcher.renew_step),
        _Loop("deliver", deliverer.step, deliverer.wake, DELIVERY_BEAT),
        _Loop("deliver claims", deliverer.renew_step),
        _Loop("channels", bot.channel_list.step),
        _Loop("people", bot.person_check.step),
        _Loop("lag", loop.Lag(bot.metrics.work.lag).step),
        _Loop("housekeeping", housekeeping.step(bot.database, retention_days=bot.settings.retention_days, now=now)),
    ]
    if bot.socket_receiver is not None:
        loops.append(_Loop("socket", bot.socket_receiver.step, bot.socket_receiver.wake))
    if not worker:
        loops += [_Loop("commands", commands.step, commands.wake), _Loop("command claims", commands.renew_step)]
    bot.heartbeats.update((each.name, loop.Heartbeat(each.name)) for each in loops)
    return [
        loop.run(
            each.step,
            name=each.name,
            stop=halt,
            wake=each.wake,
            heartbeat=bot.heartbeats[each.name],
            min_wait=each.min_wait,
            max_wait=MAX_WAIT,
            count=bot.metrics.work.turn,
        )
        for each in loops
    ]
