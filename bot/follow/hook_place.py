"""Find out whether a hook may be used in a channel, by whom, and whether the bot can post there."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from enum import Enum, auto
from functools import partial
from typing import assert_never

from bot.clients.slack.errors import Refusal, Refused, SlackError
from bot.domain.audience import is_direct_message
from bot.domain.states import Sharing
from bot.follow import slack_pauses
from bot.follow.channels import METHOD as INFO
from bot.follow.channels import NotSeen, find_sharing
from bot.follow.deps import Deps, Request

#: seconds in which Slack has to say all of it
PATIENCE = 5.0
#: the method that names the people of a channel
MEMBERS = "conversations.members"
#: what Slack said holds for so long where it does not answer
HOLDS = timedelta(hours=24)


class Standing(Enum):
    """Whether a person may have scripts follow in a channel now."""

    ALLOWED = auto()
    SHARED = auto()  #: no: another organization reads it
    LEFT = auto()  #: no: the person is not in it
    CLOSED = auto()  #: no: the bot is not in it, or it is archived
    SCOPE_MISSING = auto()  #: not known, because the bot may not ask
    NO_ANSWER = auto()  #: not known, because Slack did not say in time


def place_of(request: Request) -> str:
    """The channel that a hook is for: for a conversation of two, the person's direct messages with the bot.

    The bot does not see whether a conversation of two is that with itself.
    """
    channel_id = request.target_channel
    return request.user_id if is_direct_message(channel_id) else channel_id


async def find_standing(deps: Deps, request: Request) -> Standing:
    """Ask Slack whether the person of a request may have scripts follow in its channel."""
    if is_direct_message(request.target_channel):
        return Standing.ALLOWED
    sharing = await find_sharing(deps, request)
    match sharing:
        case Sharing.SHARED:
            return Standing.SHARED
        case Sharing.HIDDEN:
            return Standing.SCOPE_MISSING
        case NotSeen.CLOSED:
            return Standing.CLOSED
        case NotSeen.NO_ANSWER:
            return Standing.NO_ANSWER
        case Sharing.OWN:
            return await _ask(deps, request)
        case _:
            assert_never(sharing)


async def _ask(deps: Deps, request: Request) -> Standing:
    try:
        async with asyncio.timeout(PATIENCE):
            return await _ask_slack(deps, request)
    except (SlackError, TimeoutError) as error:
        refusal = error.refusal if isinstance(error, Refused) else None
        if refusal in (Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL, Refusal.ARCHIVED):
            return Standing.CLOSED
        if refusal is Refusal.MISSING_SCOPE:
            return Standing.SCOPE_MISSING
    return Standing.NO_ANSWER


async def _ask_slack(deps: Deps, request: Request) -> Standing:
    """Raises SlackError."""
    team_id, channel_id = request.team_id, request.target_channel
    client = await deps.slack.client(team_id, request.enterprise_id)
    channel = await slack_pauses.call(deps, team_id, INFO, partial(client.channel_info, channel_id))
    if channel.is_archived or not channel.is_member:
        return Standing.CLOSED
    if channel.is_shared:
        return Standing.SHARED
    is_in_channel = partial(client.is_in_channel, channel_id, request.user_id)
    is_here = await slack_pauses.call(deps, team_id, MEMBERS, is_in_channel)
    return Standing.ALLOWED if is_here else Standing.LEFT


async def join(deps: Deps, request: Request) -> None:
    """Join a public channel because a person asks there; nothing where the bot may not, or is in it already."""
    client = await deps.slack.client(request.team_id, request.enterprise_id)
    with suppress(SlackError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await client.join(request.target_channel)
