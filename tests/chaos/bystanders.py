"""Who uses the bot beside the commands of a run: a channel that watches, a script with a hook, people with a home."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import time
from urllib.parse import urlsplit

import aiohttp

from bot.render.i18n import english
from tests.chaos.simulators import RecordingSlack
from tests.chaos.workload import PEOPLE, SCRIPTS, WATCHED_KINDS, WATCHING

#: seconds in which the bot, undisturbed, has done what is asked before a run
PATIENCE = 60.0
#: seconds that a script waits for its answer: longer than the bot takes
SCRIPT_PATIENCE = 20.0
#: seconds after which a person who sees nothing tries again
AGAIN_AFTER = 5.0
#: what a home says of a person who follows nothing
NOTHING_FOLLOWED = str(english().say("You follow nothing at the moment."))
#: above what others follow in the channels of the person
OTHERS = str(english().say("Followed by others in your channels"))
#: the path of a hook
_HOOK = re.compile(r"/hook/[\w-]{43}")


def lists_nothing(home: str) -> bool:
    """Whether a home lists no thread."""
    return NOTHING_FOLLOWED in home and OTHERS not in home


@dataclass(kw_only=True)
class Bystanders:
    """Begin before the faults, and see what becomes of it."""

    slack: RecordingSlack
    #: where Slack sends the next request; None if nobody listens
    address: Callable[[], str | None]
    #: when the channel began to watch (seconds since the epoch)
    watching_since: float | None = None
    #: the path of the hook
    hook: str = ""
    #: people who have opened their home
    opened: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        """Let a channel watch, and make the hook. Raises TimeoutError."""
        person = PEOPLE[0]
        async with asyncio.timeout(PATIENCE):
            watch = f"watch {' '.join(sorted(WATCHED_KINDS))}"
            await self._type_until(lambda: bool(self.slack.messages(WATCHING)), watch, person, WATCHING)
            self.watching_since = time()
            await self._type_until(lambda: bool(self._addresses()), "hook", person, SCRIPTS)
            self.hook = self._addresses()[0]

    async def _type_until(self, done: Callable[[], bool], text: str, user: str, channel: str) -> None:
        """Type a command, and again while nothing comes of it: a busy bot may not have stored it in time."""
        while not done():
            await self._type(text, user, channel)
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_AFTER):
                    while not done():  # noqa: ASYNC110 -- two sources
                        await asyncio.sleep(0.1)

    def _addresses(self) -> list[str]:
        shown = [message.text for message in self.slack.private_messages if message.channel == SCRIPTS]
        return [path for text in shown for path in _HOOK.findall(text)]

    async def _type(self, text: str, user: str, channel: str) -> None:
        self.slack.request_url = await self._await_address()
        await self.slack.command(text, user=user, channel=channel)

    async def _await_address(self) -> str:
        while (address := self.address()) is None:  # noqa: ASYNC110 -- another process's port has no event
            await asyncio.sleep(0.1)
        return address

    async def open_homes(self) -> None:
        """Open the home of every person, and again while there is none, as after a kill right behind the event."""
        for person in PEOPLE:
            await self._open_home(person)
            self.opened.add(person)
            while self.slack.home(person) is None:
                await asyncio.sleep(AGAIN_AFTER)
                await self._open_home(person)

    async def _open_home(self, person: str) -> None:
        delivered = False
        while not delivered:
            self.slack.request_url = await self._await_address()
            delivered = (await self.slack.open_home(person)).error is None

    def homes(self) -> dict[str, str]:
        """What the home of each person who has opened it shows; empty text for one that was never published."""
        shown = {person: self.slack.home(person) for person in self.opened}
        return {person: "" if view is None else str(view.view["blocks"]) for person, view in shown.items()}

    async def call_hook(self, remote_id: str) -> int | None:
        """Call the hook once; the status, or None without an answer."""
        address = urlsplit(await self._await_address())
        timeout = aiohttp.ClientTimeout(total=SCRIPT_PATIENCE)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(f"{address.scheme}://{address.netloc}{self.hook}", json={"id": remote_id}) as answer,
            ):
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None
