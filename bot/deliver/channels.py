"""Learn from Slack who reads a channel, before anything is said there."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from bot.clients.slack.errors import Refusal, Refused, SlackError, SlackRateLimited
from bot.db import channels, pauses
from bot.db.engine import DatabaseAway
from bot.deliver.deps import Deps, Lease
from bot.domain.audience import is_to_be_asked, sharing_of
from bot.domain.states import Sharing

_log = structlog.get_logger(__name__)

#: the method that says who reads a channel
METHOD = "conversations.info"
#: time between two questions about a channel that Slack does not answer
ASK_AGAIN_AFTER = timedelta(minutes=1)


async def know_readers(
    deps: Deps, lease: Lease, channel_id: str, *, start: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    """Ask Slack who reads a channel unless that is known, and wait a short while for the answer.

    `start` runs the question as a task: it goes on after the wait, and posts of one channel ask only once.
    """
    async with deps.database.read() as connection:
        known = await channels.find(connection, team_id=lease.team_id, channel_id=channel_id)
    now = deps.now()
    if not is_to_be_asked(channel_id, known, now=now) or lease.ask_again_at.get(channel_id, now) > now:
        return
    answered = lease.questions.get(channel_id)
    if answered is None:
        answered = lease.questions[channel_id] = asyncio.Event()
        start(_ask(deps, lease, channel_id, answered))
    if sharing_of(channel_id, known, now=now) is None:
        with suppress(TimeoutError):
            async with asyncio.timeout(deps.readers_wait):
                await answered.wait()


async def _ask(deps: Deps, lease: Lease, channel_id: str, answered: asyncio.Event) -> None:
    try:
        await _ask_once(deps, lease, channel_id)
    except DatabaseAway as error:
        _log.warning("readers_not_written", channel=channel_id, error=type(error).__name__)
    finally:
        del lease.questions[channel_id]
        answered.set()


async def _ask_once(deps: Deps, lease: Lease, channel_id: str) -> None:
    asked_at = deps.now()
    lease.ask_again_at[channel_id] = asked_at + ASK_AGAIN_AFTER
    try:
        lease.check_pauses(METHOD, now=asked_at)
        answer = await (await deps.client(lease)).channel_info(channel_id)
        sharing = Sharing.SHARED if answer.is_shared else Sharing.OWN
        del lease.ask_again_at[channel_id]
    except SlackRateLimited as error:
        until = lease.paused[METHOD] = deps.now() + timedelta(seconds=error.retry_after)
        async with deps.database.begin() as connection:
            scope = pauses.slack_scope(lease.team_id, METHOD)
            await pauses.pause(connection, scope, until=until, reason=error.answer)
        return
    except SlackError as error:
        if not isinstance(error, Refused) or error.refusal is not Refusal.MISSING_SCOPE:
            _log.info("readers_not_known", team=lease.team_id, channel=channel_id, answer=error.answer)
            return
        sharing = Sharing.HIDDEN
    async with deps.database.begin() as connection:
        await channels.learn(connection, lease.team_id, {channel_id: sharing}, asked_at=asked_at, now=deps.now())
