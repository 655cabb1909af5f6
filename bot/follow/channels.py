"""Take note that a channel is shared with another organisation, or no longer is."""

import structlog

from bot.db import channels
from bot.db.engine import DatabaseAway
from bot.domain.states import Sharing
from bot.follow.deps import Deps

_log = structlog.get_logger(__name__)

#: seconds between two tries while the database is away: Slack does not say again what it has said once
RETRY_SECONDS = 5.0
TRIES = 120


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
