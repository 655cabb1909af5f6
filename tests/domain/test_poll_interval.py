from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.poll_interval import Bounds, backoff, given_up, may_check_now, next_look, stalled
from bot.domain.samples import Sample

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
BOUNDS = Bounds(min_seconds=2, max_seconds=60)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def steady(*, step: float, rise: float, percent: float, quiet: float = 0.0) -> tuple[Sample, ...]:
    """Samples that rose by `rise` every `step` seconds up to `percent`, reached `quiet` seconds ago."""
    count = int(percent / rise)
    last = NOW.timestamp() - quiet
    return tuple(Sample(at=last - step * back, percent=percent - rise * back) for back in range(min(count, 20), -1, -1))


def wait(
    samples: tuple[Sample, ...],
    *,
    elapsed: float,
    quiet: float = 0.0,
    jitter: float = 0.0,
    bounds: Bounds = BOUNDS,
) -> float:
    due = next_look(
        now=NOW,
        started_at=ago(elapsed),
        samples=samples,
        percent=samples[-1].percent if samples else None,
        moved_at=ago(quiet),
        bounds=bounds,
        jitter=jitter,
    )
    return (due - NOW).total_seconds()


def test_a_new_long_task_is_polled_after_the_shortest_interval() -> None:
    assert wait((Sample(at=NOW.timestamp(), percent=0),), elapsed=0) == 2


def test_a_long_wait_is_polled_at_the_longest_interval() -> None:
    assert wait(steady(step=60, rise=1, percent=20), elapsed=1200) == 60


def test_the_interval_is_shorter_near_the_end_of_a_phase() -> None:
    waits = [wait(steady(step=20, rise=2, percent=p), elapsed=10 * p) for p in (60, 76, 80, 92, 96, 98)]
    assert waits == pytest.approx([28, 5.6, 14, 11.2, 5.6, 2.8])


def test_the_pace_is_that_of_the_last_twelve_samples() -> None:
    slow = [Sample(at=NOW.timestamp() - 1000 + 80 * number, percent=number) for number in range(10)]
    first = Sample(at=NOW.timestamp() - 130, percent=20)
    fast = [Sample(at=NOW.timestamp() - 110 + 10 * number, percent=20 + 2 * number) for number in range(1, 12)]
    assert wait((*slow, first, *fast), elapsed=1000) == pytest.approx((80 - 42) * 130 / 22 * 0.14)


def test_samples_of_the_same_moment_have_no_pace() -> None:
    samples = tuple(Sample(at=NOW.timestamp(), percent=percent) for percent in (0, 50))
    assert wait(samples, elapsed=100) == 12


def test_the_first_two_usual_steps_without_movement_do_not_extend_the_interval() -> None:
    samples = tuple(Sample(at=NOW.timestamp() - seconds, percent=p) for seconds, p in ((440, 40), (380, 20), (320, 10)))
    assert [wait(samples, elapsed=100, quiet=quiet) for quiet in (120, 320)] == [12, 20]


def test_a_phase_that_is_about_to_end_is_polled_at_the_shortest_interval() -> None:
    assert wait(steady(step=20, rise=2, percent=98, quiet=20), elapsed=1000, quiet=20) == 2


def test_the_interval_grows_without_movement() -> None:
    waits = [wait(steady(step=20, rise=2, percent=98, quiet=q), elapsed=1000 + q, quiet=q) for q in (60, 240, 880)]
    assert waits == [4, 22, 60]


def test_a_stall_extends_the_interval_to_a_quarter_of_an_hour() -> None:
    samples = steady(step=20, rise=2, percent=50)
    waits = [wait(samples, elapsed=86_400, quiet=q) for q in (900, 3600, 7200, 86_000)]
    assert waits == [180, 720, 900, 900]


def test_a_stall_keeps_a_longer_interval_of_the_operator() -> None:
    bounds = Bounds(min_seconds=300, max_seconds=600)
    assert wait((), elapsed=1000, quiet=1000, bounds=bounds) == 600


def test_jitter_shortens_the_interval_by_up_to_a_fifth() -> None:
    samples = steady(step=60, rise=1, percent=20)
    assert [wait(samples, elapsed=1200, jitter=j) for j in (0, 0.5, 1)] == [60, 54, 48]


def test_without_a_percentage_the_interval_follows_the_time_it_has_run() -> None:
    assert [wait((), elapsed=seconds) for seconds in (10, 100, 1000)] == [2, 12, 60]


def test_a_fall_of_the_percentage_leaves_the_interval_to_the_time_it_has_run() -> None:
    samples = (*steady(step=60, rise=5, percent=60, quiet=60), Sample(at=NOW.timestamp(), percent=10))
    assert wait(samples, elapsed=300) == pytest.approx(36)


samples_of_any_shape = st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 100)), max_size=64).map(
    lambda points: tuple(Sample(at=NOW.timestamp() - 5000 + at, percent=percent) for at, percent in sorted(points))
)


@given(
    samples_of_any_shape,
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.floats(0, 1),
    st.sampled_from([BOUNDS, Bounds(min_seconds=0.05, max_seconds=0.2), Bounds(min_seconds=5, max_seconds=3600)]),
)
def test_the_interval_stays_within_its_bounds(
    samples: tuple[Sample, ...], elapsed: float, quiet: float, jitter: float, bounds: Bounds
) -> None:
    seconds = wait(samples, elapsed=elapsed, quiet=quiet, jitter=jitter, bounds=bounds)
    longest = max(bounds.max_seconds, 900) if stalled(NOW, ago(quiet), samples) else bounds.max_seconds
    assert bounds.min_seconds - 1e-5 <= seconds <= longest + 1e-5


def test_a_stall_is_a_quarter_of_an_hour_without_movement() -> None:
    assert [stalled(NOW, ago(seconds), ()) for seconds in (0, 899, 900)] == [False, False, True]


def test_a_slow_long_task_is_stalled_after_five_of_its_steps() -> None:
    samples = steady(step=600, rise=10, percent=50)
    assert [stalled(NOW, ago(seconds), samples) for seconds in (900, 2999, 3000)] == [False, False, True]


def test_a_long_task_is_given_up_after_seven_days_without_movement() -> None:
    assert [given_up(NOW, ago(seconds)) for seconds in (0, 604_799, 604_800)] == [False, False, True]


def test_a_check_is_allowed_every_five_seconds() -> None:
    assert [may_check_now(last, NOW) for last in (None, ago(0), ago(4.9), ago(5))] == [True, False, False, True]


def test_failures_back_off_to_a_minute_and_then_to_a_quarter_of_an_hour() -> None:
    waits = [backoff(failures, bounds=BOUNDS, jitter=1.0) for failures in (0, 1, 2, 3, 5, 6, 8, 9, 17, 25, 33, 99)]
    assert waits == [2, 2, 4, 8, 32, 60, 60, 120, 240, 480, 900, 900]


def test_backoff_keeps_the_bounds_of_the_operator() -> None:
    fast = Bounds(min_seconds=1, max_seconds=10)
    assert [backoff(failures, bounds=fast, jitter=1.0) for failures in (6, 7, 8)] == [32, 60, 60]
    slow = Bounds(min_seconds=300, max_seconds=600)
    assert [backoff(failures, bounds=slow, jitter=1.0) for failures in (1, 2, 8, 9)] == [300, 600, 600, 900]
    assert backoff(2, bounds=slow, jitter=0.0) == 300
    slower = Bounds(min_seconds=1000, max_seconds=2000)
    assert [backoff(2, bounds=slower, jitter=jitter) for jitter in (0.0, 1.0)] == [900, 900]


def test_jitter_shortens_the_backoff_down_to_the_shortest_interval() -> None:
    assert [backoff(5, bounds=BOUNDS, jitter=jitter) for jitter in (0.0, 0.5, 1.0)] == [2, 16, 32]


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_backoff_is_between_the_shortest_interval_and_a_quarter_of_an_hour(failures: int, jitter: float) -> None:
    assert 2 <= backoff(failures, bounds=BOUNDS, jitter=jitter) <= 900
