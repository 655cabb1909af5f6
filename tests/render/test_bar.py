"""The bar agrees with the percentage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.bar import CELLS, bar


@pytest.mark.parametrize(
    ("percent", "shown"),
    [
        (None, "▱▱▱▱▱▱▱▱▱▱"),
        (0, "▱▱▱▱▱▱▱▱▱▱"),
        (0.1, "▰▱▱▱▱▱▱▱▱▱"),
        (50, "▰▰▰▰▰▱▱▱▱▱"),
        (99.9, "▰▰▰▰▰▰▰▰▰▱"),
        (100, "▰▰▰▰▰▰▰▰▰▰"),
    ],
)
def test_the_bar_is_full_at_the_end_only(percent: float | None, shown: str) -> None:
    assert bar(percent) == shown


@given(st.floats(min_value=0, max_value=100), st.floats(min_value=0, max_value=100))
def test_more_percent_never_fill_fewer_cells(one: float, other: float) -> None:
    less, more = sorted([one, other])
    assert bar(less).count("▰") <= bar(more).count("▰")
    assert len(bar(one)) == CELLS
