"""Scenarios by name: each story with its expected outcome and troubles, on each kind of site."""

from bot.domain.states import Outcome, Trouble
from sandbox.confluence.scripts import REPORTING
from sandbox.confluence.story import Ending, Note, Story
from sandbox.scenarios import stories
from sandbox.scenarios.expectation import Expected, Scenario, tally

SITE_KINDS = ("cloud", "datacenter")

#: played by the demo, in this order; each takes half a minute
DEMO = ("copy_with_renames_and_restrictions", "delete_with_restricted_pages", "failure", "short_outage")

#: story, outcome, troubles on the way; on both kinds of site
_EVERYWHERE: tuple[tuple[Story, Outcome, tuple[Trouble, ...]], ...] = (
    (stories.COPY_WITH_RENAMES_AND_RESTRICTIONS, Outcome.PROBLEMS, ()),
    (stories.DELETE_WITH_RESTRICTED_PAGES, Outcome.PROBLEMS, ()),
    (stories.FAILURE, Outcome.FAILED, ()),
    (stories.SHORT_OUTAGE, Outcome.FINISHED, ()),
    (stories.LOCK_FAILURE, Outcome.FAILED, ()),
    (stories.COPY_PARTIAL_ERRORS, Outcome.PROBLEMS, ()),
    (stories.ARCHIVE, Outcome.FINISHED, ()),
    (stories.SPACE_DELETE, Outcome.FINISHED, ()),
    (stories.ZERO_COUNTS, Outcome.FINISHED, ()),
    (stories.MANY_WARNINGS, Outcome.PROBLEMS, ()),
    (stories.ELUSIVE_WARNINGS, Outcome.PROBLEMS, ()),
    (stories.UNKNOWN_KEY, Outcome.PROBLEMS, ()),
    (stories.VANISHING, Outcome.UNKNOWN, ()),
    (stories.STALL, Outcome.FINISHED, (Trouble.STALLED,)),
    (stories.LONG_OUTAGE, Outcome.FINISHED, (Trouble.DOWN,)),
    (stories.LATE_START, Outcome.FINISHED, ()),
)
_CLOUD_ONLY: tuple[tuple[Story, Outcome, tuple[Trouble, ...]], ...] = ((stories.LATE_FINISH, Outcome.FINISHED, ()),)
_DATACENTER_ONLY: tuple[tuple[Story, Outcome, tuple[Trouble, ...]], ...] = (
    (stories.FINISH_BELOW_100, Outcome.FINISHED, ()),
    (stories.DELETE_EXCEPTION, Outcome.FAILED, ()),
    (stories.MOVE, Outcome.FINISHED, ()),
)


def listed_notes(story: Story, kind: str) -> tuple[Note, ...]:
    """Return every note that a story lists on this kind of site, each once."""
    if kind == "datacenter":
        # nothing before the last report, which an exception overwrites and some stories never reach
        return () if story.ending in (Ending.EXCEPTION, Ending.NEVER) else story.notes
    if story.operation not in REPORTING:
        return ()
    last = {Ending.NEVER: (), Ending.EXCEPTION: (*story.notes, Note("ERROR_UNKNOWN"))}.get(story.ending, story.notes)
    return tuple(dict.fromkeys([*(note for moment in story.moments for note in moment.notes), *last]))


def last_percent(story: Story, kind: str) -> float:
    """Return the last percentage that a story reports."""
    if story.ending is Ending.DONE:
        return story.last_percent
    if story.ending is Ending.LOCKED:
        return 0 if kind == "datacenter" else story.last_percent
    return story.moments[-1].percent


def scenario(name: str, kind: str = "cloud") -> Scenario:
    """Return a scenario by its name. Raises KeyError if this kind of site has none of that name."""
    story, outcome, troubles = _ROWS[kind][name]
    done = story.ending is Ending.DONE
    return Scenario(
        name=name,
        kind=kind,
        story=story,
        expected=Expected(
            outcome=outcome,
            findings=tally(listed_notes(story, kind)),
            destination=story.destination_url if done else None,
            troubles=troubles,
            last_percent=last_percent(story, kind),
        ),
    )


def scenario_names(kind: str = "cloud") -> tuple[str, ...]:
    """Return the names of all scenarios of a kind of site."""
    return tuple(_ROWS[kind])


_ROWS = {
    "cloud": {row[0].name: row for row in (*_EVERYWHERE, *_CLOUD_ONLY)},
    "datacenter": {row[0].name: row for row in (*_EVERYWHERE, *_DATACENTER_ONLY)},
}
