"""Find out whether the bot sees a channel and who else reads it, and take note when that changes."""

import asyncio
from datetime import timedelta
from enum import Enum, auto

import structlog

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import Refusal, Refused, SlackError, SlackRateLimited
from bot.db import channels, pauses
from bot.db.engine import DatabaseAway
from bot.domain.audience import sharing_of
from bot.domain.states import Sharing
from bot.follow.deps import Deps, Request

_log = structlog.get_logger(__name__)

#: seconds between two tries while the database is away: Slack does not say again what it has said once
RETRY_SECONDS = 5.0
TRIES = 120
#: seconds that a command waits for Slack to say whether the bot sees its channel
PATIENCE = 2.0
#: the method that says so
METHOD = "conversations.info"
#: pages of a person's channels that are read
PAGES_OF_PERSON = 10


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
        paused = await pauses.paused_methods(connection, request.team_id, now=asked_at)
    # Whatever is known of a channel was said by somebody who sees it.
    sharing = sharing_of(channel_id, known, now=asked_at)
    if sharing is not None:
        return sharing
    if METHOD in paused:
        return NotSeen.NO_ANSWER
    client = await deps.slack.client(request.team_id, request.enterprise_id)
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await client.channel_info(channel_id)
    except SlackRateLimited as error:
        until = deps.now() + timedelta(seconds=error.retry_after)
        async with deps.database.begin() as connection:
            scope = pauses.slack_scope(request.team_id, METHOD)
            await pauses.pause(connection, scope, until=until, reason=error.answer)
        return NotSeen.NO_ANSWER
    except (SlackError, TimeoutError) as error:
        refusal = error.refusal if isinstance(error, Refused) else None
        if refusal is not Refusal.MISSING_SCOPE:
            is_closed = refusal in (Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL)
            return NotSeen.CLOSED if is_closed else NotSeen.NO_ANSWER
        sharing = Sharing.HIDDEN
    else:
        sharing = Sharing.SHARED if answer.is_shared else Sharing.OWN
    async with deps.database.begin() as connection:
        await channels.learn(connection, request.team_id, {channel_id: sharing}, asked_at=asked_at, now=deps.now())
    return sharing


class Presence(Enum):
    """Whether a person is in a channel; of several answers the first of these counts."""

    THERE = auto()
    NOT_SAID = auto()  #: Slack did not say
    SCOPE_MISSING = auto()  #: the bot may not ask about channels of that kind
    ELSEWHERE = auto()


async def presence(deps: Deps, request: Request, channel_id: str) -> Presence:
    """Whether a person is in a channel that they name: asked of Slack each time, since it is not where they ask from.

    The channels of the person are read and not the members of the channel, of whom there may be thousands.
    """
    client = await deps.slack.client(request.team_id, request.enterprise_id)
    try:
        installation = await deps.slack.installation(request.team_id, request.enterprise_id)
    except SlackError:
        return Presence.NOT_SAID
    team_id = request.team_id if installation is not None and installation.is_org_wide else None
    kinds = ("public_channel", "private_channel")
    answers = await asyncio.gather(
        *(_is_in(client, request.user_id, channel_id, kind=kind, team_id=team_id) for kind in kinds)
    )
    return next(answer for answer in Presence if answer in answers)


async def _is_in(client: SlackClient, user_id: str, channel_id: str, *, kind: str, team_id: str | None) -> Presence:
    """Whether one of the person's channels of a kind is that one."""
    cursor = None
    try:
        for _ in range(PAGES_OF_PERSON):
            page = await client.channels_of(user_id, kind, cursor=cursor, team_id=team_id)
            cursor = page.cursor
            if channel_id in page.channel_ids:
                return Presence.THERE
            if cursor is None:
                return Presence.ELSEWHERE
    except SlackError as error:
        if isinstance(error, Refused) and error.refusal is Refusal.MISSING_SCOPE:
            return Presence.SCOPE_MISSING
        _log.warning("channels_not_known", user=user_id, answer=error.answer)
    return Presence.NOT_SAID


async def channel_shared(deps: Deps, team_id: str, channel_id: str) -> None:
    """Another organisation reads a channel: show numbers only there from now on."""
    await _change(deps, team_id, channel_id, Sharing.SHARED)


async def channel_unshared(deps: Deps, team_id: str, channel_id: str, *, still_shared: bool) -> None:
    """An organisation reads a channel no longer; `still_shared`: others do.

    If none does, one may still be invited, which the event does not say: Slack is asked before the next message.
    """
    await _change(deps, team_id, channel_id, Sharing.SHARED if still_shared else None)


async def _change(deps: Deps, team_id: str, channel_id: str, sharing: Sharing | None) -> None:
    for left in reversed(range(TRIES)):
        try:
            async with deps.database.begin() as connection:
                await channels.change(connection, team_id, channel_id, sharing, now=deps.now())
            break
        except DatabaseAway:
            if not left:
                raise
        await deps.sleep(RETRY_SECONDS)
    _log.info("channel_sharing_changed", team=team_id, channel=channel_id, sharing=sharing)
    deps.delivery_wake.set()
