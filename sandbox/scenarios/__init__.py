"""Scenarios: stories of long tasks with what the bot is expected to say, for tests, demo and gallery.

Times are those of a usual long task; `Scenario.scaled` plays one faster. `stall` and `long_outage` wait for what the
bot measures in minutes of its own clock, `finish_below_100` for two minutes: they need a clock that is passed in.
`elusive_warnings` needs a look at least every five seconds of the story.
"""

from sandbox.scenarios.expectation import Expected, Scenario, tally
from sandbox.scenarios.random_stories import random_scenario
from sandbox.scenarios.registry import DEMO, SITE_KINDS, listed_notes, scenario, scenario_names

__all__ = [
    "DEMO",
    "SITE_KINDS",
    "Expected",
    "Scenario",
    "listed_notes",
    "random_scenario",
    "scenario",
    "scenario_names",
    "tally",
]
