"""The line chart of a data_visualization block.

Limits: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from typing import Annotated

from msgspec import UNSET, Meta

from sandbox.slack.declarations import Declared, Omittable

Label = Annotated[str, Meta(min_length=1, max_length=20)]
AxisLabel = Annotated[str, Meta(max_length=50)]


class Point(Declared):
    """One value of a series, at one category of the x axis."""

    label: Label
    value: float


class Series(Declared):
    """One line."""

    name: Label
    data: Annotated[list[Point], Meta(min_length=1, max_length=20)]


class AxisConfig(Declared):
    """The categories of the x axis, and how both axes are labelled."""

    categories: Annotated[list[Label], Meta(min_length=1, max_length=20)]
    x_label: Omittable[AxisLabel] = UNSET
    y_label: Omittable[AxisLabel] = UNSET


class LineChart(Declared, tag="line"):
    """Up to six lines. Each has a name of its own, and one point for each category, in any order."""

    series: Annotated[list[Series], Meta(min_length=1, max_length=6)]
    axis_config: AxisConfig

    def __post_init__(self) -> None:
        """Raises ValueError if the series do not fit the axis or share a name."""
        categories = sorted(self.axis_config.categories)
        for number, series in enumerate(self.series):
            if sorted(point.label for point in series.data) != categories:
                raise ValueError(f"Labels of series {number} do not match axis_config.categories")
        if len({series.name for series in self.series}) < len(self.series):
            raise ValueError("Names of series are not unique")
