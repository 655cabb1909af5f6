"""The schedule of a run: the same for the same seed, and enough of everything."""

from collections import Counter

import pytest

from bot.db.claims import LEASE
from tests.chaos import schedule as kinds
from tests.chaos.people import tales
from tests.chaos.schedule import CALLS, Blow, schedule, times

SLOTS = {"sqlite": ("one",), "postgres": ("one", "two")}


def planned(seed: int, database: str, seconds: float = 60.0) -> list[Blow]:
    return schedule(seed, seconds, slots=SLOTS[database], database=database)


@pytest.mark.parametrize("database", SLOTS)
def test_the_same_seed_makes_the_same_schedule_and_the_same_tales(database: str) -> None:
    assert planned(7, database) == planned(7, database)
    assert planned(7, database) != planned(8, database)
    assert tales(7, 60.0) == tales(7, 60.0)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("database", SLOTS)
@pytest.mark.parametrize("seconds", [60.0, 180.0])
def test_every_kind_is_planned_three_times_a_minute(seed: int, database: str, seconds: float) -> None:
    blows = planned(seed, database, seconds)
    fired = Counter(blow.kind for blow in blows if blow.what in ("", *SLOTS[database]))
    fired[kinds.KILL] += sum(blow.fatal for blow in blows)
    calls = Counter((blow.what, blow.kind) for blow in blows if blow.what in CALLS)

    away = {kinds.LOCKED, kinds.FULL} if database == "sqlite" else {kinds.LOCKED, kinds.CUT}
    assert set(fired) == {kinds.KILL, kinds.TERM, kinds.STOP} | away
    assert set(calls) == {(method, kind) for method, those in CALLS.items() for kind in those}
    assert min([*fired.values(), *calls.values()]) >= times(seconds) == seconds // 20


@pytest.mark.parametrize("seed", range(20))
def test_a_stop_outlasts_a_lease(seed: int) -> None:
    stops = [blow.seconds for blow in planned(seed, "postgres") if blow.kind == kinds.STOP]

    assert min(stops) > LEASE.total_seconds()


@pytest.mark.parametrize("seed", range(20))
def test_the_database_is_not_taken_away_from_nobody(seed: int) -> None:
    blows = planned(seed, "sqlite")
    stops = [blow for blow in blows if blow.kind == kinds.STOP]
    outages = [blow for blow in blows if blow.kind in (kinds.LOCKED, kinds.FULL)]

    hidden = [out for out in outages for stop in stops if stop.at <= out.at <= stop.at + stop.seconds - 1.0]
    assert hidden == []
