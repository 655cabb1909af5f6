"""Render the fields of a modal as HTML, each with its label, its hint and what is wrong with it."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from bot.render.message import Block
from sandbox.html_tree import Element, Node, element

#: returns value and label of each choice that a menu of people or of conversations offers, and the one chosen at first
Offers: TypeAlias = Callable[[Block], tuple[list[tuple[str, str]], str | None]]

_BOXES = {"radio_buttons": "radio", "checkboxes": "checkbox"}
#: of a menu that says nothing itself
_PLACEHOLDER = "Choose…"


def field_html(block: Block, number: int, offers: Offers, error: str | None = None) -> Element:
    """Render a field; `number`: its place in the form, `error`: what the app says about what was filled in."""
    field = block["element"]
    optional = block.get("optional", False)
    label: tuple[Node, ...] = (block["label"]["text"],)
    if optional:
        label += (" ", element("small", "(optional)", lang="en"))
    notes = list(_notes(block, number, error))
    named = {"data-block": block["block_id"], "data-field": field["action_id"]}
    if error is not None:
        named["aria-invalid"] = "true"
    if field.get("focus_on_load"):
        named["data-focus"] = ""
    described = {"aria-describedby": " ".join(note.attributes["id"] for note in notes)} if notes else {}
    if field["type"] in _BOXES:
        if not optional and field["type"] == "radio_buttons":
            named["required"] = ""
        boxes = _boxes(field, named, f"field-{number}")
        return Element("fieldset", {"class": "field", **described}, (element("legend", *label), *boxes, *notes))
    named |= {"id": f"field-{number}", **described}
    if not optional:
        named["required"] = ""
    typed = field["type"] == "plain_text_input"
    control = _text(field, named) if typed else _menu(field, named, offers, optional=optional)
    return element("div", element("label", *label, for_=f"field-{number}"), control, *notes, class_="field")


def _notes(block: Block, number: int, error: str | None) -> Iterator[Element]:
    if error is not None:
        yield element("p", error, id=f"error-{number}", class_="error")
    if "hint" in block:
        yield element("p", block["hint"]["text"], id=f"hint-{number}", class_="help")


def _text(field: Block, named: dict[str, str]) -> Element:
    limits = {"minlength": "min_length", "maxlength": "max_length"}
    attributes = {**named, **{name: str(field[limit]) for name, limit in limits.items() if limit in field}}
    if "placeholder" in field:
        attributes["placeholder"] = field["placeholder"]["text"]
    written = field.get("initial_value", "")
    if field.get("multiline"):
        return Element("textarea", {**attributes, "rows": "4"}, (written,))
    return Element("input", {**attributes, "type": "text", "value": written}, ())


def _menu(field: Block, named: dict[str, str], offers: Offers, *, optional: bool) -> Element:
    if field["type"] == "static_select":
        offered = [(option["value"], option["text"]["text"]) for option in field["options"]]
        chosen = field["initial_option"]["value"] if "initial_option" in field else None
    else:
        offered, chosen = offers(field)
    nothing = field["placeholder"]["text"] if "placeholder" in field else _PLACEHOLDER
    choices = [("", nothing), *offered] if optional or chosen is None else offered
    return Element("select", named, tuple(_choice(*each, is_chosen=each[0] == (chosen or "")) for each in choices))


def _choice(value: str, label: str, *, is_chosen: bool) -> Element:
    return Element("option", {"value": value, **({"selected": ""} if is_chosen else {})}, (label,))


def _boxes(field: Block, named: dict[str, str], name: str) -> Iterator[Element]:
    ticked = [*field.get("initial_options", ()), *([field["initial_option"]] if "initial_option" in field else ())]
    for option in field["options"]:
        attributes = {**named, "type": _BOXES[field["type"]], "name": name, "value": option["value"]}
        if option in ticked:
            attributes["checked"] = ""
        text: tuple[Node, ...] = (option["text"]["text"],)
        if "description" in option:
            text += (element("small", option["description"]["text"]),)
        yield element("label", Element("input", attributes, ()), element("span", *text), class_="box")
