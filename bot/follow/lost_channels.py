"""Take note that a channel takes no more messages: end its threads, and inform their owners."""

from datetime import datetime, timedelta

import structlog

from bot.db import channels, long_tasks, messages, subscriptions, waiting_messages, watches
from bot.db.engine import Connection, DatabaseAway
from bot.db.rows import SubscriptionRow
from bot.domain.message_kinds import SubscriptionOwner
from bot.domain.message_plan import for_lost_thread
from bot.domain.states import LostReason, WatchState
from bot.follow.channels import RETRY_SECONDS, TRIES
from bot.follow.deps import Deps
from bot.follow.watching import end as end_watch

_log = structlog.get_logger(__name__)

#: event times are whole seconds
_RESOLUTION = timedelta(seconds=1)


async def channel_lost(deps: Deps, team_id: str, channel_id: str, reason: LostReason, *, at: datetime) -> None:
    """A channel was archived, or the bot removed from it: end what it followed until then (UTC).

    What began later stays, since Slack may deliver an event late, or twice. Slack withholds some of these events; then
    the next post finds out.
    """
    ended = 0
    for left in reversed(range(TRIES)):
        try:
            async with deps.database.begin() as connection:
                ended = await _end_all(connection, deps, team_id, channel_id, reason, at=at)
            break
        except DatabaseAway:
            if not left:
                raise
        await deps.sleep(RETRY_SECONDS)
    _log.warning("channel_lost", team=team_id, channel=channel_id, reason=reason, threads=ended)
    deps.delivery_wake.set()


async def channel_renamed(team_id: str, channel_id: str) -> None:
    """A channel has another name: messages link it by its id, and Slack shows the name it has."""
    _log.info("channel_renamed", team=team_id, channel=channel_id)


async def _end_all(
    connection: Connection, deps: Deps, team_id: str, channel_id: str, reason: LostReason, *, at: datetime
) -> int:
    now = deps.now()
    threads = await subscriptions.in_channel(
        connection, team_id=team_id, channel_id=channel_id, begun_before=at + _RESOLUTION
    )
    for subscription in threads:
        await _end(connection, subscription, reason, now=now)
    for watch in await watches.of_channel(connection, team_id=team_id, channel_id=channel_id):
        await end_watch(connection, deps, watch, WatchState.LOST)
    # What Slack said to a member of the channel is no sign any more that the bot sees it.
    await channels.change(connection, team_id, channel_id, None, now=now)
    return len(threads)


async def _end(connection: Connection, subscription: SubscriptionRow, reason: LostReason, *, now: datetime) -> None:
    await subscriptions.lose(connection, subscription.id, reason=reason, now=now)
    await waiting_messages.drop_thread(connection, subscription.id, reason=reason)
    await long_tasks.stop_looking(connection, [subscription.long_task_id])
    drafts = for_lost_thread(
        reason,
        starting=subscription.thread_ts is None,
        invitable=reason is LostReason.REMOVED,
        owner_id=subscription.owner_id,
        followers=(),
    )
    owner = SubscriptionOwner(subscription.id)
    planned = [messages.Planned(owner=owner, team_id=subscription.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=now)
    _log.warning("thread_lost", subscription=subscription.id, reason=reason)
