"""Named stories: one for everything that can happen to a long task."""

from typing import Any

from bot.domain.snapshot import Kind
from sandbox.confluence.faults import Fault, FaultKind
from sandbox.confluence.story import Ending, Moment, Note, Story

_MINUTE = 60.0

RENAMES = (
    Note("WARN_RENAME_PAGE", ("Team handbook", "Team handbook (2)")),
    Note("WARN_RENAME_PAGE", ("On-call <rota> & *escalation*", "On-call <rota> & *escalation* (2)")),
)
_LOST = (Note("WARN_IGNORE_COPY_PERMISSION"), Note("WARN_IGNORE_COPY_ATTACHMENT"))
_MANY = tuple(
    Note("WARN_RENAME_PAGE", (f"Release notes {number}", f"Copy of Release notes {number}")) for number in range(1, 301)
)
_ELUSIVE = (
    Note("WARN_RENAME_PAGE", ("Agenda", "Agenda (2)")),
    Note("WARN_RENAME_PAGE", ("Minutes", "Minutes (2)")),
    Note("WARN_RENAME_PAGE", ("Roadmap", "Roadmap (2)")),
)


def _copying(*, begin: float = 0.0, seconds: float, total: int = 42) -> tuple[Moment, ...]:
    """Return the usual course of a copy: pages to 80 %, in batches of 20, then their links."""
    done = range(20, total, 20)
    step = seconds * 0.75 / (len(done) + 1)
    return (
        Moment(at=begin, percent=0, key="INITIALIZING_TASK"),
        Moment(at=begin + 0.05 * seconds, percent=0, key="STATUS_COPYING_PAGES"),
        *(
            Moment(
                at=begin + step * (number + 1),
                percent=80 * count // total,
                key="STATUS_COPIED_PAGES",
                args=(str(count), str(total)),
            )
            for number, count in enumerate(done)
        ),
        Moment(at=begin + 0.8 * seconds, percent=80, key="STATUS_RELINK_PAGES"),
        Moment(at=begin + 0.92 * seconds, percent=94, key="STATUS_RELINK_PAGES"),
    )


def _deleting(*, seconds: float, total: int, left: int) -> tuple[Moment, ...]:
    """Return the usual course of a delete: its pages, then those that are left are moved."""
    done = range(5, total - left + 1, 5)
    return (
        Moment(at=0, percent=0, key="STATUS_DELETING_PAGES"),
        *(
            Moment(
                at=0.85 * seconds * (number + 1) / (len(done) + 1),
                percent=90 * count // total,
                key="STATUS_DELETING_PAGES",
                args=(str(count), str(total)),
            )
            for number, count in enumerate(done)
        ),
        Moment(at=0.9 * seconds, percent=90, key="STATUS_MOVING_PAGES"),
    )


def copy(name: str, *, seconds: float, total: int = 42, moments: tuple[Moment, ...] = (), **rest: Any) -> Story:
    """Return a copy that ends well; `rest` are further fields of the story."""
    fields: dict[str, Any] = {
        "last_key": "STATUS_COPIED_PAGES",
        "last_args": (str(total),),
        "destination_id": "98765433",
        "destination_url": "/spaces/DEST/pages/98765433/Team+handbook+2",
        **rest,
    }
    return Story(
        name=name,
        operation=Kind.COPY,
        moments=moments or _copying(seconds=seconds, total=total),
        ends_at=seconds,
        total=total,
        **fields,
    )


def delete(name: str, *, seconds: float, total: int, left: tuple[str, str]) -> Story:
    """Return a delete; `left` counts the pages it may not delete and those it cannot see, and may be "0"."""
    not_deleted = sum(map(int, left))
    return Story(
        name=name,
        operation=Kind.DELETE,
        moments=_deleting(seconds=seconds, total=total, left=not_deleted),
        ends_at=seconds,
        last_key="STATUS_DELETED_PAGES",
        last_args=(str(total - not_deleted),),
        notes=(
            Note("WARN_IGNORE_EDIT_RESTRICTED", (left[0],)),
            Note("WARN_IGNORE_VIEW_RESTRICTED", (left[1],)),
        ),
    )


def _unanswered(since: float, until: float, status: int = 503) -> Fault:
    return Fault(name=f"status_{status}", kind=FaultKind.ANSWER, status=status, since=since, until=until)


COPY_WITH_RENAMES_AND_RESTRICTIONS = copy(
    "copy_with_renames_and_restrictions",
    seconds=30,
    moments=(
        Moment(at=0, percent=0, key="INITIALIZING_TASK"),
        Moment(at=2, percent=0, key="STATUS_COPYING_PAGES"),
        Moment(at=8, percent=38, key="STATUS_COPIED_PAGES", args=("20", "42")),
        Moment(at=15, percent=76, key="STATUS_COPIED_PAGES", args=("40", "42"), notes=RENAMES),
        Moment(at=21, percent=80, key="STATUS_RELINK_PAGES", notes=RENAMES),
        Moment(at=26, percent=94, key="STATUS_RELINK_PAGES", notes=RENAMES),
    ),
    notes=(*RENAMES, *_LOST),
)
DELETE_WITH_RESTRICTED_PAGES = delete("delete_with_restricted_pages", seconds=24, total=20, left=("2", "3"))
ZERO_COUNTS = delete("zero_counts", seconds=20, total=20, left=("0", "0"))
FAILURE = copy(
    "failure",
    seconds=22,
    moments=_copying(seconds=30, total=130)[:6],
    total=130,
    ending=Ending.EXCEPTION,
)
LOCK_FAILURE = copy(
    "lock_failure",
    seconds=4,
    moments=(Moment(at=0, percent=0, key="INITIALIZING_TASK"),),
    ending=Ending.LOCKED,
    last_args=("0",),
    notes=(Note("ERROR_LOCK_FAILED", ("DEST",)),),
)
COPY_PARTIAL_ERRORS = copy(
    "copy_partial_errors",
    seconds=24,
    last_args=("41",),
    notes=(
        Note("ERROR_COPY_PAGE", ("Budget 2026", "12345679", "/display/SRC/Budget+2026")),
        Note("ERROR_RELINK"),
    ),
)
ARCHIVE = Story(
    name="archive",
    operation=Kind.ARCHIVE,
    moments=tuple(Moment(at=at, percent=percent) for at, percent in ((0, 0), (5, 30), (10, 65), (15, 90))),
    ends_at=20,
)
SPACE_DELETE = Story(
    name="space_delete",
    operation=Kind.SPACE_DELETE,
    sentence="Deleting space",
    moments=tuple(Moment(at=at, percent=percent) for at, percent in ((0, 0), (6, 25), (12, 60), (18, 85))),
    ends_at=24,
)
SHORT_OUTAGE = copy("short_outage", seconds=30, faults=(_unanswered(9, 17),))
#: followed before Confluence knows of it
LATE_START = copy("late_start", seconds=24, faults=(_unanswered(0, 4, 404),))
LONG_OUTAGE = copy("long_outage", seconds=40 * _MINUTE, faults=(_unanswered(10 * _MINUTE, 22 * _MINUTE),))
STALL = copy(
    "stall",
    seconds=70 * _MINUTE,
    moments=(
        Moment(at=0, percent=0, key="STATUS_COPYING_PAGES"),
        Moment(at=1 * _MINUTE, percent=19, key="STATUS_COPIED_PAGES", args=("20", "84")),
        Moment(at=2 * _MINUTE, percent=38, key="STATUS_COPIED_PAGES", args=("40", "84")),
        # nothing moves for an hour
        Moment(at=62 * _MINUTE, percent=57, key="STATUS_COPIED_PAGES", args=("60", "84")),
        Moment(at=64 * _MINUTE, percent=76, key="STATUS_COPIED_PAGES", args=("80", "84")),
        Moment(at=66 * _MINUTE, percent=80, key="STATUS_RELINK_PAGES"),
    ),
    total=84,
)
VANISHING = copy(
    "vanishing",
    seconds=1e6,
    moments=(
        *_copying(seconds=20),
        Moment(at=19.5, percent=97, key="STATUS_RELINK_PAGES"),
    ),
    ending=Ending.NEVER,
    gone_at=24,
)
MANY_WARNINGS = copy(
    "many_warnings",
    seconds=30,
    total=800,
    moments=tuple(
        Moment(
            at=4 * number,
            percent=80 * 100 * number // 800,
            key="STATUS_COPIED_PAGES",
            args=(str(100 * number), "800"),
            notes=_MANY[: 50 * number],
        )
        for number in range(7)
    ),
    notes=_MANY,
)
ELUSIVE_WARNINGS = copy(
    "elusive_warnings",
    seconds=30,
    moments=(
        Moment(at=0, percent=0, key="STATUS_COPYING_PAGES"),
        Moment(at=5, percent=38, key="STATUS_COPIED_PAGES", args=("20", "42"), notes=_ELUSIVE[:2]),
        # they disappear, come back in another order, and the percentage falls
        Moment(at=11, percent=34, key="STATUS_COPIED_PAGES", args=("18", "42")),
        Moment(at=17, percent=76, key="STATUS_COPIED_PAGES", args=("40", "42"), notes=_ELUSIVE[::-1]),
        Moment(at=23, percent=80, key="STATUS_RELINK_PAGES", notes=_ELUSIVE),
    ),
    notes=_ELUSIVE[:1],
)
UNKNOWN_KEY = Story(
    name="unknown_key",
    operation=Kind.OTHER,
    moments=(
        Moment(at=0, percent=10, key="STATUS_SOMETHING_NEW", args=("7",)),
        Moment(at=8, percent=50, key="STATUS_SOMETHING_NEW", args=("35",)),
    ),
    ends_at=16,
    last_key="STATUS_SOMETHING_DONE",
    last_args=("70",),
    notes=(Note("WARN_SOMETHING_NEW", ("a", "b")),),
)

# only on Cloud

#: at 100 % and not finished yet: `finished` decides
LATE_FINISH = copy(
    "late_finish",
    seconds=20,
    moments=(*_copying(seconds=12), Moment(at=12, percent=100, key="STATUS_RELINK_PAGES")),
)

# only on Data Center

#: link updates were skipped, so it ends at 80 %
FINISH_BELOW_100 = copy("finish_below_100", seconds=20, moments=_copying(seconds=20)[:-1], last_percent=80)
DELETE_EXCEPTION = Story(
    name="delete_exception",
    operation=Kind.DELETE,
    moments=_deleting(seconds=20, total=20, left=0)[:3],
    ends_at=12,
    ending=Ending.EXCEPTION,
)
#: the text is localized and there are no keys at all
MOVE = Story(
    name="move",
    operation=Kind.MOVE,
    sentence="Page moved successfully",
    moments=(Moment(at=0, percent=0), Moment(at=5, percent=50)),
    ends_at=10,
)
