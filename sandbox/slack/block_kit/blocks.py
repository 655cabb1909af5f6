"""Blocks, and which of them a message, a modal or a home tab may hold.

Limits: https://docs.slack.dev/reference/block-kit/blocks; surfaces: the page of each block
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

from msgspec import UNSET, Meta

from sandbox.slack.block_kit.charts import LineChart
from sandbox.slack.block_kit.elements import Button, ChoiceElement, PlainTextInput
from sandbox.slack.block_kit.texts import AnyText, PlainText, Upto150, Upto2000, Upto3000
from sandbox.slack.declarations import Declared, Id, Omittable, find_problem
from sandbox.slack.records import Json

#: of one message
CHARTS_LIMIT = 2


class BlockFields(Declared):
    """What all blocks have."""

    block_id: Omittable[Id] = UNSET


class SectionBlock(BlockFields, tag="section", kw_only=True):
    """A paragraph, with one element beside it if need be."""

    text: AnyText[Upto3000]
    accessory: Omittable[Button | ChoiceElement] = UNSET


class ContextBlock(BlockFields, tag="context", kw_only=True):
    """Small print."""

    elements: Annotated[list[AnyText[Upto3000]], Meta(min_length=1, max_length=10)]


class ActionsBlock(BlockFields, tag="actions", kw_only=True):
    """A row of elements."""

    elements: Annotated[list[Button | ChoiceElement], Meta(min_length=1, max_length=25)]


class DividerBlock(BlockFields, tag="divider"):
    """A line between blocks."""


class HeaderBlock(BlockFields, tag="header", kw_only=True):
    """A heading."""

    text: PlainText[Upto150]


class InputBlock(BlockFields, tag="input", kw_only=True):
    """A field of a form, with its label."""

    label: PlainText[Upto2000]
    element: PlainTextInput | ChoiceElement
    hint: Omittable[PlainText[Upto2000]] = UNSET
    optional: Omittable[bool] = UNSET
    dispatch_action: Omittable[bool] = UNSET


class DataVisualizationBlock(BlockFields, tag="data_visualization", kw_only=True):
    """A chart under a title."""

    title: Annotated[str, Meta(min_length=1, max_length=50)]
    chart: LineChart


Anywhere = SectionBlock | ContextBlock | ActionsBlock | DividerBlock | HeaderBlock
MessageBlocks = Annotated[list[Anywhere | DataVisualizationBlock], Meta(max_length=50)]
ViewBlocks = Annotated[list[Anywhere | InputBlock], Meta(max_length=100)]


def message_problem(blocks: list[Json]) -> str | None:
    """Return the first thing Slack would have against these blocks of a message, with its JSON pointer; None if none.

    Action ids must differ within the whole message, which is stricter than Slack's pages: they ask for it in one block.
    """
    found = find_problem(blocks, MessageBlocks, "/blocks")
    if found is None and sum(block["type"] == "data_visualization" for block in blocks) > CHARTS_LIMIT:
        found = f"Cannot have more than {CHARTS_LIMIT} data_visualization blocks [json-pointer:/blocks]"
    return found or repeated_id("/blocks", blocks, [[element for block in blocks for element in elements_of(block)]])


def repeated_id(pointer: str, blocks: Iterable[Json], groups: Iterable[Iterable[Json]]) -> str | None:
    """Return a sentence if a block id is used twice, or an action id twice in one group of elements; None if not."""
    checked = [("block_id", blocks), *(("action_id", group) for group in groups)]
    for name, parts in checked:
        for value, count in Counter(part[name] for part in parts if part.get(name)).items():
            if count > 1:
                return f"{name} already exists: {value} [json-pointer:{pointer}]"
    return None


def elements_of(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block that passed the checks."""
    yield from (block[name] for name in ("accessory", "element") if name in block)
    if block["type"] == "actions":
        yield from block["elements"]
