"""Play stories of long tasks with the real bot between the simulated Slack and Confluence."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TextIO

from rich.console import Console

from bot import log
from bot.follow.deps import STORE_SECONDS
from bot.render.i18n import CATALOGS, Texts, load_catalogs, spellings
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM, Sandbox, open_sandbox
from sandbox.interactive_demo import InteractiveDemo
from sandbox.scenario_check import check_strays, check_thread
from sandbox.scenarios import DEMO, SITE_KINDS, Scenario, scenario, scenario_names
from sandbox.slack.dispatcher import ACK_SECONDS
from sandbox.slack_rich import RichRenderer
from sandbox.without_bot import wait_for_bots

#: people to whom the bot speaks another language: id, name, locale
_READERS = (("U0JONAS", "jonas", "de-DE"), ("U0OLENA", "olena", "uk-UA"), ("U0HARUKA", "haruka", "ja-JP"))
#: a second channel, in which nothing is followed yet: id, name
_SECOND_CHANNEL = ("C0HANDBOOK", "handbook")
#: a bot that polls often, because the stories are short
QUICK = {"POLL_MIN_SECONDS": "0.3", "POLL_MAX_SECONDS": "1"}
#: seconds without a further message after which a thread counts as complete
_SILENCE = 1.5
#: with --once, when all stories play side by side
ONCE_SPEED = 2.0
#: seconds from which on a story waits for what the bot measures in minutes of its own clock
_LONG = 120.0
#: seconds that a busy machine may take where Slack and the bot's database would not wait as long
_BUSY = 60.0


class DemoError(Exception):
    """A demo that cannot be played; the message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """What to play."""

    names: tuple[str, ...] = DEMO
    #: cloud or datacenter
    kind: str = "cloud"
    language: str = "en"
    #: stories play so many times as fast
    speed: float = 1.0
    #: play to the end and check the result, instead of staying for a person
    once: bool = False
    #: have a bot in this process; without one the settings of a bot are printed, and it is waited for
    bot: bool = True
    #: of the page on 127.0.0.1; 0 takes a free one
    port: int = 0
    #: seconds beyond a story's own: Slack takes one message a second, and what vanished is asked for three times
    patience: float = 40.0

    def scenarios(self) -> list[Scenario]:
        """Return the scenarios that begin by themselves. Raises DemoError for an unknown name."""
        unknown = [name for name in self.names if name not in self.known_names()]
        if unknown:
            raise DemoError(f"There is no scenario {unknown[0]!r} on {self.kind}: --list names those there are.")
        return [scenario(name, self.kind).scaled(self.speed) for name in self.names]

    def known_names(self) -> tuple[str, ...]:
        """Return the names of all scenarios of this kind of site. Raises DemoError for an unknown kind."""
        if self.kind not in SITE_KINDS:
            raise DemoError(f"The kind of site is {' or '.join(SITE_KINDS)}, not {self.kind!r}.")
        return scenario_names(self.kind)


def list_scenarios(options: DemoOptions) -> list[str]:
    """Return a line for each scenario: its name, and how long it takes at speed 1. Raises DemoError."""
    found = [(name, scenario(name, options.kind).seconds) for name in options.known_names()]
    return [
        f"{name:<36}{f'{seconds:.0f} s' if seconds < _LONG else f'{seconds / 60:.0f} min':>7}"
        + ("  in the demo" if name in DEMO else "  at speed 1 only" if seconds >= _LONG else "")
        for name, seconds in found
    ]


async def run_demo(options: DemoOptions, *, console: Console | None = None, stdin: TextIO = sys.stdin) -> int:
    """Play, and return the exit status. Raises DemoError."""
    console = console or Console()
    scenarios = options.scenarios()
    languages = load_catalogs(CATALOGS).languages
    if languages.keys().isdisjoint(spellings(options.language)):
        raise DemoError(f"The language is one of {', '.join(sorted(languages))}, not {options.language!r}.")
    folder = Path(mkdtemp(prefix="longtask-demo-"))
    log_file = folder / "bot.log"
    status = 1
    try:
        with log_file.open("w") as out:
            log.set_up(level="INFO", style="console", stream=out)
            async with open_sandbox(
                database_url=f"sqlite+aiosqlite:///{folder / 'longtask.db'}",
                kind=options.kind,
                environ={**QUICK, "DEFAULT_LANGUAGE": options.language},
                socket=not options.bot,
                # A bot of somebody's own is given what Slack gives it; this one is shown, however busy the machine is.
                ack_seconds=_BUSY if options.bot else ACK_SECONDS,
                store_seconds=_BUSY if options.bot else STORE_SECONDS,
            ) as sandbox:
                furnish(sandbox, options.language)
                if options.bot:
                    status = await _with_bot(sandbox, scenarios, options, console, stdin=stdin, log_file=log_file)
                else:
                    await wait_for_bots(sandbox, console, port=options.port)
                    status = 0
    finally:
        # the log file is closed now
        log.set_up(level="WARNING", style=None)
        if status == 0:
            rmtree(folder, ignore_errors=True)
        else:
            console.print(f"What the bot logged is in {log_file}", style="dim", soft_wrap=True)
    return status


def furnish(sandbox: Sandbox, language: str) -> None:
    """Let everybody read `language`, one of them an admin; add people who read others, a second channel, and scopes for
    files and mentions.

    Everybody has a direct message with the bot.
    """
    slack = sandbox.slack
    for user in slack.users.values():
        user.locale = language
    slack.users[COLLEAGUE].is_admin = True
    for user_id, name, locale in _READERS:
        slack.add_user(user_id, name=name, locale=locale)
        slack.channels[CHANNEL].members.add(user_id)
    people = slack.channels[CHANNEL].members - {slack.first_workspace.bot_user_id}
    slack.add_channel(*_SECOND_CHANNEL, members=people)
    for person in sorted(people):
        slack.open_im(slack.first_workspace, person)
    slack.workspaces[TEAM].scopes |= {"files:write", "app_mentions:read"}


async def _with_bot(
    sandbox: Sandbox,
    scenarios: list[Scenario],
    options: DemoOptions,
    console: Console,
    *,
    stdin: TextIO,
    log_file: Path,
) -> int:
    """Start a bot and play, once or until somebody ends it; return the exit status."""
    bot = await sandbox.start_bot()
    if options.once:
        texts = bot.deliverer.deps.catalogs.texts(options.language)
        return await _play_once(sandbox, scenarios, console, texts=texts, patience=options.patience)
    demo = InteractiveDemo(sandbox, scenarios, speed=options.speed, port=options.port, patience=options.patience)
    await demo.run(console, stdin, log_file)
    return 0


async def _play_once(
    sandbox: Sandbox, scenarios: list[Scenario], console: Console, *, texts: Texts, patience: float
) -> int:
    """Play all scenarios side by side to their end; return 0 if Slack then holds what they expect, else 1."""
    played: dict[str, Scenario] = {}
    for each in scenarios:
        remote_id = sandbox.begin(each)
        played[remote_id] = each
        await sandbox.type(remote_id)

    def problems() -> list[str]:
        return [
            f"{each.name} ({remote_id}): {sentence}"
            for remote_id, each in played.items()
            for sentence in check_thread(sandbox, remote_id, each.expected, texts=texts)
        ]

    limit = max(each.settled_after for each in scenarios) + patience
    with suppress(TimeoutError):
        await sandbox.slack.wait_for(lambda: not problems(), timeout=limit)
    await asyncio.sleep(_SILENCE)
    found = [*problems(), *check_strays(sandbox, played)]
    console.print(f"#{sandbox.slack.channels[CHANNEL].name}\n", style="bold")
    for shown in RichRenderer(sandbox.slack).channel(CHANNEL, PERSON):
        console.print(shown)
    for sentence in found:
        console.print(sentence, style="red", soft_wrap=True, markup=False, highlight=False)
    if not found:
        console.print(f"All {len(played)} stories ended as expected.", style="green")
    return 1 if found else 0
