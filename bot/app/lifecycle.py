"""Let every loop turn until the process is told to stop, then finish what is in hand."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from bot import housekeeping, loop, web
from bot.app.application import Bot
from bot.app.bootstrap import build
from bot.app.clock import now
from bot.config import Settings

_log = structlog.get_logger(__name__)

#: a platform kills after ten seconds or more; so long may what is in hand take
IN_HAND = timedelta(seconds=6)


async def run(settings: Settings, *, worker: bool = False, started: Callable[[Bot], None] | None = None) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in hand. Raises StartError and DatabaseError."""
    async with build(settings, listening=not worker) as bot:
        running = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(signum, bot.stopping.set)
        async with serving(bot, worker=worker):
            if started is not None:
                started(bot)
            await bot.stopping.wait()
            _log.info("stopping")
    _log.info("stopped")


@asynccontextmanager
async def serving(bot: Bot, *, worker: bool = False) -> AsyncIterator[None]:
    """Listen and let every loop turn; at the end finish what is in hand and give the claims back."""
    settings = bot.settings
    server = None
    if not worker or settings.http_wanted:
        metrics_token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
        application = web.create(
            slack=bot.slack_app, ready=bot.ready, metrics=bot.metrics.render, metrics_token=metrics_token
        )
        server = await web.serve(application, host=settings.host, port=settings.port)
        bot.port = server.port
    halt = asyncio.Event()
    turning = [asyncio.create_task(turn) for turn in _loops(bot, halt=halt, worker=worker)]
    _log.info("started", port=bot.port, database=bot.database.writer.dialect.name, worker=worker)
    try:
        yield
    finally:
        bot.stopping.set()
        if server is not None:
            await server.stop()
        halt.set()
        await asyncio.gather(*turning)
        await asyncio.gather(
            bot.answerer.stop(within=IN_HAND), bot.poller.stop(within=IN_HAND), bot.deliverer.stop(within=IN_HAND)
        )


def _loops(bot: Bot, *, halt: asyncio.Event, worker: bool) -> list[Coroutine[None, None, None]]:
    poller, deliverer, answerer = bot.poller, bot.deliverer, bot.answerer
    steps: list[tuple[str, Callable[[], Awaitable[float]], asyncio.Event | None]] = [
        ("poll", poller.claim_step, poller.wake),
        ("write", poller.write_step, poller.landed),
        ("poll claims", poller.renew_step, None),
        ("deliver", deliverer.step, deliverer.wake),
        ("deliver claims", deliverer.renew_step, None),
        ("housekeeping", housekeeping.step(bot.database, retention_days=bot.settings.retention_days, now=now), None),
    ]
    if not worker:
        steps += [("answer", answerer.step, answerer.wake), ("answer claims", answerer.renew_step, None)]
    turns = []
    for name, step, wake in steps:
        bot.heartbeats[name] = loop.Heartbeat(name)
        turns.append(loop.run(step, name=name, stop=halt, wake=wake, heartbeat=bot.heartbeats[name], rest_at_most=60.0))
    return turns
