"""Render Slack messages for a terminal, with rich."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never

from rich.console import Group, RenderableType
from rich.emoji import Emoji as RichEmoji
from rich.padding import Padding
from rich.style import Style as RichStyle
from rich.text import Text

from sandbox.slack import EphemeralMessage, PostedMessage, SlackSimulator
from sandbox.slack.records import Json
from sandbox.slack_markup import Code, Date, Emoji, Link, Mention, Span, Style, Styled, read_markup

_STYLES = {Style.BOLD: "bold", Style.ITALIC: "italic", Style.STRUCK: "strike"}
_BUTTON = "bold reverse"
_INDENT = 6


class RichRenderer:
    """Renders the messages of one Slack."""

    def __init__(self, slack: SlackSimulator) -> None:
        self._slack = slack

    def mrkdwn(self, text: str) -> Text:
        """Render text in Slack's markup: styles, links, people by name, dates in local time."""
        return _text(read_markup(text, self._slack.name_of))

    def _body(self, text: str, blocks: tuple[Json, ...], file_ids: tuple[str, ...] = ()) -> list[RenderableType]:
        """Render the blocks of a message, or its text if it has none, and its files."""
        lines = [line for block in blocks for line in self._block(block)] or [self.mrkdwn(text)]
        return [*lines, *(Text(f"[{self._slack.files[name].filename}]", style="blue") for name in file_ids)]

    def _block(self, block: Json) -> Iterator[RenderableType]:
        match block["type"]:
            case "section":
                yield self.mrkdwn(block["text"]["text"])
                if "accessory" in block:
                    yield _buttons([block["accessory"]])
            case "context":
                for element in block["elements"]:
                    small = self.mrkdwn(element["text"])
                    small.stylize("dim")
                    yield small
            case "actions":
                yield _buttons(block["elements"])
            case "data_visualization":
                yield Text(f"{block['title']}: {_sparkline(block)}", style="blue")

    def message(self, message: PostedMessage, *, edited: bool = False) -> RenderableType:
        """Render one message under its author and time; replies are indented."""
        user = self._slack.users[message.user]
        head = _head(user.name, float(message.ts), app=user.is_bot)
        if edited or message.edited_label:
            head.append("  (edited)", style="dim")
        shown = Group(head, *self._body(message.text, message.blocks, message.file_ids))
        return Padding(shown, (0, 0, 1, _INDENT if message.thread_ts else 1))

    def ephemeral(self, item: EphemeralMessage) -> RenderableType:
        """Render a message that only one person sees."""
        head = _head("longtask", item.at, app=True).append("  Only visible to you", style="dim")
        return Padding(Group(head, *self._body(item.text, item.blocks)), (0, 0, 1, 1))

    def channel(self, channel: str, person: str) -> list[RenderableType]:
        """Render a channel, each thread below its root, and at the end the last message that only this person sees."""
        messages = [
            message
            for root in self._slack.messages(channel)
            for message in (root, *self._slack.thread(channel, root.ts))
        ]
        private = [item for item in self._slack.ephemerals(person) if item.channel == channel]
        return [*map(self.message, messages), *map(self.ephemeral, private[-1:])]


def _text(spans: Iterable[Span]) -> Text:
    return Text().join(map(_span, spans))


def _span(span: Span) -> Text:
    match span:
        case str():
            return Text(span)
        case Styled():
            inner = _text(span.spans)
            inner.stylize(_STYLES[span.style])
            return inner
        case Code():
            return Text(span.text, style="red")
        case Date():
            clock = "%H:%M:%S" if "{time_secs}" in span.form else "%H:%M"
            return Text(datetime.fromtimestamp(span.epoch).astimezone().strftime(f"%d %b {clock}"))
        case Link():
            # only what a browser opens becomes a link in the terminal
            link = span.url if span.url.startswith(("http://", "https://")) else None
            return Text(span.label, style=RichStyle(color="blue", underline=True, link=link))
        case Mention():
            return Text(span.shown, style="cyan")
        case Emoji():
            return Text(RichEmoji.replace(f":{span.name}:"))
        case _:
            assert_never(span)


def _buttons(elements: Iterable[Json]) -> Text:
    row = Text()
    for button in elements:
        row.append(f" {button['text']['text']} ", style=_BUTTON).append("  ")
    return row


def _head(name: str, at: float, *, app: bool) -> Text:
    head = Text(name, style="bold")
    if app:
        head.append(" APP", style="dim")
    return head.append(f"  {datetime.fromtimestamp(at).astimezone():%H:%M:%S}", style="dim")


def _sparkline(block: Json) -> str:
    steps = "▁▂▃▄▅▆▇█"
    return "".join(steps[min(7, int(point["value"] * 8 / 100))] for point in block["chart"]["series"][0]["data"])
