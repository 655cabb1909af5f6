from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.samples import MAX_SAMPLES, NEWEST_KEPT, Sample, add_sample, done_at, usual_step


def course(*points: tuple[float, float]) -> tuple[Sample, ...]:
    samples: tuple[Sample, ...] = ()
    for at, percent in points:
        samples = add_sample(samples, Sample(at=at, percent=percent))
    return samples


def test_a_change_is_added() -> None:
    assert course((0, 0), (5, 10)) == (Sample(at=0, percent=0), Sample(at=5, percent=10))


def test_the_same_percentage_is_not_added() -> None:
    samples = course((0, 0), (5, 10))
    assert add_sample(samples, Sample(at=9, percent=10)) is samples


def test_pages_are_known_as_of_the_percentage_at_which_they_were_counted() -> None:
    samples = (Sample(at=0, percent=10, done=3), Sample(at=5, percent=20, done=6), Sample(at=9, percent=20))
    assert [done_at(samples, percent) for percent in (10, 20, 30, None)] == [3, 6, None, None]


def test_more_pages_at_the_same_percentage_are_a_change() -> None:
    first, second = Sample(at=0, percent=10, done=3), Sample(at=5, percent=10, done=4)
    assert add_sample((first,), second) == (first, second)


def test_a_percentage_going_backwards_is_a_change() -> None:
    assert course((0, 40), (5, 30)) == (Sample(at=0, percent=40), Sample(at=5, percent=30))


def test_a_sample_older_than_the_last_is_not_added() -> None:
    samples = course((0, 0), (5, 10))
    assert add_sample(samples, Sample(at=4, percent=12)) is samples


def test_the_usual_step_is_the_median_of_the_steps() -> None:
    assert usual_step(course((0, 0), (10, 1), (30, 2), (130, 3))) == 20
    assert usual_step(course((0, 0))) is None
    assert usual_step(()) is None


def test_the_corner_of_a_curve_survives_thinning() -> None:
    fast = [(float(at), at / 2) for at in range(100)]
    slow = [(100.0 + 10 * step, 50 + step / 10) for step in range(200)]
    samples = course(*fast, *slow)
    assert len(samples) == MAX_SAMPLES
    assert min(abs(sample.at - 100) + abs(sample.percent - 50) for sample in samples) < 5


def test_a_straight_curve_is_thinned_evenly() -> None:
    samples = course(*((float(at), at / 10) for at in range(1000)))
    older = samples[: -NEWEST_KEPT + 1]
    gaps = [after.at - before.at for before, after in pairwise(older)]
    assert max(gaps) <= 4 * 975 / len(gaps)


@pytest.mark.parametrize(
    ("heights", "dropped"),
    [
        (range(100, 35, -1), 40),  # the least corners are the newest, of which 24 are kept
        (range(36, 101), 1),  # the least corners are the oldest, of which the first is kept
    ],
)
def test_of_65_samples_the_least_corner_between_the_first_and_the_newest_24_is_dropped(
    heights: range, dropped: int
) -> None:
    samples = course(*((float(number), height * (number % 2)) for number, height in enumerate(heights)))
    assert [sample.at for sample in samples] == [number for number in range(65) if number != dropped]


def test_the_usual_step_is_that_of_the_newest_24_samples() -> None:
    slow = [(100.0 * number, number) for number in range(40)]
    fast = [(3900.0 + number, 40 + number / 10) for number in range(1, 13)]
    assert [usual_step(course(*slow, *fast[:count])) for count in (11, 12)] == [100, 1]


def test_samples_are_stored_compactly() -> None:
    samples = course(*((1_800_000_000.123 + 7 * at, at / 10) for at in range(1000)))
    stored = msgspec.json.encode(samples)
    assert len(stored) < 64 * 32
    assert msgspec.json.decode(stored, type=tuple[Sample, ...]) == samples


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=300))
def test_thinning_keeps_the_first_the_newest_and_the_order(points: list[tuple[float, float]]) -> None:
    every: list[Sample] = []
    samples: tuple[Sample, ...] = ()
    at = 0.0
    for step, percent in points:
        at += step
        if not every or every[-1].percent != percent:
            every.append(Sample(at=at, percent=percent))
        samples = add_sample(samples, Sample(at=at, percent=percent))
    assert len(samples) == min(len(every), MAX_SAMPLES)
    assert samples[:1] == tuple(every[:1])
    assert samples[-NEWEST_KEPT:] == tuple(every[-NEWEST_KEPT:])
    assert [sample for sample in every if sample in samples] == list(samples)
