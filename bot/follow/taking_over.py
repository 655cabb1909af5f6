"""Take over a thread whose owner is not in Slack any more."""

from bot.db import people, subscriptions, workspaces
from bot.db.rows import ThreadRow
from bot.domain.permissions import Act
from bot.follow.beginning import add_follower
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message
from bot.render.thread import ThreadView


async def take_over(deps: Deps, request: Request, row: ThreadRow, view: ThreadView) -> Message:
    """The person becomes owner and follower of the thread; of two who press at the same time the first.

    `view`: what the long task is called in the answer.
    """
    texts, subscription, team_id = request.texts, row.subscription, request.team_id
    async with deps.database.begin() as connection:
        # Others who begin to follow meanwhile wait, so that the limit counts everything.
        await workspaces.lock(connection, team_id)
        owner_id = subscription.owner_id
        if owner_id is None:
            return replies.no_longer_followed(texts)
        if owner_id not in await people.gone(connection, team_id, [owner_id]):
            return replies.not_taken_over(texts, owner_id)
        count = await subscriptions.count_active(connection, team_id=team_id, owner_id=request.user_id)
        if count >= deps.follow_limit:
            reached = replies.limit_reached(texts, replies.LimitOf.PERSON, deps.follow_limit, request.command)
            return replies.not_shown(reached)
        taken = await subscriptions.take_over(
            connection,
            subscription.id,
            owner_id=owner_id,
            new_owner_id=request.user_id,
            now=deps.now(),
        )
        if not taken:
            return replies.no_longer_followed(texts)
        await add_follower(connection, deps, subscription.id, user_id=request.user_id, site_id=row.task.site_id)
    log_act(request, Act.TAKE_OVER, subscription=subscription.id)
    deps.delivery_wake.set()
    return replies.taken_over(texts, view, subscription_id=str(subscription.id))
