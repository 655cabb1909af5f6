"""Ask Slack which channels a person is in, as far as it tells the bot."""

from datetime import timedelta

import structlog

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import Refusal, Refused, SlackError, SlackRateLimited
from bot.db import pauses
from bot.domain.home import Channels
from bot.follow.deps import Deps, Request

_log = structlog.get_logger(__name__)

#: of all methods that say so the one that takes a call or two for a person, however many channels follow something: it
#: lists a person's channels, of the private ones those that the bot is in as well
#: (docs.slack.dev/reference/methods/users.conversations). conversations.members would list all people of each channel.
METHOD = "users.conversations"
#: kinds of channel, each with a scope of its own
_KINDS = ("public_channel", "private_channel")
#: pages of 200 that are read of a kind; a person's further channels are not listed
MAX_PAGES = 5


async def ask(deps: Deps, request: Request) -> Channels:
    """The channels that the person of a request is in. What Slack does not say is left out."""
    asked_at = deps.now()
    client = await deps.slack.client(request.team_id, request.enterprise_id)
    found: list[str] = []
    scope_missing, is_whole = False, True
    for kind in _KINDS:
        try:
            found += await _of_kind(deps, request, client, kind)
        except SlackError as error:
            if isinstance(error, Refused) and error.refusal is Refusal.MISSING_SCOPE:
                scope_missing = True
                continue
            _log.info("channels_of_person_not_known", team=request.team_id, kind=kind, answer=error.answer)
            is_whole = False
    return Channels(at=asked_at, ids=tuple(sorted(set(found))), scope_missing=scope_missing, is_whole=is_whole)


async def _of_kind(deps: Deps, request: Request, client: SlackClient, kind: str) -> list[str]:
    """Raises SlackError."""
    installation = await deps.slack.installation(request.team_id, request.enterprise_id)
    team_id = request.team_id if installation is not None and installation.is_org_wide else None
    found: list[str] = []
    cursor = None
    for _ in range(MAX_PAGES):
        await _check_pause(deps, request.team_id)
        try:
            page = await client.channels_of(request.user_id, kind, cursor=cursor, team_id=team_id)
        except SlackRateLimited as error:
            await _keep_pause(deps, request.team_id, error)
            raise
        found += page.channel_ids
        cursor = page.cursor
        if cursor is None:
            break
    return found


async def _check_pause(deps: Deps, team_id: str) -> None:
    """Raises SlackRateLimited, without a call, while the method is paused."""
    now = deps.now()
    async with deps.database.read() as connection:
        until = (await pauses.paused_methods(connection, team_id, now=now)).get(METHOD)
    if until is not None:
        raise SlackRateLimited(METHOD, "paused", retry_after=(until - now).total_seconds())


async def _keep_pause(deps: Deps, team_id: str, error: SlackRateLimited) -> None:
    until = deps.now() + timedelta(seconds=error.retry_after)
    async with deps.database.begin() as connection:
        await pauses.pause(connection, pauses.slack_scope(team_id, METHOD), until=until, reason=error.answer)
