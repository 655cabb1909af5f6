"""How many pages a minute are done is said only if it is no guess."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import pages_per_minute
from bot.domain.samples import Sample

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def course(*points: tuple[float, int | None]) -> list[Sample]:
    return [Sample(at=START.timestamp() + at, percent=number, done=done) for number, (at, done) in enumerate(points)]


def asked(samples: list[Sample], *, quiet: float = 0.0) -> int | None:
    moved_at = datetime.fromtimestamp(samples[-1].at, UTC)
    return pages_per_minute(samples, now=moved_at + timedelta(seconds=quiet), moved_at=moved_at)


STEADY = course((0, 0), (15, 20), (30, 40), (45, 60), (60, 80))


@pytest.mark.parametrize(
    ("samples", "pace"),
    [
        (STEADY, 80),
        (course((0, 0), (60, 1270), (120, 2540), (180, 3810)), 1_300),
        # the newest eight changes count
        (course((0, 0), *((60.0 * n, 500 + 10 * n) for n in range(1, 12))), 10),
        # the count began again
        (course((0, 900), (15, 1000), (20, 0), (40, 20), (60, 40), (80, 60)), 60),
    ],
)
def test_a_steady_pace_is_said_in_two_digits(samples: list[Sample], pace: int) -> None:
    assert asked(samples) == pace


@pytest.mark.parametrize(
    "samples",
    [
        course((0, 0)),
        course((0, 0), (30, 20), (60, 40)),
        course((0, 0), (15, 20), (30, 40), (45, 60)),
        course((0, 0), (20, 100), (40, 200), (200, 201), (400, 202)),
        course((0, 0), (20, 20), (40, 40), (60, 60), (80, 60)),
        course((0, None), (20, None), (40, None), (60, None), (80, None)),
        course((0, 1), (600, 2), (1200, 3), (1800, 4)),
    ],
    ids=["one sample", "few changes", "too early", "uneven", "another phase", "no pages", "less than one"],
)
def test_there_is_no_pace_if_it_would_be_a_guess(samples: list[Sample]) -> None:
    assert asked(samples) is None


def test_there_is_no_pace_after_some_time_without_a_change() -> None:
    assert (asked(STEADY, quiet=45), asked(STEADY, quiet=46)) == (80, None)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.none() | st.integers(0, 10**9)), min_size=1, max_size=64))
def test_whatever_the_samples_are_the_pace_is_positive_or_not_said(points: list[tuple[float, int | None]]) -> None:
    pace = asked(course(*sorted(points, key=lambda point: point[0])))
    assert pace is None or pace > 0
