from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.samples import MOST, NEWEST_WHOLE, Sample, added, usual_step


def course(*points: tuple[float, float]) -> tuple[Sample, ...]:
    samples: tuple[Sample, ...] = ()
    for at, percent in points:
        samples = added(samples, Sample(at=at, percent=percent))
    return samples


def test_a_change_is_added() -> None:
    assert course((0, 0), (5, 10)) == (Sample(at=0, percent=0), Sample(at=5, percent=10))


def test_the_same_percentage_is_not_added() -> None:
    samples = course((0, 0), (5, 10))
    assert added(samples, Sample(at=9, percent=10)) is samples


def test_more_pages_at_the_same_percentage_are_a_change() -> None:
    first, second = Sample(at=0, percent=10, done=3), Sample(at=5, percent=10, done=4)
    assert added((first,), second) == (first, second)


def test_a_percentage_going_backwards_is_a_change() -> None:
    assert course((0, 40), (5, 30)) == (Sample(at=0, percent=40), Sample(at=5, percent=30))


def test_a_look_that_comes_late_is_not_added() -> None:
    samples = course((0, 0), (5, 10))
    assert added(samples, Sample(at=4, percent=12)) is samples


def test_the_usual_step_is_the_median_of_the_steps() -> None:
    assert usual_step(course((0, 0), (10, 1), (30, 2), (130, 3))) == 20
    assert usual_step(course((0, 0))) is None
    assert usual_step(()) is None


def test_the_corner_of_a_curve_survives_thinning() -> None:
    fast = [(float(at), at / 2) for at in range(100)]
    slow = [(100.0 + 10 * step, 50 + step / 10) for step in range(200)]
    samples = course(*fast, *slow)
    assert len(samples) == MOST
    assert min(abs(sample.at - 100) + abs(sample.percent - 50) for sample in samples) < 5


def test_a_straight_course_is_thinned_evenly() -> None:
    samples = course(*((float(at), at / 10) for at in range(1000)))
    older = samples[: -NEWEST_WHOLE + 1]
    gaps = [after.at - before.at for before, after in pairwise(older)]
    assert max(gaps) <= 4 * 975 / len(gaps)


def test_samples_take_little_room_in_a_row() -> None:
    samples = course(*((1_800_000_000.123 + 7 * at, at / 10) for at in range(1000)))
    stored = msgspec.json.encode(samples)
    assert len(stored) < 64 * 32
    assert msgspec.json.decode(stored, type=tuple[Sample, ...]) == samples


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=300))
def test_however_many_come_both_ends_the_newest_and_the_order_are_kept(points: list[tuple[float, float]]) -> None:
    every: list[Sample] = []
    samples: tuple[Sample, ...] = ()
    at = 0.0
    for step, percent in points:
        at += step
        if not every or every[-1].percent != percent:
            every.append(Sample(at=at, percent=percent))
        samples = added(samples, Sample(at=at, percent=percent))
    assert len(samples) == min(len(every), MOST)
    assert samples[:1] == tuple(every[:1])
    assert samples[-NEWEST_WHOLE:] == tuple(every[-NEWEST_WHOLE:])
    assert [sample for sample in every if sample in samples] == list(samples)
