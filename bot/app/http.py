"""Listen for HTTP before the bot is built: alive at once, not ready, and Slack and scripts are asked to come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bot import web
from bot.app.application import Bot
from bot.config import Settings

_log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class Http:
    """A process's answers over HTTP, from its start to its end."""

    #: set when the process is to end
    stopping: asyncio.Event
    #: where Slack's requests go; None if none come by HTTP
    slack: web.Deferred | None
    #: where scripts' calls go; None in a worker
    hooks: web.Deferred | None
    #: None where nothing listens
    server: web.Server | None = None
    bot: Bot | None = None

    @property
    def port(self) -> int | None:
        """The port on which it listens; None where nothing does."""
        return None if self.server is None else self.server.port

    def begin(self, bot: Bot) -> None:
        """Pass requests on to a bot that is built."""
        self.bot, bot.port = bot, self.port
        if self.slack is not None and bot.slack_events is not None:
            self.slack.begin(bot.slack_events)
        if self.hooks is not None and bot.hooks is not None:
            self.hooks.begin(bot.hooks)

    async def check_readiness(self) -> list[str]:
        """Return the reasons why this process is not ready; empty if it is."""
        if self.stopping.is_set():
            return ["stopping"]
        return ["starting"] if self.bot is None else await self.bot.check_readiness()

    async def scrape(self) -> bytes:
        """Return the metrics as Prometheus text; none while the bot starts."""
        return b"" if self.bot is None else await self.bot.scrape()

    async def stop(self) -> None:
        """Accept no more requests, and finish those under way."""
        if self.server is not None:
            server, self.server = self.server, None
            await server.stop()


@asynccontextmanager
async def listening(settings: Settings, *, stopping: asyncio.Event, worker: bool = False) -> AsyncIterator[Http]:
    """Listen within the context, if this process answers HTTP at all. Raises CannotListen.

    Platforms end a process that does not listen soon (Heroku: 60 s, devcenter.heroku.com/articles/limits), however
    long its database takes.
    """
    by_socket = settings.socket_mode
    http = Http(
        stopping=stopping,
        slack=None if worker or by_socket else web.Deferred(),
        hooks=None if worker else web.Deferred(),
    )
    # Nothing of Slack's comes by HTTP to a worker, nor in Socket Mode.
    if settings.http_wanted or not (worker or by_socket):
        application = web.create(
            slack=http.slack,
            hooks=http.hooks,
            readiness=http.check_readiness,
            metrics=http.scrape,
            metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
        )
        http.server = await web.serve(application, host=settings.host, port=settings.port)
        _log.info("listening", port=http.port)
    try:
        yield http
    finally:
        await http.stop()
