"""A running bot and its parts."""

import asyncio
from dataclasses import dataclass, field

from bot import loop
from bot.app.stored_figures import StoredFigures
from bot.config import Settings
from bot.db.engine import Database, ping
from bot.db.migrate import pending
from bot.db.write_probe import WriteProbe
from bot.deliver import ChannelList, Deliverer, PersonCheck
from bot.follow import CommandWorker, Watcher
from bot.metrics import Metrics
from bot.poll import Poller, SiteLister
from bot.socket_mode import SocketReceiver
from bot.web import Hooks, SlackEvents


class StartError(Exception):
    """The bot cannot start; the message is one sentence for the operator."""


@dataclass(kw_only=True)
class Bot:
    """Every part of a running bot."""

    settings: Settings
    database: Database
    write_probe: WriteProbe
    metrics: Metrics
    stored_figures: StoredFigures
    command_worker: CommandWorker
    poller: Poller
    site_lister: SiteLister
    watcher: Watcher
    deliverer: Deliverer
    channel_list: ChannelList
    person_check: PersonCheck
    #: None in a worker, and in Socket Mode
    slack_events: SlackEvents | None
    #: None but in Socket Mode
    socket_receiver: SocketReceiver | None
    #: None in a worker
    hooks: Hooks | None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    #: of each loop, by its name
    heartbeats: dict[str, loop.Heartbeat] = field(default_factory=dict)
    #: the port on which HTTP listens; None before it does
    port: int | None = None

    async def scrape(self) -> bytes:
        """All metrics in Prometheus's text format, with what the database holds now."""
        await self.stored_figures.refresh()
        return self.metrics.render()

    async def check_readiness(self) -> list[str]:
        """Return the reasons why this process is not ready; empty if it is."""
        if self.stopping.is_set():
            return ["stopping"]
        trouble = await ping(self.database)
        if trouble is not None:
            return [f"the database does not answer: {trouble}"]
        unready = await pending(self.database)
        if unready is not None:
            return [unready]
        unwritten = await self.write_probe.trouble()
        reasons = [] if unwritten is None else [f"the database takes no writes: {unwritten}"]
        unheard = self.socket_receiver.trouble() if self.socket_receiver is not None else None
        if unheard is not None:
            reasons.append(f"Slack is not heard: {unheard}")
        clock = asyncio.get_running_loop().time()
        troubles = [beat.trouble(clock) for beat in self.heartbeats.values()]
        return reasons + [trouble for trouble in troubles if trouble is not None]
