"""List the channels of each workspace once a day, a page at a time, to know who reads them."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clients.slack.errors import SlackError, SlackRateLimited
from bot.db import channels, pauses
from bot.db.channels import Installation
from bot.deliver.deps import Deps
from bot.domain.states import Sharing

_log = structlog.get_logger(__name__)

#: the method that lists channels
METHOD = "conversations.list"
#: seconds between two pages: Slack takes twenty a minute (docs.slack.dev/apis/web-api/rate-limits, tier 2)
PAGE_SECONDS = 4.0
#: seconds between two looks for a workspace to list
IDLE_SECONDS = 10.0
#: time between two lists of a workspace, shorter than what they say is relied on
LIST_AFTER = timedelta(hours=20)
#: pages of one kind; who reads further channels is asked when something is to be said there
MAX_PAGES = 25
#: kinds of channel, each with a scope of its own
_KINDS = ("public_channel", "private_channel")


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A page that is to be asked for."""

    workspace: Installation
    kind: str
    number: int = 1
    cursor: str | None = None


@dataclass(kw_only=True)
class ChannelList:
    """Lists channels. One loop runs it: `step` returns the seconds to wait before the next."""

    deps: Deps
    _pages: deque[_Page] = field(default_factory=deque)

    async def step(self) -> float:
        """Ask for one page, or reserve a workspace whose channels are to be listed."""
        if self._pages:
            return await self._ask()
        return 0.0 if await self._reserve() else IDLE_SECONDS

    async def _reserve(self) -> bool:
        now = self.deps.now()
        async with self.deps.database.read() as connection:
            workspace = await channels.to_be_listed(connection, listed_before=now - LIST_AFTER)
        if workspace is None:
            return False
        async with self.deps.database.begin() as connection:
            won = await channels.reserve_listing(connection, workspace.team_id, listed_before=now - LIST_AFTER, now=now)
        if won:
            self._pages.extend(_Page(workspace=workspace, kind=kind) for kind in _KINDS)
        return True

    async def _ask(self) -> float:
        page, now = self._pages[0], self.deps.now()
        team_id = page.workspace.team_id
        until = await self._paused_until(team_id, now)
        if until is not None:
            return (until - now).total_seconds()
        try:
            client = await self.deps.slack.client(team_id, page.workspace.enterprise_id)
            answer = await client.channel_page(page.kind, cursor=page.cursor)
        except SlackRateLimited as error:
            until = self.deps.now() + timedelta(seconds=error.retry_after)
            async with self.deps.database.begin() as connection:
                await pauses.pause(connection, pauses.slack_scope(team_id, METHOD), until=until, reason=error.answer)
            return error.retry_after
        except SlackError as error:
            # Who reads a channel is asked when something is to be said there.
            _log.info("channels_not_listed", team=team_id, kind=page.kind, answer=error.answer)
            self._pages.popleft()
            return PAGE_SECONDS
        answers = {each.channel_id: Sharing.SHARED if each.is_shared else Sharing.OWN for each in answer.channels}
        async with self.deps.database.begin() as connection:
            await channels.learn(connection, team_id, answers, asked_at=now, now=self.deps.now())
        self._pages.popleft()
        if answer.cursor is not None and page.number < MAX_PAGES:
            following = _Page(workspace=page.workspace, kind=page.kind, number=page.number + 1, cursor=answer.cursor)
            self._pages.appendleft(following)
        return PAGE_SECONDS

    async def _paused_until(self, team_id: str, now: datetime) -> datetime | None:
        async with self.deps.database.read() as connection:
            return (await pauses.paused_methods(connection, team_id, now=now)).get(METHOD)
