"""The demo with a person: stories play one after another, and what is typed goes to the bot, until Ctrl-C."""

import asyncio
import signal
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TextIO

from rich.console import Console

from sandbox.harness import CHANNEL, PERSON, Sandbox
from sandbox.page import serve_page
from sandbox.scenarios import Scenario, scenario
from sandbox.scenarios.in_confluence import begin_unfollowed
from sandbox.slack.records import DispatchResult
from sandbox.terminal import HAS_KEYS, Display, LineDisplay, ScreenDisplay, read_keys, read_lines

#: stories offered to the person, which begin when their ids are typed
OFFERED = ("many_warnings", "copy_partial_errors", "archive")
_COMMAND = "/longtask"


class InteractiveDemo:
    """The channel in a terminal, and all conversations on a page."""

    def __init__(
        self, sandbox: Sandbox, scenarios: list[Scenario], *, speed: float, port: int, patience: float
    ) -> None:
        """`speed`: how many times as fast the offered stories play; `port`: of the page, 0 takes a free one.

        `patience`: seconds beyond a story's own after which the next one begins in any case.
        """
        self._sandbox = sandbox
        self._scenarios = scenarios
        self._port = port
        self._patience = patience
        self._display: Display
        self._stopped = asyncio.Event()
        self._typing: set[asyncio.Task[DispatchResult]] = set()
        self._offered = {
            _reserve_id(sandbox, each): each
            for each in (scenario(name, sandbox.confluence.kind).scaled(speed) for name in OFFERED)
        }

    async def run(self, console: Console, stdin: TextIO, log_file: Path) -> None:
        """Play until SIGINT or SIGTERM; from the start a few long tasks run that nobody follows."""
        running = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            running.add_signal_handler(signum, self._stopped.set)
        begin_unfollowed(self._sandbox.confluence)
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(serve_page(self._sandbox, self.send_command, port=self._port))
            where = f"The same channel in a browser: {url}\nWhat the bot logs: {log_file}"
            console.print(f"{where}\n", style="dim", soft_wrap=True)
            self._display = self._open_display(stack, console, stdin, url)
            stack.callback(self._sandbox.slack.subscribe(self._display.changed))
            stories = asyncio.create_task(self._play())
            stack.push_async_callback(_cancel, stories)
            await self._stopped.wait()

    def _open_display(self, stack: AsyncExitStack, console: Console, stdin: TextIO, url: str) -> Display:
        """Open a whole screen if there is a terminal with keys, else print line by line."""
        if not (HAS_KEYS and console.is_terminal and stdin.isatty()):
            read_lines(stdin, self._entered)
            return LineDisplay(console, self._sandbox.slack, channel=CHANNEL, person=PERSON)
        title = f"#releases · {url}"
        screen = ScreenDisplay(console, self._sandbox.slack, channel=CHANNEL, person=PERSON, title=title)
        stack.push_async_callback(_cancel, asyncio.create_task(screen.run()))
        stack.enter_context(read_keys(stdin, lambda key: self._entered(screen.press(key))))
        return screen

    def _entered(self, line: str | None) -> None:
        text = (line or "").strip()
        if not text:
            return
        word, _, rest = text.partition(" ")
        if word.lower() != _COMMAND:
            self._display.remark(f"Only {_COMMAND} does something here: {_COMMAND} help")
            return
        typing = asyncio.create_task(self.send_command(rest))
        self._typing.add(typing)
        typing.add_done_callback(self._typing.discard)

    async def send_command(self, text: str, user: str = PERSON, channel: str = CHANNEL) -> DispatchResult:
        """Send the bot what a person typed behind the command; an offered long task named in it begins now."""
        for remote_id in [known for known in self._offered if known in text]:
            self._sandbox.confluence.add(self._offered.pop(remote_id).story, remote_id)
        result = await self._sandbox.type(text, user=user, channel=channel)
        self._show_offers()
        return result

    def _show_offers(self) -> None:
        offers = [f"{_COMMAND} {remote_id} ({each.name})" for remote_id, each in self._offered.items()]
        ways = f"Type {_COMMAND} to see what runs, or {_COMMAND} list, or help"
        self._display.remark(ways + "".join(f", or {offer}" for offer in offers))

    async def _play(self) -> None:
        self._show_offers()
        for each in self._scenarios:
            remote_id = self._sandbox.begin(each)
            await self._sandbox.type(remote_id)
            with suppress(TimeoutError):
                await self._sandbox.slack.wait_for(
                    partial(self._is_complete, remote_id), timeout=each.settled_after + self._patience
                )

    def _is_complete(self, remote_id: str) -> bool:
        return any(PERSON in reply.mentions for reply in self._sandbox.thread_of(remote_id))


def _reserve_id(sandbox: Sandbox, each: Scenario) -> str:
    """Return an id for a long task that begins later."""
    remote_id = sandbox.begin(each)
    sandbox.confluence.remove(remote_id)
    return remote_id


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
