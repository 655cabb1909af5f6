"""The simulated Slack channel in a terminal: its messages, and a line to type into."""

import asyncio
import codecs
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.rule import Rule
from rich.segment import Segment, SegmentLines
from rich.text import Text

from sandbox.slack import EphemeralMessage, PostedMessage, SlackSimulator, StateChange
from sandbox.slack.records import Json
from sandbox.slack_rich import RichRenderer

try:
    import termios
    import tty
except ImportError:  # on Windows: changes are printed below each other, and whole lines are read
    HAS_KEYS = False
else:
    HAS_KEYS = True

_KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO.|.", re.DOTALL)
#: seconds between two refreshes
_REST = 0.1


class Display(Protocol):
    """Shows a channel to a person."""

    def changed(self, change: StateChange) -> None:
        """Take notice of a change in Slack."""

    def remark(self, text: str) -> None:
        """Show a remark of the demo itself."""


class LineDisplay:
    """Prints each change below the one before, for pipes and logs."""

    def __init__(self, console: Console, slack: SlackSimulator, *, channel: str, person: str) -> None:
        self._console = console
        self._renderer = RichRenderer(slack)
        self._channel, self._person = channel, person
        self._shown: dict[str, tuple[str, tuple[Json, ...]]] = {}

    def changed(self, change: StateChange) -> None:
        """Print what changed, if the person sees it."""
        item = change.item
        if isinstance(item, PostedMessage) and item.channel == self._channel and not item.deleted:
            before, now = self._shown.get(item.ts), (item.text, item.blocks)
            if before != now:
                self._shown[item.ts] = now
                self._console.print(self._renderer.message(item, edited=before is not None))
        elif isinstance(item, EphemeralMessage) and item.user == self._person and change.kind == "ephemeral":
            self._console.print(self._renderer.ephemeral(item))

    def remark(self, text: str) -> None:
        """Print a remark of the demo itself."""
        self._console.print(Text(text, style="dim"))


class ScreenDisplay:
    """Shows the channel on the whole screen, with a line to type into below it.

    PgUp and PgDn scroll the channel, the arrows walk through the lines typed before.
    """

    def __init__(self, console: Console, slack: SlackSimulator, *, channel: str, person: str, title: str) -> None:
        self._console = console
        self._renderer = RichRenderer(slack)
        self._channel, self._person = channel, person
        self._title = title
        self._remark = ""
        self._typed = ""
        self._history: list[str] = []
        #: steps back in the history, and lines above the end of the channel
        self._back = 0
        self._above = 0
        self._dirty = asyncio.Event()
        self._dirty.set()

    def changed(self, _change: StateChange) -> None:
        """Refresh the screen soon."""
        self._dirty.set()

    def remark(self, text: str) -> None:
        """Show a remark of the demo itself above the line to type into."""
        self._remark = text
        self._dirty.set()

    def press(self, key: str) -> str | None:
        """Process one key; return the line if the key was Enter."""
        self._dirty.set()
        match key:
            case "\r" | "\n":
                return self._entered()
            case "\x7f" | "\b":
                self._typed = self._typed[:-1]
            case "\x15":  # Ctrl-U
                self._typed = ""
            case "\x1b[5~":
                self._above += self._channel_height()
            case "\x1b[6~":
                self._above = max(0, self._above - self._channel_height())
            case "\x1b[A" | "\x1b[B":
                self._back = min(max(0, self._back + (1 if key == "\x1b[A" else -1)), len(self._history))
                self._typed = self._history[-self._back] if self._back else ""
            case _ if key.isprintable():
                self._typed += key
        return None

    def _entered(self) -> str:
        line, self._typed, self._above, self._back = self._typed, "", 0, 0
        if line.strip():
            self._history.append(line)
        return line

    async def run(self) -> None:
        """Refresh whenever something changed, until cancelled; then the terminal is restored."""
        with Live(console=self._console, screen=True, auto_refresh=False) as live:
            while await self._dirty.wait():
                self._dirty.clear()
                live.update(self.render(), refresh=True)
                await asyncio.sleep(_REST)

    def render(self) -> Group:
        """Return the screen: title, as much of the channel as fits, remark, input."""
        lines = self._lines()
        height = self._channel_height()
        self._above = min(self._above, max(0, len(lines) - height))
        last = len(lines) - self._above
        window = lines[max(0, last - height) : last]
        window += [[Segment("")]] * (height - len(window))
        more = f" · {self._above} lines below (PgDn)" if self._above else ""
        prompt = Text("> ", style="bold green").append(self._typed or "", style="default").append("▏")
        if not self._typed:
            prompt.append("/longtask …   Enter sends, PgUp and PgDn scroll, Ctrl-C ends", style="dim")
        prompt.truncate(self._console.width, overflow="ellipsis")
        remark = Text(self._remark, style="dim", no_wrap=True, overflow="ellipsis")
        return Group(
            Rule(self._title + more, align="left", style="magenta"),
            SegmentLines(window, new_lines=True),
            Rule(style="magenta"),
            remark,
            prompt,
        )

    def _channel_height(self) -> int:
        return max(1, self._console.height - 4)

    def _lines(self) -> list[list[Segment]]:
        options = self._console.options.update(width=self._console.width, height=None)
        return self._console.render_lines(
            Group(*self._renderer.channel(self._channel, self._person)), options, pad=False
        )


@contextmanager
def read_keys(stdin: TextIO, pressed: Callable[[str], None]) -> Iterator[None]:
    """Call back for each key, without waiting for Enter; the terminal is restored at the end."""
    descriptor = stdin.fileno()
    before = termios.tcgetattr(descriptor)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    running = asyncio.get_running_loop()

    def read() -> None:
        for key in _KEY.findall(decoder.decode(os.read(descriptor, 1024))):
            pressed(key)

    # Ctrl-C stays a signal
    tty.setcbreak(descriptor)
    running.add_reader(descriptor, read)
    try:
        yield
    finally:
        running.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def read_lines(stdin: TextIO, entered: Callable[[str], None]) -> threading.Thread:
    """Call back for each line until the end of the input; the reading thread, a daemon, need not be joined."""
    running = asyncio.get_running_loop()

    def read() -> None:
        for line in stdin:
            try:
                running.call_soon_threadsafe(entered, line)
            except RuntimeError:  # the demo is over
                return

    # a thread of its own: a pipe can stay silent, and the event loop cannot wait for files
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return reader
