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
from tests.chaos.judge import judge
from tests.chaos.people import CHANNELS, PEOPLE, Tale, Wish
from tests.chaos.run import Run
from tests.chaos.seen import Seen
from tests.chaos.stage import opened
from tests.chaos.telling import stories

#: long tasks that are followed, each for about so many seconds
LONG_TASKS = 15
STORY = (95.0, 110.0)
#: seconds after the start
KILLS = (15.0, 40.0, 65.0)
#: seconds until the killed process is started anew: not before the other must have taken over
DEAD_FOR = 16.0
GOAL = 15.0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One kill: when, and of which life."""

    at: float
    life: str


def _tales(dice: Random) -> list[Tale]:
    found = []
    for number in range(LONG_TASKS):
        scenario = random_scenario(dice, seconds=STORY, endings=(Ending.DONE,))
        wish = Wish(at=0.0, user=PEOPLE[number % len(PEOPLE)], channel=CHANNELS[number % len(CHANNELS)])
        found.append(Tale(at=number * 0.4, scenario=scenario, wishes=(wish,)))
    return found


async def _kills(run: Run) -> list[Kill]:
    """Each time of whoever delivers."""
    done = []
    for at in KILLS:
        await asyncio.sleep(max(0.0, run.began + at - time()))
        holder = next(request.caller for request in reversed(run.slack.bot_requests) if request.method == "chat.update")
        slot = run.slots[holder.partition(".")[0]]
        done.append(Kill(at=time(), life=slot.life_name))
        slot.kill()
    return done


def taken_over(seen: Seen, kill: Kill) -> float:
    """Seconds until the other process delivers, and has looked at every long task that goes on."""
    delivered = [
        request.arrived
        for request in seen.requests
        if request.arrived > kill.at and request.caller != kill.life and request.method.startswith("chat.")
    ]
    looked = [
        min(look.arrived for look in seen.askings if look.remote_id == told.remote_id and look.arrived > kill.at)
        for told in seen.told
        if told.began < kill.at - 5.0 and told.over > kill.at + GOAL + 5.0
    ]
    return max(min(delivered), *looked) - kill.at


async def _run(seed: int, server: str, folder: Path) -> tuple[list[float], Seen]:
    async with opened(seed=seed, seconds=KILLS[-1] + DEAD_FOR, kind="postgres", folder=folder, postgres=server) as run:
        for slot in run.slots.values():
            slot.restart_after = DEAD_FOR
        kills, _ = await asyncio.gather(_kills(run), run.go(_tales(Random(seed)), ()))
        seen = await run.seen()
        for slot in run.slots.values():
            slot.restart_after = 0.0
    return [taken_over(seen, kill) for kill in kills], seen


def measure(seed: int | None = None) -> Row:
    """Kill whoever delivers, three times, and look whether anything is missing or stands twice in the end."""
    seed = fresh_seed() if seed is None else seed
    with TemporaryDirectory() as folder, postgres_server(Path(folder)) as server:
        seconds, seen = asyncio.run(_run(seed, server, Path(folder)))
    broken = judge(seen)
    if broken:
        print(stories(seen, broken))
    figures = ", ".join(f"{each:.1f} s" for each in seconds)
    return Row(
        number="10",
        what=f"kill -9 of the process that holds everything, {LONG_TASKS} long tasks (seed {seed})",
        figure=f"the other has taken over after {figures}; {len(broken)} lost, doubled or wrong",
        peer="–",
        goal="within 15 s; nothing lost, nothing told twice",
        met=max(seconds) <= GOAL and not broken,
    )


if __name__ == "__main__":
    alone(measure)
