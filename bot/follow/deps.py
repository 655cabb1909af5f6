"""Request context and dependencies of a command."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.clients.confluence import ConfluenceClient, Site
from bot.clients.confluence.credentials import Credentials
from bot.clients.slack.errors import SlackError
from bot.clients.slack.workspaces import SlackClients
from bot.db.engine import Database
from bot.db.secrets import Secrets
from bot.domain.check import Check
from bot.domain.command import Command, SiteName
from bot.domain.command_example import Example, example
from bot.domain.command_parser import parse_command
from bot.domain.permissions import RunningList
from bot.domain.person import Person
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import AccessDenied, ListResult, PollResult
from bot.follow.running_lists import RunningLists
from bot.follow.shown_looks import ShownLooks
from bot.metrics import Metrics
from bot.render.i18n import Catalogs, Texts
from bot.spans import Spans

#: the command's name if nobody typed it
COMMAND = "/longtask"


@dataclass(frozen=True, kw_only=True)
class SiteAccess:
    """A site, its address for people, and the account that looks at its long tasks."""

    name: SiteName
    site: Site
    people_url: str
    account_id: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """Who asks, from where, and in which language the answer is."""

    #: None for a button
    command_id: int | None = None
    team_id: str
    enterprise_id: str | None = None
    #: None if it does not come from a conversation
    channel_id: str | None
    user_id: str
    #: the command's name as it was typed
    command: str = COMMAND
    texts: Texts
    #: who asks, as Slack has described them
    person: Person
    #: looks for this command that did not find the long task
    looks: int = 0
    #: a script asks, in the name of the person who made its hook
    by_script: bool = False
    #: of the thread of somebody else in which is followed what is asked for; None for a thread of its own
    thread_ts: str | None = None
    #: of the modal that is open for this command
    view_id: str | None = None

    @property
    def target_channel(self) -> str:
        """Where a thread begins: the conversation, else a direct message."""
        return self.channel_id or self.user_id


#: seconds that storing a command may take; Slack waits three for the acknowledgement
STORE_SECONDS = 1.0
#: seconds that a script waits for its thread
HOOK_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True)
class Deps:
    """Dependencies shared by all commands and buttons."""

    database: Database
    confluence: ConfluenceClient
    credentials: Credentials
    slack: SlackClients
    catalogs: Catalogs
    secrets: Secrets
    metrics: Metrics
    spans: Spans = field(default_factory=Spans)
    now: Callable[[], datetime]
    sites: Mapping[int, SiteAccess]
    bounds: Bounds
    default_language: str
    #: threads one person may have at a time
    follow_limit: int
    #: runs every check of the installation
    examine: Callable[[], Awaitable[Sequence[Check]]]
    #: set when a message is planned or shows something old
    delivery_wake: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when a long task is due
    polling_wake: asyncio.Event = field(default_factory=asyncio.Event)
    #: set when a site is to be listed
    listing_wake: asyncio.Event = field(default_factory=asyncio.Event)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    shown_looks: ShownLooks = field(default_factory=ShownLooks)
    running_lists: RunningLists = field(default_factory=RunningLists)
    #: who may see what runs on the sites
    running_list: RunningList = RunningList.EVERYONE
    #: seconds that storing a command may take
    store_seconds: float = STORE_SECONDS
    #: seconds that a script waits for its thread
    hook_seconds: float = HOOK_SECONDS
    #: this service from outside; None if the operator does not say
    public_url: str | None = None
    #: by which the bot is invited to a channel
    bot_name: str = "longtask"

    @property
    def site_names(self) -> list[SiteName]:
        """The sites that a command may name."""
        return [access.name for access in self.sites.values()]

    @property
    def example(self) -> Example:
        """A long task for the examples in answers."""
        return example(self.site_names)

    def parse(self, text: str) -> Command:
        """The command in a text."""
        return parse_command(text, sites=self.site_names)

    async def look(self, site_id: int, remote_id: str) -> PollResult:
        """Look once at a long task, with the account of its site."""
        access = self.sites[site_id]
        credential = await self.credentials.credential(access.account_id)
        if credential is None:
            return AccessDenied(status=401)
        return await self.confluence.look(access.site, credential, remote_id, account_id=access.account_id)

    async def list_running(self, site_id: int) -> ListResult:
        """Ask a site for its long tasks, with its account."""
        access = self.sites[site_id]
        credential = await self.credentials.credential(access.account_id)
        if credential is None:
            return AccessDenied(status=401)
        return await self.confluence.running(access.site, credential, account_id=access.account_id)

    async def permalink(self, request: Request, channel_id: str, ts: str | None) -> str | None:
        """The address of a message; None if it is not posted yet, or Slack does not answer."""
        if ts is None:
            return None
        try:
            client = await self.slack.client(request.team_id, request.enterprise_id)
            return await client.permalink(channel_id, ts)
        except SlackError:
            return None
