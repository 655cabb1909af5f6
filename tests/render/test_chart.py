"""The chart shows progress over time."""

import pytest

from bot.render.chart import chart
from bot.render.i18n import Texts


@pytest.mark.parametrize(
    "samples",
    [
        (),
        tuple((60.0 * n, 20.0 * n) for n in range(4)),
        tuple((0.5 * n, 10.0 * n) for n in range(6)),
        ((1.0, 5.0),) * 9,
    ],
)
def test_fewer_than_five_points_or_seconds_are_no_curve(en: Texts, samples: tuple[tuple[float, float], ...]) -> None:
    assert chart(en, samples) is None


def test_the_chart_is_evenly_spaced_in_time(en: Texts) -> None:
    samples = ((0.0, 0.0), (1.0, 50.0), (2.0, 50.0), (3.0, 40.0), (4.0, 100.0))
    labels = ["0:00:00", "0:00:01", "0:00:02", "0:00:03", "0:00:04"]
    values = [0.0, 50.0, 50.0, 40.0, 100.0]
    block = chart(en, samples)
    assert block is not None
    assert block["chart"] == {
        "type": "line",
        "series": [
            {
                "name": "Progress",
                "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
            }
        ],
        "axis_config": {
            "categories": labels,
            "x_label": "Time since the start (h:mm:ss)",
            "y_label": "Percent",
        },
    }
