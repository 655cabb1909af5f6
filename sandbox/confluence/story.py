"""The life of a long task, described once for Cloud and Data Center."""

from enum import StrEnum
from typing import Self

import msgspec
from msgspec import Struct

from bot.domain.snapshot import Kind
from sandbox.confluence.faults import Fault


class Ending(StrEnum):
    """How a story ends."""

    DONE = "done"
    #: an unexpected error in the middle
    EXCEPTION = "exception"
    #: another bulk job holds the lock of the space, so nothing is done
    LOCKED = "locked"
    #: it never ends
    NEVER = "never"


class Note(Struct, frozen=True):
    """A warning or an error: a status key and its arguments, all strings as Confluence sends them."""

    key: str
    args: tuple[str, ...] = ()


class Moment(Struct, frozen=True, kw_only=True):
    """What the long task reports from `at` on."""

    #: seconds since the start
    at: float
    percent: float
    #: the status key; without one the story's sentence is sent
    key: str | None = None
    args: tuple[str, ...] = ()
    #: warnings and errors listed now; Data Center lists none before the end
    notes: tuple[Note, ...] = ()


class Story(Struct, frozen=True, kw_only=True):
    """The life of one long task. Times are seconds since its start."""

    name: str
    operation: Kind
    moments: tuple[Moment, ...]
    ends_at: float
    ending: Ending = Ending.DONE
    #: the last status: a key with arguments, or the sentence
    last_key: str | None = None
    last_args: tuple[str, ...] = ()
    #: warnings and errors listed at the end
    notes: tuple[Note, ...] = ()
    #: Confluence's own text if there is no key; often the same from the first response to the last
    sentence: str | None = None
    total: int | None = None
    destination_id: str | None = None
    #: path below the site, as Confluence sends it
    destination_url: str | None = None
    #: the last percentage; below 100 on Data Center if link updates are skipped
    last_percent: float = 100
    #: seconds after which Confluence has forgotten it
    gone_at: float | None = None
    #: faults on the way; their times are seconds since the start
    faults: tuple[Fault, ...] = ()

    def scaled(self, speed: float) -> Self:
        """Return the same story, `speed` times as fast; waiting times in faults are not changed."""
        return msgspec.structs.replace(
            self,
            moments=tuple(msgspec.structs.replace(moment, at=moment.at / speed) for moment in self.moments),
            ends_at=self.ends_at / speed,
            gone_at=None if self.gone_at is None else self.gone_at / speed,
            faults=tuple(fault.scaled(speed) for fault in self.faults),
        )
