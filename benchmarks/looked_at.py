"""A Confluence that answers at once, in its own process, and a database full of long tasks to look at."""

import asyncio
from collections import Counter
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import aiohttp
import msgspec

from benchmarks.stand_ins import serve, stand_in
from bot.db import accounts, sites, workspaces
from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.models import long_tasks, subscriptions, viewers
from bot.db.url import parse
from bot.domain.command import SiteKind
from bot.domain.parsing.response import parse_response
from bot.domain.poll_result import Seen
from bot.domain.samples import Sample
from bot.domain.states import SubscriptionState

TEAM = "T1"
#: every so many looks at a long task one finds a change
CHANGES_EVERY = 10
_BODY = (
    '{{"id":"{id}","name":{{"key":"com.example.copy","args":[]}},"percentageComplete":{percent},"elapsedTime":1000,'
    '"successful":false,"finished":false,"messages":[{{"key":"STATUS_COPIED_PAGES","args":["{percent}","100"]}}],'
    '"status":"STATUS_COPIED_PAGES","errors":[],"additionalDetails":{{"totalPageNeedToCopy":100}}}}'
)


def body(number: int, *, looks: int) -> bytes:
    """What the site says of a long task at so many looks."""
    percent = (looks + number) // CHANGES_EVERY % 99
    return _BODY.format(id=number, percent=percent).encode()


def seen(number: int, now: datetime) -> dict[str, Any]:
    """What is known of a long task after a look, so that the next finds no more changes than any other."""
    result = parse_response(body(number, looks=0), expected_id=str(number))
    assert isinstance(result, Seen)
    snapshot = result.snapshot
    sample = Sample(at=now.timestamp(), percent=snapshot.percent or 0.0)
    return {
        "snapshot": msgspec.json.encode(snapshot).decode(),
        "samples": msgspec.json.encode((sample,)).decode(),
        "percent": snapshot.percent,
        "kind": snapshot.kind,
        "checked_at": now,
        "moved_at": now,
    }


class Answering(asyncio.Protocol):
    """Just enough HTTP for one client that sends plain GETs."""

    looks: ClassVar[Counter[bytes]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for request in requests:
            remote_id = request.split(b" ", 2)[1].rpartition(b"/")[2]
            if remote_id == b"answered":
                self.say(b"%d" % self.looks.total())
                continue
            self.looks[remote_id] += 1
            self.say(body(int(remote_id), looks=self.looks[remote_id]))

    def say(self, body: bytes) -> None:
        """Answer with a body."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.transport.write(head + body)  # type: ignore[attr-defined] # a stream's transport writes


def confluence() -> AbstractAsyncContextManager[str]:
    """The base URL of a site in a process of its own."""
    return stand_in("benchmarks.looked_at")


async def answered(base_url: str) -> int:
    """How many looks the site has answered."""
    async with aiohttp.ClientSession() as session, session.get(f"{base_url}/answered") as answer:
        return int(await answer.text())


async def fill(
    database: Database, base_url: str, *, count: int, interval: float, now: datetime, lead: float = 0.0
) -> tuple[int, int]:
    """Write so many followed long tasks, due evenly over an interval; the ids of their site and account.

    `lead`: seconds until the first is due. What is due before somebody looks is looked at together, and again together
    after each interval, which is another load than an even one.
    """
    first = now + timedelta(seconds=lead)
    async with database.begin() as connection:
        site_id = await sites.put(connection, alias="bench", kind=SiteKind.CLOUD, base_url=base_url, cloud_id=None)
        account_id = await accounts.operator_account(connection, site_id=site_id, now=now)
        await workspaces.put(connection, TEAM, enterprise_id=None, now=now)
        numbers = range(1, count + 1)
        await connection.execute(
            long_tasks.insert(),
            [
                {
                    "id": number,
                    "site_id": site_id,
                    "remote_id": str(number),
                    "created_at": now,
                    "due_at": first + timedelta(seconds=interval * number / count),
                    **seen(number, now),
                }
                for number in numbers
            ],
        )
        viewed = [{"long_task_id": number, "account_id": account_id, "looked_at": now} for number in numbers]
        await connection.execute(viewers.insert(), viewed)
        await connection.execute(
            subscriptions.insert(),
            [
                {
                    "long_task_id": number,
                    "team_id": TEAM,
                    "channel_id": f"C{number % 100}",
                    "owner_id": "U1",
                    "state": SubscriptionState.FOLLOWING,
                    "language": "en",
                    "created_at": now,
                }
                for number in numbers
            ],
        )
    return site_id, account_id


async def create(url: str, base_url: str, *, count: int, interval: float) -> None:
    """Create a database of followed long tasks, for which nothing is posted, so that looks alone are measured."""
    database, now = open_database(parse(url)), datetime.now(UTC)
    await migrate(database)
    await fill(database, base_url, count=count, interval=interval, now=now)
    async with database.begin() as connection:
        await workspaces.rest(connection, TEAM, reason="benchmark", until=now + timedelta(days=1), now=now)
    await database.close()


if __name__ == "__main__":
    asyncio.run(serve(Answering))
