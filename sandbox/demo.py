"""Plays stories of long tasks with the real bot between a simulated Slack and a simulated Confluence."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TextIO

from rich.console import Console

from bot import log
from bot.domain.outcome import SETTLED_SECONDS
from bot.render.i18n import Texts
from sandbox import page
from sandbox.confluence import Ending, Story
from sandbox.environment import CHANNEL, PERSON, TEAM, Sandbox, open_sandbox
from sandbox.painting import Painter
from sandbox.scenarios import DEMO, KINDS, Scenario, names, scenario
from sandbox.slack.records import CommandResult
from sandbox.terminal import HAS_KEYS, Appending, Display, Screen, keys, lines
from sandbox.verdict import problems, strays

#: besides the stories that begin by themselves: for the person to follow, begun when they are typed
FOR_THE_PERSON = ("many_warnings", "copy_partial_errors", "archive")
#: people for whom the bot speaks another language: id, name, locale
_READERS = (("U0JONAS", "jonas", "de-DE"), ("U0OLENA", "olena", "uk-UA"), ("U0HARUKA", "haruka", "ja-JP"))
#: a bot that looks often, because the stories are short
_QUICK = {"POLL_MIN_SECONDS": "0.3", "POLL_MAX_SECONDS": "1"}
#: seconds beyond a story's own: Slack takes one message a second, and what vanished is asked for three times
_PATIENCE = 40.0
#: seconds in which nothing more may come once all is said
_SILENCE = 1.5
_WORD = "/longtask"
#: of a story told side by side with others
SPEED_OF_ONCE = 2.0
#: seconds from which on a story waits for what the bot measures in minutes of its own clock
_LONG = 120.0


class CannotPlay(Exception):
    """A wish that cannot be fulfilled; the message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is to be played."""

    names: tuple[str, ...] = DEMO
    #: cloud or datacenter
    kind: str = "cloud"
    language: str = "en"
    #: stories are told so many times as fast
    speed: float = 1.0
    #: to the end, with a verdict, instead of staying for a person
    once: bool = False
    #: of the page on 127.0.0.1; 0 takes a free one
    port: int = 0

    def scenarios(self) -> list[Scenario]:
        """The stories that begin by themselves. Raises CannotPlay."""
        unknown = [name for name in self.names if name not in self.known()]
        if unknown:
            raise CannotPlay(f"There is no scenario {unknown[0]!r} on {self.kind}: --list names those there are.")
        return [scenario(name, self.kind).scaled(self.speed) for name in self.names]

    def known(self) -> tuple[str, ...]:
        """The names of all stories of this kind of site. Raises CannotPlay."""
        if self.kind not in KINDS:
            raise CannotPlay(f"The kind of site is {' or '.join(KINDS)}, not {self.kind!r}.")
        return names(self.kind)


def listing(wishes: Wishes) -> list[str]:
    """One line for each scenario: its name, and how long it takes at speed 1. Raises CannotPlay."""
    found = [(name, seconds_of(scenario(name, wishes.kind).story)) for name in wishes.known()]
    return [
        f"{name:<36}{f'{seconds:.0f} s' if seconds < _LONG else f'{seconds / 60:.0f} min':>7}"
        + ("  in the demo" if name in DEMO else "  at speed 1 only" if seconds >= _LONG else "")
        for name, seconds in found
    ]


def seconds_of(story: Story) -> float:
    """How long there is something to see of a story."""
    return story.ends_at if story.gone_at is None else min(story.ends_at, story.gone_at)


async def demo(wishes: Wishes, *, console: Console, stdin: TextIO = sys.stdin) -> int:
    """Play, and return the exit status. Raises CannotPlay."""
    scenarios = wishes.scenarios()
    folder = Path(mkdtemp(prefix="longtask-demo-"))
    log_file = folder / "bot.log"
    status = 1
    try:
        with log_file.open("w") as out:
            log.set_up(level="INFO", style="console", stream=out)
            async with open_sandbox(
                database_url=f"sqlite+aiosqlite:///{folder / 'longtask.db'}",
                kind=wishes.kind,
                environ={**_QUICK, "DEFAULT_LANGUAGE": wishes.language},
            ) as sandbox:
                _furnish(sandbox, wishes)
                bot = await sandbox.start_bot()
                catalogs = bot.deliverer.tools.catalogs
                if wishes.once:
                    status = await _once(sandbox, scenarios, console, texts=catalogs.texts(wishes.language))
                else:
                    await _Stay(sandbox, wishes, scenarios).run(console, stdin, log_file)
                    status = 0
    finally:
        # the file is closed now
        log.set_up(level="WARNING", style=None)
        if status == 0:
            rmtree(folder, ignore_errors=True)
        else:
            console.print(f"What the bot logged is in {log_file}", style="dim", soft_wrap=True)
    return status


def _furnish(sandbox: Sandbox, wishes: Wishes) -> None:
    """People who read the language, people who read others, and the scope for files."""
    for user in sandbox.slack.users.values():
        user.locale = wishes.language
    for user_id, name, locale in _READERS:
        sandbox.slack.add_user(user_id, name=name, locale=locale)
        sandbox.slack.channels[CHANNEL].members.add(user_id)
    workspace = sandbox.slack.workspaces[TEAM]
    workspace.scopes |= {"files:write"}


async def _once(sandbox: Sandbox, scenarios: list[Scenario], console: Console, *, texts: Texts) -> int:
    """All stories side by side, to their end; 0 where the simulators hold what was expected."""
    played: dict[str, Scenario] = {}
    for told in scenarios:
        remote_id = sandbox.begin(told)
        played[remote_id] = told
        await sandbox.type(remote_id)

    def missing() -> list[str]:
        return [
            f"{told.name} ({remote_id}): {sentence}"
            for remote_id, told in played.items()
            for sentence in problems(sandbox, remote_id, told.expected, texts=texts)
        ]

    longest = max(_patience(told.story) for told in scenarios)
    with suppress(TimeoutError):
        await sandbox.slack.wait_for(lambda: not missing(), timeout=longest)
    await asyncio.sleep(_SILENCE)
    found = [*missing(), *strays(sandbox, played)]
    console.print(f"#{sandbox.slack.channels[CHANNEL].name}\n", style="bold")
    for shown in Painter(sandbox.slack).channel(CHANNEL, PERSON):
        console.print(shown)
    for sentence in found:
        console.print(sentence, style="red", soft_wrap=True, markup=False, highlight=False)
    if not found:
        console.print(f"All {len(played)} stories were told as expected.", style="green")
    return 1 if found else 0


class _Stay:
    """The stories one after another, then whatever the person types, until Ctrl-C."""

    def __init__(self, sandbox: Sandbox, wishes: Wishes, scenarios: list[Scenario]) -> None:
        self._sandbox = sandbox
        self._speed = wishes.speed
        self._port = wishes.port
        self._scenarios = scenarios
        self._display: Display
        self._over = asyncio.Event()
        self._typing: set[asyncio.Task[CommandResult]] = set()
        #: not followed yet: they begin when their id is typed
        self._waiting = {
            _reserved(sandbox, told): told
            for told in (scenario(name, wishes.kind).scaled(wishes.speed) for name in FOR_THE_PERSON)
        }

    async def run(self, console: Console, stdin: TextIO, log_file: Path) -> None:
        """Stay until SIGINT or SIGTERM."""
        running = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM):
            running.add_signal_handler(signum, self._over.set)
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(page.serving(self._sandbox, self.typed, port=self._port))
            where = f"The same channel in a browser: {url}\nWhat the bot logs: {log_file}"
            console.print(f"{where}\n", style="dim", soft_wrap=True)
            self._display = self._open(stack, console, stdin, url)
            stack.callback(self._sandbox.slack.subscribe(self._display.changed))
            stories = asyncio.create_task(self._tell())
            stack.push_async_callback(_ended, stories)
            await self._over.wait()

    def _open(self, stack: AsyncExitStack, console: Console, stdin: TextIO, url: str) -> Display:
        """A whole screen where there is one with keys below it, else line by line."""
        if not (HAS_KEYS and console.is_terminal and stdin.isatty()):
            lines(stdin, self._entered)
            return Appending(console, self._sandbox.slack, channel=CHANNEL, person=PERSON)
        screen = Screen(console, self._sandbox.slack, channel=CHANNEL, person=PERSON, title=f"#releases · {url}")
        stack.push_async_callback(_ended, asyncio.create_task(screen.run()))
        stack.enter_context(keys(stdin, lambda key: self._entered(screen.key(key))))
        return screen

    def _entered(self, line: str | None) -> None:
        text = (line or "").strip()
        if not text:
            return
        word, _, rest = text.partition(" ")
        if word.lower() != _WORD:
            self._display.say(f"Only {_WORD} does something here: {_WORD} help")
            return
        typing = asyncio.create_task(self.typed(rest))
        self._typing.add(typing)
        typing.add_done_callback(self._typing.discard)

    async def typed(self, text: str, user: str = PERSON) -> CommandResult:
        """What a person typed behind the command; a long task that was waiting for it begins now."""
        for remote_id in [known for known in self._waiting if known in text]:
            self._sandbox.confluence.add(self._waiting.pop(remote_id).story, remote_id)
        result = await self._sandbox.type(text, user=user)
        self._invite()
        return result

    def _invite(self) -> None:
        offers = [f"{_WORD} {remote_id} ({told.name})" for remote_id, told in self._waiting.items()]
        self._display.say(f"Type {_WORD} list, or help" + "".join(f", or {offer}" for offer in offers))

    async def _tell(self) -> None:
        self._invite()
        for told in self._scenarios:
            remote_id = self._sandbox.begin(told)
            await self._sandbox.type(remote_id)
            with suppress(TimeoutError):
                await self._sandbox.slack.wait_for(
                    partial(self._has_ended, remote_id),
                    timeout=_patience(told.story),
                )

    def _has_ended(self, remote_id: str) -> bool:
        return any(PERSON in reply.mentions for reply in self._sandbox.thread_of(remote_id))


def _patience(story: Story) -> float:
    """Seconds after which a story counts as not told to its end."""
    below = story.ending is Ending.DONE and story.last_percent < 100
    return seconds_of(story) + _PATIENCE + (SETTLED_SECONDS if below else 0.0)


def _reserved(sandbox: Sandbox, told: Scenario) -> str:
    """An id that a long task will have."""
    remote_id = sandbox.begin(told)
    sandbox.confluence.remove(remote_id)
    return remote_id


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
