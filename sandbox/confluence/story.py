"""What happens to a long task, told the same for Cloud and Data Center."""

from enum import StrEnum
from typing import Self

import msgspec
from msgspec import Struct

from bot.domain.snapshot import Kind
from sandbox.confluence.faults import Fault


class Ending(StrEnum):
    """How a story goes out."""

    DONE = "done"
    #: an unexpected error in the middle
    EXCEPTION = "exception"
    #: another bulk job holds the lock of the space, so nothing is begun
    LOCKED = "locked"
    #: it never ends
    NEVER = "never"


class Note(Struct, frozen=True, omit_defaults=True):
    """A warning or an error: a status key and its arguments, all strings as Confluence sends them."""

    key: str
    args: tuple[str, ...] = ()


class Moment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From when on which answer holds."""

    #: seconds since the start
    at: float
    percent: float
    #: the status key; without one the story's sentence stands
    key: str | None = None
    args: tuple[str, ...] = ()
    #: what is listed in this moment; Data Center lists nothing before the end
    notes: tuple[Note, ...] = ()


class Story(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The life of one long task. Times are seconds since its start."""

    name: str
    operation: Kind
    moments: tuple[Moment, ...]
    ends_at: float
    ending: Ending = Ending.DONE
    #: the last status: a key with arguments, or the sentence
    last_key: str | None = None
    last_args: tuple[str, ...] = ()
    #: what is listed at the end
    notes: tuple[Note, ...] = ()
    #: Confluence's own words where there is no key; often the same from the first answer to the last
    sentence: str | None = None
    total: int | None = None
    destination_id: str | None = None
    #: below the site, as Confluence gives it
    destination_url: str | None = None
    #: the last percentage; below 100 on Data Center where link updates are skipped
    last_percent: float = 100
    #: from when on Confluence has forgotten it
    gone_at: float | None = None
    #: what goes wrong on the way; their times are seconds since the start
    faults: tuple[Fault, ...] = ()

    def scaled(self, speed: float) -> Self:
        """Return the same story, `speed` times as fast; waiting times that Confluence names are left as they are."""
        return msgspec.structs.replace(
            self,
            moments=tuple(msgspec.structs.replace(moment, at=moment.at / speed) for moment in self.moments),
            ends_at=self.ends_at / speed,
            gone_at=None if self.gone_at is None else self.gone_at / speed,
            faults=tuple(fault.scaled(speed) for fault in self.faults),
        )


#: what a call that starts a long task plays
STARTED = {
    Kind.COPY: Story(
        name="started_copy",
        operation=Kind.COPY,
        moments=(
            Moment(at=0, percent=0, key="STATUS_COPYING_PAGES"),
            Moment(at=2, percent=38, key="STATUS_COPIED_PAGES", args=("20", "42")),
            Moment(at=4, percent=80, key="STATUS_RELINK_PAGES"),
        ),
        ends_at=6,
        last_key="STATUS_COPIED_PAGES",
        last_args=("42",),
        total=42,
        destination_id="98765433",
        destination_url="/spaces/DEST/pages/98765433/Handbook",
    ),
    Kind.DELETE: Story(
        name="started_delete",
        operation=Kind.DELETE,
        moments=(
            Moment(at=0, percent=0, key="STATUS_DELETING_PAGES"),
            Moment(at=2, percent=45, key="STATUS_DELETING_PAGES", args=("9", "20")),
        ),
        ends_at=4,
        last_key="STATUS_DELETED_PAGES",
        last_args=("20",),
    ),
    Kind.ARCHIVE: Story(
        name="started_archive",
        operation=Kind.ARCHIVE,
        moments=(Moment(at=0, percent=0), Moment(at=2, percent=50)),
        ends_at=4,
    ),
    Kind.SPACE_DELETE: Story(
        name="started_space_delete",
        operation=Kind.SPACE_DELETE,
        sentence="Deleting space",
        moments=(Moment(at=0, percent=0), Moment(at=2, percent=60)),
        ends_at=4,
    ),
}
