"""Figure 6: telling the threads of one busy workspace, through the real deliver step, on a passed-in clock."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import structlog
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import bindparam, func, select, update

from benchmarks import Row, alone, fresh_seed
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session
from bot.db import cards, findings, notices, sites, subscriptions, workspaces
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
from sandbox.slack.content import Content

TEAM, TOKEN, OWNER = "T0BENCH", "xoxb-bench", "U0OWNER"
THREADS, CHANNELS = 1000, 100
#: simulated seconds: long tasks take up to hours
LASTS = 3 * 3600.0
#: a long task's percentage changes every so many seconds in the mean
CHANGES = 120.0
#: simulated seconds between two measurements of the dirty cards, of the second half
SAMPLED = 30.0
EDITS_A_MINUTE = 50
KINDS = (
    "WARN_RENAME_PAGE",
    "WARN_IGNORE_COPY_PERMISSION",
    "WARN_IGNORE_COPY_ATTACHMENT",
    "ERROR_COPY_PAGE",
    "ERROR_RELINK",
)
CATALOGS = Path(__file__).parent.parent / "bot" / "render" / "catalogs"
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    at: float = 0.0

    def now(self) -> datetime:
        """As the bot asks for it."""
        return START + timedelta(seconds=self.at)

    def seconds(self) -> float:
        """As the simulator asks for it."""
        return START.timestamp() + self.at


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something a look finds: a long task has moved, or, with a third of them, has ended."""

    at: float
    thread: int
    percent: float
    ends: bool


def happenings(seed: int, lasts: float) -> Iterator[Happening]:
    """What happens, in its order; the same for the bot and for its peer."""
    rng = Random(seed)
    ends = [rng.uniform(60, lasts - 60) if number % 3 == 0 else lasts for number in range(THREADS)]
    queue = [(rng.expovariate(1 / CHANGES), number) for number in range(THREADS)]
    heapify(queue)
    while queue:
        at, number = heappop(queue)
        if at >= ends[number]:
            if ends[number] < lasts:
                yield Happening(at=at, thread=number, percent=100.0, ends=True)
            continue
        yield Happening(at=at, thread=number, percent=round(100 * at / lasts, 2), ends=False)
        heappush(queue, (min(at + rng.expovariate(1 / CHANGES), ends[number]), number))


@dataclass(kw_only=True)
class Workspace:
    """A simulated workspace with a thread for each long task."""

    clock: Clock
    slack: SlackSimulator
    roots: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)

    @staticmethod
    def channel(thread: int) -> str:
        """Where a thread stands."""
        return f"C0ROOM{thread % CHANNELS:03d}"

    def furnish(self) -> None:
        """People, channels, roots and cards."""
        workspace = self.slack.add_workspace(TEAM, TOKEN)
        self.slack.add_user(OWNER)
        for number in range(CHANNELS):
            self.slack.add_channel(f"C0ROOM{number:03d}", members=[OWNER])
        for thread in range(THREADS):
            channel = self.slack.channels[self.channel(thread)]
            root = self.slack.post(workspace, channel, Content(text="root"))
            card = self.slack.post(workspace, channel, Content(text="card"), thread_ts=root.ts)
            self.roots.append(root.ts)
            self.cards.append(card.ts)

    def told_at(self, thread: int) -> float | None:
        """When the end of a long task was told (seconds)."""
        for reply in self.slack.thread(self.channel(thread), self.roots[thread])[1:]:
            if OWNER in reply.mentions:
                return float(reply.ts) - START.timestamp()
        return None


@dataclass(kw_only=True)
class Result:
    """What came of a run."""

    #: seconds from seen to told, of each end; of those not told, to the end of the run
    completions: list[float] = field(default_factory=list)
    untold: int = 0
    refused: int = 0
    dirty: float = 0.0
    age: float = 0.0

    @property
    def p99(self) -> float:
        """Seconds."""
        return sorted(self.completions)[int(len(self.completions) * 0.99)]

    @property
    def age_of_best(self) -> float:
        """Mean age of dirty cards, of the best possible: all in turn, 50 a minute."""
        return self.age / (self.dirty / EDITS_A_MINUTE * 60 / 2)

    def add_completions(self, workspace: Workspace, ended: dict[int, float], until: float) -> None:
        """How long each end waited to be told."""
        for thread, at in ended.items():
            told = workspace.told_at(thread)
            self.untold += told is None
            self.completions.append((until if told is None else told) - at)
        self.refused = sum(workspace.slack.limits.report().values())


def _snapshot(percent: float, *, finished: bool) -> str:
    status = StatusMessage(
        key="STATUS_COPIED_PAGES" if finished else "STATUS_COPYING_PAGES", args=("20",) * (1 + finished)
    )
    snapshot = Snapshot(
        remote_id="1", kind=Kind.COPY, percent=percent, finished=finished, successful=True, status=status
    )
    return msgspec.json.encode(snapshot).decode()


async def _remember(database: Database, workspace: Workspace) -> None:
    """Write down every long task and its thread, as they are once root and card stand."""
    now = workspace.clock.now()
    async with database.begin() as connection:
        await workspaces.put_workspace(connection, TEAM, enterprise_id=None, now=now)
        site = await sites.put_site(
            connection, alias="bench", kind="cloud", base_url="https://bench.example", cloud_id=None
        )
        tasks = [
            {"id": n + 1, "site_id": site, "remote_id": str(n), "created_at": now, "checked_at": now, "moved_at": now}
            | {"snapshot": _snapshot(0, finished=False), "percent": 0.0, "due_at": now, "kind": Kind.COPY}
            for n in range(THREADS)
        ]
        await connection.execute(long_task_rows.insert(), tasks)
        threads = [
            {"id": n + 1, "long_task_id": n + 1, "team_id": TEAM, "channel_id": workspace.channel(n)}
            | {"owner_id": OWNER, "state": "following", "language": "en", "root_outcome": Outcome.FOLLOWING}
            | {"thread_ts": workspace.roots[n], "root_ts": workspace.roots[n], "card_ts": workspace.cards[n]}
            | {"created_at": now}
            for n in range(THREADS)
        ]
        await connection.execute(subscription_rows.insert(), threads)
        for n in range(THREADS):
            await subscriptions.add_follower(connection, subscription_id=n + 1, user_id=OWNER, account_id=None, now=now)


async def _look(database: Database, happened: list[Happening], now: datetime) -> None:
    """Write down what looks have found, as polling does."""
    async with database.begin() as connection:
        await connection.execute(
            update(long_task_rows)
            .where(long_task_rows.c.id == bindparam("b_id"))
            .values(snapshot=bindparam("b_snapshot"), percent=bindparam("b_percent"), checked_at=now, moved_at=now),
            [
                {"b_id": one.thread + 1, "b_snapshot": _snapshot(one.percent, finished=one.ends)}
                | {"b_percent": one.percent}
                for one in happened
            ],
        )
        await cards.mark_dirty(connection, [one.thread + 1 for one in happened], now=now)
        for one in happened:
            if not one.ends:
                continue
            found = [
                Finding(key=key, args=(f"Page {n}", f"Copy {n}"), identity=f"{key}{n}") for key in KINDS for n in (1, 2)
            ]
            last = await findings.add(connection, one.thread + 1, found=found, seq=0, now=now)
            told = [(Telling.WARNINGS, {"first": 1, "last": last, "earlier": False}), (Telling.COMPLETION, {})]
            await notices.plan(
                connection,
                [
                    notices.planned(kind, subscription_id=one.thread + 1, team_id=TEAM, now=now, facts=facts)
                    for kind, facts in told
                ],
            )
            await connection.execute(
                update(long_task_rows)
                .where(long_task_rows.c.id == one.thread + 1)
                .values(outcome=Outcome.PROBLEMS, ended_at=now, due_at=None)
            )
            await subscriptions.end(connection, [(one.thread + 1, Outcome.PROBLEMS)], now=now)


async def _dirty(database: Database, now: datetime) -> tuple[int, float]:
    """How many cards are dirty, and their mean age in seconds."""
    async with database.read() as connection:
        query = select(subscription_rows.c.card_dirty_since).where(subscription_rows.c.card_dirty_since.is_not(None))
        ages = [(now - since).total_seconds() for since in (await connection.execute(query)).scalars()]
        untold = select(func.count()).select_from(notice_rows).where(notice_rows.c.state == "planned")
        assert (await connection.execute(untold)).scalar_one() < THREADS
    return len(ages), sum(ages) / max(len(ages), 1)


async def bot(seed: int, lasts: float) -> Result:
    """The real deliver step."""
    clock, result = Clock(), Result()
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite+aiosqlite:///{folder}/bench.db")
        await migrate(database)
        session = open_session()
        async with SlackSimulator(clock=clock.seconds) as slack, session:
            workspace = Workspace(clock=clock, slack=slack)
            workspace.furnish()
            await _remember(database, workspace)
            client = SlackClient(session, token=TOKEN, base_url=slack.api_url)
            tools = Tools(
                database=database,
                slack=lambda _team: client,
                catalogs=load_catalogs(CATALOGS),
                secrets=Secrets(["a secret that guards nothing at all"]),
                metrics=Metrics(),
                now=clock.now,
                people_urls={},
                monotonic=clock.seconds,
            )
            ended = await _deliver(Deliverer(tools=tools), clock, result, seed=seed, lasts=lasts)
            result.add_completions(workspace, ended, lasts)
        await database.close()
    return result


async def _deliver(deliverer: Deliverer, clock: Clock, result: Result, *, seed: int, lasts: float) -> dict[int, float]:
    """Let everything happen and be told; when each long task was seen to have ended."""
    coming = deque(happenings(seed, lasts))
    ended: dict[int, float] = {}
    samples: list[tuple[int, float]] = []
    renew_at, sample_at = 0.0, lasts / 2
    while clock.at < lasts:
        happened = []
        while coming and coming[0].at <= clock.at:
            happened.append(coming.popleft())
        if happened:
            await _look(deliverer.tools.database, happened, clock.now())
            ended |= {one.thread: clock.at for one in happened if one.ends}
        if clock.at >= renew_at:
            renew_at = clock.at + await deliverer.renew_step()
        wait = await _turn(deliverer)
        if clock.at >= sample_at:
            sample_at = clock.at + SAMPLED
            samples.append(await _dirty(deliverer.tools.database, clock.now()))
        # Looks are written in batches, and their end wakes the deliver step.
        until_end = next((one.at - clock.at for one in coming if one.ends), wait) if coming else wait
        clock.at += max(0.05, min(wait, until_end))
    result.dirty = sum(count for count, _ in samples) / len(samples)
    result.age = sum(count * age for count, age in samples) / max(sum(count for count, _ in samples), 1)
    return ended


async def _turn(deliverer: Deliverer) -> float:
    """Steps until none asks for another at once; seconds to wait."""
    deliverer.wake.set()
    wait = 0.0
    while deliverer.wake.is_set():
        deliverer.wake.clear()
        wait = await deliverer.step()
        await deliverer.settle()
    return wait


class OnTheClock(AsyncRateLimitErrorRetryHandler):
    """The SDK's own handler for 429, for which the passed-in clock moves instead of the time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(max_retry_count=1000)
        self._clock = clock

    async def prepare_for_next_attempt_async(self, *, state: Any, response: Any = None, **_: Any) -> None:
        """Wait for Retry-After."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        wait = headers["retry-after"]
        self._clock.at += float(wait[0] if isinstance(wait, list) else wait)
        state.next_attempt_requested = True
        state.increment_current_attempt()


async def peer(seed: int, lasts: float) -> Result:
    """First come, first served: each change is a call in a queue, and the SDK waits out each 429."""
    clock, result, ended = Clock(), Result(), dict[int, float]()
    session = open_session()
    async with SlackSimulator(clock=clock.seconds) as slack, session:
        workspace = Workspace(clock=clock, slack=slack)
        workspace.furnish()
        client = AsyncWebClient(
            token=TOKEN, base_url=slack.api_url, session=session, retry_handlers=[OnTheClock(clock)]
        )
        coming = deque(happenings(seed, lasts))
        queue: deque[Callable[[], Awaitable[object]]] = deque()
        while clock.at < lasts:
            while coming and coming[0].at <= clock.at:
                one = coming.popleft()
                queue.extend(_calls(client, workspace, one))
                if one.ends:
                    ended[one.thread] = one.at
            if queue:
                await queue.popleft()()
            elif coming:
                clock.at = max(clock.at, coming[0].at)
            else:
                break
        result.add_completions(workspace, ended, lasts)
    return result


def _calls(client: AsyncWebClient, workspace: Workspace, one: Happening) -> Iterator[Callable[[], Awaitable[object]]]:
    """What is to be said of a change, in the order in which one would say it."""
    channel, root, card = workspace.channel(one.thread), workspace.roots[one.thread], workspace.cards[one.thread]
    yield lambda: client.chat_update(channel=channel, ts=card, text=f"{one.percent} %")
    if one.ends:
        yield lambda: client.chat_postMessage(channel=channel, thread_ts=root, text="five kinds of findings")
        yield lambda: client.chat_postMessage(channel=channel, thread_ts=root, text=f"<@{OWNER}> finished")
        yield lambda: client.chat_update(channel=channel, ts=root, text="finished")


def measure(seed: int | None = None, *, lasts: float = LASTS) -> Row:
    """Hours of one workspace."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seed = fresh_seed() if seed is None else seed
    ours, theirs = asyncio.run(bot(seed, lasts)), asyncio.run(peer(seed, lasts))
    return Row(
        number="6",
        what=f"delivery: {THREADS:,} long tasks, {CHANNELS} channels, {lasts / 3600:.0f} hours (seed {seed})",
        figure=(
            f"completion told p99 {ours.p99:.1f} s after it was seen; {ours.untold} untold; {ours.refused} refused;"
            f" mean age of dirty cards {ours.age_of_best:.2f} times the best possible ({ours.dirty:.0f} dirty)"
        ),
        peer=(
            f"first come, first served with the SDK's retry handler: p99 at least {theirs.p99 / 60:.0f} min,"
            f" {theirs.untold} of {len(theirs.completions)} untold at the end; {theirs.refused} refused"
        ),
        goal="p99 ≤ 3 s; none refused; ≤ 1.2 times",
        met=ours.p99 <= 3 and not ours.untold and not ours.refused and ours.age_of_best <= 1.2,
    )


if __name__ == "__main__":
    alone(measure)
