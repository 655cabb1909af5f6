"""The real deliverer against the Slack simulator, on a passed-in clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.busy_workspace import TOKEN, Clock
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session
from bot.clients.slack.workspaces import SingleWorkspace
from bot.db.engine import open_database
from bot.db.migrate import migrate
from bot.db.secrets import Secrets
from bot.db.url import parse
from bot.deliver import Deliverer, Deps
from bot.metrics import Metrics
from bot.render.i18n import load_catalogs
from sandbox.slack import SlackSimulator

CATALOGS = Path(__file__).parent.parent / "bot" / "render" / "catalogs"


@asynccontextmanager
async def delivering(clock: Clock) -> AsyncIterator[tuple[Deliverer, SlackSimulator]]:
    """A deliverer with an empty database, and the simulated Slack that it calls."""
    with TemporaryDirectory() as folder:
        database = open_database(parse(f"sqlite+aiosqlite:///{folder}/bench.db"))
        await migrate(database)
        async with SlackSimulator(clock=clock.seconds) as slack, open_session(slack.api_url) as session:
            metrics = Metrics()
            client = SlackClient(session, token=TOKEN, base_url=slack.api_url, metrics=metrics)
            deps = Deps(
                database=database,
                slack=SingleWorkspace(client),
                catalogs=load_catalogs(CATALOGS),
                secrets=Secrets(["a secret that guards nothing at all"]),
                metrics=metrics,
                now=clock.now,
                site_urls={},
                monotonic=clock.seconds,
            )
            yield Deliverer(deps=deps), slack
        await database.close()


async def turn(deliverer: Deliverer) -> float:
    """Steps until none asks for another at once; seconds to wait."""
    deliverer.wake.set()
    wait = 0.0
    while deliverer.wake.is_set():
        deliverer.wake.clear()
        wait = await deliverer.step()
        await deliverer.settle()
    return wait
