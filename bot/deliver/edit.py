"""Edit one message that is kept true: rendered from the latest state, compared, edited or left."""

from datetime import datetime, timedelta
from functools import partial

from bot.clients.slack.errors import SlackError
from bot.db import messages
from bot.db.engine import Connection
from bot.db.rows import MessageRow
from bot.deliver import failures
from bot.deliver.compose import Composed, compose
from bot.deliver.deps import Called, ClaimLost, Deps, Lease, check_claim, write
from bot.deliver.thread import Thread, read_thread
from bot.domain.message_facts import Milestone
from bot.domain.message_kinds import MessageKind, SubscriptionOwner
from bot.domain.message_plan import Draft
from bot.domain.states import MessageForm, Outcome

#: an edit whose end was not seen may arrive late and show an old state over the last one, so the last one is sent once
#: more after this
REPEATED_AFTER = timedelta(seconds=30)
#: percent at which a thread whose card cannot be edited gets a reply
MILESTONES = (25.0, 50.0, 75.0)


async def edit(deps: Deps, lease: Lease, message_id: int) -> Called | None:
    """Bring a message up to date; None if that needed no call.

    Raises ClaimLost if another process delivers for the workspace.
    """
    composed = await _begin(deps, lease, message_id)
    if composed is None:
        return None
    message, address, shown = composed.row, composed.row.address, composed.message
    if address is None:
        raise ValueError(f"message {message_id} is to be edited and is not in Slack")
    if not lease.is_fresh(deps.monotonic()):
        await write(deps, lease, partial(messages.edit_later, message=message, failed=False))
        raise ClaimLost
    try:
        client = await deps.client(lease)
        await client.edit(address.channel_id, address.ts, shown.text, shown.blocks)
    except SlackError as error:
        await write(deps, lease, failures.after_edit, deps, message, composed.thread, error)
        return Called(error=error)
    await write(deps, lease, _edited, deps, composed)
    deps.metrics.slack.edited(message.kind)
    return Called()


async def _begin(deps: Deps, lease: Lease, message_id: int) -> Composed | None:
    async with deps.database.begin() as connection:
        await check_claim(connection, lease)
        message = await messages.begin_edit(connection, message_id)
        if message is None:
            return None
        now, thread = deps.now(), None
        if isinstance(message.owner, SubscriptionOwner):
            thread = await read_thread(
                connection, message.owner.id, site_urls=deps.site_urls, now=now, shown_end=message.shown_end
            )
            if thread is None:
                return None
            if message.form is MessageForm.MILESTONES:
                await _milestone(connection, message, thread, now=now)
                return None
        composed = await compose(connection, deps, message, thread)
        if composed is None or _is_shown(message, composed):
            await messages.unchanged(connection, message)
            return None
    return composed


def _is_shown(message: MessageRow, composed: Composed) -> bool:
    """Whether a message shows what it should; the end of a long task is never edited away."""
    return message.shown == composed.shows.digest or (message.terminal and not composed.shows.terminal)


async def _milestone(connection: Connection, message: MessageRow, thread: Thread, *, now: datetime) -> None:
    """Plan a reply at every quarter, and at a stop, for a card that cannot be edited."""
    percent, before = thread.row.task.percent or 0.0, message.shown_percent or 0.0
    outcome = thread.view.outcome
    passed = outcome is Outcome.FOLLOWING and any(before < mark <= percent for mark in MILESTONES)
    # A stop has no completion.
    stopped = outcome is Outcome.STOPPED and not message.terminal
    if passed or stopped:
        draft = Draft(kind=MessageKind.MILESTONE, facts=Milestone())
        planned = messages.Planned(owner=message.owner, team_id=message.team_id, draft=draft)
        await messages.plan(connection, [planned], now=now)
        await messages.milestone_reached(connection, message, percent=percent, terminal=stopped)


async def _edited(connection: Connection, deps: Deps, composed: Composed) -> None:
    now, message, shows = deps.now(), composed.row, composed.shows
    again_at = now + REPEATED_AFTER if shows.terminal and message.edit_ambiguous else None
    await messages.edited(connection, message, shows, now=now, again_at=again_at)
