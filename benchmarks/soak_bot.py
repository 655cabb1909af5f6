"""Polling, delivery and housekeeping for many sites and workspaces in one process, which prints what it holds as JSON.

The settings of the environment name one site and one workspace, so the parts are built here as `bot.app` builds them.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, process_time

from sqlalchemy import func, select, text

from benchmarks.figure_4_memory import resident_kilobytes
from benchmarks.looking import Lateness
from bot import deliver, housekeeping, log, loop
from bot.clients.confluence import ConfluenceClient, Credential, OperatorCredential, Site, open_session
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session as open_slack_session
from bot.db import sites
from bot.db.engine import Database, open_database
from bot.db.models import long_tasks, messages
from bot.db.secrets import Secrets
from bot.db.slack_models import workspaces
from bot.db.url import parse
from bot.deliver import Deliverer
from bot.domain.command import SiteKind
from bot.domain.person import Installation
from bot.domain.poll_interval import Bounds
from bot.domain.states import MessageState
from bot.poll import Poller
from bot.render.i18n import CATALOGS, load_catalogs

#: how long work in progress may take at the end
GRACE = timedelta(seconds=6)


def now() -> datetime:
    """The current time (UTC)."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class EveryWorkspace:
    """One client for all workspaces: the Slack that answers does not look at the token."""

    slack: SlackClient

    async def client(self, _team_id: str, _enterprise_id: str | None, /) -> SlackClient:
        """Return the client."""
        return self.slack

    async def installation(self, team_id: str, _enterprise_id: str | None, /) -> Installation:
        """Every workspace has installed the app."""
        return Installation(team_id=team_id)

    async def serves(self, _team_id: str, _enterprise_id: str | None, /) -> bool:
        """Every workspace is served."""
        return True

    async def default_team(self, _enterprise_id: str | None, /) -> None:
        """Every request names its workspace."""
        return


@dataclass(kw_only=True)
class Sampling:
    """Prints a line of JSON every so many seconds."""

    database: Database
    metrics: Lateness
    every: float
    began: float = field(default_factory=monotonic)

    async def step(self) -> float:
        """Print what holds now; lateness and looks are those since the line before."""
        late, self.metrics.seconds = sorted(self.metrics.seconds), []
        at = now()
        async with self.database.read() as connection:
            due = select(func.count()).select_from(long_tasks).where(long_tasks.c.due_at < at)
            stale = select(func.count()).select_from(messages).where(messages.c.stale_since.is_not(None))
            planned = select(func.count()).select_from(messages).where(messages.c.state == MessageState.PLANNED)
            claimed = select(func.count()).select_from(workspaces).where(workspaces.c.claim_id.is_not(None))
            counts = [(await connection.execute(query)).scalar_one() for query in (due, stale, planned, claimed)]
            pages = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            size = (await connection.execute(pages)).scalar_one()
            found = {
                "seconds": round(monotonic() - self.began, 1),
                "megabytes": round(resident_kilobytes(os.getpid()) / 1024, 1),
                "cpu": round(process_time(), 2),
                "looks": len(late),
                "late_median": late[len(late) // 2] if late else None,
                "late_p99": late[int(len(late) * 0.99)] if late else None,
                "due": counts[0],
                "stale_cards": counts[1],
                "planned_messages": counts[2],
                "claimed_workspaces": counts[3],
                "database_megabytes": round(size / 1e6, 1),
                "tasks": len(asyncio.all_tasks()),
            }
        print(json.dumps(found), flush=True)
        return self.every


async def _run(url: str, api: str, *, interval: float, every: float) -> None:
    database = open_database(parse(url))
    async with database.read() as connection:
        known = await sites.all_sites(connection)
    session, slack_session, metrics, stop = open_session(), open_slack_session(api), Lateness(), asyncio.Event()
    client = SlackClient(slack_session, token="xoxb-bench", base_url=api, metrics=metrics)  # noqa: S106 -- nobody's token
    poller = Poller(
        database=database.share(),
        confluence=ConfluenceClient(session),
        sites={site.id: Site(kind=SiteKind.CLOUD, base_url=site.base_url) for site in known},
        credentials=OperatorCredential(1, Credential.basic("bench@example.com", "token")),
        now=now,
        bounds=Bounds(min_seconds=interval, max_seconds=interval),
        metrics=metrics,
    )
    deps = deliver.Deps(
        database=database.share(),
        slack=EveryWorkspace(client),
        catalogs=load_catalogs(CATALOGS),
        secrets=Secrets(["bench"]),
        metrics=metrics,
        now=now,
        site_urls={site.id: site.base_url for site in known},
    )
    deliverer = Deliverer(deps=deps, wake=poller.delivery_wake)
    steps = (
        (poller.claim_step, poller.wake),
        (poller.write_step, poller.look_finished),
        (poller.renew_step, None),
        (deliverer.step, deliverer.wake),
        (deliverer.renew_step, None),
        (housekeeping.step(database, retention_days=30, now=now), None),
        (Sampling(database=database, metrics=metrics, every=every).step, None),
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    turns = (loop.run(step, name=step.__qualname__, stop=stop, wake=wake) for step, wake in steps)
    await asyncio.gather(*turns)
    await asyncio.gather(poller.stop(within=GRACE), deliverer.stop(within=GRACE))
    for opened in (session, slack_session, database):
        await opened.close()


if __name__ == "__main__":
    log.set_up(level="ERROR", style="json")
    asyncio.run(_run(sys.argv[1], sys.argv[2], interval=float(sys.argv[3]), every=float(sys.argv[4])))
