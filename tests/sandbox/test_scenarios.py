"""Each scenario, read with the bot's own eyes, ends as it expects."""

from collections.abc import Iterator

import msgspec
import pytest

from bot.domain.outcome import outcome_of
from bot.domain.page_links import destination_link
from bot.domain.parsing.response import parse_response
from bot.domain.poll_result import Seen
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome
from sandbox.confluence import ConfluenceSimulator, Ending, Note
from sandbox.scenarios import (
    DEMO,
    SITE_KINDS,
    Expected,
    Scenario,
    listed_notes,
    random_scenario,
    scenario,
    scenario_names,
    tally,
)

EVERY = [(name, kind) for kind in SITE_KINDS for name in scenario_names(kind)]
#: seconds without a change after which a final report is the end
PATIENCE = 120.0


class Playback:
    """What somebody knows who looked at every answer of a story."""

    def __init__(self, played: Scenario) -> None:
        self.now = 0.0
        self.findings: dict[str, Finding] = {}
        self.outcomes: list[Outcome | None] = []
        simulator = ConfluenceSimulator(clock=lambda: self.now, kind=played.kind, context="/confluence")
        simulator.origin = "https://wiki.example.com"
        self.people_url = simulator.people_url
        self.remote_id = simulator.add(played.story)
        self.simulator = simulator

    def looks(self) -> Iterator[tuple[Seen, bool]]:
        """Look at each answer once, and at the last one when nothing can change any more."""
        frames = self.simulator.tasks[self.remote_id].script.frames
        for number, frame in enumerate(frames):
            self.now = frame.at
            seen = parse_response(msgspec.json.encode(self.simulator.body(self.remote_id)), expected_id=self.remote_id)
            assert isinstance(seen, Seen)
            yield seen, number == len(frames) - 1

    def follow(self) -> Seen:
        for seen, is_last in self.looks():
            self.findings |= {finding.identity: finding for finding in seen.findings or ()}
            problems = any(finding.count != 0 for finding in self.findings.values())
            unchanged = PATIENCE + 1 if is_last and frames_end(self) else 0.0
            self.outcomes.append(outcome_of(seen.snapshot, problems=problems, unchanged_seconds=unchanged))
        return seen


def frames_end(played: Playback) -> bool:
    return played.simulator.tasks[played.remote_id].script.frames[-1].over


def counted(findings: dict[str, Finding]) -> dict[str, int]:
    """Count findings by key as a thread's card does."""
    counts: dict[str, int] = {}
    for finding in findings.values():
        counts[finding.key] = counts.get(finding.key, 0) + (1 if finding.count is None else finding.count)
    return {key: count for key, count in counts.items() if count}


def check(played: Scenario) -> None:
    known = Playback(played)
    seen = known.follow()
    expected: Expected = played.expected
    if played.story.ending is Ending.NEVER:
        # it is forgotten, so no answer ever says how it ended
        assert known.outcomes == [None] * len(known.outcomes)
    else:
        assert known.outcomes == [None] * (len(known.outcomes) - 1) + [expected.outcome]
    # all that was listed once is known in the end; only what stood in the last answer is sure to have been seen
    assert counted(known.findings) == tally((*listed_notes(played.story, played.kind),))
    assert tally(set(listed_notes(played.story, played.kind)) - set(expected.fleeting)) == expected.findings
    assert seen.snapshot.percent == expected.last_percent
    link = destination_link(seen.snapshot, known.people_url)
    assert link == (None if expected.destination is None else known.people_url + expected.destination)


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_a_scenario_ends_as_expected(name: str, kind: str) -> None:
    check(scenario(name, kind))


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_a_story_of_chance_ends_as_expected(kind: str) -> None:
    for seed in range(300):
        check(random_scenario(seed, kind=kind))


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_chance_plays_every_ending_and_keeps_to_its_bounds(kind: str) -> None:
    played = [random_scenario(seed, kind=kind, seconds=(5.0, 6.0)) for seed in range(300)]
    assert {one.story.ending for one in played} == set(Ending)
    assert all(5.0 <= one.story.ends_at <= 6.0 for one in played)
    assert all(0 <= moment.at < one.story.ends_at for one in played for moment in one.story.moments)
    chosen = [random_scenario(seed, kind=kind, endings=(Ending.DONE,)).story.ending for seed in range(50)]
    assert set(chosen) == {Ending.DONE}


def test_the_demo_shows_its_stories_in_half_a_minute_each() -> None:
    assert [scenario(name).story.ends_at for name in DEMO] == [30, 24, 22, 30]


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_moments_come_in_order_and_a_faster_story_is_the_same_story(name: str, kind: str) -> None:
    played = scenario(name, kind)
    times = [moment.at for moment in played.story.moments]
    assert (times, times[0], times[-1] < played.story.ends_at) == (sorted(times), 0, True)
    fast = played.scaled(4)
    assert [moment.at * 4 for moment in fast.story.moments] == times
    assert fast.scaled(0.25) == played


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        scenario("finish_below_100", "cloud")


def test_a_tally_takes_a_grown_count_once_and_leaves_nothing_out() -> None:
    notes = (
        Note("WARN_IGNORE_VIEW_RESTRICTED", ("1",)),
        Note("WARN_IGNORE_VIEW_RESTRICTED", ("3",)),
        Note("WARN_IGNORE_EDIT_RESTRICTED", ("0",)),
        Note("WARN_RENAME_PAGE", ("a", "b")),
        Note("WARN_RENAME_PAGE", ("a", "b")),
        Note("WARN_RENAME_PAGE", ("c", "d")),
    )
    assert tally(notes) == {"WARN_IGNORE_VIEW_RESTRICTED": 3, "WARN_RENAME_PAGE": 2}
