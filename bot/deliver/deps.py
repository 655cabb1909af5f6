"""Dependencies shared by all deliveries, and the lease under which a workspace is delivered for."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TypeVarTuple, Unpack

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import SlackError, SlackRateLimited
from bot.clients.slack.workspaces import SlackClients
from bot.db import claims
from bot.db.engine import Connection, Database, DatabaseAway
from bot.db.secrets import Secrets
from bot.domain.command_example import Example, example
from bot.domain.message_kinds import Owner
from bot.domain.pacing import LIMITS, Budgets, Method
from bot.metrics import Metrics
from bot.render.i18n import Catalogs
from bot.spans import Spans

#: seconds since the last renewal within which a call may be begun, so that it ends before the lease does
FRESH_SECONDS = 6.0
#: seconds between two tries to write down what Slack answered, while the database is away
RETRY_SECONDS = 0.5
TRIES = 12

Arguments = TypeVarTuple("Arguments")


class ClaimLost(Exception):
    """Another process delivers for this workspace now, so nothing is written."""


@dataclass(frozen=True, kw_only=True)
class Deps:
    """Dependencies shared by all deliveries."""

    database: Database
    slack: SlackClients
    catalogs: Catalogs
    secrets: Secrets
    metrics: Metrics
    spans: Spans = field(default_factory=Spans)
    now: Callable[[], datetime]
    #: the address of each site for people, by site id
    site_urls: Mapping[int, str]
    bot_name: str = "longtask"
    #: of persons whose language is not known
    default_language: str = "en"
    #: a long task for the examples on a home
    example: Example = field(default_factory=lambda: example(()))
    #: seconds that a message waits for Slack to say who reads its channel
    readers_wait: float = 2.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def client(self, lease: "Lease") -> SlackClient:
        """The Slack client for a workspace."""
        return await self.slack.client(lease.team_id, lease.enterprise_id)


class Token(Enum):
    """Whether Slack takes the token of a workspace."""

    ACCEPTED = auto()
    UNTRIED = auto()  #: it was refused before, and one call is to find out
    ON_TRIAL = auto()  #: that call is under way
    REFUSED = auto()  #: no call is begun with it


@dataclass(kw_only=True)
class Lease:
    """A claim on a workspace, as this process knows it."""

    team_id: str
    enterprise_id: str | None
    claim_id: str
    #: by the monotonic clock, which goes on while a process is stopped
    renewed_at: float
    #: of the methods that are paced
    budgets: Budgets
    #: channels whose history the bot may not read
    unreadable: set[str] = field(default_factory=set)
    #: until when methods without a budget are paused
    paused: dict[str, datetime] = field(default_factory=dict)
    #: channels about whose readers Slack is being asked: set once it has answered
    questions: dict[str, asyncio.Event] = field(default_factory=dict)
    #: until when Slack is not asked again about a channel
    ask_again_at: dict[str, datetime] = field(default_factory=dict)
    #: addresses of threads by channel and ts, as far as Slack was asked for them
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    #: owners of messages that are being posted or edited
    busy: set[Owner] = field(default_factory=set)
    #: threads of each channel in which a call is under way
    calls: Counter[str] = field(default_factory=Counter)
    #: grows with each time that calls of this workspace are begun: the workspace served longest ago is next
    served: int = 0
    #: whether Slack takes the token
    token: Token = Token.ACCEPTED

    def is_fresh(self, monotonic: float) -> bool:
        """Whether a call that begins now ends within the lease."""
        return monotonic - self.renewed_at < FRESH_SECONDS

    def check_pauses(self, *methods: str, now: datetime) -> None:
        """Raises SlackRateLimited, without a call, while one of these methods is paused."""
        for method in methods:
            until = self.paused.get(method)
            if until is not None and until > now:
                raise SlackRateLimited(method, "paused", retry_after=(until - now).total_seconds())


def calls_left(leases: Mapping[str, Lease], method: Method, now: Callable[[], datetime]) -> int:
    """How many calls of a method may be made now in the workspace where they are fewest; the most if there is none."""
    at = now()
    return min((lease.budgets.tokens(method, at) for lease in leases.values()), default=LIMITS[method].burst)


@dataclass(frozen=True, kw_only=True)
class Called:
    """Slack was called; the error, if it refused, is written down already."""

    error: SlackError | None = None


async def check_claim(connection: Connection, lease: Lease) -> None:
    """Raises ClaimLost if another process delivers for the workspace; else none can until the transaction ends."""
    if not await claims.holds_workspace(connection, team_id=lease.team_id, claim_id=lease.claim_id):
        raise ClaimLost


async def write(
    deps: Deps,
    lease: Lease,
    function: Callable[[Connection, Unpack[Arguments]], Awaitable[None]],
    *arguments: *Arguments,
) -> None:
    """Call `function(connection, *arguments)` in one transaction under the claim, again while the database is away.

    Raises ClaimLost if another process holds the workspace, and DatabaseAway after the last try.
    """
    for left in reversed(range(TRIES)):
        try:
            async with deps.database.begin() as connection:
                await check_claim(connection, lease)
                await function(connection, *arguments)
            return
        except DatabaseAway:
            if not left:
                raise
        await deps.sleep(RETRY_SECONDS)
