"""The schedule of a run: the same for the same seed, and enough of everything."""

from collections import Counter

import pytest

from bot.db.claims import LEASE
from tests.chaos import schedule as kinds
from tests.chaos.deployment import PROCESSES
from tests.chaos.judge import ATTEMPTS
from tests.chaos.schedule import CALLS, Injection, schedule, times
from tests.chaos.workload import workload


def planned(seed: int, database: str, seconds: float = 60.0, *, calmness: int = 0) -> list[Injection]:
    return schedule(seed, seconds, processes=PROCESSES[database], database=database, calmness=calmness)


@pytest.mark.parametrize("database", PROCESSES)
@pytest.mark.parametrize("calmness", range(ATTEMPTS))
def test_the_same_seed_gives_the_same_schedule_and_the_same_workload(database: str, calmness: int) -> None:
    assert planned(7, database, calmness=calmness) == planned(7, database, calmness=calmness)
    assert planned(7, database, calmness=calmness) != planned(8, database, calmness=calmness)
    assert workload(7, 60.0) == workload(7, 60.0)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("database", PROCESSES)
@pytest.mark.parametrize("seconds", [60.0, 180.0])
@pytest.mark.parametrize("calmness", range(ATTEMPTS))
def test_every_kind_is_planned_three_times_a_minute_or_half_as_often_for_each_step_of_calmness(
    seed: int, database: str, seconds: float, calmness: int
) -> None:
    injections = planned(seed, database, seconds, calmness=calmness)
    counted = Counter(each.kind for each in injections if each.target in ("", *PROCESSES[database]))
    counted[kinds.KILL] += sum(each.fatal for each in injections)
    calls = Counter((each.target, each.kind) for each in injections if each.target in CALLS)

    outages = {kinds.LOCKED, kinds.FULL} if database == "sqlite" else {kinds.LOCKED, kinds.CUT}
    assert set(counted) == {kinds.KILL, kinds.TERM, kinds.STOP} | outages
    assert set(calls) == {(method, kind) for method, faults in CALLS.items() for kind in faults}
    assert min([*counted.values(), *calls.values()]) >= times(seconds, calmness=calmness)


def test_three_a_minute_are_two_and_one_for_calmer_runs() -> None:
    assert [times(60.0, calmness=calmness) for calmness in range(ATTEMPTS)] == [3, 2, 1]
    assert [times(180.0, calmness=calmness) for calmness in range(ATTEMPTS)] == [9, 5, 3]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("database", PROCESSES)
def test_a_calmer_schedule_is_a_part_of_the_one_before(seed: int, database: str) -> None:
    for calmness in range(1, ATTEMPTS):
        calmer, before = (set(planned(seed, database, calmness=each)) for each in (calmness, calmness - 1))

        assert calmer < before
        assert len(calmer) < 0.75 * len(before)


@pytest.mark.parametrize("seed", range(20))
def test_a_suspension_outlasts_a_lease(seed: int) -> None:
    suspensions = [each.seconds for each in planned(seed, "postgres") if each.kind == kinds.STOP]

    assert min(suspensions) > LEASE.total_seconds()


@pytest.mark.parametrize("seed", range(20))
def test_no_outage_is_over_before_a_suspended_process_can_notice_it(seed: int) -> None:
    injections = planned(seed, "sqlite")
    suspensions = [each for each in injections if each.kind == kinds.STOP]
    outages = [each for each in injections if each.kind in (kinds.LOCKED, kinds.FULL)]

    hidden = [
        outage
        for outage in outages
        for suspension in suspensions
        if suspension.at <= outage.at <= suspension.at + suspension.seconds - 1.0
    ]
    assert hidden == []
