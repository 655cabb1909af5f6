"""Look at a long task because somebody pressed *Check now*, and show what the look found."""

from datetime import timedelta

from bot.db import long_tasks, stale_messages
from bot.db.rows import LongTaskRow, ThreadRow
from bot.domain.permissions import Act
from bot.domain.states import Outcome
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message

#: when the card is edited: by then the look is usually done
SHOWN_AFTER = timedelta(seconds=1.5)
#: how long a person who is to get a sentence waits for the look
PATIENCE = timedelta(seconds=8)
#: seconds between two glances at whether the look is done
PAUSE = 0.25


async def check_now(deps: Deps, request: Request, row: ThreadRow) -> Message | None:
    """Have a long task looked at; returns the answer, or None if the card shows what the look finds."""
    now = deps.now()
    async with deps.database.begin() as connection:
        if not await long_tasks.check_now(connection, row.task.id, now=now):
            return replies.checked_just_now(request.texts, row.task.checked_at)
        on_card = deps.shown_looks.take(request.team_id, now)
        if on_card:
            await stale_messages.show_next_look(connection, row.subscription.id, after=now + SHOWN_AFTER)
    log_act(request, Act.CHECK_NOW, subscription=row.subscription.id)
    deps.polling_wake.set()
    return None if on_card else await _in_a_sentence(deps, request, row)


async def _in_a_sentence(deps: Deps, request: Request, row: ThreadRow) -> Message:
    """What the look finds, for this person alone."""
    seen = await _looked_at(deps, row.task)
    if seen is None or seen.checked_at is None:
        return replies.no_answer_yet(request.texts, row.task.checked_at)
    if seen.outcome is not Outcome.FOLLOWING:
        return replies.checked_and_ended(request.texts, seen.checked_at)
    return replies.checked(request.texts, seen.checked_at, seen.percent, moved=seen.percent != row.task.percent)


async def _looked_at(deps: Deps, before: LongTaskRow) -> LongTaskRow | None:
    """A long task once Confluence has answered about it again; None if that takes too long."""
    until = deps.now() + PATIENCE
    while deps.now() < until:
        await deps.sleep(PAUSE)
        async with deps.database.read() as connection:
            row = await long_tasks.find(connection, site_id=before.site_id, remote_id=before.remote_id)
        if row is None or row.checked_at != before.checked_at:
            return row
    return None
