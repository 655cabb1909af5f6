"""Run every loop until a signal arrives, then finish the work in progress."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from bot import housekeeping, loop, web
from bot.app.application import Bot
from bot.app.bootstrap import build
from bot.app.clock import now
from bot.config import Settings

_log = structlog.get_logger(__name__)

#: how long work in progress may take at the end; platforms kill a process ten seconds or more after SIGTERM
GRACE = timedelta(seconds=6)
#: how long Slack's last requests over a socket may take: Slack gives up on them after as long
LAST_ANSWERS = timedelta(seconds=3)
#: seconds between two turns of a loop at most; shorter than `application.STUCK_AFTER`
MAX_WAIT = 60.0


async def run(settings: Settings, *, worker: bool = False) -> None:
    """Run until SIGTERM or SIGINT, then finish the work in progress. Raises StartError and DatabaseError."""
    async with build(settings, listening=not worker) as bot:
        running = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(signum, bot.stopping.set)
        async with serving(bot, worker=worker):
            await bot.stopping.wait()
            _log.info("stopping")
    _log.info("stopped")


@asynccontextmanager
async def serving(bot: Bot, *, worker: bool = False) -> AsyncIterator[None]:
    """Listen and run every loop within the context; at its end finish the work in progress and release the claims."""
    settings = bot.settings
    server = None
    # Nothing of Slack's comes by HTTP to a worker, nor in Socket Mode.
    if settings.http_wanted or not (worker or bot.socket_receiver is not None):
        application = web.create(
            slack=bot.slack_events,
            hooks=bot.hooks,
            readiness=bot.check_readiness,
            metrics=bot.metrics.render,
            metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
        )
        server = await web.serve(application, host=settings.host, port=settings.port)
        bot.port = server.port
    halt = asyncio.Event()
    tasks = [asyncio.create_task(turns) for turns in _loops(bot, halt=halt, worker=worker)]
    _log.info("started", port=bot.port, database=bot.database.writer.dialect.name, worker=worker)
    try:
        yield
    finally:
        bot.stopping.set()
        await asyncio.gather(
            *([] if server is None else [server.stop()]),
            *([] if bot.socket_receiver is None else [bot.socket_receiver.stop(within=LAST_ANSWERS)]),
        )
        halt.set()
        await asyncio.gather(*tasks)
        # A list gives its long tasks to the poller, which then writes them down.
        await asyncio.gather(bot.site_lister.stop(within=GRACE / 3), bot.watcher.stop(within=GRACE / 3))
        await asyncio.gather(
            bot.command_worker.stop(within=GRACE), bot.poller.stop(within=GRACE), bot.deliverer.stop(within=GRACE)
        )


def _loops(bot: Bot, *, halt: asyncio.Event, worker: bool) -> list[Coroutine[None, None, None]]:
    poller, deliverer, commands = bot.poller, bot.deliverer, bot.command_worker
    steps: list[tuple[str, loop.Step, asyncio.Event | None]] = [
        ("poll", poller.claim_step, poller.wake),
        ("write", poller.write_step, poller.look_finished),
        ("poll claims", poller.renew_step, None),
        ("site lists", bot.site_lister.step, bot.site_lister.wake),
        ("site list claims", bot.site_lister.renew_step, None),
        ("watches", bot.watcher.step, bot.watcher.wake),
        ("watch claims", bot.watcher.renew_step, None),
        ("deliver", deliverer.step, deliverer.wake),
        ("deliver claims", deliverer.renew_step, None),
        ("channels", bot.channel_list.step, None),
        ("people", bot.person_check.step, None),
        ("housekeeping", housekeeping.step(bot.database, retention_days=bot.settings.retention_days, now=now), None),
    ]
    if bot.socket_receiver is not None:
        steps.append(("socket", bot.socket_receiver.step, bot.socket_receiver.wake))
    if not worker:
        steps += [("commands", commands.step, commands.wake), ("command claims", commands.renew_step, None)]
    bot.heartbeats.update((name, loop.Heartbeat(name)) for name, _step, _wake in steps)
    return [
        loop.run(
            step,
            name=name,
            stop=halt,
            wake=wake,
            heartbeat=bot.heartbeats[name],
            max_wait=MAX_WAIT,
            count=bot.metrics.turn,
        )
        for name, step, wake in steps
    ]
