from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.forecast_error import cases
from bot.domain.forecast import EarlierTask, forecast, rounded_end, time_left
from bot.domain.samples import Sample

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def course(*points: tuple[float, float]) -> tuple[Sample, ...]:
    return tuple(Sample(at=at(seconds).timestamp(), percent=percent) for seconds, percent in points)


def steady(percent: int, *, step: float = 30.0, rise: int = 5) -> tuple[Sample, ...]:
    return course(*((step * p / rise, p) for p in range(0, percent + 1, rise)))


def asked(samples: tuple[Sample, ...], *, quiet: float = 0.0, earlier: tuple[EarlierTask, ...] = ()) -> datetime | None:
    moved_at = datetime.fromtimestamp(samples[-1].at, UTC) if samples else START
    return forecast(samples, now=moved_at + timedelta(seconds=quiet), earlier=earlier, moved_at=moved_at)


#: at the same pace from start to end
STEADY = EarlierTask(seconds=600.0, samples=course((0, 0), (180, 30), (360, 60), (540, 90)))
#: 80 % after 100 s, the end after 500 s
TURNING = EarlierTask(seconds=500.0, samples=course((0, 0), (25, 20), (50, 40), (75, 60), (100, 80)))


def test_steady_progress_is_extrapolated_and_shortened_by_fifteen_percent() -> None:
    assert asked(steady(50)) == at(300 + 255)
    assert asked(steady(50), quiet=25) == at(300 + 255)


def test_an_end_more_than_a_month_away_is_not_forecast() -> None:
    day = 86_400.0
    # Half of it took `days`, so that the other half is 0.85 times as long.
    slow = [steady(50, step=days * day / 10) for days in (35.2, 35.4)]
    assert [asked(samples) for samples in slow] == [at(35.2 * day * 1.85), None]


def test_earlier_long_tasks_of_any_length_give_a_date_or_none() -> None:
    # A percentage that is reached at once makes a ratio of years to milliseconds.
    odd = EarlierTask(seconds=3e8, samples=course((0, 0), (0.001, 20), (0.002, 60), (0.003, 90)))
    assert asked(steady(50), earlier=(odd, odd, odd)) is None


def test_the_forecast_is_the_mean_of_the_whole_and_of_the_newer_half() -> None:
    samples = course((0, 0), (40, 10), (80, 20), (110, 30), (140, 40), (165, 50))
    whole, newer_half = 165 * 50 / 50 * 0.85, 55 * 50 / 20 * 0.85
    assert asked(samples) == at(165 + (whole + newer_half) / 2)


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
def test_there_is_no_forecast_early_on(samples: tuple[Sample, ...]) -> None:
    assert asked(samples) is None


def test_a_forecast_needs_four_samples_and_twelve_percent() -> None:
    assert [asked(steady(percent)) is None for percent in (10, 15)] == [True, False]
    gains = [course((0, 0), (30, 4), (60, 8), (90, percent)) for percent in (11.5, 12)]
    assert [asked(samples) is None for samples in gains] == [True, False]


def test_there_is_no_forecast_after_three_usual_steps_without_movement() -> None:
    assert [asked(steady(50), quiet=quiet) is None for quiet in (90, 91)] == [False, True]


@pytest.mark.parametrize(("slow_step", "expected"), [(25, at(746.75)), (30, None)])
def test_there_is_no_forecast_if_predictions_along_the_way_differ_by_four_fifths(
    slow_step: int, expected: datetime | None
) -> None:
    fast = [(10.0 * number, 2.0 * number) for number in range(17)]
    slow = [(160.0 + slow_step * number, 32.0 + 2 * number) for number in range(1, 9)]
    assert asked(course(*fast, *slow)) == expected


@pytest.mark.parametrize(("slow_step", "is_forecast"), [(36, True), (42, False)])
def test_there_is_no_forecast_if_steps_vary_too_much(slow_step: int, is_forecast: bool) -> None:
    times = accumulate([0, slow_step, 10, slow_step, 10, slow_step, 10])
    samples = course(*((seconds, 8 * number) for number, seconds in enumerate(times)))
    assert (asked(samples) is not None) == is_forecast


def test_there_is_no_forecast_from_a_single_rise() -> None:
    assert asked(course((0, 0), (30, 24), (60, 20), (90, 16))) is None


def test_there_is_no_forecast_if_the_newest_samples_gain_nothing() -> None:
    rising = [(0.0, 0.0), (1000.0, 20.0), (2000.0, 40.0), (3000.0, 60.0)]
    swinging = [(3000.0 + number, 61.0 if number % 2 else 60.5) for number in range(1, 23)]
    assert asked(course(*rising, *swinging, (3023, 60))) is None


def test_there_is_no_forecast_for_uneven_progress() -> None:
    assert asked(course((0, 0), (10, 10), (300, 12), (310, 22), (700, 24), (710, 40), (720, 50))) is None


def test_there_is_no_forecast_for_progress_that_keeps_slowing_down() -> None:
    assert asked(course((0, 0), (10, 10), (30, 20), (70, 30), (150, 40), (310, 50), (630, 60))) is None


def test_there_is_no_forecast_for_an_end_within_two_usual_steps() -> None:
    assert asked(steady(90), earlier=(STEADY,) * 3) == at(600)
    assert asked(steady(90), quiet=1, earlier=(STEADY,) * 3) is None


def test_there_is_no_forecast_within_nine_percent_before_a_phase_ends() -> None:
    halves = {percent: course(*((15.0 * n, n / 2) for n in range(int(2 * percent) + 1))) for percent in PERCENTAGES}
    assert {percent: asked(samples) is not None for percent, samples in halves.items()} == PERCENTAGES


#: whether there is a forecast: phases may end at 80, 90 and 100
PERCENTAGES = {70.5: True, 71.0: False, 80.0: False, 80.5: True, 81.0: False, 90.0: False, 90.5: True, 91.0: False}


def test_earlier_long_tasks_show_how_long_the_next_phase_takes() -> None:
    samples = course((0, 0), (50, 20), (100, 40), (125, 50), (150, 60), (175, 70))
    assert asked(samples, earlier=(TURNING,) * 3) == at(1000)


def test_two_earlier_long_tasks_are_not_enough() -> None:
    assert asked(steady(50), earlier=(TURNING,) * 2) == asked(steady(50))
    assert asked(steady(50), earlier=(TURNING,) * 3) == at(300 + 300 * 437.5 / 62.5)


def lasting(*seconds: float) -> tuple[EarlierTask, ...]:
    return tuple(EarlierTask(seconds=each, samples=TURNING.samples) for each in seconds)


def test_there_is_no_forecast_if_earlier_long_tasks_spread_over_four_fifths_of_their_median() -> None:
    forecasts = [asked(steady(50), earlier=lasting(500 - spread, 500, 500 + spread)) for spread in (174, 176)]
    assert forecasts == [asked(steady(50), earlier=(TURNING,) * 3), None]


def test_only_the_middle_half_of_earlier_long_tasks_has_to_agree() -> None:
    typical = asked(steady(50), earlier=(TURNING,) * 3)
    assert asked(steady(50), earlier=lasting(120, 120, 500, 500, 500, 500, 500, 5000)) == typical
    assert asked(steady(50), earlier=lasting(120, 120, 120, 500, 500, 500, 500, 500)) is None
    assert asked(steady(50), earlier=lasting(120, 500, 500, 500, 500, 500, 5000, 5000)) is None


def test_earlier_long_tasks_with_fewer_than_four_samples_are_ignored() -> None:
    three, four = (EarlierTask(seconds=500.0, samples=TURNING.samples[-count:]) for count in (3, 4))
    assert asked(steady(50), earlier=(three,) * 9) == asked(steady(50))
    assert asked(steady(50), earlier=(four,) * 3) != asked(steady(50))


def test_an_earlier_long_task_is_at_its_first_percentage_from_the_start() -> None:
    late = EarlierTask(seconds=500.0, samples=course((40, 20), (65, 40), (90, 60), (115, 80)))
    whole, newer_half = 300 * 462.5 / 37.5, 150 * 462.5 / 31.25
    assert asked(steady(50), earlier=(late,) * 3) == at(300 + (whole + newer_half) / 2)


def test_an_earlier_long_task_reaches_a_percentage_it_never_showed_at_its_end() -> None:
    assert asked(steady(85), earlier=(TURNING,) * 3) is None


def test_a_small_step_back_does_not_confuse_the_forecast() -> None:
    back = course((0, 0), (60, 10), (120, 20), (150, 19), (180, 30), (240, 40), (300, 50))
    shown = asked(back)
    assert shown is not None
    assert abs(shown - at(570)) < timedelta(seconds=60)


def test_a_fall_by_more_than_five_points_starts_again() -> None:
    before = course((0, 20), (10, 40), (20, 60))
    after = tuple(Sample(at=sample.at + 30, percent=sample.percent) for sample in steady(50))
    assert asked((*before, *after)) == at(330 + 255)
    assert asked((*before, *after[:2])) is None


def test_a_fall_by_five_points_does_not_start_again() -> None:
    after = {percent: course((330, percent), (360, 50), (390, 55), (420, 60), (450, 65)) for percent in (45, 44)}
    starts_again = {percent: asked((*steady(50), *samples)) == asked(samples) for percent, samples in after.items()}
    assert starts_again == {45: False, 44: True}


percents = st.lists(st.tuples(st.floats(0, 3600), st.floats(0, 100)), max_size=64)


@given(percents, st.lists(st.tuples(st.floats(0, 1e5), percents), max_size=5), st.floats(0, 1e5))
def test_an_expected_end_is_in_the_future(
    points: list[tuple[float, float]],
    ended: list[tuple[float, list[tuple[float, float]]]],
    quiet: float,
) -> None:
    samples = course(*sorted(points))
    earlier = tuple(EarlierTask(seconds=seconds, samples=course(*sorted(shape))) for seconds, shape in ended)
    shown = asked(samples, quiet=quiet, earlier=earlier)
    assert shown is None or shown.timestamp() >= samples[-1].at + quiet - 1e-3


def test_an_end_is_rounded_up_to_a_unit_that_fits_the_time_left() -> None:
    rounded = [rounded_end(at(seconds), START) for seconds in (61, 60, 601, 1800, 3601, 5400)]
    assert rounded == [at(120), at(60), at(900), at(1800), at(4500), at(5400)]


def test_the_shown_end_stays_if_the_expected_one_moved_less_than_the_unit() -> None:
    shown = rounded_end(at(1750), START)
    ends = [rounded_end(at(seconds), START, shown) for seconds in (1501, 1800, 2099, 2100, 1500)]
    assert ends == [at(1800), at(1800), at(1800), at(2100), at(1500)]


def test_the_unit_grows_with_the_time_left() -> None:
    # The shown end stays if it is less than one unit away: a minute, five minutes, a quarter of an hour.
    shown = {599: 661, 600: 660, 3599: 3899, 3600: 3900}
    assert [rounded_end(at(seconds), START, at(end)) for seconds, end in shown.items()] == [
        at(600),
        at(660),
        at(3600),
        at(3900),
    ]
    assert [rounded_end(at(seconds), START) for seconds in (481, 3001, 3601)] == [at(540), at(3300), at(4500)]


def test_a_shown_end_that_has_passed_is_replaced() -> None:
    assert [rounded_end(at(630), now, at(600)) for now in (at(599), at(600), at(601))] == [at(600), at(660), at(660)]


@given(st.floats(1, 1e6), st.none() | st.floats(-1e4, 1e6))
def test_the_shown_end_is_near_the_expected_one_and_stable(seconds: float, shown: float | None) -> None:
    first = rounded_end(at(seconds), START, None if shown is None else at(shown))
    assert rounded_end(at(seconds), START, first) == first
    assert abs(first - at(seconds)) < timedelta(minutes=15)


def test_the_forecast_is_seldom_wrong_by_half_and_better_than_the_naive_rule() -> None:
    every = list(cases(seed=1, count=400))
    shown = [(case, case.error) for case in every if case.error is not None]
    seconds = sum(case.seconds for case, _ in shown)
    assert sum(case.seconds for case, error in shown if error > 0.5) <= 0.12 * seconds
    assert sum(case.seconds for case, _ in shown) >= 0.4 * sum(case.seconds for case in every)
    assert sum(error * case.seconds for case, error in shown) < sum(case.naive * case.seconds for case, _ in shown)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(-1, None), (0, None), (1, 1), (89, 1), (91, 2), (732, 12), (3_599, 60), (3_600, 60), (4_000, 65), (8_800, 145)],
)
def test_the_time_left_is_in_whole_minutes_and_later_in_fives(seconds: float, minutes: int | None) -> None:
    assert time_left(at(seconds), at(0)) == (None if minutes is None else timedelta(minutes=minutes))
