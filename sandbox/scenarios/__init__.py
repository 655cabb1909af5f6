"""Stories of long tasks and what the bot is expected to make of them, for tests, demo and gallery.

Times are those of a usual long task; `Scenario.scaled` tells one faster. `stall` and `long_outage` wait for what the
bot measures in minutes of its own clock, `finish_below_100` for two minutes: these are for a clock that is passed in.
`elusive_warnings` expects a look at least every five seconds of the story.
"""

from sandbox.scenarios.chance import random_scenario
from sandbox.scenarios.expected import Expected, Scenario, tally
from sandbox.scenarios.table import DEMO, KINDS, listed, names, scenario

__all__ = [
    "DEMO",
    "KINDS",
    "Expected",
    "Scenario",
    "listed",
    "names",
    "random_scenario",
    "scenario",
    "tally",
]
