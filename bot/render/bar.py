"""Draw a progress bar in text."""

# Both are Unicode block elements, which every platform has in one font, so they are equally wide everywhere.
_DONE, _LEFT = "█", "░"
#: narrow enough for one line on a phone, even where a cell is as wide as it is high
CELLS = 12


def bar(percent: float | None) -> str:
    """Draw twelve cells: full only at 100 percent, and never empty once something is done."""
    filled = 0 if percent is None else int(percent / 100 * CELLS)
    if percent:
        filled = max(1, filled)
    return _DONE * filled + _LEFT * (CELLS - filled)
