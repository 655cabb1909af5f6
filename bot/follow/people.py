"""Find out who a person is: remembered for an hour, asked of Slack otherwise."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from weakref import WeakValueDictionary

import structlog
from msgspec.structs import replace

from bot.clients.slack.errors import Refusal, Refused, SlackError, SlackRateLimited
from bot.clients.slack.workspaces import SlackClients
from bot.db import people
from bot.db.engine import Database
from bot.domain.person import Person, absent, person_of

_log = structlog.get_logger(__name__)

#: what Slack says about a person is used for so long without asking again
LIFETIME = timedelta(hours=1)
#: and for so long where Slack does not answer
HOLDS = timedelta(hours=24)
#: how long a person of whom nothing is known waits for Slack's answer
PATIENCE = timedelta(seconds=20)
#: seconds to pause before each time that Slack is asked meanwhile
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)
#: people remembered in this process at once
CAPACITY = 2_000


class NotKnown(Enum):
    """Why it is not known who a person is."""

    NO_ANSWER = "no_answer"  #: Slack did not say, and nothing younger than a day is known
    NOT_INSTALLED = "not_installed"  #: the app does not serve that workspace


@dataclass(kw_only=True)
class People:
    """People by team id and user id."""

    slack: SlackClients
    database: Database
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _known: dict[tuple[str, str], Person] = field(default_factory=dict)
    _locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def remembered(self, team_id: str, user_id: str) -> Person | None:
        """A person whom Slack has described to this process within the last hour."""
        person = self._known.get((team_id, user_id))
        return person if person is not None and self._is_younger(person, LIFETIME) else None

    def forget(self, team_id: str) -> None:
        """Remember nobody of a workspace."""
        self._known = {key: person for key, person in self._known.items() if key[0] != team_id}

    async def find(
        self, team_id: str, enterprise_id: str | None, user_id: str, *, afresh: bool = False
    ) -> Person | NotKnown:
        """Who a person is. `afresh`: Slack is asked, however young its last answer is.

        Where Slack does not answer, what it said within 24 hours holds; without that, Slack is asked again for up to 20
        seconds. Raises DatabaseAway.
        """
        if await self.slack.serves(team_id, enterprise_id) is False:
            return NotKnown.NOT_INSTALLED
        # Read each time, since the person may have chosen another language by way of another process.
        async with self.database.read() as connection:
            stored = await people.find(connection, team_id, user_id)
        known = stored or self.remembered(team_id, user_id)
        if known is not None and self._is_younger(known, LIFETIME) and not afresh:
            self._keep(known)
            return known
        key = (team_id, user_id)
        until = self.now() + PATIENCE
        # Many commands of one person need one answer.
        async with self._locks.setdefault(key, asyncio.Lock()):
            asked = self.remembered(*key)
            if asked is not None and (known is None or asked.asked_at > known.asked_at):
                return asked
            holds = known is not None and self._is_younger(known, HOLDS)
            answer = await self._ask(team_id, enterprise_id, user_id, until=until, once=holds)
            if isinstance(answer, Person):
                answer = replace(answer, language=known.language if known is not None else None)
                self._keep(answer)
                async with self.database.begin() as connection:
                    await people.put(connection, answer)
        if answer is NotKnown.NO_ANSWER and known is not None and holds:
            return known
        return answer

    def chose_language(self, person: Person, language: str | None) -> None:
        """Remember the language that a person has chosen, which is stored; None: the locale counts."""
        self._keep(replace(person, language=language))

    async def _ask(
        self, team_id: str, enterprise_id: str | None, user_id: str, *, until: datetime, once: bool
    ) -> Person | NotKnown:
        """Ask Slack: once, or again and again until a time."""
        for pause in (0.0,) if once else PAUSES:
            left = (until - self.now()).total_seconds()
            if left <= pause:
                break
            if pause:
                await self.sleep(pause)
            try:
                async with asyncio.timeout(left - pause):
                    return await self._ask_once(team_id, enterprise_id, user_id)
            except (SlackError, TimeoutError) as error:
                _log.warning("person_not_known", user=user_id, error=str(error) or type(error).__name__)
                if isinstance(error, SlackRateLimited) and error.retry_after > left:
                    break
        return NotKnown.NO_ANSWER

    async def _ask_once(self, team_id: str, enterprise_id: str | None, user_id: str) -> Person | NotKnown:
        """Raises SlackError if Slack does not say who it is; no such person is an answer."""
        installation = await self.slack.installation(team_id, enterprise_id)
        if installation is None:
            return NotKnown.NOT_INSTALLED
        client = await self.slack.client(team_id, enterprise_id)
        try:
            user = await client.user_info(user_id)
        except Refused as error:
            if error.refusal is Refusal.USER_GONE:
                return absent(team_id, user_id, now=self.now())
            raise
        return person_of(team_id, user, installation, now=self.now())

    def _is_younger(self, person: Person, age: timedelta) -> bool:
        return self.now() - person.asked_at <= age

    def _keep(self, person: Person) -> None:
        self._known.pop((person.team_id, person.user_id), None)
        while len(self._known) >= CAPACITY:
            self._known.pop(next(iter(self._known)))
        self._known[person.team_id, person.user_id] = person
