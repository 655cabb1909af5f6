"""Build Slack's blocks within Slack's limits."""

from collections.abc import Iterable, Sequence

from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, clip, joined, length

# Limits: docs.slack.dev/reference/block-kit/blocks and /reference/methods/chat.update
TEXT_LIMIT = 4_000
SECTION_LIMIT = 3_000
BLOCKS_LIMIT = 50
BUTTON_TEXT_LIMIT = 75
BUTTON_VALUE_LIMIT = 2_000


def section(text: Mrkdwn) -> Block:
    """Build a paragraph of at most 3,000 characters."""
    return {"type": "section", "text": _mrkdwn(text)}


def context(*parts: Mrkdwn) -> Block:
    """Build small print: one line for each of at most ten parts."""
    return {"type": "context", "elements": [_mrkdwn(part) for part in parts]}


def button(action_id: str, text: str, *, value: str | None = None, url: str | None = None) -> Block:
    """Build a button; with `url` it also opens that URL."""
    element: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": clip(text, BUTTON_TEXT_LIMIT), "emoji": False},
    }
    if value is not None:
        element["value"] = value[:BUTTON_VALUE_LIMIT]
    if url is not None:
        element["url"] = url
    return element


def actions(buttons: Sequence[Block]) -> Block:
    """Build a row of at most 25 buttons."""
    return {"type": "actions", "elements": list(buttons)}


def sections(lines: Iterable[Mrkdwn]) -> list[Block]:
    """Pack lines into as few paragraphs as a section's limit allows. No line may be longer than a section."""
    groups: list[list[Mrkdwn]] = []
    free = 0
    for line in lines:
        if length(line) + 1 > free:
            groups.append([])
            free = SECTION_LIMIT
        groups[-1].append(line)
        free -= length(line) + 1
    return [section(joined("\n", group)) for group in groups]


def message(text: Iterable[Mrkdwn], blocks: Iterable[Block] = ()) -> Message:
    """Build a message from the lines of its text, which carry everything, and its blocks.

    Callers keep the limits; if one does not, whole lines are cut instead of losing the message.
    """
    return Message(text=fitting(text, TEXT_LIMIT), blocks=tuple(blocks)[:BLOCKS_LIMIT])


def paragraphs(*lines: Mrkdwn) -> Message:
    """Build a message of lines only."""
    return message(lines, sections(lines))


def fitting(lines: Iterable[Mrkdwn], limit: int) -> Mrkdwn:
    """Join as many of the lines as fit, with an ellipsis for the others."""
    kept: list[Mrkdwn] = []
    free = limit - 2
    for line in lines:
        free -= length(line) + 1
        if free < 0:
            kept.append(Mrkdwn("…"))
            break
        kept.append(line)
    return joined("\n", kept)


def fits(lines: Iterable[Mrkdwn], limit: int = TEXT_LIMIT - 2) -> bool:
    """Whether the lines together are within the limit of a message's text."""
    return sum(length(line) + 1 for line in lines) <= limit


def room(lines: Iterable[Mrkdwn]) -> int:
    """How many characters a message's text has left beside these lines."""
    return TEXT_LIMIT - 2 - sum(length(line) + 1 for line in lines)


def _mrkdwn(text: Mrkdwn) -> Block:
    # verbatim: Slack does not look for URLs, people or channels in it
    return {"type": "mrkdwn", "text": str(text), "verbatim": True}
