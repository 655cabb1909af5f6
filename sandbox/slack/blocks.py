"""Block Kit's rules: which blocks a message, a modal or a Home tab may hold, and how long each part may be.

Limits: https://docs.slack.dev/reference/block-kit. Blocks this project has no use for (card, carousel, video, …)
are refused as unsupported; the insides of rich_text are not looked into.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sandbox.slack.charts import data_visualization
from sandbox.slack.elements import accessories, button, image_fields, inputs, interactive, plain_text, text
from sandbox.slack.records import Json
from sandbox.slack.shapes import (
    Check,
    Problems,
    also,
    any_field,
    anything,
    boolean,
    by_type,
    items,
    number,
    one_of,
    record,
    repeated,
    string,
    url,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_LIMIT = 12_000
#: block type -> how many of it one message may hold
AT_MOST = {"data_visualization": 2, "plan": 1, "table": 1}


def _block(kind: str, needed: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return record({"type": one_of(kind), **needed}, {"block_id": string(255), **(optional or {})})


_rich_text = _block("rich_text", {"elements": items(anything, most=1000)})
_cell = by_type(
    {
        "raw_text": record({"type": anything, "text": string(3000, 1)}),
        "raw_number": record({"type": anything, "value": number, "text": string(3000)}),
        "rich_text": _rich_text,
    }
)
_rows = items(items(_cell, least=1, most=20), least=1, most=100)
_task_card = _block(
    "task_card",
    {"task_id": string(255, 1), "title": string(150, 1)},
    {
        "status": one_of("pending", "in_progress", "complete", "error"),
        "details": _rich_text,
        "output": _rich_text,
        "sources": items(anything, most=50),
    },
)

_EVERYWHERE: dict[str, Check] = {
    "section": also(
        _block(
            "section",
            {},
            {
                "text": text(3000),
                "fields": items(text(2000), least=1, most=10),
                "accessory": accessories,
                "expand": boolean,
            },
        ),
        any_field("text", "fields"),
    ),
    "context": _block(
        "context",
        {
            "elements": items(
                by_type(
                    {
                        "image": image_fields,
                        "mrkdwn": text(3000),
                        "plain_text": text(3000),
                    }
                ),
                least=1,
                most=10,
            )
        },
    ),
    "actions": _block("actions", {"elements": items(interactive, least=1, most=25)}),
    "divider": _block("divider", {}),
    "header": _block("header", {"text": plain_text(150)}),
    "image": also(
        _block(
            "image",
            {"alt_text": string(2000, 1)},
            {"image_url": url(), "slack_file": anything, "title": plain_text(2000)},
        ),
        any_field("image_url", "slack_file"),
    ),
    "rich_text": _rich_text,
    "input": _block(
        "input",
        {"label": plain_text(2000), "element": inputs},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
}

_IN_CONTAINERS = {kind: _EVERYWHERE[kind] for kind in ("section", "context", "actions", "divider", "header")}

MESSAGE = by_type(
    {
        **_EVERYWHERE,
        "markdown": _block("markdown", {"text": string(MARKDOWN_LIMIT, 1)}),
        "table": _block("table", {"rows": _rows}, {"column_settings": items(anything, most=20)}),
        "data_visualization": data_visualization,
        "task_card": _task_card,
        "plan": _block("plan", {"title": string(150, 1)}, {"tasks": items(_task_card, most=50)}),
        "container": also(
            _block(
                "container",
                {"child_blocks": items(by_type(_IN_CONTAINERS), least=1, most=10)},
                {
                    "title": plain_text(150),
                    "rich_text_title": _rich_text,
                    "subtitle": text(150),
                    "width": one_of("narrow", "standard", "wide", "full"),
                    "is_collapsible": boolean,
                    "default_collapsed": boolean,
                    "has_header_divider": boolean,
                },
            ),
            any_field("title", "rich_text_title"),
        ),
        "context_actions": _block("context_actions", {"elements": items(button, least=1, most=5)}),
    }
)
VIEW = by_type(
    {
        **_EVERYWHERE,
        "alert": _block(
            "alert",
            {"text": text(200)},
            {"level": one_of("default", "info", "warning", "error", "success")},
        ),
    }
)


def message_problems(
    blocks: Sequence[Json], *, length: Callable[[str], int] = len, actions_in_message: bool = True
) -> list[str]:
    """What Slack would have against these blocks of a message, each with a JSON pointer; empty: nothing."""
    problems = Problems(length=length)
    items(MESSAGE, most=MESSAGE_BLOCKS)(list(blocks), "/blocks", problems)
    for kind, most in AT_MOST.items():
        if sum(block.get("type") == kind for block in blocks) > most:
            problems.add(f"Cannot have more than {most} {kind} block{'s' if most > 1 else ''}", "/blocks")
    markdown = [str(block.get("text", "")) for block in blocks if block.get("type") == "markdown"]
    if sum(length(part) for part in markdown) > MARKDOWN_LIMIT:
        problems.add(f"markdown must be less than {MARKDOWN_LIMIT + 1} characters in all", "/blocks")
    if not problems.found:
        _check_ids(blocks, problems, actions_in_message=actions_in_message)
    return problems.found


def view_problems(blocks: Sequence[Json], *, length: Callable[[str], int] = len) -> list[str]:
    """The same for the blocks of a modal or a Home tab."""
    problems = Problems(length=length)
    items(VIEW, most=VIEW_BLOCKS)(list(blocks), "/view/blocks", problems)
    if not problems.found:
        _check_ids(blocks, problems, actions_in_message=False)
    return problems.found


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of a block, those of inner blocks too."""
    for child in block.get("child_blocks") or ():
        if isinstance(child, dict):
            yield from elements_of(child)
    inside: list[Any] = [block.get("accessory"), block.get("element")]
    if block.get("type") in {"actions", "context_actions"}:
        inside += block.get("elements") or ()
    yield from (element for element in inside if isinstance(element, dict))


def _check_ids(blocks: Sequence[Json], problems: Problems, *, actions_in_message: bool) -> None:
    for again in repeated(str(block["block_id"]) for block in blocks if block.get("block_id")):
        problems.add(f"block_id already exists: {again}", "/blocks")
    per_block = [
        [str(element["action_id"]) for element in elements_of(block) if element.get("action_id")] for block in blocks
    ]
    groups = [[name for names in per_block for name in names]] if actions_in_message else per_block
    for group in groups:
        for again in repeated(group):
            problems.add(f"action_id already exists: {again}", "/blocks")
