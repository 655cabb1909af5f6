"""Starts what a run needs: both simulators, a database, and the bot's processes."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

from sandbox.harness import TEAM, TOKEN
from sandbox.slack import SIGNING_SECRET
from tests.chaos.databases import BotDatabase, PostgresDatabase, SqliteFile
from tests.chaos.processes import Supervisor, command, inherited
from tests.chaos.run import ChaosRun
from tests.chaos.simulators import RecordingConfluence, RecordingSlack
from tests.chaos.users import Users
from tests.chaos.workload import CHANNELS, PEOPLE, SCRIPTS, WATCHING

#: with files:write, so that long lists are files instead of replies
_READ = ("channels:read", "groups:read", "mpim:read", "im:read")
SCOPES = frozenset({"commands", "chat:write", "users:read", *_READ, "files:write"})
#: a SQLite file takes one process
PROCESSES = {"sqlite": ("one",), "postgres": ("one", "two")}
#: seconds in which a process has to become ready
START_PATIENCE = 60.0


@asynccontextmanager
async def deploy(
    *,
    seed: int,
    seconds: float,
    kind: str,
    folder: Path,
    postgres: str | None = None,
    mutant: str | None = None,
    only: frozenset[str] = frozenset(),
    often: int = 1,
    calmness: int = 0,
) -> AsyncIterator[ChaosRun]:
    """Start simulators, a database of a `kind`, and processes that are ready.

    `postgres` is the server's URL, `mutant` a bot with a safeguard removed. Raises TimeoutError if a process does not
    become ready, or does not answer what is asked before the faults.
    """
    supervisors: dict[str, Supervisor] = {}
    slack = RecordingSlack(signing_secret=SIGNING_SECRET, incarnation_of=lambda name: supervisors[name].current.name)
    confluence = RecordingConfluence()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(slack.stop)
        stack.push_async_callback(confluence.stop)
        _populate(slack)
        await slack.open()
        await confluence.start()
        database = _database(kind, folder=folder, supervisors=supervisors, postgres=postgres, seed=seed)
        stack.callback(database.close)
        for name in PROCESSES[kind]:
            supervisors[name] = Supervisor(
                name=name,
                environ=inherited() | _environ(slack, confluence, database, process=name),
                command=command(mutant),
                log=folder / f"{name}.log",
            )
            stack.push_async_callback(supervisors[name].close)
            supervisors[name].open()
            await _await_readiness(supervisors[name])
        users = Users(
            slack=slack,
            confluence=confluence,
            address=lambda: _address(supervisors),
            ready=lambda: any(supervisor.up for supervisor in supervisors.values()),
        )
        await users.bystanders.begin()
        yield ChaosRun(
            seed=seed,
            seconds=seconds,
            slack=slack,
            confluence=confluence,
            database=database,
            supervisors=supervisors,
            users=users,
            only=only,
            often=often,
            calmness=calmness,
        )


def _populate(slack: RecordingSlack) -> None:
    slack.add_workspace(TEAM, TOKEN, SCOPES, domain="sandbox")
    for person in PEOPLE:
        slack.add_user(person)
    for channel in (*CHANNELS, WATCHING, SCRIPTS):
        slack.add_channel(channel, members=PEOPLE)


def _database(
    kind: str, *, folder: Path, supervisors: dict[str, Supervisor], postgres: str | None, seed: int
) -> BotDatabase:
    if kind == "sqlite":

        def limit_files(size: int | None) -> None:
            for supervisor in supervisors.values():
                supervisor.limit_files(size)

        return SqliteFile(folder=folder / "disk", limit_files=limit_files)
    assert postgres is not None
    return PostgresDatabase(server=postgres, name=f"chaos_{seed}_{uuid4().hex}")


def _environ(
    slack: RecordingSlack, confluence: RecordingConfluence, database: BotDatabase, *, process: str
) -> dict[str, str]:
    return {
        "HOST": "127.0.0.1",
        "DATABASE_URL": database.url,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_API_URL": slack.api_url_of(process),
        "CONFLUENCE_URL": confluence.base_url,
        "CONFLUENCE_KIND": "cloud",
        "CONFLUENCE_EMAIL": confluence.account.email,
        "CONFLUENCE_API_TOKEN": confluence.account.token,
        "POLL_MIN_SECONDS": "0.3",
        "POLL_MAX_SECONDS": "1",
        "LOG_FORMAT": "json",
        # Scripts call the processes by their own ports.
        "PUBLIC_URL": "https://longtask.example.com",
    }


async def _await_readiness(supervisor: Supervisor) -> None:
    async with asyncio.timeout(START_PATIENCE):
        while not supervisor.up:  # noqa: ASYNC110 -- another process's port has no event
            await asyncio.sleep(0.1)


def _address(supervisors: dict[str, Supervisor]) -> str | None:
    """Where a router sends the next command: to a process that is ready, else to one that runs; None without one."""
    ready = [each for each in supervisors.values() if each.up]
    found = ready or [each for each in supervisors.values() if each.running]
    return f"http://127.0.0.1:{random.choice(found).port}/slack/events" if found else None
