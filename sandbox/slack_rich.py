"""Render Slack messages for a terminal, with rich."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.text import Text

from sandbox import emoji
from sandbox.slack import EphemeralMessage, PostedMessage, SlackSimulator
from sandbox.slack.records import Json

_MARKUP = re.compile(
    r"<!date\^(?P<epoch>\d+)\^[^|>]*\|(?P<fallback>[^>]*)>"
    r"|<(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"
    r"|(?<![\w~])~(?P<struck>[^\s~](?:[^~\n]*[^\s~])?)~(?!\w)"
)
_STYLES = {"bold": "bold", "italic": "italic", "struck": "strike", "code": "red"}
_BUTTON = "bold reverse"
_INDENT = 6


class RichRenderer:
    """Renders the messages of one Slack."""

    def __init__(self, slack: SlackSimulator) -> None:
        self._slack = slack

    def mrkdwn(self, text: str) -> Text:
        """Render text in Slack's markup: styles, links, people by name, dates in local time."""
        text = emoji.shown(text)
        out, place = Text(), 0
        for match in _MARKUP.finditer(text):
            out.append(unescape(text[place : match.start()]))
            out.append_text(self._markup(match))
            place = match.end()
        return out.append(unescape(text[place:]))

    def _markup(self, match: re.Match[str]) -> Text:
        if match["epoch"]:
            return Text(f"{datetime.fromtimestamp(int(match['epoch'])).astimezone():%d %b %H:%M}")
        if match["target"]:
            return self._angled(unescape(match["target"]), match["label"])
        kind = str(match.lastgroup)
        if kind == "code":
            return Text(unescape(match[kind]), style=_STYLES[kind])
        inner = self.mrkdwn(match[kind])
        inner.stylize(_STYLES[kind])
        return inner

    def _angled(self, target: str, label: str | None) -> Text:
        shown = unescape(label or target)
        if target[0] in "@#!":
            user = self._slack.users.get(target[1:])
            return Text(f"@{user.name}" if user else shown, style="cyan")
        # only what a browser opens becomes a link in the terminal
        link = target if target.startswith(("http://", "https://")) else None
        return Text(shown, style=Style(color="blue", underline=True, link=link))

    def _body(self, text: str, blocks: tuple[Json, ...], file_ids: tuple[str, ...] = ()) -> list[RenderableType]:
        """Render the blocks of a message, or its text if it has none, and its files."""
        lines = [line for block in blocks for line in self._block(block)] or [self.mrkdwn(text)]
        return [*lines, *(Text(f"[{self._slack.files[name].filename}]", style="blue") for name in file_ids)]

    def _block(self, block: Json) -> Iterator[RenderableType]:
        match block["type"]:
            case "section":
                yield self.mrkdwn(block["text"]["text"])
            case "context":
                for element in block["elements"]:
                    small = self.mrkdwn(element["text"])
                    small.stylize("dim")
                    yield small
            case "actions":
                row = Text()
                for button in block["elements"]:
                    row.append(f" {button['text']['text']} ", style=_BUTTON).append("  ")
                yield row
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


def _head(name: str, at: float, *, app: bool) -> Text:
    head = Text(name, style="bold")
    if app:
        head.append(" APP", style="dim")
    return head.append(f"  {datetime.fromtimestamp(at).astimezone():%H:%M:%S}", style="dim")


def _sparkline(block: Json) -> str:
    steps = "▁▂▃▄▅▆▇█"
    return "".join(steps[min(7, int(point["value"] * 8 / 100))] for point in block["chart"]["series"][0]["data"])
