"""Figure 10: kill -9 of the process that holds everything, and how long the other takes to take over."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import time

from benchmarks import Row, alone, fresh_seed
from benchmarks.servers import postgres_server
from sandbox.confluence.story import Ending
from sandbox.scenarios import random_scenario
from tests.chaos.deployment import deploy
from tests.chaos.observations import Observations
from tests.chaos.promises import broken_promises
from tests.chaos.report import explanation
from tests.chaos.run import ChaosRun
from tests.chaos.workload import CHANNELS, PEOPLE, PlannedCommand, PlannedTask

#: long tasks that are followed, each for about so many seconds
LONG_TASKS = 15
STORY = (95.0, 110.0)
#: seconds after the start
KILLS = (15.0, 40.0, 65.0)
#: seconds until the killed process is started again: not before the other must have taken over
DEAD_FOR = 16.0
GOAL = 15.0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One kill: when, and of which process."""

    at: float
    process: str


def _tasks(dice: Random) -> list[PlannedTask]:
    found = []
    for number in range(LONG_TASKS):
        scenario = random_scenario(dice, seconds=STORY, endings=(Ending.DONE,))
        command = PlannedCommand(at=0.0, user=PEOPLE[number % len(PEOPLE)], channel=CHANNELS[number % len(CHANNELS)])
        found.append(PlannedTask(at=number * 0.4, scenario=scenario, commands=(command,)))
    return found


async def _kills(run: ChaosRun) -> list[Kill]:
    """Kill the process that delivers, each time; returns the kills."""
    done = []
    for at in KILLS:
        await asyncio.sleep(max(0.0, run.began + at - time()))
        holder = next(request.caller for request in reversed(run.slack.bot_requests) if request.method == "chat.update")
        supervisor = run.supervisors[holder.partition(".")[0]]
        done.append(Kill(at=time(), process=supervisor.current.name))
        supervisor.kill()
    return done


def taken_over(observed: Observations, kill: Kill) -> float:
    """Seconds until the other process delivers, and has looked at every long task that goes on."""
    delivered = [
        request.arrived
        for request in observed.requests
        if request.arrived > kill.at and request.caller != kill.process and request.method.startswith("chat.")
    ]
    # A channel watches in every run of chaos, so that lists stand for single looks.
    seen = [(look.remote_id, look.arrived) for look in observed.looks]
    seen += [(remote_id, listing.arrived) for listing in observed.listings for remote_id in listing.tasks]
    looked = [
        min(arrived for remote_id, arrived in seen if remote_id == task.remote_id and arrived > kill.at)
        for task in observed.tasks
        if task.began < kill.at - 5.0 and task.ends > kill.at + GOAL + 5.0
    ]
    return max(min(delivered), *looked) - kill.at


async def _run(seed: int, server: str, folder: Path) -> tuple[list[float], Observations]:
    async with deploy(seed=seed, seconds=KILLS[-1] + DEAD_FOR, kind="postgres", folder=folder, postgres=server) as run:
        for supervisor in run.supervisors.values():
            supervisor.restart_after = DEAD_FOR
        kills, _ = await asyncio.gather(_kills(run), run.carry_out(_tasks(Random(seed)), ()))
        # A growing reply is edited a minute after it was posted, which may be after the patience of a run.
        await run.await_work()
        observed = await run.observe()
        for supervisor in run.supervisors.values():
            supervisor.restart_after = 0.0
    return [taken_over(observed, kill) for kill in kills], observed


def measure(seed: int | None = None) -> Row:
    """Kill the process that delivers three times, and see whether a message is missing or doubled in the end."""
    seed = fresh_seed() if seed is None else seed
    with TemporaryDirectory() as folder, postgres_server(Path(folder)) as server:
        seconds, observed = asyncio.run(_run(seed, server, Path(folder)))
    broken = broken_promises(observed)
    if broken:
        print(explanation(observed, broken))
    figures = ", ".join(f"{each:.1f} s" for each in seconds)
    return Row(
        number="10",
        what=f"kill -9 of the process that holds everything, {LONG_TASKS} long tasks (seed {seed})",
        figure=f"the other has taken over after {figures}; {len(broken)} lost, doubled or wrong",
        peer="–",
        goal="within 15 s; nothing lost, nothing doubled",
        met=max(seconds) <= GOAL and not broken,
    )


if __name__ == "__main__":
    alone(measure)
