"""The data_visualization block: pie, bar, area and line charts.

Limits: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from typing import Any

from sandbox.slack.shapes import (
    Check,
    Problems,
    also,
    by_type,
    items,
    number,
    one_of,
    positive,
    record,
    repeated,
    string,
)

TITLE_LIMIT = 50
LABEL_LIMIT = 20
AXIS_LABEL_LIMIT = 50
SERIES_LIMIT = 6
POINTS_LIMIT = 20

_label = string(LABEL_LIMIT, 1)
_points = items(record({"label": _label, "value": number}), least=1, most=POINTS_LIMIT)
_series = items(record({"name": _label, "data": _points}), least=1, most=SERIES_LIMIT)
_axis = record(
    {"categories": items(_label, least=1, most=POINTS_LIMIT)},
    {"x_label": string(AXIS_LABEL_LIMIT), "y_label": string(AXIS_LABEL_LIMIT)},
)
_segments = items(record({"label": _label, "value": positive}), least=1, most=SERIES_LIMIT)


def _series_fit_the_axis(chart: Any, pointer: str, problems: Problems) -> None:
    """Each series has one point for each category, in any order; its name is its own."""
    try:
        categories = sorted(chart["axis_config"]["categories"])
        labels = [sorted(point["label"] for point in series["data"]) for series in chart["series"]]
        names = [series["name"] for series in chart["series"]]
    except (KeyError, TypeError):
        return  # the shape is wrong, and was said to be
    for position, of_series in enumerate(labels):
        if of_series != categories:
            problems.add("labels must match axis_config.categories", f"{pointer}/series/{position}/data")
    if repeated(names):
        problems.add("series names must be unique", f"{pointer}/series")


def _xy(kind: str) -> Check:
    return also(record({"type": one_of(kind), "series": _series, "axis_config": _axis}), _series_fit_the_axis)


chart = by_type(
    {
        "pie": record({"type": one_of("pie"), "segments": _segments}),
        "bar": _xy("bar"),
        "area": _xy("area"),
        "line": _xy("line"),
    }
)

data_visualization = record(
    {"type": one_of("data_visualization"), "title": string(TITLE_LIMIT, 1), "chart": chart},
    {"block_id": string(255)},
)
