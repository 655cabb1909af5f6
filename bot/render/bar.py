"""Draw a progress bar in text."""

# Filled and hollow forms of one shape from one Unicode block: every platform takes both from the same font, so they are
# equally wide. They show in the colour of the text, light or dark, with gaps, so that a full bar is no black block.
_DONE, _LEFT = "▰", "▱"
#: narrow enough for one line on a phone, together with the percentage
CELLS = 10


def bar(percent: float | None) -> str:
    """Draw ten cells: full only at 100 percent, and never empty once something is done."""
    filled = 0 if percent is None else int(percent / 100 * CELLS)
    if percent:
        filled = max(1, filled)
    return _DONE * filled + _LEFT * (CELLS - filled)
