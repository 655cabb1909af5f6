from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.forecast_error import cases
from bot.domain.forecast import CAUTION, Basis, Earlier, Forecast, forecast, rounded_end
from bot.domain.samples import Sample

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def course(*points: tuple[float, float]) -> tuple[Sample, ...]:
    return tuple(Sample(at=at(seconds).timestamp(), percent=percent) for seconds, percent in points)


def steady(percent: int, *, step: float = 30.0, rise: int = 5) -> tuple[Sample, ...]:
    return course(*((step * p / rise, p) for p in range(0, percent + 1, rise)))


def asked(samples: tuple[Sample, ...], *, quiet: float = 0.0, earlier: tuple[Earlier, ...] = ()) -> Forecast | None:
    moved_at = datetime.fromtimestamp(samples[-1].at, UTC) if samples else START
    return forecast(samples, now=moved_at + timedelta(seconds=quiet), earlier=earlier, moved_at=moved_at)


#: 80 % after 100 s, the end after 500 s
TURNING = Earlier(seconds=500.0, samples=course((0, 0), (25, 20), (50, 40), (75, 60), (100, 80)))


def test_a_steady_course_goes_on_as_before() -> None:
    expected = Forecast(ends_at=at(300 + 300 * CAUTION), basis=Basis.OWN)
    assert asked(steady(50)) == expected
    assert asked(steady(50), quiet=25) == expected


@pytest.mark.parametrize(
    "samples",
    [
        (),
        steady(0),
        steady(10),
        course((0, 0), (60, 30)),
        course((0, 30), (60, 31), (120, 32), (180, 33)),
    ],
)
def test_early_nothing_is_said(samples: tuple[Sample, ...]) -> None:
    assert asked(samples) is None


def test_without_movement_nothing_is_said() -> None:
    assert asked(steady(50), quiet=91) is None


def test_a_swinging_course_is_a_guess() -> None:
    assert asked(course((0, 0), (10, 10), (300, 12), (310, 22), (700, 24), (710, 40), (720, 50))) is None


def test_a_course_that_slows_down_again_and_again_is_a_guess() -> None:
    assert asked(course((0, 0), (10, 10), (30, 20), (70, 30), (150, 40), (310, 50), (630, 60))) is None


def test_an_end_before_the_next_change_is_a_guess() -> None:
    assert asked(steady(95)) is None


def test_just_before_a_turn_the_next_phase_is_unknown() -> None:
    assert [asked(steady(percent)) is None for percent in (70, 75, 80)] == [False, True, True]


def test_earlier_long_tasks_tell_how_long_the_next_phase_takes() -> None:
    samples = course((0, 0), (50, 20), (100, 40), (125, 50), (150, 60), (175, 70))
    assert asked(samples, earlier=(TURNING,) * 3) == Forecast(ends_at=at(1000), basis=Basis.EARLIER)


def test_two_earlier_long_tasks_are_not_enough() -> None:
    assert asked(steady(50), earlier=(TURNING,) * 2) == asked(steady(50))


def test_earlier_long_tasks_that_disagree_say_nothing() -> None:
    longer = Earlier(seconds=5000.0, samples=TURNING.samples)
    assert asked(steady(50), earlier=(TURNING, TURNING, longer, longer)) is None


def test_earlier_long_tasks_without_a_course_are_left_out() -> None:
    assert asked(steady(50), earlier=(Earlier(seconds=10.0),) * 9) == asked(steady(50))


def test_a_small_step_back_does_not_confuse_the_forecast() -> None:
    back = course((0, 0), (60, 10), (120, 20), (150, 19), (180, 30), (240, 40), (300, 50))
    shown = asked(back)
    assert shown is not None
    assert abs(shown.ends_at - at(570)) < timedelta(seconds=60)


def test_a_great_fall_begins_the_course_anew() -> None:
    before = course((0, 20), (10, 40), (20, 60))
    after = tuple(Sample(at=sample.at + 30, percent=sample.percent) for sample in steady(50))
    assert asked((*before, *after)) == Forecast(ends_at=at(330 + 300 * CAUTION), basis=Basis.OWN)
    assert asked((*before, *after[:2])) is None


percents = st.lists(st.tuples(st.floats(0, 3600), st.floats(0, 100)), max_size=64)


@given(percents, st.lists(st.tuples(st.floats(0, 1e5), percents), max_size=5), st.floats(0, 1e5))
def test_an_expected_end_lies_ahead(
    points: list[tuple[float, float]],
    ended: list[tuple[float, list[tuple[float, float]]]],
    quiet: float,
) -> None:
    samples = course(*sorted(points))
    earlier = tuple(Earlier(seconds=seconds, samples=course(*sorted(shape))) for seconds, shape in ended)
    shown = asked(samples, quiet=quiet, earlier=earlier)
    assert shown is None or shown.ends_at.timestamp() >= samples[-1].at + quiet - 1e-3


def ending(seconds: float) -> Forecast:
    return Forecast(ends_at=at(seconds), basis=Basis.OWN)


def test_an_end_is_rounded_up_as_people_speak() -> None:
    rounded = [rounded_end(ending(seconds), START) for seconds in (61, 60, 601, 1800, 3601, 5400)]
    assert rounded == [at(120), at(60), at(900), at(1800), at(4500), at(5400)]


def test_an_end_that_moved_less_than_the_rounding_stays() -> None:
    shown = rounded_end(ending(1750), START)
    ends = [rounded_end(ending(seconds), START, shown) for seconds in (1501, 1800, 2099, 2100, 1500)]
    assert ends == [at(1800), at(1800), at(1800), at(2100), at(1500)]


def test_a_shown_end_that_has_passed_does_not_stay() -> None:
    assert rounded_end(ending(630), at(601), at(600)) == at(660)


@given(st.floats(1, 1e6), st.none() | st.floats(-1e4, 1e6))
def test_what_is_shown_is_near_what_is_expected_and_stays_when_asked_again(seconds: float, shown: float | None) -> None:
    first = rounded_end(ending(seconds), START, None if shown is None else at(shown))
    assert rounded_end(ending(seconds), START, first) == first
    assert abs(first - at(seconds)) < timedelta(minutes=15)


def test_the_forecast_is_seldom_wrong_by_half_and_better_than_the_naive_rule() -> None:
    every = list(cases(seed=1, count=400))
    shown = [(case, case.error) for case in every if case.error is not None]
    seconds = sum(case.seconds for case, _ in shown)
    assert sum(case.seconds for case, error in shown if error > 0.5) <= 0.12 * seconds
    assert sum(case.seconds for case, _ in shown) >= 0.4 * sum(case.seconds for case in every)
    assert sum(error * case.seconds for case, error in shown) < sum(case.naive * case.seconds for case, _ in shown)
