"""Stories that people begin in Confluence's own window, which shows no id."""

from collections.abc import Mapping

from bot.domain.snapshot import Kind
from sandbox.confluence import ConfluenceSimulator
from sandbox.confluence.story import Moment, Story
from sandbox.scenarios.stories import RENAMES, copy, delete

#: so much slower are those that nobody follows: there is time to find them
_SLOW = 0.2
#: what runs when somebody looks for the first time, and for how many seconds it has been running
_UNFOLLOWED = ((Kind.COPY, 95.0), (Kind.ARCHIVE, 210.0), (Kind.DELETE, 40.0))


def _steady(name: str, operation: Kind, *, seconds: float, sentence: str | None = None) -> Story:
    """Return a story that reports nothing but its percentage."""
    moments = tuple(Moment(at=seconds * percent / 100, percent=percent) for percent in range(0, 100, 5))
    return Story(name=name, operation=operation, moments=moments, ends_at=seconds, sentence=sentence)


#: what can be begun there; each takes two to three minutes
BEGUN: Mapping[Kind, Story] = {
    Kind.COPY: copy("copy_begun_in_confluence", seconds=180, total=400, notes=RENAMES),
    Kind.DELETE: delete("delete_begun_in_confluence", seconds=150, total=90, left=("2", "3")),
    Kind.ARCHIVE: _steady("archive_begun_in_confluence", Kind.ARCHIVE, seconds=120),
    Kind.SPACE_DELETE: _steady(
        "space_delete_begun_in_confluence", Kind.SPACE_DELETE, seconds=150, sentence="Deleting space"
    ),
}


def begin_unfollowed(confluence: ConfluenceSimulator) -> None:
    """Have long tasks run that nobody follows."""
    for kind, ago in _UNFOLLOWED:
        confluence.add(BEGUN[kind].scaled(_SLOW), ago=ago)
