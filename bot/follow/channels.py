"""Find out whether the bot sees a channel and who else reads it, and take note when that changes."""

import asyncio
from enum import Enum, auto
from functools import partial

import structlog

from bot.clients.slack.errors import Refusal, Refused, SlackError
from bot.db import channels, events
from bot.db.engine import DatabaseAway
from bot.domain.audience import may_be_of_others, sharing_of
from bot.domain.states import Sharing
from bot.follow import slack_pauses
from bot.follow.deps import Deps, Request

_log = structlog.get_logger(__name__)

#: seconds between two tries while the database is away: Slack does not say again what it has said once
RETRY_SECONDS = 5.0
TRIES = 120
#: seconds that a command waits for Slack to say whether the bot sees its channel
PATIENCE = 2.0
#: the method that says so
METHOD = "conversations.info"


class NotSeen(Enum):
    """Why it is not known whether other organizations read a channel."""

    CLOSED = auto()  #: Slack says that the bot does not see it: a private one that it is not in
    NO_ANSWER = auto()  #: Slack did not say in time


async def is_closed_to_bot(deps: Deps, request: Request) -> bool:
    """Whether Slack says that the bot does not see the channel of a request; else the first post finds out."""
    return await find_sharing(deps, request) is NotSeen.CLOSED


async def find_sharing(deps: Deps, request: Request) -> Sharing | NotSeen:
    """Who reads the channel of a request. What Slack says is kept, and need not be asked for the first post."""
    channel_id, asked_at = request.target_channel, deps.now()
    async with deps.database.read() as connection:
        known = await channels.find(connection, team_id=request.team_id, channel_id=channel_id)
    # Whatever is known of a channel was said by somebody who sees it.
    sharing = sharing_of(channel_id, known, now=asked_at)
    if sharing is not None and not may_be_of_others(channel_id, known, now=asked_at):
        return sharing
    client = await deps.slack.client(request.team_id, request.enterprise_id)
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await slack_pauses.call(deps, request.team_id, METHOD, partial(client.channel_info, channel_id))
    except (SlackError, TimeoutError) as error:
        refusal = error.refusal if isinstance(error, Refused) else None
        if refusal is not Refusal.MISSING_SCOPE:
            is_closed = refusal in (Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL)
            return NotSeen.CLOSED if is_closed else sharing or NotSeen.NO_ANSWER
        answered = Sharing.HIDDEN
    else:
        answered = Sharing.SHARED if answer.is_shared else Sharing.OWN
    async with deps.database.begin() as connection:
        await channels.learn(connection, request.team_id, {channel_id: answered}, asked_at=asked_at, now=deps.now())
    return sharing or answered


async def channel_shared(deps: Deps, team_id: str, channel_id: str, *, event_id: str) -> None:
    """Another organisation reads a channel: show numbers only there from now on."""
    await _change(deps, team_id, channel_id, Sharing.SHARED, event_id=event_id)


async def channel_unshared(deps: Deps, team_id: str, channel_id: str, *, event_id: str, still_shared: bool) -> None:
    """An organisation reads a channel no longer; `still_shared`: others do.

    If none does, one may still be invited, which the event does not say: Slack is asked before the next message.
    """
    await _change(deps, team_id, channel_id, Sharing.SHARED if still_shared else None, event_id=event_id)


async def _change(deps: Deps, team_id: str, channel_id: str, sharing: Sharing | None, *, event_id: str) -> None:
    for left in reversed(range(TRIES)):
        try:
            async with deps.database.begin() as connection:
                if not await events.take(connection, event_id, now=deps.now()):
                    return
                await channels.change(connection, team_id, channel_id, sharing, now=deps.now())
            break
        except DatabaseAway:
            if not left:
                raise
        await deps.sleep(RETRY_SECONDS)
    _log.info("channel_sharing_changed", team=team_id, channel=channel_id, sharing=sharing)
    deps.delivery_wake.set()
