"""A progress bar in text."""

# Both signs belong to Unicode's block elements, which every platform has in one font: they are equally wide everywhere.
_DONE, _LEFT = "█", "░"
#: narrow enough for one line on a phone, even where a cell is as wide as it is high
CELLS = 12


def bar(percent: float | None) -> str:
    """Twelve cells. Full at 100 percent only, and with something in it as soon as something is done."""
    filled = 0 if percent is None else int(percent / 100 * CELLS)
    if percent:
        filled = max(1, filled)
    return _DONE * filled + _LEFT * (CELLS - filled)
