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
    if not worker or settings.http_wanted:
        application = web.create(
            slack=bot.slack_events,
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
        if server is not None:
            await server.stop()
        halt.set()
        await asyncio.gather(*tasks)
        await asyncio.gather(
            bot.command_worker.stop(within=GRACE), bot.poller.stop(within=GRACE), bot.deliverer.stop(within=GRACE)
        )


def _loops(bot: Bot, *, halt: asyncio.Event, worker: bool) -> list[Coroutine[None, None, None]]:
    poller, deliverer, commands = bot.poller, bot.deliverer, bot.command_worker
    steps: list[tuple[str, loop.Step, asyncio.Event | None]] = [
        ("poll", poller.claim_step, poller.wake),
        ("write", poller.write_step, poller.look_finished),
        ("poll claims", poller.renew_step, None),
        ("deliver", deliverer.step, deliverer.wake),
        ("deliver claims", deliverer.renew_step, None),
        ("channels", bot.channel_list.step, None),
        ("people", bot.person_check.step, None),
        ("housekeeping", housekeeping.step(bot.database, retention_days=bot.settings.retention_days, now=now), None),
    ]
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
