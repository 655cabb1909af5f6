"""The chart shows progress over time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.chart import chart, in_words
from bot.render.i18n import Catalogs, Texts, english

STEADY = tuple((60.0 * minute, 100 * minute / 8) for minute in range(9))


@pytest.mark.parametrize(
    "samples",
    [
        (),
        tuple((120.0 * n, 20.0 * n) for n in range(4)),
        tuple((40.0 * n, 10.0 * n) for n in range(6)),
        ((1.0, 5.0),) * 9,
    ],
)
def test_fewer_than_five_points_or_four_minutes_are_no_curve(
    en: Texts, samples: tuple[tuple[float, float], ...]
) -> None:
    assert (chart(en, samples), in_words(en, samples)) == (None, None)


def labels_and_values(samples: tuple[tuple[float, float], ...]) -> list[tuple[str, float]]:
    block = chart(english(), samples)
    assert block is not None
    data = block["chart"]["series"][0]["data"]
    assert block["chart"]["axis_config"]["categories"] == [point["label"] for point in data]
    return [(point["label"], point["value"]) for point in data]


def test_the_chart_has_a_point_at_whole_minutes(en: Texts) -> None:
    block = chart(en, STEADY)
    assert block is not None
    labels, values = [str(minute) for minute in range(9)], [12.5 * minute for minute in range(9)]
    assert block["chart"] == {
        "type": "line",
        "series": [
            {
                "name": "Progress (%)",
                "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
            }
        ],
        "axis_config": {"categories": labels, "x_label": "Minutes since the start", "y_label": "Done (%)"},
    }


def test_a_task_that_was_followed_late_keeps_its_own_time() -> None:
    late = tuple((3_630 + seconds, percent) for seconds, percent in STEADY)
    assert labels_and_values(late)[0] == ("60", 0.0)
    assert labels_and_values(late)[-1] == ("69", 100.0)


def test_a_long_course_is_labelled_in_hours(en: Texts) -> None:
    samples = tuple((1_800.0 * half, 10.0 * half) for half in range(11))
    assert [label for label, _ in labels_and_values(samples)] == [
        *("0:00", "0:30", "1:00", "1:30", "2:00", "2:30", "3:00", "3:30", "4:00", "4:30", "5:00")
    ]
    block = chart(en, samples)
    assert block is not None
    assert block["chart"]["axis_config"]["x_label"] == "Time since the start (h:mm)"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Progress: 25% after 2 min, 50% after 4 min, 75% after 6 min, 100% after 8 min"),
        ("ja", "進捗：2 分後に 25%、4 分後に 50%、6 分後に 75%、8 分後に 100%"),
    ],
)
def test_the_chart_is_said_in_words(catalogs: Catalogs, language: str, said: str) -> None:
    assert in_words(catalogs.languages[language], STEADY) == said


@given(st.lists(st.tuples(st.floats(0, 3e7), st.floats(0, 100)), min_size=5, max_size=64))
def test_every_course_has_at_most_twenty_points(samples: list[tuple[float, float]]) -> None:
    ordered = tuple(sorted(samples))
    if chart(english(), ordered):
        points = labels_and_values(ordered)
        assert 2 <= len(points) <= 20
        assert len({label for label, _ in points}) == len(points)
