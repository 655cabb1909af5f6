"""Ask Slack which channels a person is in, as far as it tells the bot."""

import asyncio
from collections.abc import AsyncIterator
from enum import Enum, auto
from functools import partial

import structlog

from bot.clients.slack.errors import Refusal, Refused, SlackError
from bot.clients.slack.responses import MemberPage
from bot.domain.home import Channels
from bot.follow import slack_pauses
from bot.follow.deps import Deps, Request

_log = structlog.get_logger(__name__)

#: of all methods that say so the one that takes a call or two for a person, however many channels follow something: it
#: lists a person's channels, of the private ones those that the bot is in as well
#: (docs.slack.dev/reference/methods/users.conversations). conversations.members would list all people of each channel.
METHOD = "users.conversations"
#: kinds of channel, each with a scope of its own
_KINDS = ("public_channel", "private_channel")
#: conversations of a few people. Where the scope for them is not granted the bot knows of none, so that none is missed
_FEW = "mpim"
#: pages of 200 of a kind that are read for a list; a person's further channels are not in it
PAGES_LISTED = 5
#: pages of a kind that are searched for one channel
PAGES_SEARCHED = 10


async def ask(deps: Deps, request: Request) -> Channels:
    """The channels that the person of a request is in. What Slack does not say is left out."""
    asked_at = deps.now()
    found: list[str] = []
    scope_missing, is_whole = False, True
    for kind in (*_KINDS, _FEW):
        try:
            async for page in _pages(deps, request, kind, at_most=PAGES_LISTED):
                found += page.channel_ids
        except SlackError as error:
            if _is_scope_missing(error):
                scope_missing |= kind != _FEW
                continue
            _log.info("channels_of_person_not_known", team=request.team_id, kind=kind, answer=error.answer)
            is_whole = False
    return Channels(at=asked_at, ids=tuple(sorted(set(found))), scope_missing=scope_missing, is_whole=is_whole)


class Presence(Enum):
    """Whether a person is in a channel; of several answers the first of these counts."""

    THERE = auto()
    NOT_SAID = auto()  #: Slack did not say
    SCOPE_MISSING = auto()  #: the bot may not ask about channels of that kind
    ELSEWHERE = auto()


async def presence(deps: Deps, request: Request, channel_id: str) -> Presence:
    """Whether a person is in a channel that they name. Slack is asked each time: it is not where they ask from."""
    *of_channels, of_few = await asyncio.gather(
        *(_is_in(deps, request, channel_id, kind=kind) for kind in (*_KINDS, _FEW))
    )
    answers = of_channels if of_few is Presence.SCOPE_MISSING else [*of_channels, of_few]
    return next(answer for answer in Presence if answer in answers)


async def _is_in(deps: Deps, request: Request, channel_id: str, *, kind: str) -> Presence:
    """Whether one of the person's channels of a kind is that one."""
    try:
        async for page in _pages(deps, request, kind, at_most=PAGES_SEARCHED):
            if channel_id in page.channel_ids:
                return Presence.THERE
            if page.cursor is None:
                return Presence.ELSEWHERE
    except SlackError as error:
        if _is_scope_missing(error):
            return Presence.SCOPE_MISSING
        _log.warning("channels_of_person_not_known", team=request.team_id, kind=kind, answer=error.answer)
    return Presence.NOT_SAID


async def _pages(deps: Deps, request: Request, kind: str, *, at_most: int) -> AsyncIterator[MemberPage]:
    """The channels of a kind that the person is in, page by page. Raises SlackError."""
    team_id, enterprise_id = request.team_id, request.enterprise_id
    client = await deps.slack.client(team_id, enterprise_id)
    installation = await deps.slack.installation(team_id, enterprise_id)
    meant = team_id if installation is not None and installation.is_org_wide else None
    cursor = None
    for _ in range(at_most):
        ask_for = partial(client.channels_of, request.user_id, kind, cursor=cursor, team_id=meant)
        page = await slack_pauses.call(deps, team_id, METHOD, ask_for)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


def _is_scope_missing(error: SlackError) -> bool:
    return isinstance(error, Refused) and error.refusal is Refusal.MISSING_SCOPE
