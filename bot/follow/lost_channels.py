"""Take note that a channel takes no more messages: end its threads, watches and hook, and inform whose they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.db import channels, events, hooks, long_tasks, messages, people, subscriptions, waiting_messages, watches
from bot.db.engine import Connection, DatabaseAway
from bot.db.rows import HookRow, SubscriptionRow
from bot.domain.message_facts import Answer
from bot.domain.message_kinds import MessageKind, PersonOwner, SubscriptionOwner
from bot.domain.message_plan import Draft, for_lost_thread
from bot.domain.states import HookEnd, LostReason, WatchState
from bot.follow.channels import RETRY_SECONDS, TRIES
from bot.follow.deps import Deps
from bot.follow.watching import end as end_watch
from bot.render import replies

_log = structlog.get_logger(__name__)

#: event times are whole seconds
_RESOLUTION = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class LostChannel:
    """A channel was archived or deleted, or the bot removed from it."""

    event_id: str
    team_id: str
    channel_id: str
    reason: LostReason
    #: when it happened (UTC)
    at: datetime


async def channel_lost(deps: Deps, lost: LostChannel) -> None:
    """End what the channel followed when that happened, what it watches, and its hook.

    What began later stays, since Slack may deliver an event late. Slack withholds some of these events; then the next
    post, or the next call of the hook, finds out.
    """
    ended = 0
    for left in reversed(range(TRIES)):
        try:
            async with deps.database.begin() as connection:
                if not await events.take(connection, lost.event_id, now=deps.now()):
                    return
                ended = await _end_all(connection, deps, lost)
            break
        except DatabaseAway:
            if not left:
                raise
        await deps.sleep(RETRY_SECONDS)
    deps.metrics.commands.ended("lost", ended)
    _log.warning("channel_lost", team=lost.team_id, channel=lost.channel_id, reason=lost.reason, threads=ended)
    deps.delivery_wake.set()


async def channel_renamed(team_id: str, channel_id: str) -> None:
    """A channel has another name: messages link it by its id, and Slack shows the name it has."""
    _log.info("channel_renamed", team=team_id, channel=channel_id)


async def _end_all(connection: Connection, deps: Deps, lost: LostChannel) -> int:
    """Returns the number of threads that end."""
    now, team_id, channel_id = deps.now(), lost.team_id, lost.channel_id
    begun_before = lost.at + _RESOLUTION
    threads = await subscriptions.in_channel(
        connection, team_id=team_id, channel_id=channel_id, begun_before=begun_before
    )
    for subscription in threads:
        await _end(connection, subscription, lost.reason, now=now)
    for watch in await watches.of_channel(connection, team_id=team_id, channel_id=channel_id):
        if watch.created_at < begun_before:
            await end_watch(connection, deps, watch, WatchState.LOST)
    hook = await hooks.end_in_channel(connection, team_id=team_id, channel_id=channel_id, made_before=begun_before)
    if hook is not None:
        await _inform_maker(connection, deps, hook, lost.reason)
    # What Slack said to a member of the channel is no sign any more that the bot sees it.
    await channels.change(connection, team_id, channel_id, None, now=now)
    return len(threads)


async def _inform_maker(connection: Connection, deps: Deps, hook: HookRow, reason: LostReason) -> None:
    """Write down a direct message to the maker of a hook that has ended with its channel."""
    maker = await people.find(connection, hook.team_id, hook.maker_id)
    texts = deps.catalogs.texts(*(maker.languages if maker is not None else ()), deps.default_language)
    message = replies.hook_over(texts, HookEnd.CLOSED, channel_id=hook.channel_id)
    facts = Answer(text=message.text, blocks=message.blocks)
    draft = Draft(kind=MessageKind.DIRECT, facts=facts, user_id=hook.maker_id)
    planned = messages.Planned(owner=PersonOwner(hook.maker_id), team_id=hook.team_id, draft=draft)
    await messages.plan(connection, [planned], now=deps.now())
    _log.warning("hook_ended", reason=reason.value, user=hook.maker_id, channel=hook.channel_id)


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
