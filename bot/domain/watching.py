"""Decide what a watch does with each long task that its site newly lists."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.poll_interval import Bounds
from bot.domain.snapshot import Kind

#: so many new long tasks within FLOOD_WITHIN get a thread each; more are gathered in one message
FLOOD_LIMIT = 20
FLOOD_WITHIN = timedelta(minutes=10)
#: how far the beginning of a long task, as its `elapsedTime` gives it, may be off
CLOCK_SKEW = timedelta(seconds=10)
#: time between two lists of a site on which something runs, and of one on which nothing does
BUSY_INTERVAL = timedelta(seconds=5)
QUIET_INTERVAL = timedelta(seconds=12)
#: the longest time between two lists of a site that does not answer
LONGEST_INTERVAL = timedelta(minutes=15)


class Wish(Enum):
    """What a watch does with a long task of a kind."""

    FOLLOW = auto()
    PASS_OVER = auto()  #: counted: its kind is not known, and the watch names kinds
    LEAVE = auto()  #: another kind than the watch names


def wish(kinds: frozenset[Kind], kind: Kind) -> Wish:
    """What a watch of these kinds (none: of all) does with a long task."""
    if not kinds or kind in kinds:
        return Wish.FOLLOW
    return Wish.PASS_OVER if kind is Kind.OTHER else Wish.LEAVE


def began_before(watched_since: datetime, *, listed_at: datetime, elapsed_ms: int | None) -> bool:
    """Whether a long task ran already when the watch began, although no list before has named it.

    A list without order shifts between two pages, and may miss what it names the next time. All times are UTC.
    """
    if elapsed_ms is None:
        return False
    return listed_at - timedelta(milliseconds=elapsed_ms) < watched_since - CLOCK_SKEW


def is_flood(begun: Sequence[datetime], now: datetime) -> bool:
    """Whether one more long task at `now` would be more than FLOOD_LIMIT within FLOOD_WITHIN.

    `begun`: when the watch saw new ones (UTC), in any order.
    """
    return sum(1 for at in begun if now - at < FLOOD_WITHIN) >= FLOOD_LIMIT


def next_list(
    now: datetime, *, is_busy: bool, failures: int, bounds: Bounds, jitter: float, pause: timedelta | None = None
) -> datetime:
    """When a site is listed next (UTC).

    `is_busy`: something runs there; `failures`: lists in a row that failed; `jitter`: 0 to 1, shortens the wait by up
    to a tenth; `pause`: that Confluence asked for.
    """
    usual = BUSY_INTERVAL if is_busy else QUIET_INTERVAL
    seconds = max(usual.total_seconds(), bounds.min_seconds) * 2.0 ** min(failures, 10)
    wait = min(timedelta(seconds=seconds), LONGEST_INTERVAL) * (1 - jitter / 10)
    return now + (wait if pause is None else max(wait, pause))
