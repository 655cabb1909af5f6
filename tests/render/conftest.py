"""Fixtures of the tests of messages: every language, and a check of Slack's limits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot.render
from bot.render.i18n import Catalogs, Texts
from bot.render.message import Message

CATALOGS = Path(bot.render.__file__).parent / "catalogs"
LANGUAGES = ["en", *sorted(path.stem for path in CATALOGS.glob("*.po"))]


@pytest.fixture(params=LANGUAGES)
def texts(request: pytest.FixtureRequest, catalogs: Catalogs) -> Texts:
    return catalogs.languages[request.param]


@pytest.fixture(scope="session")
def breaches() -> Callable[[Message], list[str]]:
    return limits_broken


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def limits_broken(message: Message) -> list[str]:
    """Return every rule that a message breaks (docs.slack.dev/reference/block-kit and chat.update)."""
    broken = []
    if not 1 <= units(message.text) <= 4_000:
        broken.append(f"text of {units(message.text)}")
    if len(message.blocks) > 50:
        broken.append(f"{len(message.blocks)} blocks")
    if sum(block["type"] == "data_visualization" for block in message.blocks) > 2:
        broken.append("more than two charts")
    for block in message.blocks:
        if "block_id" in block:
            broken.append("a block id of its own")
        broken += _CHECKS[block["type"]](block)
    return broken


def _text_object(text: dict[str, Any], limit: int) -> list[str]:
    if text["type"] == "mrkdwn" and set(text) == {"type", "text", "verbatim"} and text["verbatim"] is True:
        return [] if 1 <= units(text["text"]) <= limit else [f"mrkdwn of {units(text['text'])}"]
    if text["type"] == "plain_text" and set(text) == {"type", "text", "emoji"}:
        return [] if 1 <= units(text["text"]) <= limit else [f"plain text of {units(text['text'])}"]
    return [f"text object {text}"]


def _section(block: dict[str, Any]) -> list[str]:
    unknown = [] if set(block) - {"accessory"} == {"type", "text"} else [f"section with {sorted(block)}"]
    beside = _button(block["accessory"]) if "accessory" in block else []
    return unknown + beside + _text_object(block["text"], 3_000)


def _context(block: dict[str, Any]) -> list[str]:
    elements = block["elements"]
    broken = [] if set(block) == {"type", "elements"} and 1 <= len(elements) <= 10 else ["context"]
    return broken + [one for element in elements for one in _text_object(element, 3_000)]


def _actions(block: dict[str, Any]) -> list[str]:
    elements = block["elements"]
    broken = [] if set(block) == {"type", "elements"} and 1 <= len(elements) <= 25 else ["actions"]
    if len({element["action_id"] for element in elements}) < len(elements):
        broken.append("the same action twice")
    return broken + [one for element in elements for one in _button(element)]


def _button(element: dict[str, Any]) -> list[str]:
    known = {"type", "action_id", "text", "accessibility_label", "value", "url", "confirm"}
    broken = [] if element["type"] == "button" and set(element) <= known else [f"element {element}"]
    broken += _text_object(element["text"], 75)
    if not 1 <= units(element.get("accessibility_label", "")) <= 75:
        broken.append(f"accessibility label of {element}")
    if "confirm" in element:
        broken += _question(element["confirm"])
    if len(element.get("value", "v")) > 2_000 or len(element.get("url", "u")) > 3_000:
        broken.append("value or url too long")
    return broken


def _question(confirm: dict[str, Any]) -> list[str]:
    limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    if set(confirm) != set(limits):
        return [f"confirm {confirm}"]
    return [one for part, limit in limits.items() for one in _text_object(confirm[part], limit)]


def _chart(block: dict[str, Any]) -> list[str]:
    chart = block["chart"]
    axis, series = chart["axis_config"], chart["series"]
    labels = [point["label"] for point in series[0]["data"]]
    rules = {
        "fields": set(block) == {"type", "title", "chart"} and set(chart) == {"type", "series", "axis_config"},
        "title": 1 <= units(block["title"]) <= 50,
        "type": chart["type"] == "line",
        "series": len(series) == 1 and 1 <= units(series[0]["name"]) <= 20,
        "points": 1 <= len(labels) <= 20,
        "labels": all(1 <= units(label) <= 20 for label in labels) and len(set(labels)) == len(labels),
        "categories": axis["categories"] == labels,
        "axes": all(1 <= units(axis[name]) <= 50 for name in ("x_label", "y_label")),
        "values": all(isinstance(point["value"], float) for point in series[0]["data"]),
    }
    return [f"chart: {name}" for name, kept in rules.items() if not kept]


_CHECKS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "data_visualization": _chart,
}
