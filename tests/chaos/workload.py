"""The workload of a run: long tasks and the commands that people type about them, generated from a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.snapshot import Kind
from sandbox.confluence.story import Ending
from sandbox.scenarios import Scenario, random_scenario

CHANNELS = ("C0RELEASES", "C0DOCS", "C0SUPPORT", "C0SALES", "C0LEGAL", "C0OPS")
PEOPLE = ("U0MARTA", "U0TOMAS", "U0YUKI")
#: a channel that watches the site, for these kinds of long tasks, and one in which a script follows
WATCHING, SCRIPTS = "C0WATCHING", "C0SCRIPTS"
WATCHED_KINDS = frozenset({Kind.DELETE, Kind.ARCHIVE})
#: a script starts one long task of so many
EVERY_SCRIPT = 4
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
    #: whether a script has started it, which then calls a hook
    by_script: bool = False

    @property
    def is_watched(self) -> bool:
        """Whether the watch names its kind."""
        return self.scenario.story.operation in WATCHED_KINDS


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
        by_script = number % EVERY_SCRIPT == 1
        planned.append(PlannedTask(at=at, scenario=scenario, commands=tuple(_commands(dice)), by_script=by_script))
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
