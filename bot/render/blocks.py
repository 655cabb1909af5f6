"""Slack's blocks, built so that they keep Slack's limits."""

from collections.abc import Iterable, Sequence

from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, clip, joined, length

# Limits: docs.slack.dev/reference/block-kit/blocks and /reference/methods/chat.update
TEXT_LIMIT = 4_000
SECTION_LIMIT = 3_000
BLOCKS_LIMIT = 50
BUTTON_TEXT_LIMIT = 75
BUTTON_VALUE_LIMIT = 2_000
URL_LIMIT = 3_000


def section(text: Mrkdwn) -> Block:
    """A paragraph of at most 3,000 characters."""
    return {"type": "section", "text": _mrkdwn(text)}


def context(*parts: Mrkdwn) -> Block:
    """Small print, one line for each of at most ten parts."""
    return {"type": "context", "elements": [_mrkdwn(part) for part in parts]}


def button(action_id: str, text: str, *, value: str | None = None, url: str | None = None) -> Block:
    """A button; with `url` it also opens that address."""
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
    """A row of buttons, at most 25."""
    return {"type": "actions", "elements": list(buttons)}


def sections(lines: Iterable[Mrkdwn]) -> list[Block]:
    """Lines in as few paragraphs as the limit of a section allows. No line may be longer than a section."""
    filled: list[list[Mrkdwn]] = []
    room = 0
    for line in lines:
        if length(line) + 1 > room:
            filled.append([])
            room = SECTION_LIMIT
        filled[-1].append(line)
        room -= length(line) + 1
    return [section(joined("\n", group)) for group in filled]


def message(text: Iterable[Mrkdwn], blocks: Iterable[Block] = ()) -> Message:
    """A message from the lines of its text, which carry everything, and its blocks.

    The makers of messages keep the limits; should one fail to, whole lines are left out rather than the message lost.
    """
    return Message(text=fitting(text, TEXT_LIMIT), blocks=tuple(blocks)[:BLOCKS_LIMIT])


def paragraphs(*lines: Mrkdwn) -> Message:
    """A message of nothing but lines."""
    return message(lines, sections(lines))


def fitting(lines: Iterable[Mrkdwn], limit: int) -> Mrkdwn:
    """As many of the lines as fit, an ellipsis for the others."""
    kept: list[Mrkdwn] = []
    room = limit - 2
    for line in lines:
        room -= length(line) + 1
        if room < 0:
            kept.append(Mrkdwn("…"))
            break
        kept.append(line)
    return joined("\n", kept)


def fits(lines: Iterable[Mrkdwn], limit: int = TEXT_LIMIT - 2) -> bool:
    """Whether the lines together keep the limit of a message's text."""
    return sum(length(line) + 1 for line in lines) <= limit


def _mrkdwn(text: Mrkdwn) -> Block:
    # verbatim: Slack looks for no addresses, people or channels of its own in it
    return {"type": "mrkdwn", "text": str(text), "verbatim": True}
