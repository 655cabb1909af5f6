"""People who start long tasks and type commands, again where Slack says that it did not work."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from time import time

from bot.render import replies
from bot.render.i18n import english
from sandbox.confluence.story import Ending
from sandbox.scenarios import Scenario, random_scenario
from sandbox.slack.records import Message
from tests.chaos.watched import WatchedConfluence, WatchedSlack

CHANNELS = ("C0RELEASES", "C0DOCS", "C0SUPPORT", "C0SALES", "C0LEGAL", "C0OPS")
PEOPLE = ("U0MARTA", "U0TOMAS", "U0YUKI")
#: seconds that a story takes; some of the early ones are longer, so that there are cards to edit
STORY = (10.0, 25.0)
LONGER = (30.0, 50.0)
#: seconds after which a person types a command again
AGAIN = (1.0, 3.0)
#: stories begun in a minute
A_MINUTE = 16
#: seconds that a story waits for a bot
READY_PATIENCE = 30.0
#: seconds a person waits for an answer before the run counts it as missing
ANSWER_PATIENCE = 75.0

_WORDS = english()
NOTHING_STARTED = replies.nothing_started(_WORDS).text
LOOKING = replies.looking(_WORDS).text
FOLLOWING = "Following long task {id}"
ALREADY = "This channel already follows long task {id}"
STOPPED = "This channel no longer follows long task {id}"
TOO_MANY = "Confluence has had too many requests"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody is going to type about a story, seconds after its start."""

    at: float
    user: str
    channel: str
    stop: bool = False


@dataclass(frozen=True, kw_only=True)
class Tale:
    """A story, when it begins (seconds after the start), and what people type about it."""

    at: float
    scenario: Scenario
    wishes: tuple[Wish, ...]


@dataclass(kw_only=True)
class Typed:
    """A command that was typed, once or more often, until it was answered. Times are seconds since the epoch."""

    remote_id: str
    wish: Wish
    at: float
    text: str
    acknowledged: bool
    trigger_id: str | None = None
    answer: str | None = None
    answered: float | None = None


@dataclass(kw_only=True)
class Told:
    """A tale that is being told."""

    tale: Tale
    remote_id: str
    began: float
    typed: list[Typed] = field(default_factory=list)

    @property
    def over(self) -> float:
        """When the long task ends in Confluence."""
        return self.began + self.tale.scenario.story.ends_at


def tales(seed: int, seconds: float) -> list[Tale]:
    """Stories and wishes for a run of so many seconds; none begins in its last fifth."""
    dice = random.Random(seed * 7919 + 1)
    count = max(5, round(seconds / 60 * A_MINUTE))
    found = []
    for number in range(count):
        at = (number + dice.random()) * seconds * 0.8 / count
        early = at < seconds * 0.4
        endings = tuple(Ending) if early else tuple(ending for ending in Ending if ending is not Ending.NEVER)
        longer = early and dice.random() < 0.6
        scenario = random_scenario(dice, seconds=LONGER if longer else STORY, endings=endings)
        found.append(Tale(at=at, scenario=scenario, wishes=tuple(_wishes(dice))))
    return found


def _wishes(dice: random.Random) -> list[Wish]:
    users, channels = dice.sample(PEOPLE, 3), dice.sample(CHANNELS, 3)
    wishes = [Wish(at=0.0, user=users[0], channel=channels[0])]
    course = dice.random()
    if course < 0.3:
        wishes.append(Wish(at=dice.uniform(0.0, 3.0), user=users[1], channel=channels[1]))
    elif course < 0.45:
        wishes.append(Wish(at=dice.uniform(0.0, 4.0), user=users[1], channel=channels[0]))
    elif course < 0.6:
        wishes.append(Wish(at=dice.uniform(2.0, 9.0), user=dice.choice(users), channel=channels[0], stop=True))
    return wishes


@dataclass(kw_only=True)
class Crowd:
    """Tells the tales and types the wishes."""

    slack: WatchedSlack
    confluence: WatchedConfluence
    #: where Slack sends the next command; none: nobody listens
    address: Callable[[], str | None]
    #: whether somebody does who is ready
    ready: Callable[[], bool]
    told: list[Told] = field(default_factory=list)

    async def tell(self, tale: Tale) -> None:
        """From the start of a story to the last answer; it begins when there is a bot to follow it."""
        await asyncio.sleep(tale.at)
        until = time() + READY_PATIENCE
        while not self.ready() and time() < until:  # noqa: ASYNC110 -- another process has no event
            await asyncio.sleep(0.1)
        told = Told(tale=tale, remote_id=self.confluence.add(tale.scenario.story), began=time())
        self.told.append(told)
        await asyncio.gather(*(self._later(told, wish) for wish in tale.wishes))

    async def _later(self, told: Told, wish: Wish) -> None:
        await asyncio.sleep(wish.at)
        await self._wish(told, wish)

    async def _wish(self, told: Told, wish: Wish) -> None:
        """Type it until there is an answer that is one."""
        while True:
            typed = await self._type(told, wish)
            if typed.acknowledged:
                await self._await_answer(typed)
                if typed.answer is None or not _failed(typed):
                    return
            if time() > told.over + 30.0:
                return
            await asyncio.sleep(random.uniform(*AGAIN))

    async def _type(self, told: Told, wish: Wish) -> Typed:
        text = f"stop {told.remote_id}" if wish.stop else told.remote_id
        while (address := self.address()) is None:  # noqa: ASYNC110 -- another process's port has no event
            await asyncio.sleep(0.1)
        self.slack.request_url = address
        at = time()
        result = await self.slack.command(text, user=wish.user, channel=wish.channel)
        typed = Typed(
            remote_id=told.remote_id,
            wish=wish,
            at=at,
            text=text,
            acknowledged=result.error is None,
            trigger_id=result.trigger_id,
        )
        told.typed.append(typed)
        return typed

    async def _await_answer(self, typed: Typed) -> None:
        until = time() + ANSWER_PATIENCE
        while typed.answer is None and time() < until:
            typed.answer = self.answer_of(typed)
            if typed.answer is None:
                await asyncio.sleep(0.1)
        typed.answered = time()

    def answer_of(self, typed: Typed) -> str | None:
        """What the person was told, as an ephemeral message or as a direct one."""
        for private in self.slack.private_messages:
            if private.trigger_id == typed.trigger_id and private.text != LOOKING:
                return private.text
        for message in self.slack.dms(typed.wish.user):
            # What threads tell people carries a marker, an answer does not.
            if message.metadata is None and float(message.ts) > typed.at and _is_about(message, typed.remote_id):
                return message.text
        return None


def _is_about(message: Message, remote_id: str) -> bool:
    """A direct message that answers a command; texts about trouble name no long task."""
    first = message.text.split("\n")[0]
    return remote_id in message.text or first in _NAMELESS or first.startswith(TOO_MANY)


_NAMELESS = frozenset(
    said.text.split("\n")[0]
    for said in (
        replies.nothing_started(_WORDS),
        replies.confluence_unavailable(_WORDS),
        replies.confluence_unreadable(_WORDS),
        replies.gone_wrong(_WORDS),
    )
)


def _failed(typed: Typed) -> bool:
    """Whether the answer says to try again."""
    said = typed.answer or ""
    return said.split("\n")[0] in _NAMELESS or said.startswith(TOO_MANY)


def followed(typed: Typed) -> bool:
    """Whether the answer says that the long task is followed."""
    said = typed.answer or ""
    return any(said.startswith(form.format(id=typed.remote_id)) for form in (FOLLOWING, ALREADY))
