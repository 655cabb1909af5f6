"""Who asks, where, and with what a command is carried out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.clients.confluence import ConfluenceClient, Credential, Site
from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import SlackError
from bot.clients.slack.responses import Person
from bot.db.engine import Database, Row
from bot.db.secrets import Secrets
from bot.domain.command import SiteName
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import PollResult
from bot.metrics import Metrics
from bot.render.i18n import Catalogs, Texts

#: seconds for which what Slack says of a person is taken to hold
PERSON_LASTS = 3600.0
#: people remembered at once
PEOPLE = 2_000


@dataclass(frozen=True, kw_only=True)
class SiteAccess:
    """A site, how people find it, and the account that asks it."""

    name: SiteName
    site: Site
    people_url: str
    account_id: int
    credential: Credential


@dataclass(frozen=True, kw_only=True)
class Means:
    """Everything a command is carried out with."""

    database: Database
    confluence: ConfluenceClient
    #: the client for a workspace, by its team id
    slack: Callable[[str], SlackClient]
    catalogs: Catalogs
    secrets: Secrets
    metrics: Metrics
    now: Callable[[], datetime]
    sites: Mapping[int, SiteAccess]
    bounds: Bounds
    default_language: str
    #: set when something is to be told
    told: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when a long task is to be looked at
    due: asyncio.Event = field(default_factory=asyncio.Event)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def look(self, site_id: int, remote_id: str) -> PollResult:
        """One look."""
        access = self.sites[site_id]
        return await self.confluence.look(access.site, access.credential, remote_id, account_key=str(access.account_id))


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Whoever typed a command or pressed a button."""

    #: none for a button
    command_id: int | None
    team_id: str
    channel_id: str
    user_id: str
    command: str
    texts: Texts
    #: none where Slack did not say who it is
    person: Person | None
    #: from another organisation, by what the command itself says
    foreign: bool

    @property
    def may_stop(self) -> bool:
        """Guests and people of other organisations may not stop what others follow."""
        return not self.foreign and not (self.person and (self.person.is_guest or self.person.is_stranger))


class People:
    """Who people are, asked of Slack once an hour."""

    def __init__(self, slack: Callable[[str], SlackClient], *, clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    def remembered(self, team_id: str, user_id: str) -> Person | None:
        """What was said of a person within the last hour."""
        found = self._known.get((team_id, user_id))
        if found is None or self._clock().timestamp() - found[0] > PERSON_LASTS:
            return None
        return found[1]

    async def find(self, team_id: str, user_id: str) -> Person | None:
        """Who somebody is; none where Slack does not say now."""
        known = self.remembered(team_id, user_id)
        if known is not None:
            return known
        try:
            person = await self._slack(team_id).user_info(user_id)
        except SlackError:
            return None
        while len(self._known) >= PEOPLE:
            self._known.pop(next(iter(self._known)))
        self._known[team_id, user_id] = (self._clock().timestamp(), person)
        return person


def asker_of(row: Row, *, person: Person | None, texts: Texts) -> Asker:
    """Who typed a command that was written down."""
    return Asker(
        command_id=row["id"],
        team_id=row["team_id"],
        channel_id=row["channel_id"],
        user_id=row["user_id"],
        command=row["command"],
        texts=texts,
        person=person,
        foreign=row["user_team_id"] is not None and row["user_team_id"] != row["team_id"],
    )
