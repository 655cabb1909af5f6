"""A simulated workspace with a thousand threads, and what looks find in them."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import chain
from random import Random
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from bot.db import channels, findings, messages, sites, stale_messages, subscriptions, warnings, workspaces
from bot.db.engine import Connection, Database
from bot.db.models import long_tasks as long_task_rows
from bot.db.models import messages as message_rows
from bot.db.models import subscriptions as subscription_rows
from bot.domain.command import SiteKind
from bot.domain.message_facts import Card, Completion, Root, Warnings, encode
from bot.domain.message_kinds import MessageKind, SubscriptionOwner
from bot.domain.message_plan import Draft
from bot.domain.snapshot import Finding, Kind, Snapshot, StatusMessage
from bot.domain.states import MessageState, Outcome, Sharing, SubscriptionState
from sandbox.slack import SlackSimulator
from sandbox.slack.message_content import MessageContent

TEAM, TOKEN, OWNER = "T0BENCH", "xoxb-bench", "U0OWNER"
THREADS, CHANNELS = 1000, 100
#: a long task's percentage changes every so many seconds in the mean
CHANGES = 120.0
KINDS = (
    "WARN_RENAME_PAGE",
    "WARN_IGNORE_COPY_PERMISSION",
    "WARN_IGNORE_COPY_ATTACHMENT",
    "ERROR_COPY_PAGE",
    "ERROR_RELINK",
)
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves only when it is moved."""

    at: float = 0.0

    def now(self) -> datetime:
        """As the bot asks for it."""
        return START + timedelta(seconds=self.at)

    def seconds(self) -> float:
        """As the simulator asks for it."""
        return START.timestamp() + self.at


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a look finds: a long task has moved, or, of a third of them, has ended."""

    at: float
    thread: int
    #: how many have come before it
    before: int
    percent: float
    ends: bool


def changes(seed: int, lasts: float) -> Iterator[Change]:
    """What changes, in its order; the same for the bot and for its peer."""
    rng = Random(seed)
    ends = [rng.uniform(60, lasts - 60) if number % 3 == 0 else lasts for number in range(THREADS)]
    queue = [(rng.expovariate(1 / CHANGES), number) for number in range(THREADS)]
    heapify(queue)
    seen: Counter[int] = Counter()
    while queue:
        at, number = heappop(queue)
        if at >= ends[number]:
            if ends[number] < lasts:
                yield Change(at=at, thread=number, before=seen[number], percent=100.0, ends=True)
            continue
        percent = round(100 * at / lasts, 2)
        yield Change(at=at, thread=number, before=seen[number], percent=percent, ends=False)
        seen[number] += 1
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
        """The channel of a thread."""
        return f"C0ROOM{thread % CHANNELS:03d}"

    def fill(self) -> None:
        """People, channels, roots and cards."""
        workspace = self.slack.add_workspace(TEAM, TOKEN)
        self.slack.add_user(OWNER)
        for number in range(CHANNELS):
            self.slack.add_channel(f"C0ROOM{number:03d}", members=[OWNER])
        for thread in range(THREADS):
            channel = self.slack.channels[self.channel(thread)]
            root = self.slack.post(workspace, channel, MessageContent(text="root"))
            card = self.slack.post(workspace, channel, MessageContent(text="card"), thread_ts=root.ts)
            self.roots.append(root.ts)
            self.cards.append(card.ts)

    def completed_at(self, thread: int) -> float | None:
        """When the completion of a thread was posted (seconds)."""
        for reply in self.slack.thread(self.channel(thread), self.roots[thread])[1:]:
            if OWNER in reply.mentions:
                return float(reply.ts) - START.timestamp()
        return None


def _snapshot(percent: float, *, finished: bool) -> str:
    status = StatusMessage(
        key="STATUS_COPIED_PAGES" if finished else "STATUS_COPYING_PAGES", args=("20",) * (1 + finished)
    )
    snapshot = Snapshot(
        remote_id="1", kind=Kind.COPY, percent=percent, finished=finished, successful=True, status=status
    )
    return msgspec.json.encode(snapshot).decode()


async def store(database: Database, workspace: Workspace) -> None:
    """Store every long task and its thread, as they are once root and card are posted."""
    now = workspace.clock.now()
    async with database.begin() as connection:
        await workspaces.put(connection, TEAM, enterprise_id=None, now=now)
        known = {workspace.channel(number): Sharing.OWN for number in range(CHANNELS)}
        await channels.learn(connection, TEAM, known, asked_at=now, now=now)
        site_id = await sites.put(
            connection, alias="bench", kind=SiteKind.CLOUD, base_url="https://bench.example", cloud_id=None
        )
        numbers = range(THREADS)
        await connection.execute(long_task_rows.insert(), [_long_task(n, site_id, now) for n in numbers])
        await connection.execute(subscription_rows.insert(), [_subscription(n, workspace) for n in numbers])
        await connection.execute(
            message_rows.insert(), list(chain.from_iterable(_messages(n, workspace) for n in numbers))
        )
        for n in numbers:
            await subscriptions.add_follower(connection, subscription_id=n + 1, user_id=OWNER, account_id=None, now=now)


def _long_task(number: int, site_id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number + 1,
        "site_id": site_id,
        "remote_id": str(number),
        "created_at": now,
        "checked_at": now,
        "moved_at": now,
        "snapshot": _snapshot(0, finished=False),
        "percent": 0.0,
        "due_at": now,
        "kind": Kind.COPY,
    }


def _subscription(number: int, workspace: Workspace) -> dict[str, Any]:
    return {
        "id": number + 1,
        "long_task_id": number + 1,
        "team_id": TEAM,
        "channel_id": workspace.channel(number),
        "owner_id": OWNER,
        "state": SubscriptionState.FOLLOWING,
        "language": "en",
        "thread_ts": workspace.roots[number],
        "created_at": workspace.clock.now(),
    }


def _messages(number: int, workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Root and card of a thread."""
    posted = (
        (MessageKind.ROOT, Root(), workspace.roots[number]),
        (MessageKind.CARD, Card(), workspace.cards[number]),
    )
    for kind, facts, ts in posted:
        yield {
            "marker": messages.new_marker(),
            "team_id": TEAM,
            "subscription_id": number + 1,
            "kind": kind,
            "facts": encode(facts),
            "state": MessageState.POSTED,
            "channel_id": workspace.channel(number),
            "ts": ts,
            "created_at": workspace.clock.now(),
        }


async def look(database: Database, changed: list[Change], now: datetime, *, growing: bool) -> None:
    """Store what looks have found, as polling does; `growing`: a third find one more renamed page each time."""
    async with database.begin() as connection:
        await connection.execute(
            update(long_task_rows)
            .where(long_task_rows.c.id == bindparam("b_id"))
            .values(snapshot=bindparam("b_snapshot"), percent=bindparam("b_percent"), checked_at=now, moved_at=now),
            [
                {"b_id": one.thread + 1, "b_snapshot": _snapshot(one.percent, finished=one.ends)}
                | {"b_percent": one.percent}
                for one in changed
            ],
        )
        await stale_messages.mark_cards(connection, [one.thread + 1 for one in changed], now=now)
        for one in changed:
            if one.ends:
                await _end(connection, one.thread + 1, now)
            elif growing and one.thread % 3 == 1:
                await _rename(connection, one.thread + 1, one.before, now)


async def _rename(connection: Connection, number: int, before: int, now: datetime) -> None:
    """One more page was renamed: the first has a reply planned, the others make it grow."""
    page = Finding(key=KINDS[0], args=(f"Page {before}", f"Copy {before}"), identity=f"{before}")
    await findings.add(connection, number, found=[page], seq=before, now=now)
    if before == 0:
        draft = Draft(kind=MessageKind.WARNINGS, facts=Warnings(kind=page.kind))
        planned = messages.Planned(owner=SubscriptionOwner(number), team_id=TEAM, draft=draft)
        await messages.plan(connection, [planned], now=now)
        return
    replies = await warnings.of_long_tasks(connection, [number])
    await stale_messages.mark_warnings(connection, [reply.message_id for reply in replies], now=now)


async def _end(connection: Connection, number: int, now: datetime) -> None:
    """End a long task and its thread, which have the same id, with findings that nothing has said yet."""
    found = [Finding(key=key, args=(f"Page {n}", f"Copy {n}"), identity=f"{key}{n}") for key in KINDS for n in (1, 2)]
    await findings.add(connection, number, found=found, seq=0, now=now)
    draft = Draft(kind=MessageKind.COMPLETION, facts=Completion())
    planned = messages.Planned(owner=SubscriptionOwner(number), team_id=TEAM, draft=draft)
    await messages.plan(connection, [planned], now=now)
    ended = update(long_task_rows).where(long_task_rows.c.id == number)
    await connection.execute(ended.values(outcome=Outcome.PROBLEMS, ended_at=now, due_at=None))
    await subscriptions.end(connection, [(number, Outcome.PROBLEMS)], now=now)


async def stale(database: Database, kinds: Collection[MessageKind], now: datetime) -> tuple[int, float]:
    """How many messages of these kinds are stale, and their mean age in seconds."""
    async with database.read() as connection:
        query = select(message_rows.c.stale_since).where(message_rows.c.kind.in_(kinds))
        ages = [(now - since).total_seconds() for since in (await connection.execute(query)).scalars() if since]
        planned = select(func.count()).select_from(message_rows).where(message_rows.c.state == MessageState.PLANNED)
        assert (await connection.execute(planned)).scalar_one() < THREADS
    return len(ages), sum(ages) / max(len(ages), 1)
