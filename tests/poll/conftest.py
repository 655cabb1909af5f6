"""Real steps of follow and poll against a simulated Confluence over HTTP, on a clock that tests move."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bot.clients.confluence import ConfluenceClient, Credential, Site, open_session
from bot.clients.slack.client import SlackClient
from bot.db import accounts, sites, workspaces
from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.models import accounts as account_rows
from bot.db.models import findings, long_tasks, notices, pauses, subscriptions
from bot.db.models import sites as site_rows
from bot.db.secrets import Secrets
from bot.db.url import normalised
from bot.domain.command import Follow, Reference, SiteKind, SiteName
from bot.domain.poll_interval import Bounds
from bot.domain.samples import Sample
from bot.domain.states import Verbosity
from bot.follow import Means, SiteAccess
from bot.follow.deps import Asker
from bot.follow.following import follow
from bot.metrics import Metrics
from bot.poll import Poller, Reach
from bot.render.i18n import Catalogs, english
from bot.render.message import Message
from sandbox.confluence import ConfluenceSimulator, Story

TEAM = "T1"


class NoSlack:
    """Following needs Slack for permalinks alone."""

    async def permalink(self, channel: str, ts: str) -> str:
        return f"https://slack.example/{channel}/{ts}"


@dataclass(kw_only=True)
class Rig:
    """A database, sites, and the verbs between them."""

    database: Database
    clock: Any
    simulators: list[ConfluenceSimulator]
    access: list[SiteAccess]
    client: ConfluenceClient
    metrics: Metrics = field(default_factory=Metrics)
    bounds: Bounds = field(default_factory=lambda: Bounds(min_seconds=2, max_seconds=60))
    #: seconds that following slept
    slept: list[float] = field(default_factory=list)
    poller: Poller = field(init=False)

    def __post_init__(self) -> None:
        self.poller = self.new_poller()

    @property
    def site(self) -> ConfluenceSimulator:
        return self.simulators[0]

    def new_poller(self, **options: Any) -> Poller:
        """Another process on the same database, as after a restart."""
        settings: dict[str, Any] = {
            "database": self.database,
            "confluence": self.client,
            "reach": Reach(
                sites={access.name.site_id: access.site for access in self.access},
                credentials={access.account_id: access.credential for access in self.access},
            ),
            "now": self.clock,
            "bounds": self.bounds,
            "metrics": self.metrics,
            "jitter": lambda: 0.5,
        }
        return Poller(**settings | options)

    @property
    def means(self) -> Means:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            self.clock.move(seconds)

        slack: Callable[[str], SlackClient] = lambda _team: NoSlack()  # type: ignore[assignment,return-value] # noqa: E731 -- all that is asked of it
        return Means(
            database=self.database,
            confluence=self.client,
            slack=slack,
            catalogs=Catalogs(languages={"en": english()}),
            secrets=Secrets(["a secret of at least thirty-two characters"]),
            metrics=self.metrics,
            now=self.clock,
            sites={access.name.site_id: access for access in self.access},
            bounds=self.bounds,
            default_language="en",
            sleep=sleep,
        )

    async def follow(
        self, remote_id: str, *, channel: str = "C1", verbosity: Verbosity | None = None, site: int = 0
    ) -> Message:
        """What somebody who types it is answered."""
        asker = Asker(
            command_id=None,
            team_id=TEAM,
            channel_id=channel,
            user_id="U1",
            command="/longtask",
            texts=english(),
            person=None,
            foreign=False,
        )
        ref = Reference(site_id=self.access[site].name.site_id, remote_id=remote_id)
        return await follow(self.means, asker, Follow(refs=(ref,), verbosity=verbosity))

    async def begin(self, story: Story, **options: Any) -> str:
        """A story begins now and is followed; its id."""
        site = options.pop("site", 0)
        # Every simulator counts from the same number.
        chosen = f"{site}000{len(self.simulators[site].tasks)}" if site else None
        remote_id = self.simulators[site].add(story, remote_id=chosen)
        for channel in options.pop("channels", ("C1",)):
            await self.follow(remote_id, channel=channel, site=site, **options)
        return remote_id

    async def step(self) -> float:
        """One turn of every loop; seconds until the next."""
        wait = await self.poller.claim_step()
        await self.poller.settle()
        return wait

    async def run(self, seconds: float, *, until: Callable[[], Any] | None = None) -> None:
        """Let so much time pass, with a turn whenever something may be due."""
        end = self.clock().timestamp() + seconds
        while True:
            wait = await self.step()
            now = self.clock().timestamp()
            if now >= end or (until is not None and until()):
                return
            if wait >= 1.0:
                wait = await self._until_next(now)
            self.clock.move(min(wait, end - now))

    async def _until_next(self, now: float) -> float:
        """Seconds until the next time that is written down."""
        times: list[datetime] = []
        async with self.database.read() as connection:
            for column in (long_tasks.c.due_at, site_rows.c.probe_at, pauses.c.until):
                times += (await connection.execute(select(column).where(column.is_not(None)))).scalars()
        return min((at.timestamp() - now for at in times if at.timestamp() > now), default=3600.0)

    async def rows(self, table: Any, *where: Any) -> list[Any]:
        async with self.database.read() as connection:
            return list((await connection.execute(select(table).where(*where).order_by(*table.primary_key))).mappings())

    async def task(self, remote_id: str) -> Any:
        (row,) = await self.rows(long_tasks, long_tasks.c.remote_id == remote_id)
        return SimpleNamespace(**row)

    async def site_row(self, site: int = 0) -> Any:
        (row,) = await self.rows(site_rows, site_rows.c.id == self.access[site].name.site_id)
        return SimpleNamespace(**row)

    async def account_state(self, site: int = 0) -> str:
        (row,) = await self.rows(account_rows, account_rows.c.id == self.access[site].account_id)
        return str(row["state"])

    async def pauses(self) -> dict[str, float]:
        """Scope -> seconds that it rests from now on."""
        now = self.clock()
        return {row["scope"]: (row["until"] - now).total_seconds() for row in await self.rows(pauses)}

    async def told(self, remote_id: str, *, channel: str = "C1") -> list[str]:
        """What the thread is told besides its root and card, in its order."""
        task = await self.task(remote_id)
        threads = await self.rows(
            subscriptions, subscriptions.c.long_task_id == task.id, subscriptions.c.channel_id == channel
        )
        said = []
        for row in await self.rows(notices, notices.c.subscription_id == threads[-1]["id"]):
            facts = msgspec.json.decode(row["facts"])
            if row["kind"] == "trouble":
                said.append(f"{facts['trouble']} {'over' if facts['over'] else 'began'}")
            elif row["kind"] == "warnings":
                said.append(f"warnings {facts['first']}-{facts['last']}{' earlier' if facts['earlier'] else ''}")
            elif row["kind"] not in ("root", "card"):
                said.append(row["kind"])
        return said

    async def found(self, remote_id: str) -> dict[str, int]:
        """Key -> how many pages or cases."""
        task = await self.task(remote_id)
        counted: dict[str, int] = {}
        for row in await self.rows(findings, findings.c.long_task_id == task.id):
            counted[row["key"]] = counted.get(row["key"], 0) + (1 if row["count"] is None else row["count"])
        return counted

    def asked(self, site: int = 0) -> int:
        """Requests the site has seen."""
        return sum(self.simulators[site].answered.values())

    def times(self, site: int = 0) -> list[float]:
        """When it saw them, in seconds from the first."""
        log = self.simulators[site].log
        return [round(one.at - log[0].at, 3) for one in log]


async def _access(database: Database, simulator: ConfluenceSimulator, clock: Any, number: int) -> SiteAccess:
    kind = SiteKind(simulator.kind)
    alias = f"site{number}"
    async with database.begin() as connection:
        site_id = await sites.put_site(connection, alias=alias, kind=kind, base_url=simulator.base_url, cloud_id=None)
        if number == 0:
            account_id = await accounts.operator_account(connection, site_id=site_id, now=clock())
        else:
            made = account_rows.insert().values(kind="person", team_id=TEAM, user_id=f"U{number}", created_at=clock())
            account_id = int((await connection.execute(made.returning(account_rows.c.id))).scalar_one())
    token = simulator.account.token
    cloud = simulator.is_cloud
    return SiteAccess(
        name=SiteName(site_id=site_id, alias=alias, host="127.0.0.1", base_url=simulator.base_url, kind=kind),
        site=Site(kind=kind, base_url=simulator.base_url),
        people_url=simulator.people_url,
        account_id=account_id,
        credential=Credential.basic(simulator.account.email, token) if cloud else Credential.bearer(token),
    )


@asynccontextmanager
async def _open_rig(
    database: Database, clock: Any, *, kinds: Sequence[str] = ("cloud",), total: float = 8.0
) -> AsyncIterator[Rig]:
    """`total`: seconds that a look may take."""
    simulators = [ConfluenceSimulator(clock=clock.seconds, kind=kind) for kind in kinds]
    session = open_session(total=total)
    try:
        for simulator in simulators:
            await simulator.start()
        access = [await _access(database, one, clock, number) for number, one in enumerate(simulators)]
        async with database.begin() as connection:
            await workspaces.put_workspace(connection, TEAM, enterprise_id=None, now=clock())
        yield Rig(
            database=database, clock=clock, simulators=simulators, access=access, client=ConfluenceClient(session)
        )
    finally:
        await session.close()
        for simulator in simulators:
            await simulator.stop()


@pytest.fixture
async def rig(database: Database, clock: Any) -> AsyncIterator[Rig]:
    """One Cloud site, on both databases."""
    async with _open_rig(database, clock) as opened:
        yield opened


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(normalised(sqlite_url))
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def plain_rig(sqlite_database: Database, clock: Any) -> AsyncIterator[Rig]:
    """One Cloud site, on SQLite: for long stories."""
    async with _open_rig(sqlite_database, clock) as opened:
        yield opened


@pytest.fixture
async def impatient_rig(sqlite_database: Database, clock: Any) -> AsyncIterator[Rig]:
    """One Cloud site and a client that waits for a fifth of a second."""
    async with _open_rig(sqlite_database, clock, total=0.2) as opened:
        yield opened


@pytest.fixture
async def datacenter_rig(sqlite_database: Database, clock: Any) -> AsyncIterator[Rig]:
    async with _open_rig(sqlite_database, clock, kinds=("datacenter",)) as opened:
        yield opened


@pytest.fixture
async def two_sites(sqlite_database: Database, clock: Any) -> AsyncIterator[Rig]:
    async with _open_rig(sqlite_database, clock, kinds=("cloud", "cloud")) as opened:
        yield opened


def samples_of(row: Any) -> tuple[Sample, ...]:
    return msgspec.json.decode(row.samples, type=tuple[Sample, ...])


@pytest.fixture
def open_rig() -> Any:
    """Makes a rig of other kinds of sites."""
    return _open_rig
