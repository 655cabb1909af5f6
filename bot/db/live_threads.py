"""Find the thread that is alive, from any message of it that people still see."""

from sqlalchemy import case, or_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.models import is_active, notices, subscriptions


async def of_message(
    connection: AsyncConnection,
    *,
    team_id: str,
    channel_id: str,
    message_ts: str,
    marker: str | None = None,
    subscription_id: int | None = None,
) -> RowMapping | None:
    """The subscription to link to from a message of ours: the one that follows the same long task in this channel
    now, else the one it belonged to; none where nobody knows the message.

    A root or card that stands twice, because Slack did not say whether it had arrived, is known by its `marker` (in
    its metadata) or by the `subscription_id` that its buttons carry.
    """
    signs = [subscriptions.c.root_ts == message_ts, subscriptions.c.card_ts == message_ts]
    if marker is not None:
        signs.append(subscriptions.c.id.in_(select(notices.c.subscription_id).where(notices.c.marker == marker)))
    if subscription_id is not None:
        signs.append(subscriptions.c.id == subscription_id)
    here = (subscriptions.c.team_id == team_id, subscriptions.c.channel_id == channel_id)
    found = select(subscriptions.c.long_task_id).where(*here, or_(*signs))
    alive = case((is_active, 0), else_=1)
    query = (
        select(subscriptions)
        .where(*here, subscriptions.c.long_task_id.in_(found), subscriptions.c.thread_ts.is_not(None))
        .order_by(alive, subscriptions.c.id.desc())
        .limit(1)
    )
    return (await connection.execute(query)).mappings().first()
