"""Stop following long tasks."""

from bot.db import long_tasks, messages, subscriptions, threads, waiting_messages
from bot.domain.command import Stop, StopAll
from bot.domain.message_kinds import SubscriptionOwner
from bot.domain.message_plan import for_stop
from bot.domain.permissions import Act, may
from bot.domain.states import Outcome
from bot.follow import listing
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.follow.thread_views import views_of
from bot.render import replies
from bot.render.message import Message
from bot.render.replies.lists import ROWS


async def stop(deps: Deps, request: Request, command: Stop) -> Message:
    """Stop the thread with which this channel follows a long task; without one that in which it is asked, else the only
    thread, or a choice."""
    ref = command.ref
    async with deps.database.read() as connection:
        found = await threads.followed(
            connection,
            team_id=request.team_id,
            channel_id=request.target_channel,
            remote_id=ref.remote_id if ref is not None else None,
        )
    if ref is not None:
        found = [row for row in found if row.site_id == ref.site_id]
    elif request.thread_ts is not None:
        # Asked in a thread that follows something, that is meant.
        found = [row for row in found if row.thread_ts == request.thread_ts] or found
    if not found:
        texts = request.texts
        return replies.nothing_to_stop(texts) if ref is None else replies.not_followed_here(texts, ref.remote_id)
    if len(found) > 1:
        # One more than are shown, so that the choice says that there are more.
        shown = await listing.lines(deps, request, found[: ROWS + 1])
        return replies.which_to_stop(request.texts, shown, request.command)
    row = found[0]
    (view,) = await views_of(deps, request.team_id, [row])
    if not await stop_thread(deps, request, row.id):
        return replies.not_followed_here(request.texts, row.remote_id)
    link = await deps.permalink(request, row.channel_id, row.thread_ts)
    stopped = replies.stopped(request.texts, row.remote_id, link)
    return replies.naming(request.texts, stopped, view)


async def stop_all(deps: Deps, request: Request, _command: StopAll) -> Message:
    """Stop the caller's own threads in this channel; those of all if a workspace admin asks."""
    async with deps.database.read() as connection:
        found = await threads.followed(connection, team_id=request.team_id, channel_id=request.target_channel)
    everything = may(request.person, Act.STOP_ALL_OF_OTHERS)
    rows = [row for row in found if everything or row.owner_id == request.user_id]
    stopped = [await stop_thread(deps, request, row.id) for row in rows]
    return replies.stopped_all(request.texts, sum(stopped))


async def stop_thread(deps: Deps, request: Request, subscription_id: int) -> bool:
    """Stop one thread: its card shows who did, and its owner gets a direct message if it was another person.

    False if it has ended, which it may between being found and being stopped.
    """
    now = deps.now()
    async with deps.database.begin() as connection:
        row = await threads.find(connection, subscription_id)
        if row is None or not await subscriptions.stop(
            connection, subscription_id, stopped_by=request.user_id, now=now
        ):
            return False
        await waiting_messages.drop_stopped(connection, subscription_id, reason="stopped")
        owner = SubscriptionOwner(subscription_id)
        drafts = for_stop(owner_id=row.subscription.owner_id, stopped_by=request.user_id)
        planned = [messages.Planned(owner=owner, team_id=request.team_id, draft=draft) for draft in drafts]
        await messages.plan(connection, planned, now=now)
        await long_tasks.stop_looking(connection, [row.subscription.long_task_id])
    deps.metrics.commands.ended(Outcome.STOPPED)
    log_act(request, Act.STOP, subscription=subscription_id)
    deps.delivery_wake.set()
    return True
