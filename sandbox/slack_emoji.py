"""Draw the emoji that the bot uses, so that they are seen where no font has them."""

from sandbox.html_tree import Element, element


def emoji(name: str) -> Element:
    """Draw an emoji; one without a drawing is shown by its name."""
    shapes = _DRAWN.get(name)
    if shapes is None:
        return element("span", f":{name}:", class_="emoji")
    label = name.replace("_", " ")
    return element("svg", *shapes, class_="emoji", viewBox="0 0 20 20", role="img", aria_label=label)


def _stroke(path: str, colour: str, width: str) -> Element:
    return element("path", d=path, stroke=colour, stroke_width=width, fill="none")


def _fill(path: str, colour: str) -> Element:
    return element("path", d=path, fill=colour)


_DRAWN: dict[str, tuple[Element, ...]] = {
    "eyes": (
        _fill("M5.5 3a4 7 0 1 0 .01 0zM14.5 3a4 7 0 1 0 .01 0z", "#ffffff"),
        _stroke("M5.5 3a4 7 0 1 0 .01 0zM14.5 3a4 7 0 1 0 .01 0z", "#8d9399", "1"),
        _fill("M4.5 9a2 3 0 1 0 .01 0zM13.5 9a2 3 0 1 0 .01 0z", "#1d1c1d"),
    ),
    "hourglass_flowing_sand": (
        _fill("M4 1h12v3l-4.5 6 4.5 6v3H4v-3l4.5-6L4 4z", "#86b6d8"),
        _fill("M6 4.5h8L10 9.5zM10 11l4 5.5H6z", "#e8a33d"),
    ),
    "white_check_mark": (
        _fill("M4 1h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3z", "#2a9d57"),
        _stroke("M5 10.5l3.5 3.5 7-8", "#ffffff", "2.6"),
    ),
    "warning": (_fill("M10 1.5L19.5 18.5H.5z", "#f2b705"), _stroke("M10 7v6M10 14.5v2", "#1d1c1d", "2.2")),
    "x": (_stroke("M3 3l14 14M17 3L3 17", "#d92f2f", "4.2"),),
    "grey_question": (
        _stroke("M5.5 6.5a4.5 4.5 0 1 1 6.8 3.8c-1.7 1-2.3 1.7-2.3 3.2", "#8d9399", "2.8"),
        _fill("M8.3 15.7h3.4v3.3H8.3z", "#8d9399"),
    ),
    "black_square_for_stop": (
        _fill("M4 1h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3z", "#5d7388"),
        _fill("M6 6h8v8H6z", "#ffffff"),
    ),
}
