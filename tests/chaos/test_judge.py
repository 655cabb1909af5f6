"""Runs that were disturbed too much to show anything are repeated with fewer faults."""

from dataclasses import dataclass

import pytest

from tests.chaos.cases.small_runs import private, run, run_without_thread
from tests.chaos.judge import ATTEMPTS, RunResult, judge
from tests.chaos.observations import Observations


@dataclass(kw_only=True)
class Attempts:
    """Runs that were prepared, and how calm each was asked to be."""

    runs: list[Observations]
    asked: list[int]

    async def __call__(self, calmness: int) -> Observations:
        self.asked.append(calmness)
        return self.runs[calmness]


EMPTY = run_without_thread(answers=[private("Please try again.")])
BROKEN = run_without_thread()


@pytest.mark.parametrize(
    ("runs", "result", "asked"),
    [
        ([run()], RunResult.KEPT, [0]),
        ([EMPTY, run()], RunResult.KEPT, [0, 1]),
        ([EMPTY, EMPTY, run()], RunResult.KEPT, [0, 1, 2]),
        ([EMPTY, BROKEN], RunResult.BROKEN, [0, 1]),
        ([EMPTY] * ATTEMPTS, RunResult.INCONCLUSIVE, [0, 1, 2]),
    ],
)
async def test_a_run_that_shows_nothing_is_repeated_more_calmly(
    runs: list[Observations], result: RunResult, asked: list[int]
) -> None:
    attempts, said = Attempts(runs=runs, asked=[]), list[str]()

    assert await judge(attempts, say=said.append) is result
    assert attempts.asked == asked
    disturbed = [line for line in said if line.startswith("This run was disturbed too much to show anything")]
    assert len(disturbed) == asked[-1] + (result is RunResult.INCONCLUSIVE)
