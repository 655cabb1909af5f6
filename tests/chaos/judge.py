"""Judges runs with ever fewer faults until one shows something."""

from collections.abc import Awaitable, Callable
from enum import IntEnum

from tests.chaos.observations import Observations
from tests.chaos.promises import broken_promises, is_conclusive
from tests.chaos.report import explanation, summary

#: runs at most; each injects half as many faults of each kind as the one before
ATTEMPTS = 3


class RunResult(IntEnum):
    """What runs showed; also the exit code of the program."""

    KEPT = 0  #: a run kept every promise
    BROKEN = 1  #: a run broke a promise
    INCONCLUSIVE = 3  #: every run was disturbed too much to show anything; argparse ends with 2


async def judge(attempt: Callable[[int], Awaitable[Observations]], *, say: Callable[[str], None]) -> RunResult:
    """Run until a run shows something, and report each to `say`.

    `attempt` carries out a run with so many steps of calmness. A run that breaks a promise shows that, however much it
    was disturbed.
    """
    for calmness in range(ATTEMPTS):
        observed = await attempt(calmness)
        broken = broken_promises(observed)
        say(summary(observed, broken))
        if broken:
            say(explanation(observed, broken))
            return RunResult.BROKEN
        if is_conclusive(observed):
            return RunResult.KEPT
        more = calmness + 1 < ATTEMPTS
        say("This run was disturbed too much to show anything" + (": once more with fewer faults." if more else "."))
    return RunResult.INCONCLUSIVE
