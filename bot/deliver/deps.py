"""What tellings are made with."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVarTuple, Unpack

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import SlackError, SlackRateLimited
from bot.db import claims
from bot.db.engine import Connection, Database, DatabaseAway
from bot.db.secrets import Secrets
from bot.metrics import Metrics
from bot.render.i18n import Catalogs

#: a call is only begun while the claim was renewed this lately (seconds), so that it does not outlive the lease
FRESH_SECONDS = 6.0
#: seconds between two tries to write down what Slack answered, while the database is away
AGAIN_SECONDS = 0.5
TRIES = 12

Facts = TypeVarTuple("Facts")


class ClaimLost(Exception):
    """Another process delivers for this workspace now, so nothing is written."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Everything a telling needs; the same for all workspaces."""

    database: Database
    #: the client for a workspace, by its team id
    slack: Callable[[str], SlackClient]
    catalogs: Catalogs
    secrets: Secrets
    metrics: Metrics
    now: Callable[[], datetime]
    #: where people find each site, by site id
    people_urls: Mapping[int, str]
    #: buttons on cards
    actions: tuple[str, ...] = ("open",)
    bot_name: str = "longtask"
    monotonic: Callable[[], float] = time.monotonic


@dataclass(kw_only=True)
class Hold:
    """A claim on a workspace, as this process knows it."""

    team_id: str
    claim_id: str
    #: by the monotonic clock, which runs on while a process is stopped
    renewed_at: float
    #: channels whose messages may not be looked up
    blind: set[str] = field(default_factory=set)
    #: until when methods rest for which there is no budget, because Slack said so
    resting: dict[str, datetime] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)

    def fresh(self, monotonic: float) -> bool:
        """Whether a call that begins now ends within the lease."""
        return monotonic - self.renewed_at < FRESH_SECONDS

    def heed(self, *methods: str, now: datetime) -> None:
        """Raises RateLimited, without a call, while one of these methods rests."""
        for method in methods:
            until = self.resting.get(method)
            if until is not None and until > now:
                raise SlackRateLimited(method, "resting", retry_after=(until - now).total_seconds())


@dataclass(frozen=True, kw_only=True)
class Called:
    """Slack was called; the error where it did not do what it was asked, written down already."""

    error: SlackError | None = None


async def written(
    tools: Tools, hold: Hold, write: Callable[[Connection, Unpack[Facts]], Awaitable[None]], *facts: *Facts
) -> None:
    """Write in one transaction under a claim: `write(connection, *facts)`, again while the database is away.

    Raises ClaimLost where somebody else holds the workspace, and what the database raises when the tries are up.
    """
    for left in reversed(range(TRIES)):
        try:
            async with tools.database.begin() as connection:
                if not await claims.holds_workspace(connection, team_id=hold.team_id, claim_id=hold.claim_id):
                    raise ClaimLost
                await write(connection, *facts)
            return
        except DatabaseAway:
            if not left:
                raise
        await asyncio.sleep(AGAIN_SECONDS)
