"""The workload of a run: long tasks and the commands that people type about them, generated from a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.confluence.story import Ending
from sandbox.scenarios import Scenario, random_scenario

CHANNELS = ("C0RELEASES", "C0DOCS", "C0SUPPORT", "C0SALES", "C0LEGAL", "C0OPS")
PEOPLE = ("U0MARTA", "U0TOMAS", "U0YUKI")
#: seconds that a long task takes; some of the early ones take longer, so that there are cards to edit
TAKES = (10.0, 25.0)
TAKES_LONGER = (30.0, 50.0)
#: long tasks that begin in a minute
TASKS_A_MINUTE = 16


@dataclass(frozen=True, kw_only=True)
class PlannedCommand:
    """A command that a person is going to type about a long task."""

    #: seconds after the long task began
    at: float
    user: str
    channel: str
    #: stop instead of follow
    stop: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    """A long task, and the commands about it."""

    #: seconds after the start of the run
    at: float
    scenario: Scenario
    commands: tuple[PlannedCommand, ...]


def workload(seed: int, seconds: float) -> list[PlannedTask]:
    """Long tasks for a run of so many seconds; none begins in its last fifth."""
    dice = random.Random(seed * 7919 + 1)
    count = max(5, round(seconds / 60 * TASKS_A_MINUTE))
    planned = []
    for number in range(count):
        at = (number + dice.random()) * seconds * 0.8 / count
        early = at < seconds * 0.4
        endings = tuple(Ending) if early else tuple(ending for ending in Ending if ending is not Ending.NEVER)
        longer = early and dice.random() < 0.6
        scenario = random_scenario(dice, seconds=TAKES_LONGER if longer else TAKES, endings=endings)
        planned.append(PlannedTask(at=at, scenario=scenario, commands=tuple(_commands(dice))))
    return planned


def _commands(dice: random.Random) -> Iterator[PlannedCommand]:
    """One person follows; perhaps another follows elsewhere or here, or somebody stops."""
    users, channels = dice.sample(PEOPLE, 3), dice.sample(CHANNELS, 3)
    yield PlannedCommand(at=0.0, user=users[0], channel=channels[0])
    course = dice.random()
    if course < 0.3:
        yield PlannedCommand(at=dice.uniform(0.0, 3.0), user=users[1], channel=channels[1])
    elif course < 0.45:
        yield PlannedCommand(at=dice.uniform(0.0, 4.0), user=users[1], channel=channels[0])
    elif course < 0.6:
        yield PlannedCommand(at=dice.uniform(2.0, 9.0), user=dice.choice(users), channel=channels[0], stop=True)
