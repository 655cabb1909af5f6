"""The real deliver step against the Slack simulator, with rows put into the database by hand and time passed in."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import structlog
from sqlalchemy import select, text, update

import bot.render
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session
from bot.db import accounts, cards, commands, findings, notices, sites, subscriptions, workspaces
from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.models import long_tasks as long_task_rows
from bot.db.models import notices as notice_rows
from bot.db.models import subscriptions as subscription_rows
from bot.db.secrets import Secrets
from bot.deliver import Deliverer, Tools
from bot.domain.pacing import Telling
from bot.domain.snapshot import Finding, Kind, Snapshot, StatusMessage
from bot.domain.states import Outcome
from bot.metrics import Metrics
from bot.render.i18n import load_catalogs
from sandbox.slack import SlackSimulator
from sandbox.slack.records import Call
from sandbox.slack.records import Message as Said

TEAM, CHANNEL, OWNER, FRIEND = "T0ACME", "C0RELEASES", "U0OWNER", "U0PAL"
TOKEN = "xoxb-acme"
SCOPES = ("commands", "chat:write", "users:read", "files:write")
CATALOGS = load_catalogs(Path(bot.render.__file__).parent / "catalogs")


def warning(number: int, key: str = "WARN_RENAME_PAGE", count: int | None = None) -> Finding:
    """A page that was renamed."""
    args = (f"Page {number}", f"Copy of page {number}")
    return Finding(key=key, args=args, identity=f"{key}-{number}", count=count)


@dataclass(kw_only=True)
class Stage:
    """A database, a simulated Slack, and as many deliverers as a test wants."""

    database: Database
    slack: SlackSimulator
    session: aiohttp.ClientSession
    clock: Any
    site_id: int = 0
    account_id: int = 0
    metrics: Metrics = field(default_factory=Metrics)
    secrets: Secrets = field(default_factory=lambda: Secrets(["a secret of this test, long enough for a key"]))
    _deliverers: list[Deliverer] = field(default_factory=list)
    _numbers: int = 1000

    # -- deliverers

    def deliverer(self, wrap: Callable[[SlackClient], Any] = lambda client: client) -> Deliverer:
        """A process that has just begun: it knows nothing but the database."""
        client = SlackClient(self.session, token=TOKEN, base_url=self.slack.api_url, count=self.metrics.slack_call)
        tools = Tools(
            database=self.database,
            slack=lambda _team: wrap(client),
            catalogs=CATALOGS,
            secrets=self.secrets,
            metrics=self.metrics,
            now=self.clock,
            people_urls={},
            monotonic=self.clock.seconds,
        )
        deliverer = Deliverer(tools=tools)
        self._deliverers.append(deliverer)
        return deliverer

    async def run(self, seconds: float, deliverer: Deliverer | None = None) -> float:
        """Let so many seconds pass: a step each half second, later each two and a half, and whenever one asks for
        another; the last wait."""
        one = deliverer or (self._deliverers[-1] if self._deliverers else self.deliverer())
        begun, wait = self.clock.seconds(), 0.0
        while (passed := self.clock.seconds() - begun) < seconds:
            await one.renew_step()
            wait = await self.turn(one)
            self.clock.move(0.5 if passed < 10 else 2.5)
        return wait

    async def turn(self, one: Deliverer) -> float:
        """Steps until none asks for another at once."""
        one.wake.set()
        wait = 0.0
        for _ in range(1000):
            if not one.wake.is_set():
                return wait
            one.wake.clear()
            wait = await one.step()
            await one.settle()
        raise AssertionError("a busy loop")

    async def restart(self) -> Deliverer:
        """Give everything back, as SIGTERM does, and begin anew."""
        await self._deliverers[-1].stop(within=timedelta(seconds=1))
        return self.deliverer()

    async def settle(self) -> None:
        for one in self._deliverers:
            await one.settle()

    # -- given

    async def given_site(self) -> None:
        async with self.database.begin() as connection:
            await workspaces.put_workspace(connection, TEAM, enterprise_id=None, now=self.clock())
            self.site_id = await sites.put_site(
                connection, alias="acme", kind="cloud", base_url="https://acme.example/wiki", cloud_id=None
            )
            self.account_id = await accounts.operator_account(connection, site_id=self.site_id, now=self.clock())

    async def given_task(self, *, percent: float = 10.0) -> int:
        """A long task that is followed nowhere yet."""
        self._numbers += 1
        values = {
            "remote_id": str(self._numbers),
            "created_at": self.clock(),
            "kind": Kind.COPY,
            "due_at": self.clock(),
        }
        async with self.database.begin() as connection:
            insert = long_task_rows.insert().values(site_id=self.site_id, **values).returning(long_task_rows.c.id)
            task = int((await connection.execute(insert)).scalar_one())
        await self.given_look(task, percent, visible=False)
        return task

    async def given_thread(
        self, task: int | None = None, *, channel: str = CHANNEL, command_id: int | None = None, percent: float = 10.0
    ) -> int:
        """A thread that was just asked for, of a long task of its own unless one is named."""
        task = await self.given_task(percent=percent) if task is None else task
        async with self.database.begin() as connection:
            subscription = await subscriptions.follow(
                connection,
                long_task_id=task,
                team_id=TEAM,
                channel_id=channel,
                owner_id=OWNER,
                command_id=command_id,
                language="en",
                verbosity="normal",
                told_seq=0,
                now=self.clock(),
            )
            assert subscription is not None
            for user in (OWNER, FRIEND):
                await subscriptions.add_follower(
                    connection, subscription_id=subscription, user_id=user, account_id=None, now=self.clock()
                )
        await self.given_notices(subscription, (Telling.ROOT, {}), (Telling.CARD, {}))
        return subscription

    async def given_standing_thread(self, **wanted: Any) -> int:
        """A thread whose root and card stand."""
        subscription = await self.given_thread(**wanted)
        await self.run(6)
        return subscription

    async def given_notices(self, subscription: int, *told: tuple[Telling, dict[str, Any]]) -> list[int]:
        """Facts that a thread has to be told; their ids."""
        rows = [
            notices.planned(kind, subscription_id=subscription, team_id=TEAM, now=self.clock(), facts=facts)
            for kind, facts in told
        ]
        async with self.database.begin() as connection:
            await notices.plan(connection, rows)
            query = select(notice_rows.c.id).where(notice_rows.c.marker.in_([row["marker"] for row in rows]))
            return list((await connection.execute(query.order_by(notice_rows.c.id))).scalars())

    async def given_look(self, task: int, percent: float, *, visible: bool = True) -> None:
        """A look that found another percentage."""
        snapshot = Snapshot(
            remote_id="1",
            kind=Kind.COPY,
            percent=percent,
            finished=False,
            status=StatusMessage(key="STATUS_COPYING_PAGES"),
        )
        values = {
            "snapshot": msgspec.json.encode(snapshot).decode(),
            "percent": percent,
            "checked_at": self.clock(),
            "moved_at": self.clock(),
        }
        async with self.database.begin() as connection:
            await connection.execute(update(long_task_rows).where(long_task_rows.c.id == task).values(**values))
            if visible:
                await cards.mark_dirty(connection, [task], now=self.clock())

    async def given_findings(self, task: int, found: list[Finding]) -> tuple[int, int]:
        """New findings of a long task; the first and the last sequence number."""
        async with self.database.begin() as connection:
            query = select(long_task_rows.c.findings_seq).where(long_task_rows.c.id == task)
            before = int((await connection.execute(query)).scalar_one())
            last = await findings.add(connection, task, found=found, seq=before, now=self.clock())
            await cards.mark_dirty(connection, [task], now=self.clock())
        return before + 1, last

    async def given_warnings(self, subscription: int, found: list[Finding]) -> int:
        """Findings that a thread has still to be told; the notice's id."""
        first, last = await self.given_findings((await self.thread(subscription))["long_task_id"], found)
        facts = {"first": first, "last": last, "earlier": False}
        return (await self.given_notices(subscription, (Telling.WARNINGS, facts)))[0]

    async def given_end(self, subscription: int, outcome: Outcome = Outcome.FINISHED, *also: Telling) -> None:
        """The long task has ended."""
        task = (await self.thread(subscription))["long_task_id"]
        await self.given_look(task, 100.0, visible=False)
        await self.given_notices(subscription, *[(kind, {}) for kind in (Telling.COMPLETION, *also)])
        async with self.database.begin() as connection:
            values = {"outcome": outcome, "ended_at": self.clock(), "due_at": None}
            await connection.execute(update(long_task_rows).where(long_task_rows.c.id == task).values(**values))
            await subscriptions.end(connection, [(task, outcome)], now=self.clock())

    async def given_command(self) -> int:
        """A command that was typed and answered once; its id."""
        made = self.slack._urls.hand_out(team_id=TEAM, channel=CHANNEL, user=OWNER, trigger_id=f"t{self.clock()}")
        async with self.database.begin() as connection:
            await commands.write_down(
                connection,
                trigger_id=made.id,
                team_id=TEAM,
                enterprise_id=None,
                channel_id=CHANNEL,
                user_id=OWNER,
                user_team_id=None,
                command="/longtask",
                text="1",
                response_url=self.secrets.seal(self.slack.response_url(made.id)),
                now=self.clock(),
            )
            query = text("SELECT max(id) FROM commands")
            return int((await connection.execute(query)).scalar_one())

    # -- seen

    async def thread(self, subscription: int) -> Any:
        """The subscription's row."""
        async with self.database.read() as connection:
            query = select(subscription_rows).where(subscription_rows.c.id == subscription)
            return (await connection.execute(query)).mappings().one()

    async def notice(self, notice: int) -> Any:
        """A notice's row."""
        async with self.database.read() as connection:
            return await notices.find(connection, notice)

    async def kinds(self, subscription: int) -> list[tuple[str, str]]:
        """Kind and state of every notice of a thread, in their order."""
        async with self.database.read() as connection:
            query = select(notice_rows.c.kind, notice_rows.c.state).order_by(notice_rows.c.id)
            rows = await connection.execute(query.where(notice_rows.c.subscription_id == subscription))
            return [(row.kind, row.state) for row in rows]

    def replies(self, *, channel: str = CHANNEL) -> list[Said]:
        """What stands in the only thread of a channel, the card first."""
        roots = self.slack.messages(channel, deleted=True)
        assert len(roots) == 1
        return self.slack.thread(channel, roots[0].ts)

    def calls(self, method: str | None = None) -> list[Call]:
        return [call for call in self.slack.calls if method in (None, call.method)]

    def firsts(self, messages: list[Said]) -> list[str]:
        """The first lines of messages, without markup."""
        return [message.text.splitlines()[0].replace("*", "") for message in messages]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Tracebacks drawn for people take longer than what is tested here."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url)
    await migrate(opened)
    yield opened
    await opened.close()


async def staged(database: Database, clock: Any) -> AsyncIterator[Stage]:
    slack = SlackSimulator(clock=clock.seconds)
    slack.add_workspace(TEAM, TOKEN, SCOPES)
    for person in (OWNER, FRIEND):
        slack.add_user(person)
    slack.add_channel(CHANNEL, members=[OWNER, FRIEND])
    session = open_session()
    async with slack, session:
        stage = Stage(database=database, slack=slack, session=session, clock=clock)
        await stage.given_site()
        yield stage
        await stage.settle()


@pytest.fixture
async def stage(sqlite_database: Database, clock: Any) -> AsyncIterator[Stage]:
    """On SQLite, which is quick."""
    async for one in staged(sqlite_database, clock):
        yield one


@pytest.fixture
async def both(database: Database, clock: Any) -> AsyncIterator[Stage]:
    """On each database."""
    async for one in staged(database, clock):
        yield one
