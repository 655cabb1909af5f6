"""Sets up a run: simulators, a database, processes that are ready."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import time

from sandbox.environment import SIGNING_SECRET, TEAM, TOKEN
from tests.chaos.databases import Database, Postgres, Sqlite
from tests.chaos.people import CHANNELS, PEOPLE, Crowd
from tests.chaos.processes import Slot, command, inherited
from tests.chaos.run import Run
from tests.chaos.watched import WatchedConfluence, WatchedSlack

#: what may be told to whom: files too, so that long lists are not replies
SCOPES = frozenset({"commands", "chat:write", "users:read", "files:write"})


@asynccontextmanager
async def opened(
    *,
    seed: int,
    seconds: float,
    kind: str,
    folder: Path,
    postgres: str | None = None,
    build: str | None = None,
    only: frozenset[str] = frozenset(),
    often: int = 1,
) -> AsyncIterator[Run]:
    """Simulators, database and processes, the processes ready."""
    slots: dict[str, Slot] = {}
    slack = WatchedSlack(signing_secret=SIGNING_SECRET, life_of=lambda name: slots[name].life.name)
    site = WatchedConfluence()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(slack.stop)
        stack.push_async_callback(site.stop)
        _furnish(slack)
        await slack.open()
        await site.start()
        database = _database(kind, folder=folder, slots=slots, postgres=postgres, seed=seed)
        stack.callback(database.close)
        for name in ("one",) if kind == "sqlite" else ("one", "two"):
            slots[name] = Slot(
                name=name,
                environ=inherited() | await _environ(slack, site, database, door=name),
                command=command(build),
                log=folder / f"{name}.log",
            )
            stack.push_async_callback(slots[name].close)
            slots[name].open()
            await _ready(slots[name])
        crowd = Crowd(
            slack=slack,
            confluence=site,
            address=lambda: _address(slots),
            ready=lambda: any(slot.up for slot in slots.values()),
        )
        yield Run(
            seed=seed,
            seconds=seconds,
            slack=slack,
            confluence=site,
            database=database,
            slots=slots,
            crowd=crowd,
            only=only,
            often=often,
        )


def _furnish(slack: WatchedSlack) -> None:
    slack.add_workspace(TEAM, TOKEN, SCOPES, domain="sandbox")
    for person in PEOPLE:
        slack.add_user(person)
    for channel in CHANNELS:
        slack.add_channel(channel, members=PEOPLE)


def _database(kind: str, *, folder: Path, slots: dict[str, Slot], postgres: str | None, seed: int) -> Database:
    if kind == "sqlite":

        def bound_files(size: int | None) -> None:
            for slot in slots.values():
                slot.bound_files(size)

        return Sqlite(folder=folder / "disk", bound_files=bound_files)
    assert postgres is not None
    return Postgres(server=postgres, name=f"chaos_{seed}_{int(time() * 1000)}")


async def _environ(slack: WatchedSlack, site: WatchedConfluence, database: Database, *, door: str) -> dict[str, str]:
    return {
        "HOST": "127.0.0.1",
        "DATABASE_URL": database.url,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_API_URL": await slack.door(door),
        "CONFLUENCE_URL": site.base_url,
        "CONFLUENCE_KIND": "cloud",
        "CONFLUENCE_EMAIL": site.account.email,
        "CONFLUENCE_API_TOKEN": site.account.token,
        "POLL_MIN_SECONDS": "0.3",
        "POLL_MAX_SECONDS": "1",
        "LOG_FORMAT": "json",
    }


async def _ready(slot: Slot) -> None:
    async with asyncio.timeout(60.0):
        while not slot.up:  # noqa: ASYNC110 -- another process's port has no event
            await asyncio.sleep(0.1)


def _address(slots: dict[str, Slot]) -> str | None:
    """Where a router would send the next command: to whoever is ready, else to whoever is there."""
    there = [slot for slot in slots.values() if slot.up] or [slot for slot in slots.values() if slot.alive]
    return f"http://127.0.0.1:{random.choice(there).port}/slack/events" if there else None
