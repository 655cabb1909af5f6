from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll_interval import Bounds
from bot.domain.snapshot import Kind
from bot.domain.watching import (
    BUSY_INTERVAL,
    CLOCK_SKEW,
    FLOOD_LIMIT,
    FLOOD_WITHIN,
    LONGEST_INTERVAL,
    QUIET_INTERVAL,
    Wish,
    began_before,
    is_flood,
    next_list,
    wish,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BOUNDS = Bounds(min_seconds=2.0, max_seconds=60.0)
COPIES = frozenset({Kind.COPY})


def listed_after(**changes: object) -> timedelta:
    """How long after now a site is listed next."""
    values: dict[str, object] = {"is_busy": False, "failures": 0, "bounds": BOUNDS, "jitter": 0.0}
    return next_list(NOW, **(values | changes)) - NOW  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("kinds", "kind", "expected"),
    [
        (frozenset(), Kind.COPY, Wish.FOLLOW),
        (frozenset(), Kind.OTHER, Wish.FOLLOW),
        (COPIES, Kind.COPY, Wish.FOLLOW),
        (COPIES, Kind.DELETE, Wish.LEAVE),
        (COPIES, Kind.OTHER, Wish.PASS_OVER),
    ],
)
def test_a_watch_follows_the_kinds_it_names_and_counts_the_unknown(
    kinds: frozenset[Kind], kind: Kind, expected: Wish
) -> None:
    assert wish(kinds, kind) is expected


def test_what_began_before_the_watch_is_nothing_new_although_it_is_listed_late() -> None:
    listed_at = NOW + timedelta(minutes=1)
    since_watch = 60_000
    skew = int(CLOCK_SKEW.total_seconds() * 1000)
    began = [
        began_before(NOW, listed_at=listed_at, elapsed_ms=elapsed)
        for elapsed in (None, 0, since_watch, since_watch + skew, since_watch + skew + 1)
    ]
    assert began == [False, False, False, False, True]


def test_more_than_twenty_in_ten_minutes_are_a_flood() -> None:
    times = [NOW - timedelta(seconds=number) for number in range(FLOOD_LIMIT)]
    assert not is_flood(times[1:], NOW)
    assert is_flood(times, NOW)
    assert not is_flood(times, NOW + FLOOD_WITHIN)


@given(ages=st.lists(st.integers(0, 1200), max_size=60))
def test_a_flood_depends_on_the_last_ten_minutes_alone(ages: list[int]) -> None:
    times = [NOW - timedelta(seconds=age) for age in ages]
    lately = [at for at in times if NOW - at < FLOOD_WITHIN]
    assert is_flood(times, NOW) is is_flood(lately, NOW) is (len(lately) >= FLOOD_LIMIT)


def test_a_site_is_listed_more_often_while_something_runs() -> None:
    assert (listed_after(is_busy=True), listed_after()) == (BUSY_INTERVAL, QUIET_INTERVAL)
    slow = Bounds(min_seconds=30.0, max_seconds=60.0)
    assert listed_after(is_busy=True, bounds=slow) == timedelta(seconds=30)


def test_a_pause_that_confluence_asks_for_is_kept_however_long() -> None:
    assert listed_after(failures=1, pause=timedelta(seconds=1847)) == timedelta(seconds=1847)


@given(failures=st.integers(0, 100), jitter=st.floats(0, 1), is_busy=st.booleans())
def test_failing_lists_are_asked_for_ever_less_often_up_to_a_quarter_of_an_hour(
    failures: int, jitter: float, is_busy: bool
) -> None:
    wait = listed_after(failures=failures, jitter=jitter, is_busy=is_busy)
    assert BUSY_INTERVAL * 0.9 <= wait <= LONGEST_INTERVAL
    assert listed_after(failures=failures + 1, jitter=jitter, is_busy=is_busy) >= wait
