"""One run: inject the faults of a schedule while users type commands, let the bot finish, and collect what was seen."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import time

from tests.chaos.bot_records import count_open_work, read_records
from tests.chaos.bystanders import lists_nothing
from tests.chaos.databases import BotDatabase
from tests.chaos.injector import Injector
from tests.chaos.observations import Observations
from tests.chaos.processes import Supervisor
from tests.chaos.schedule import Injection, schedule
from tests.chaos.simulators import RecordingConfluence, RecordingSlack
from tests.chaos.users import Users
from tests.chaos.workload import PlannedTask, workload

#: seconds after the last fault in which all work has to be done
PATIENCE = 150.0
#: seconds without anything new after which nothing more is expected: where a run has few threads, one message meets
#: every fault of its method, and after seven tries it waits for 64
STILL_FOR = 75.0
#: seconds after the last injection in which calls still meet faults
AFTERMATH = 15.0


@dataclass(kw_only=True)
class ChaosRun:
    """The parts of a run, and what it does with them."""

    seed: int
    seconds: float
    slack: RecordingSlack
    confluence: RecordingConfluence
    database: BotDatabase
    supervisors: dict[str, Supervisor]
    users: Users
    #: kinds of faults; all if it names none
    only: frozenset[str] = frozenset()
    often: int = 1
    calmness: int = 0
    #: seconds since the epoch
    began: float = field(default_factory=time)

    def __post_init__(self) -> None:
        self.injector = Injector(
            seed=self.seed,
            began=self.began,
            slack=self.slack,
            confluence=self.confluence,
            database=self.database,
            supervisors=self.supervisors,
        )

    async def carry_out(
        self, tasks: Sequence[PlannedTask] | None = None, injections: Sequence[Injection] | None = None
    ) -> None:
        """Carry out tasks and injections (those of the seed, unless given), then wait until all work is done."""
        injections = self._schedule() if injections is None else injections
        tasks = workload(self.seed, self.seconds) if tasks is None else tasks
        bystanders = self.users.bystanders
        users = asyncio.gather(bystanders.open_homes(), *(self.users.carry_out(task) for task in tasks))
        await self.injector.inject_all(injections)
        await self._await_pending_faults()
        self.injector.withdraw()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await users
                # What was opened long ago is no longer kept true.
                await bystanders.open_homes()
        await self.await_work()

    def _schedule(self) -> list[Injection]:
        return schedule(
            self.seed,
            self.seconds,
            processes=tuple(self.supervisors),
            database=self.database.kind,
            only=self.only,
            often=self.often,
            calmness=self.calmness,
        )

    async def _await_pending_faults(self) -> None:
        """Wait for calls that meet the faults injected while no process could make any."""
        until = time() + AFTERMATH
        while self.injector.waiting and time() < until:  # noqa: ASYNC110 -- lists have no event
            await asyncio.sleep(0.2)

    async def await_work(self) -> None:
        """Wait until no work is left or nothing happens any more, for PATIENCE at most."""
        until = time() + PATIENCE
        calm, before, since = 0, None, time()
        while calm < 3 and time() < until and time() - since < STILL_FOR:
            work = await self._open_work()
            now = (work, len(self.slack.bot_requests))
            before, since = now, since if now == before else time()
            calm = 0 if any(work.values()) or self.slack.open_requests else calm + 1
            await asyncio.sleep(0.5)

    async def _open_work(self) -> dict[str, int]:
        """What is still to be done; homes are compared with what is true every now and then only."""
        work = await count_open_work(self.database)
        if any(work.values()):
            return work
        old = sum(not lists_nothing(text) for text in self.users.bystanders.homes().values())
        return work | {"homes that are not true": old}

    async def observe(self) -> Observations:
        """Collect what was seen, and read the bot's database."""
        return Observations(
            seed=self.seed,
            database=self.database.kind,
            seconds=self.seconds,
            began=self.began,
            tasks=self.users.tasks,
            channels=self.slack.channels,
            private_messages=self.slack.private_messages,
            files=self.slack.files,
            confluence_origin=self.confluence.origin,
            requests=self.slack.bot_requests,
            looks=self.confluence.long_task_requests,
            listings=self.confluence.listings,
            watching_since=self.users.bystanders.watching_since,
            homes=self.users.bystanders.homes(),
            incarnations=[each for supervisor in self.supervisors.values() for each in supervisor.incarnations],
            outages=self.injector.outages,
            records=await read_records(self.database),
            open_work=await count_open_work(self.database),
            rate_limited=self.slack.limits.report(),
            injected=self.injector.counts(),
            restricted=bool(self.only),
            calmness=self.calmness,
        )
