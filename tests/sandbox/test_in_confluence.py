"""What begins in Confluence's own window runs long enough to be found, and ends."""

import pytest

from sandbox.confluence import ConfluenceSimulator
from sandbox.scenarios import SITE_KINDS
from sandbox.scenarios.in_confluence import BEGUN, begin_unfollowed
from tests.support.clock import Clock


def over(site: ConfluenceSimulator) -> list[bool]:
    """Whether each long task is over."""
    frames = [task.frame(site.clock()) for task in site.tasks.values()]
    return [frame.over for frame in frames if frame is not None]


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_three_tasks_that_nobody_follows_run_for_minutes(kind: str, clock: Clock) -> None:
    site = ConfluenceSimulator(clock=clock.seconds, kind=kind)
    begin_unfollowed(site)
    bodies = [site.body(remote_id) for remote_id in site.tasks]
    assert [body["elapsedTime"] for body in bodies if body] == [95_000, 210_000, 40_000]
    clock.move(5 * 60)
    assert over(site) == [False] * 3
    clock.move(10 * 60)
    assert over(site) == [True] * 3


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_what_a_person_begins_moves_and_ends_within_minutes(kind: str, clock: Clock) -> None:
    site = ConfluenceSimulator(clock=clock.seconds, kind=kind)
    begun = [site.add(story) for story in BEGUN.values()]
    seen: list[set[int]] = [set() for _ in begun]
    for _ in range(20):
        for percents, remote_id in zip(seen, begun, strict=True):
            body = site.body(remote_id)
            assert body is not None
            percents.add(body["percentageComplete"])
        clock.move(10)
    assert over(site) == [True] * len(begun)
    assert [len(percents) > 5 and max(percents) == 100 for percents in seen] == [True] * len(begun)
