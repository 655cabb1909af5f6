"""Build HTML as a tree, in which text is always text."""

from dataclasses import dataclass
from html import escape
from typing import TypeAlias

_VOID = frozenset({"hr", "input"})


@dataclass(frozen=True)
class Element:
    """An element; its tag and the names of its attributes are never text from outside."""

    tag: str
    attributes: dict[str, str]
    children: tuple["Node", ...]


Node: TypeAlias = str | Element
#: a node as JSON: text, or tag, attributes, children
JsonNode: TypeAlias = "str | list[str | dict[str, str] | JsonNode]"


def element(tag: str, *children: Node, **attributes: str) -> Element:
    """Build an element; `class_` and `data_ts` stand for the attributes class and data-ts."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return Element(tag, named, children)


def html(node: Node) -> str:
    """Write a node as HTML."""
    if isinstance(node, str):
        return escape(node, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    start = f"<{node.tag}{attributes}>"
    return start if node.tag in _VOID else f"{start}{''.join(map(html, node.children))}</{node.tag}>"


def as_json(node: Node) -> JsonNode:
    """Return a node as JSON, for a page that builds it itself."""
    return node if isinstance(node, str) else [node.tag, node.attributes, *map(as_json, node.children)]
