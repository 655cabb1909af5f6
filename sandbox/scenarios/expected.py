"""What a thread is expected to hold once a story is over."""

from collections.abc import Iterable

from msgspec import Struct

from bot.domain.states import Outcome, Trouble
from sandbox.confluence.story import Note, Story

#: their only argument says how many pages they speak of
_COUNTING = frozenset({"WARN_IGNORE_VIEW_RESTRICTED", "WARN_IGNORE_EDIT_RESTRICTED"})


class Expected(Struct, frozen=True, kw_only=True):
    """The end of a story, as values."""

    outcome: Outcome
    #: key -> how many of it must have been told: distinct ones, or the count they carry
    findings: dict[str, int] = {}
    #: listed for a while but not in the end: may have been told or not
    fleeting: tuple[Note, ...] = ()
    #: the link to where the pages went, below the site's address for people
    destination: str | None = None
    #: said in the thread, each once when it starts and once when it ends
    troubles: tuple[Trouble, ...] = ()
    #: the percentage of the last answer that could be read
    last_percent: float | None = None


class Scenario(Struct, frozen=True, kw_only=True):
    """A story on one kind of site, and what is to be said of it."""

    name: str
    #: "cloud" or "datacenter"
    kind: str
    story: Story
    expected: Expected

    def scaled(self, speed: float) -> "Scenario":
        """Return the same, told `speed` times as fast."""
        return Scenario(name=self.name, kind=self.kind, story=self.story.scaled(speed), expected=self.expected)


def tally(notes: Iterable[Note]) -> dict[str, int]:
    """Count what the notes say by key; a count of 0 says nothing. A count that grew stands once, at its largest."""
    counted: dict[str, int] = {}
    for note in dict.fromkeys(notes):
        if note.key in _COUNTING:
            counted[note.key] = max(counted.get(note.key, 0), int(note.args[0]))
        else:
            counted[note.key] = counted.get(note.key, 0) + 1
    return {key: count for key, count in counted.items() if count}
