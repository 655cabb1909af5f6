"""The real steps of a poller against simulated Confluence sites over HTTP, on a clock that tests move."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.clients.confluence import ConfluenceClient, Credential, Site, open_session
from bot.db import accounts, due_long_tasks, findings, long_tasks, pauses, sites, subscriptions
from bot.db.engine import Database
from bot.db.rows import LongTaskRow, MessageRow, SiteRow
from bot.domain.command import SiteKind
from bot.domain.decide import decide
from bot.domain.message_facts import TroubleOver, TroubleStarted, Warnings
from bot.domain.message_kinds import MessageKind
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import NotFound, Seen
from bot.domain.states import Verbosity
from bot.domain.task_state import TaskState
from bot.metrics import Metrics
from bot.poll import Poller
from sandbox.confluence import ConfluenceSimulator, Story, TokenKind
from tests.support.clock import Clock
from tests.support.filled_database import CHANNEL, FilledDatabase, fill


@dataclass(frozen=True, kw_only=True)
class PolledSite:
    """A simulated site, and the account that polls it."""

    simulator: ConfluenceSimulator
    site_id: int
    account_id: int
    site: Site
    credential: Credential


@dataclass(kw_only=True)
class FixedCredentials:
    """Credentials by account id."""

    by_account: dict[int, Credential]

    async def credential(self, account_id: int, /) -> Credential | None:
        return self.by_account.get(account_id)


@dataclass(kw_only=True)
class PollRig:
    """A database, simulated sites, and a poller between them."""

    filled: FilledDatabase
    polled: list[PolledSite]
    client: ConfluenceClient
    metrics: Metrics = field(default_factory=Metrics)
    bounds: Bounds = field(default_factory=lambda: Bounds(min_seconds=2, max_seconds=60))
    credentials: FixedCredentials = field(init=False)
    poller: Poller = field(init=False)
    _threads: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.credentials = FixedCredentials(by_account={one.account_id: one.credential for one in self.polled})
        self.poller = self.new_poller()

    @property
    def database(self) -> Database:
        return self.filled.database

    @property
    def clock(self) -> Clock:
        return self.filled.clock

    @property
    def site(self) -> ConfluenceSimulator:
        """The only site, or the first."""
        return self.polled[0].simulator

    def new_poller(self, *, client: ConfluenceClient | None = None, max_looks: int = 32) -> Poller:
        """A poller of another process on the same database, as after a restart."""
        return Poller(
            database=self.database,
            confluence=client or self.client,
            sites={one.site_id: one.site for one in self.polled},
            credentials=self.credentials,
            now=self.clock,
            bounds=self.bounds,
            metrics=self.metrics,
            max_looks=max_looks,
            jitter=lambda: 0.5,
        )

    # -- given

    async def begin(
        self,
        story: Story,
        *,
        site: int = 0,
        channels: Sequence[str] = (CHANNEL,),
        verbosity: Verbosity = Verbosity.NORMAL,
    ) -> str:
        """Start a story, look at it once, and let channels follow it; its id."""
        polled = self.polled[site]
        # Every simulator counts from the same number.
        chosen = f"{site}000{len(polled.simulator.tasks)}" if site else None
        remote_id = polled.simulator.add(story, remote_id=chosen)
        await self._look_first(polled, remote_id)
        for channel in channels:
            await self.follow(remote_id, channel=channel, verbosity=verbosity, site=site)
        return remote_id

    async def _look_first(self, polled: PolledSite, remote_id: str) -> None:
        result = await self.client.look(polled.site, polled.credential, remote_id, account_id=polled.account_id)
        while isinstance(result, NotFound):
            # It starts in a moment.
            self.clock.move(3)
            result = await self.client.look(polled.site, polled.credential, remote_id, account_id=polled.account_id)
        assert isinstance(result, Seen)
        now = self.clock()
        before = TaskState(remote_id=remote_id, created_at=now)
        decision = decide(before, result, known={}, now=now, bounds=self.bounds, jitter=1.0)
        async with self.database.begin() as connection:
            row = await long_tasks.put(connection, site_id=polled.site_id, decision=decision, now=now)
            await accounts.add_viewer(connection, long_task_id=row.id, account_id=polled.account_id, now=now)
            await findings.add(connection, row.id, found=result.findings or (), seq=0, now=now)

    async def follow(
        self, remote_id: str, *, channel: str = CHANNEL, verbosity: Verbosity = Verbosity.NORMAL, site: int = 0
    ) -> int:
        """Let a channel follow a long task from now on; the subscription's id."""
        task = await self.task(remote_id, site=site)
        async with self.database.read() as connection:
            kinds = (await findings.kinds(connection, [task.id])).get(task.id, [])
        subscription_id = await self.filled.add_thread(task.id, channel_id=channel, verbosity=verbosity, kinds=kinds)
        self._threads[remote_id, channel] = subscription_id
        return subscription_id

    async def stop_threads(self, remote_id: str) -> None:
        """Stop all threads of a long task."""
        async with self.database.begin() as connection:
            for (followed, _), subscription_id in self._threads.items():
                if followed == remote_id:
                    await subscriptions.stop(connection, subscription_id, stopped_by="U1", now=self.clock())
            await long_tasks.stop_looking(connection, [(await self.task(remote_id)).id])

    async def add_account(self, name: str, *, token: str, kind: TokenKind) -> int:
        """Another account of the first site; its id."""
        simulated = self.site.add_account(name, token=token, kind=kind)
        account_id = await self.filled.add_account()
        self.credentials.by_account[account_id] = Credential.basic(simulated.email, token)
        return account_id

    async def post_first(self, remote_id: str, *, channel: str = CHANNEL) -> None:
        """Post root and card of a thread."""
        await self.filled.post_first(self._threads[remote_id, channel])

    # -- pass time

    async def step(self) -> float:
        """One turn of every loop; the seconds to wait before the next."""
        wait = await self.poller.claim_step()
        await self.poller.settle()
        return wait

    async def run(self, seconds: float) -> None:
        """Let so many seconds pass, with a turn whenever something may be due."""
        end = self.clock.later(seconds)
        while True:
            wait = await self.step()
            left = (end - self.clock()).total_seconds()
            if left <= 0:
                return
            if wait >= 1.0:
                wait = await self._seconds_to_next()
            self.clock.move(min(wait, left))

    async def _seconds_to_next(self) -> float:
        """Seconds until the next time for which something is planned."""
        now = self.clock()
        async with self.database.read() as connection:
            times = [await due_long_tasks.next_due(connection, one.site_id, now=now) for one in self.polled]
            times += [site.probe_at for site in await sites.all_sites(connection)]
            times += (await accounts.refused(connection)).values()
            times += (await pauses.paused(connection, now=now)).values()
        return min((seconds for at in times if at and (seconds := (at - now).total_seconds()) > 0), default=3600.0)

    # -- read

    async def task(self, remote_id: str, *, site: int = 0) -> LongTaskRow:
        """A long task."""
        return await self.filled.long_task(remote_id, site_id=self.polled[site].site_id)

    async def seconds_since_check(self, remote_id: str, *, site: int = 0) -> float:
        """Seconds since a long task was last looked at with success."""
        checked_at = (await self.task(remote_id, site=site)).checked_at
        assert checked_at is not None
        return (self.clock() - checked_at).total_seconds()

    async def site_row(self, site: int = 0) -> SiteRow:
        """A site."""
        return await self.filled.site(self.polled[site].site_id)

    async def is_refused(self, site: int = 0) -> bool:
        """Whether the account of a site was refused when it was last used."""
        async with self.database.read() as connection:
            return self.polled[site].account_id in await accounts.refused(connection)

    async def pauses(self) -> dict[str, float]:
        """Paused scopes, each with the seconds left."""
        now = self.clock()
        async with self.database.read() as connection:
            paused = await pauses.paused(connection, now=now)
        return {scope: (until - now).total_seconds() for scope, until in paused.items()}

    async def messages(self, remote_id: str, *, channel: str = CHANNEL) -> list[MessageRow]:
        """All messages of a thread."""
        return await self.filled.messages(self._threads[remote_id, channel])

    async def replies(self, remote_id: str, *, channel: str = CHANNEL) -> list[str]:
        """The messages of a thread but root and card, each in a few words."""
        return [
            _in_words(message)
            for message in await self.messages(remote_id, channel=channel)
            if message.kind not in (MessageKind.ROOT, MessageKind.CARD)
        ]

    async def found(self, remote_id: str) -> dict[str, int]:
        """How many pages or cases each status key of a long task is about."""
        task = await self.task(remote_id)
        async with self.database.read() as connection:
            return await findings.counts(connection, task.id)

    def requests(self, site: int = 0) -> int:
        """The number of requests a site has answered."""
        return sum(self.polled[site].simulator.answered.values())


def _in_words(message: MessageRow) -> str:
    match message.facts:
        case TroubleStarted(trouble=trouble):
            return f"{trouble} started"
        case TroubleOver(trouble=trouble):
            return f"{trouble} over"
        case Warnings(kind=kind, earlier=earlier):
            return f"{kind.key}{' earlier' if earlier else ''}"
        case _:
            return message.kind.value


async def _add_site(filled: FilledDatabase, simulator: ConfluenceSimulator, *, account_id: int) -> PolledSite:
    kind, base_url, account = SiteKind(simulator.kind), simulator.base_url, simulator.account
    async with filled.database.begin() as connection:
        site_id = await sites.put(connection, alias="polled", kind=kind, base_url=base_url, cloud_id=None)
    return PolledSite(
        simulator=simulator,
        site_id=site_id,
        account_id=account_id,
        site=Site(kind=kind, base_url=base_url),
        credential=(
            Credential.basic(account.email, account.token)
            if kind is SiteKind.CLOUD
            else Credential.bearer(account.token)
        ),
    )


@asynccontextmanager
async def open_rig(
    database: Database, clock: Clock, *, kinds: Sequence[SiteKind] = (SiteKind.CLOUD,), look_seconds: float = 8.0
) -> AsyncIterator[PollRig]:
    """Start simulated sites and a poller for them; `look_seconds`: how long a look may take."""
    simulators = [ConfluenceSimulator(clock=clock.seconds, kind=kind) for kind in kinds]
    session = open_session(total=look_seconds)
    try:
        for simulator in simulators:
            await simulator.start()
        filled = await fill(database, clock, base_url=simulators[0].base_url)
        polled = [await _add_site(filled, simulators[0], account_id=filled.account_id)]
        polled += [await _add_site(filled, one, account_id=await filled.add_account()) for one in simulators[1:]]
        yield PollRig(filled=filled, polled=polled, client=ConfluenceClient(session))
    finally:
        await session.close()
        for simulator in simulators:
            await simulator.stop()
