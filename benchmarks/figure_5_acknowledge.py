"""Figure 5: seconds to acknowledge a command while 500 looks a second run, against a Bolt app that does nothing."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import aiohttp

from benchmarks import Row, alone
from benchmarks.figure_11_start import SECRETS, free_port, until_answered
from benchmarks.looked_at import TEAM, answered, confluence, fill
from benchmarks.slack_answering import slack
from benchmarks.worker_process import environ, process
from bot.db import people
from bot.db.engine import open_database
from bot.db.migrate import migrate
from bot.db.url import parse
from bot.domain.person import Person
from bot.domain.states import Membership
from sandbox.slack.signatures import signed_headers
from tests.chaos.answers import NOTHING_STARTED

LONG_TASKS = 5_000
#: seconds between two looks at each: 500 a second
INTERVAL = 10.0
WARM_UP = 5.0
#: seconds within which the database is filled and both are started
STARTED = 12.0
#: commands to each of the two in turn, one every so many seconds
COMMANDS, EVERY = 200, 0.1
PEOPLE = [f"U{number}" for number in range(20)]
ROUNDS = 3
GOAL_MEDIAN, GOAL_P99, GOAL_SECONDS = 2.0, 3.0, 0.3

_numbers = count(1)


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[98]


async def _filled(folder: Path, base_url: str) -> str:
    """A database full of followed long tasks, due once both are started, and of people of the workspace."""
    url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    database = open_database(parse(url))
    await migrate(database)
    now = datetime.now(UTC)
    await fill(database, base_url, count=LONG_TASKS, interval=INTERVAL, now=now, lead=STARTED)
    async with database.begin() as connection:
        for user_id in PEOPLE:
            known = {"membership": Membership.MEMBER, "is_admin": False, "locale": "en-US", "asked_at": now}
            await people.put(connection, Person(team_id=TEAM, user_id=user_id, **known))
    await database.close()
    return url


async def _acknowledged(session: aiohttp.ClientSession, url: str, api: str) -> tuple[float, bool]:
    """Type a command that follows a long task; the seconds until it is acknowledged, and whether it is taken."""
    number = next(_numbers)
    form = {
        "team_id": TEAM,
        "channel_id": f"C{number % 100}",
        "user_id": PEOPLE[number % len(PEOPLE)],
        "command": "/longtask",
        "text": f"{1_000_000 + number}",
        "trigger_id": f"{number}.1.bench",
        "response_url": f"{api}commands/{number}",
    }
    body = urlencode(form).encode()
    headers = signed_headers(SECRETS["SLACK_SIGNING_SECRET"], time.time(), body)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.perf_counter()
    async with session.post(url, data=body, headers=headers) as answer:
        text = await answer.text()
        took = time.perf_counter() - began
        assert answer.status == 200, text
    return took, not text or json.loads(text)["text"] != NOTHING_STARTED


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round found: seconds of each acknowledgement, by the bot and by the Bolt app."""

    bot: list[float]
    peer: list[float]
    #: commands that the bot did not take: *nothing was started*
    refused: int
    #: a second, meanwhile
    looks: float


async def _round(folder: Path) -> Round:
    async with AsyncExitStack() as stack:
        base_url, api = await stack.enter_async_context(confluence()), await stack.enter_async_context(slack())
        url = await _filled(folder, base_url)
        settings = environ(url, base_url, interval=INTERVAL) | SECRETS | {"SLACK_API_URL": api}
        urls = []
        for program, ready in (("bot", "/readyz"), ("benchmarks.peers.bolt_app", "/")):
            port = free_port()
            given = settings | {"PORT": str(port), "FOLLOW_LIMIT": "10000"}
            await stack.enter_async_context(process(program, log=folder / "log", settings=given))
            await until_answered(f"http://127.0.0.1:{port}{ready}", ready=lambda status: status in {200, 404})
            urls.append(f"http://127.0.0.1:{port}/slack/events")
        # Slack's requests come on a connection each.
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        )
        for each in urls:
            await _acknowledged(session, each, api)
        await asyncio.sleep(STARTED + WARM_UP)
        looks, began = await answered(base_url), time.perf_counter()
        found: list[list[tuple[float, bool]]] = [[], []]
        for _ in range(COMMANDS):
            for answers, each in zip(found, urls, strict=True):
                answers.append(await _acknowledged(session, each, api))
                await asyncio.sleep(EVERY / 2)
        rate = (await answered(base_url) - looks) / (time.perf_counter() - began)
    bot, peer = ([took for took, _ in answers] for answers in found)
    return Round(bot=bot, peer=peer, refused=sum(not taken for _, taken in found[0]), looks=rate)


def measure() -> Row:
    """The medians of each round's median and p99, and of their ratios."""
    rounds = []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as folder:
            rounds.append(asyncio.run(_round(Path(folder))))
    middles = [(median(one.bot), median(one.peer)) for one in rounds]
    tails = [(_p99(one.bot), _p99(one.peer)) for one in rounds]
    middle, tail = (median(bot / peer for bot, peer in pairs) for pairs in (middles, tails))
    slowest = median(bot for bot, _ in tails)
    refused = sum(one.refused for one in rounds)
    peers = [peer * 1000 for _, peer in middles]
    return Row(
        number="5",
        what=f"time to acknowledge a command that follows, {median(one.looks for one in rounds):.0f} looks a second"
        " running, SQLite",
        figure=f"median {middle:.2f} times ({median(bot for bot, _ in middles) * 1000:.1f} ms),"
        f" p99 {tail:.2f} times ({slowest * 1000:.0f} ms); {refused} of {ROUNDS * COMMANDS} not taken",
        peer=f"a Bolt app that does nothing, in turn: median {median(peers):.1f} ms ({min(peers):.1f} to"
        f" {max(peers):.1f} in {ROUNDS} rounds), p99 {median(peer for _, peer in tails) * 1000:.0f} ms",
        goal="median ≤ 2 times; p99 ≤ 3 times and ≤ 0.3 s; all taken",
        met=middle <= GOAL_MEDIAN and tail <= GOAL_P99 and slowest <= GOAL_SECONDS and not refused,
    )


if __name__ == "__main__":
    alone(measure)
