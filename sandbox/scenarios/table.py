"""Which story is expected to end how, on which kind of site."""

from bot.domain.states import Outcome, Trouble
from sandbox.confluence.scripts import REPORTING
from sandbox.confluence.story import Ending, Note, Story
from sandbox.scenarios import named
from sandbox.scenarios.expected import Expected, Scenario, tally

KINDS = ("cloud", "datacenter")

#: shown by the demo, in this order; each plays in half a minute
DEMO = ("copy_with_renames_and_restrictions", "delete_with_restricted_pages", "failure", "short_outage")

#: story, its outcome, what is said on the way; on both kinds of site
_EVERYWHERE: tuple[tuple[Story, Outcome, tuple[Trouble, ...]], ...] = (
    (named.COPY_WITH_RENAMES_AND_RESTRICTIONS, Outcome.PROBLEMS, ()),
    (named.DELETE_WITH_RESTRICTED_PAGES, Outcome.PROBLEMS, ()),
    (named.FAILURE, Outcome.FAILED, ()),
    (named.SHORT_OUTAGE, Outcome.FINISHED, ()),
    (named.LOCK_FAILURE, Outcome.FAILED, ()),
    (named.COPY_PARTIAL_ERRORS, Outcome.PROBLEMS, ()),
    (named.ARCHIVE, Outcome.FINISHED, ()),
    (named.SPACE_DELETE, Outcome.FINISHED, ()),
    (named.ZERO_COUNTS, Outcome.FINISHED, ()),
    (named.MANY_WARNINGS, Outcome.PROBLEMS, ()),
    (named.ELUSIVE_WARNINGS, Outcome.PROBLEMS, ()),
    (named.UNKNOWN_KEY, Outcome.PROBLEMS, ()),
    (named.VANISHING, Outcome.UNKNOWN, ()),
    (named.STALL, Outcome.FINISHED, (Trouble.STALLED,)),
    (named.LONG_OUTAGE, Outcome.FINISHED, (Trouble.DOWN,)),
    (named.LATE_START, Outcome.FINISHED, ()),
)
_CLOUD_ALONE: tuple[tuple[Story, Outcome, tuple[Trouble, ...]], ...] = ((named.LATE_FINISH, Outcome.FINISHED, ()),)
_DATACENTER_ALONE: tuple[tuple[Story, Outcome, tuple[Trouble, ...]], ...] = (
    (named.FINISH_BELOW_100, Outcome.FINISHED, ()),
    (named.DELETE_EXCEPTION, Outcome.FAILED, ()),
    (named.MOVE, Outcome.FINISHED, ()),
)


def listed(story: Story, kind: str) -> tuple[Note, ...]:
    """Return all that a story ever lists on this kind of site, each once."""
    if kind == "datacenter":
        # nothing before the last report; after an exception that one is written over, and some never come to it
        return () if story.ending in (Ending.EXCEPTION, Ending.NEVER) else story.notes
    if story.operation not in REPORTING:
        return ()
    last = {Ending.NEVER: (), Ending.EXCEPTION: (*story.notes, Note("ERROR_UNKNOWN"))}.get(story.ending, story.notes)
    return tuple(dict.fromkeys([*(note for moment in story.moments for note in moment.notes), *last]))


def last_percent(story: Story, kind: str) -> float:
    """Return the percentage of the last answer before a story is over."""
    if story.ending is Ending.DONE:
        return story.last_percent
    if story.ending is Ending.LOCKED:
        return 0 if kind == "datacenter" else story.last_percent
    return story.moments[-1].percent


def scenario(name: str, kind: str = "cloud") -> Scenario:
    """Return a scenario by its name. Raises KeyError where this kind of site has none of that name."""
    story, outcome, troubles = _ROWS[kind][name]
    done = story.ending is Ending.DONE
    return Scenario(
        name=name,
        kind=kind,
        story=story,
        expected=Expected(
            outcome=outcome,
            findings=tally(listed(story, kind)),
            destination=story.destination_url if done else None,
            troubles=troubles,
            last_percent=last_percent(story, kind),
        ),
    )


def names(kind: str = "cloud") -> tuple[str, ...]:
    """Return the names of all scenarios of a kind of site."""
    return tuple(_ROWS[kind])


_ROWS = {
    "cloud": {row[0].name: row for row in (*_EVERYWHERE, *_CLOUD_ALONE)},
    "datacenter": {row[0].name: row for row in (*_EVERYWHERE, *_DATACENTER_ALONE)},
}
