"""A scenario: a story, and what its thread is expected to hold at the end."""

from collections.abc import Iterable

from msgspec import Struct

from bot.domain.outcome import SETTLED_SECONDS
from bot.domain.states import Outcome, Trouble
from sandbox.confluence.story import Ending, Note, Story

#: keys whose only argument is a number of pages
_COUNTING = frozenset({"WARN_IGNORE_VIEW_RESTRICTED", "WARN_IGNORE_EDIT_RESTRICTED"})


class Expected(Struct, frozen=True, kw_only=True):
    """What the thread holds at the end."""

    outcome: Outcome
    #: key -> how many the thread must report: distinct findings, or the count they carry
    findings: dict[str, int] = {}
    #: listed for a while but not at the end: the thread may report them or not
    fleeting: tuple[Note, ...] = ()
    #: the path of the copied pages, below the site's address for people
    destination: str | None = None
    #: reported in the thread, each once when it starts and once when it ends
    troubles: tuple[Trouble, ...] = ()
    #: the percentage of the last readable response
    last_percent: float | None = None


class Scenario(Struct, frozen=True, kw_only=True):
    """A story on one kind of site, and what the bot is expected to say about it."""

    name: str
    #: "cloud" or "datacenter"
    kind: str
    story: Story
    expected: Expected

    def scaled(self, speed: float) -> "Scenario":
        """Return the same scenario with a story that plays `speed` times as fast."""
        return Scenario(name=self.name, kind=self.kind, story=self.story.scaled(speed), expected=self.expected)

    @property
    def seconds(self) -> float:
        """How long there is something to see of the story."""
        return self.story.ends_at if self.story.gone_at is None else min(self.story.ends_at, self.story.gone_at)

    @property
    def settled_after(self) -> float:
        """Seconds after which the bot can know the end: below 100 % it waits until nothing changes for a while."""
        below = self.story.ending is Ending.DONE and self.story.last_percent < 100
        return self.seconds + (SETTLED_SECONDS if below else 0.0)


def tally(notes: Iterable[Note]) -> dict[str, int]:
    """Return the number of findings by key; of several notes with a count for one key, the largest holds."""
    counted: dict[str, int] = {}
    for note in dict.fromkeys(notes):
        if note.key in _COUNTING:
            counted[note.key] = max(counted.get(note.key, 0), int(note.args[0]))
        else:
            counted[note.key] = counted.get(note.key, 0) + 1
    return {key: count for key, count in counted.items() if count}
