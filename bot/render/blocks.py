"""Build Slack's blocks within Slack's limits."""

from collections.abc import Callable, Iterable, Sequence

from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, clip, joined, length

# Limits: docs.slack.dev/reference/block-kit/blocks and /reference/methods/chat.update
TEXT_LIMIT = 4_000
SECTION_LIMIT = 3_000
BLOCKS_LIMIT = 50
BUTTON_TEXT_LIMIT = 75
BUTTON_VALUE_LIMIT = 2_000
ACCESSIBILITY_LABEL_LIMIT = 75
QUESTION_TITLE_LIMIT = 100
QUESTION_TEXT_LIMIT = 300
QUESTION_ANSWER_LIMIT = 30


def section(text: Mrkdwn, *, beside: Block | None = None) -> Block:
    """Build a paragraph of at most 3,000 characters, with a button `beside` it."""
    block: Block = {"type": "section", "text": _mrkdwn(text)}
    if beside is not None:
        block["accessory"] = beside
    return block


def context(*parts: Mrkdwn) -> Block:
    """Build small print: one line for each of at most ten parts."""
    return {"type": "context", "elements": [_mrkdwn(part) for part in parts]}


def button(
    action_id: str,
    text: str,
    *,
    read_out: str,
    value: str | None = None,
    url: str | None = None,
    question: Block | None = None,
) -> Block:
    """Build a button; with `url` it also opens that URL.

    `read_out`: what a screen reader says instead of the text; `question`: a dialog of `question` that comes first.
    """
    element: Block = {
        "type": "button",
        "action_id": action_id,
        "text": _plain(text, BUTTON_TEXT_LIMIT),
        "accessibility_label": clip(read_out, ACCESSIBILITY_LABEL_LIMIT),
    }
    if question is not None:
        element["confirm"] = question
    if value is not None:
        element["value"] = value[:BUTTON_VALUE_LIMIT]
    if url is not None:
        element["url"] = url
    return element


def question(*, title: str, text: str, confirm: str, deny: str) -> Block:
    """Build the dialog that Slack shows before a button counts as pressed."""
    return {
        "title": _plain(title, QUESTION_TITLE_LIMIT),
        "text": _plain(text, QUESTION_TEXT_LIMIT),
        "confirm": _plain(confirm, QUESTION_ANSWER_LIMIT),
        "deny": _plain(deny, QUESTION_ANSWER_LIMIT),
    }


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


def stacked(messages: Sequence[Message], rest: Callable[[int], Mrkdwn], *, beyond: int = 0) -> Message:
    """Join several messages into one; `rest` counts those for which there is no room, and those beyond them."""
    lines: list[Mrkdwn] = []
    blocks: list[Block] = []
    for number, each in enumerate(messages):
        text, left = Mrkdwn(each.text), rest(len(messages) - number + beyond)
        if not fits([*lines, text, left]) or len(blocks) + len(each.blocks) > BLOCKS_LIMIT - 1:
            return message([*lines, left], [*blocks, section(left)])
        lines.append(text)
        blocks += each.blocks
    ending = [rest(beyond)] if beyond else []
    return message([*lines, *ending], [*blocks, *map(section, ending)])


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


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": clip(text, limit), "emoji": False}


def _mrkdwn(text: Mrkdwn) -> Block:
    # verbatim: Slack does not look for URLs, people or channels in it
    return {"type": "mrkdwn", "text": str(text), "verbatim": True}
