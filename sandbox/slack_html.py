"""Render Slack messages as HTML that looks like Slack."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from bot.render.message import Block, Message
from sandbox.html_tree import Element, Node, element
from sandbox.slack_emoji import emoji
from sandbox.slack_markup import Code, Date, Emoji, Link, Mention, Names, Span, Styled, read_markup

_STYLE = Path(__file__).parent / "slack_html.css"


def style() -> str:
    """Return the CSS of messages, with light and dark colours."""
    return _STYLE.read_text(encoding="utf-8")


def message_html(message: Message, names: Names) -> Element:
    """Render one message: its blocks, or its text if it has none."""
    if not message.blocks:
        return element("div", _paragraph(mrkdwn_html(message.text, names)), class_="slack")
    return element("div", *(block_html(block, names) for block in message.blocks), class_="slack")


def block_html(block: Block, names: Names) -> Element:
    """Render one block that a message may hold."""
    return _BLOCKS[block["type"]](block, names)


def mrkdwn_html(text: str, names: Names) -> tuple[Node, ...]:
    """Render text in Slack's markup."""
    return tuple(map(_span, read_markup(text, names)))


def _span(span: Span) -> Node:
    match span:
        case str():
            return span
        case Styled():
            return element(span.style, *map(_span, span.spans))
        case Code():
            return element("code", span.text, class_="block") if span.is_block else element("code", span.text)
        case Date():
            moment = datetime.fromtimestamp(span.epoch, UTC)
            return element("time", span.fallback, datetime=f"{moment:%Y-%m-%dT%H:%M:%SZ}", data_form=span.form)
        case Link():
            return element("a", span.label, href=span.url, target="_blank", rel="noopener noreferrer")
        case Mention():
            return element("span", span.shown, class_="mention")
        case Emoji():
            return emoji(span.name)
        case _:
            assert_never(span)


def _text(part: Block, names: Names) -> tuple[Node, ...]:
    """Render a text object."""
    return mrkdwn_html(part["text"], names) if part["type"] == "mrkdwn" else (part["text"],)


def _paragraph(nodes: tuple[Node, ...]) -> Element:
    return element("div", *nodes, class_="section")


def _section(block: Block, names: Names) -> Element:
    paragraph = _paragraph(_text(block["text"], names))
    if "accessory" not in block:
        return paragraph
    return element("div", paragraph, _button(block["accessory"]), class_="beside")


def _context(block: Block, names: Names) -> Element:
    lines = (element("div", *_text(part, names)) for part in block["elements"])
    return element("div", *lines, class_="context")


def _actions(block: Block, _names: Names) -> Element:
    return element("div", *map(_button, block["elements"]), class_="actions")


def _button(button: Block) -> Element:
    label = button["text"]["text"]
    attributes = {"class": f"button {button.get('style', '')}".strip(), "data-action": button.get("action_id", "")}
    if "accessibility_label" in button:
        attributes["aria-label"] = button["accessibility_label"]
    if "value" in button:
        attributes["data-value"] = button["value"]
    if "confirm" in button:
        asked = {part: text["text"] for part, text in button["confirm"].items() if part != "style"}
        attributes["data-confirm"] = json.dumps(asked, ensure_ascii=False)
    if "url" in button:
        address = {"href": button["url"], "target": "_blank", "rel": "noopener noreferrer"}
        return Element("a", {**attributes, **address}, (label,))
    return Element("button", {"type": "button", **attributes}, (label,))


def _divider(_block: Block, _names: Names) -> Element:
    return element("hr")


def _header(block: Block, _names: Names) -> Element:
    return element("div", element("b", block["text"]["text"]), class_="section header")


def _line_chart(block: Block, _names: Names) -> Element:
    """Draw up to six lines over an axis with three labels."""
    axis, title = block["chart"]["axis_config"], block["title"]
    categories = axis["categories"]
    units = " · ".join(axis[name] for name in ("y_label", "x_label") if name in axis)
    labels = {0: "start", len(categories) // 2: "middle", len(categories) - 1: "end"}
    picture = element(
        "svg",
        *(_svg_text(str(value), 34, 14 + 100 - value, "end") for value in (0, 50, 100)),
        *(element("path", d=f"M40 {110 - value}H430", class_="grid") for value in (0, 50, 100)),
        *_lines(block["chart"]["series"], categories),
        *(_svg_text(categories[place], 40 + 390 * place / max(1, len(categories) - 1), 126, anchor)
          for place, anchor in labels.items()),
        viewBox="0 0 440 132",
        role="img",
        aria_label=title,
    )  # fmt: skip
    return element("figure", element("figcaption", title), picture, element("p", units))


def _lines(series: list[Block], categories: list[str]) -> Iterator[Element]:
    width = 390 / max(1, len(categories) - 1)
    for each in series:
        values = {point["label"]: point["value"] for point in each["data"]}
        places = " ".join(f"{40 + width * at:.1f},{110 - values[label]:.1f}" for at, label in enumerate(categories))
        yield element("polyline", points=places, class_="line")


def _svg_text(text: str, x: float, y: float, anchor: str) -> Element:
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)


_BLOCKS: dict[str, Callable[[Block, Names], Element]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "header": _header,
    "data_visualization": _line_chart,
}
