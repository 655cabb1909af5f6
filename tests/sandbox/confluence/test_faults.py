"""Faults fire when, where and as often as they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.confluence import ConfluenceSimulator, Fault, FaultKind, Faults, faults
from sandbox.scenarios import scenario


def fault(**fields: Any) -> Fault:
    return Fault(name="f", kind=FaultKind.ANSWER, status=500, **fields)


@pytest.mark.parametrize(
    ("fields", "asked", "fires"),
    [
        ({}, ("1", "ann", 5.0), True),
        ({"task": "1"}, ("1", "ann", 5.0), True),
        ({"task": "2"}, ("1", "ann", 5.0), False),
        ({"task": "2"}, (None, None, 5.0), False),
        ({"account": "ann"}, ("1", "ann", 5.0), True),
        ({"account": "ann"}, ("1", None, 5.0), False),
        ({"since": 5.0}, ("1", None, 5.0), True),
        ({"since": 5.0}, ("1", None, 4.9), False),
        ({"until": 5.0}, ("1", None, 4.9), True),
        ({"until": 5.0}, ("1", None, 5.0), False),
        ({"times": 1}, ("1", None, 5.0), True),
    ],
)
def test_a_fault_meets_the_requests_it_is_meant_for(
    fields: dict[str, Any], asked: tuple[str | None, str | None, float], fires: bool
) -> None:
    in_force = Faults()
    in_force.add(fault(**fields))
    assert ((in_force.pick(*asked) is not None), in_force.fired.total()) == (fires, int(fires))


@given(times=st.integers(1, 20), requests=st.integers(0, 40))
def test_a_fault_fires_no_more_often_than_it_says(times: int, requests: int) -> None:
    in_force = Faults()
    in_force.add(fault(times=times))
    fired = [in_force.pick(None, None, 0.0) is not None for _ in range(requests)]
    assert fired == [True] * min(times, requests) + [False] * max(0, requests - times)
    assert in_force.fired["f"] == min(times, requests)


def test_earlier_faults_go_first_and_can_be_taken_back() -> None:
    in_force = Faults()
    first = in_force.add(faults.status(500))
    in_force.add(faults.status(502))
    picked = [in_force.pick(None, None, 0.0)]
    in_force.remove(first)
    in_force.remove(first)
    picked.append(in_force.pick(None, None, 0.0))
    in_force.clear()
    assert picked == [faults.status(500), faults.status(502)]
    assert (in_force.pick(None, None, 0.0), in_force.in_force) == (None, ())


def test_a_fault_whose_time_is_over_is_no_longer_in_force() -> None:
    in_force = Faults()
    in_force.add(fault(until=5.0))
    in_force.pick(None, None, 6.0)
    assert in_force.in_force == ()


def test_the_faults_of_a_story_follow_its_start_and_its_speed() -> None:
    story = scenario("short_outage").story
    simulator = ConfluenceSimulator(clock=lambda: 1000.0)
    remote_id = simulator.add(story.scaled(2))
    placed = [(entry.since, entry.until, entry.task) for entry in simulator.faults.in_force]
    assert placed == [(1004.5, 1008.5, remote_id)]


def test_a_site_can_be_down_for_a_while() -> None:
    simulator = ConfluenceSimulator(clock=lambda: 0.0)
    simulator.down(10, 20)
    simulator.down(30, 40, fault=faults.status(502))
    names = [found and found.name for found in (simulator.faults.pick("1", None, at) for at in (5, 10, 20, 30, 40))]
    assert names == [None, "down", None, "status_502", None]
