"""End a thread in which nothing can be posted any more, and inform its people elsewhere."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from bot.clients.slack.errors import Refusal, Refused
from bot.db import hooks, long_tasks, messages, subscriptions, waiting_messages
from bot.db.engine import Connection
from bot.deliver.thread import Thread
from bot.deliver.watch import lose_watches
from bot.domain.message_kinds import SubscriptionOwner
from bot.domain.message_plan import for_closed_hook, for_lost_thread
from bot.domain.states import LostReason

_log = structlog.get_logger(__name__)

_REASONS: Mapping[Refusal, LostReason] = {
    Refusal.ARCHIVED: LostReason.ARCHIVED,
    Refusal.CHANNEL_GONE: LostReason.GONE,
    Refusal.NOT_IN_CHANNEL: LostReason.REMOVED,
    Refusal.THREAD_GONE: LostReason.DELETED,
    Refusal.MESSAGE_GONE: LostReason.DELETED,
}
#: refusals that an invitation of the bot to the channel ends
_INVITABLE = frozenset({Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL})
#: refusals of the whole channel, which end its hook, too
_CLOSED = frozenset({Refusal.ARCHIVED, *_INVITABLE})
#: refusals of all that a watch would post there
_CHANNEL_LOST = _CLOSED | {Refusal.RESTRICTED}


async def end(connection: Connection, thread: Thread, error: Refused, *, starting: bool, now: datetime) -> None:
    """End a subscription; `starting`: nothing of it was posted."""
    subscription = thread.row.subscription
    _log.warning("thread_lost", subscription=subscription.id, method=error.method, answer=error.answer)
    await subscriptions.lose(connection, subscription.id, reason=error.answer, now=now)
    await waiting_messages.drop_thread(connection, subscription.id, reason=error.answer)
    await long_tasks.stop_looking(connection, [subscription.long_task_id])
    if subscription.watch_id is not None and error.refusal in _CHANNEL_LOST:
        await lose_watches(
            connection,
            team_id=subscription.team_id,
            channel_id=subscription.channel_id,
            reason=error.answer,
            now=now,
        )
    reason = _REASONS.get(error.refusal, LostReason.REFUSED)
    if reason is LostReason.DELETED and subscription.is_foreign:
        reason = LostReason.THREAD_DELETED
    drafts = for_lost_thread(
        reason,
        # Nobody waits where a script asked.
        starting=starting and not subscription.by_script,
        invitable=error.refusal in _INVITABLE,
        owner_id=subscription.owner_id,
        followers=thread.view.followers,
    )
    if error.refusal in _CLOSED:
        hook = await hooks.end_in_channel(connection, team_id=subscription.team_id, channel_id=subscription.channel_id)
        if hook is not None:
            _log.warning("hook_ended", reason=error.answer, user=hook.maker_id, channel=hook.channel_id)
            drafts = (*drafts, for_closed_hook(hook.maker_id))
    owner = SubscriptionOwner(subscription.id)
    planned = [messages.Planned(owner=owner, team_id=subscription.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=now)
