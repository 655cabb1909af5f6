"""What each refusal of Slack leads to: a table of answers, and the rows they change."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clients.slack_errors import Ambiguous, NotConnected, RateLimited, Refusal, Refused, SlackError
from bot.db import notices, pauses, subscriptions, workspaces
from bot.deliver.tools import Tools
from bot.deliver.views import Thread
from bot.domain.pacing import Telling, Work
from bot.render.replies import Lost

_log = structlog.get_logger(__name__)

#: seconds before a call that did not arrive is made again: doubled each time up to the last
FIRST_REST = 1.0
LONGEST_REST = 300.0


def rest(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 or more) in a row."""
    return timedelta(seconds=min(FIRST_REST * 2.0 ** min(attempts - 1, 20), LONGEST_REST))


async def of_any(connection: AsyncConnection, tools: Tools, team_id: str, error: SlackError) -> bool:
    """What an answer means for the whole workspace; whether that is all it means."""
    if isinstance(error, RateLimited):
        until = tools.now() + timedelta(seconds=error.retry_after)
        await pauses.pause(connection, pauses.slack_scope(team_id, error.method), until=until, reason=error.answer)
        return True
    if isinstance(error, Refused) and error.refusal is Refusal.WORKSPACE_GONE:
        if await workspaces.stop_workspace(connection, team_id, reason=error.answer):
            _log.error("workspace_stopped", team=team_id, answer=error.answer)
        return True
    return False


async def of_post(
    connection: AsyncConnection, tools: Tools, thread: Thread, notice: RowMapping, error: SlackError
) -> None:
    """A notice could not be posted: it is planned again, told otherwise, or dropped."""
    again: dict[str, Any] = {"state": "planned", "not_before": tools.now() + rest(notice["attempts"])}
    if await of_any(connection, tools, notice["team_id"], error):
        await notices.change(connection, notice["id"], state="planned")
    elif isinstance(error, Ambiguous):
        await notices.change(connection, notice["id"], **again, may_stand=True)
    elif isinstance(error, NotConnected):
        await notices.change(connection, notice["id"], **again)
    elif isinstance(error, Refused):
        await _POST[error.refusal](connection, tools, thread, notice, error)
    else:
        await _drop(connection, tools, thread, notice, error)


_OnPost = Callable[[AsyncConnection, Tools, Thread, RowMapping, Any], Awaitable[None]]


async def _drop(
    connection: AsyncConnection, tools: Tools, thread: Thread, notice: RowMapping, error: SlackError
) -> None:
    """Refused for this message only. Without its root a thread cannot be; without its card it says milestones."""
    _log.warning("notice_refused", notice=notice["id"], kind=notice["kind"], method=error.method, answer=error.answer)
    await notices.change(connection, notice["id"], state="dropped", reason=error.answer[:64])
    if notice["kind"] == Telling.ROOT:
        await _lose(connection, tools, thread, notice, error)
    elif notice["kind"] == Telling.CARD:
        await subscriptions.change(connection, notice["subscription_id"], card_form="milestones", card_dirty_since=None)


async def _plainer(
    connection: AsyncConnection, tools: Tools, thread: Thread, notice: RowMapping, error: Refused
) -> None:
    """Blocks are refused: the plain form from then on; where that is refused too, the message is."""
    if notice["form"] == "plain" or notice["kind"] == Telling.FILE:
        await _drop(connection, tools, thread, notice, error)
        return
    await notices.change(connection, notice["id"], state="planned", form="plain")
    if notice["kind"] == Telling.CARD:
        await subscriptions.change(connection, notice["subscription_id"], card_form="plain")
    elif notice["kind"] == Telling.ROOT:
        await subscriptions.change(connection, notice["subscription_id"], root_form="plain")


async def _again_later(
    connection: AsyncConnection, tools: Tools, _thread: Thread, notice: RowMapping, _error: Refused
) -> None:
    later = tools.now() + rest(notice["attempts"])
    await notices.change(connection, notice["id"], state="planned", not_before=later)


async def _lose(
    connection: AsyncConnection, tools: Tools, thread: Thread, notice: RowMapping, error: SlackError
) -> None:
    """Nothing can be told here: the subscription ends, and whoever asked for it is told elsewhere."""
    if notice["kind"] in (Telling.DM, Telling.CALLER):
        await notices.change(connection, notice["id"], state="dropped", reason=error.answer[:64])
        return
    await lose(connection, tools, thread, error, starting=notice["kind"] == Telling.ROOT)


async def lose(connection: AsyncConnection, tools: Tools, thread: Thread, error: SlackError, *, starting: bool) -> None:
    """End a subscription whose channel or thread takes no messages, and tell its owner or its followers."""
    row = thread.row
    _log.warning("thread_lost", subscription=row["id"], method=error.method, answer=error.answer)
    await subscriptions.lose(connection, row["id"], reason=error.answer, now=tools.now())
    await notices.drop_untold(connection, row["id"], reason=error.answer)
    refusal = error.refusal if isinstance(error, Refused) else Refusal.UNKNOWN
    told: list[tuple[Telling, dict[str, Any]]]
    if starting and refusal in (Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL):
        told = [(Telling.CALLER, {"reason": "invite"})]
    elif starting:
        told = [(Telling.CALLER, {"reason": _LOST.get(refusal, Lost.REFUSED)})]
    else:
        people = thread.view.followers if refusal is Refusal.THREAD_GONE else (row["owner_id"],)
        told = [(Telling.DM, {"reason": _LOST.get(refusal, Lost.REFUSED), "user": user}) for user in people]
    await notices.plan(
        connection,
        [
            notices.planned(kind, subscription_id=row["id"], team_id=row["team_id"], now=tools.now(), facts=facts)
            for kind, facts in told
        ],
    )


async def put_off(connection: AsyncConnection, work: Work, notice_id: int | None, *, at: datetime) -> None:
    """A telling that crashed is tried again later; a post may stand, since nobody knows how far it came."""
    if work.kind is Telling.CARD_EDIT:
        await subscriptions.edit_failed(
            connection, work.subscription_id, dirty_since=work.since, card_not_before=at, card_shown=None
        )
    elif work.kind is Telling.ROOT_EDIT:
        await subscriptions.change(connection, work.subscription_id, root_not_before=at)
    elif notice_id is not None and work.kind is Telling.NOTICE_EDIT:
        await notices.change(connection, notice_id, not_before=at)
    elif notice_id is not None:
        await notices.change(connection, notice_id, state="planned", may_stand=True, not_before=at)


async def set_aside(connection: AsyncConnection, work: Work, notice_id: int | None) -> None:
    """A telling that keeps crashing is given up, so that the rest of its thread is told."""
    if work.kind is Telling.CARD_EDIT:
        await subscriptions.change(
            connection, work.subscription_id, card_editing=False, card_dirty_since=None, card_form="milestones"
        )
    elif work.kind is Telling.ROOT_EDIT:
        await subscriptions.root_settled(connection, work.subscription_id)
    elif notice_id is not None and work.kind is Telling.NOTICE_EDIT:
        await notices.change(connection, notice_id, dirty_since=None)
    elif notice_id is not None:
        await notices.change(connection, notice_id, state="dropped", reason="set aside")


_LOST = {
    Refusal.ARCHIVED: Lost.ARCHIVED,
    Refusal.CHANNEL_GONE: Lost.GONE,
    Refusal.NOT_IN_CHANNEL: Lost.REMOVED,
    Refusal.THREAD_GONE: Lost.DELETED,
    Refusal.MESSAGE_GONE: Lost.DELETED,
    Refusal.RESTRICTED: Lost.REFUSED,
}

_POST: dict[Refusal, _OnPost] = {
    Refusal.MESSAGE_GONE: _drop,
    Refusal.EDIT_CLOSED: _drop,
    Refusal.BLOCKS_REFUSED: _plainer,
    Refusal.TOO_LONG: _plainer,
    Refusal.NOT_IN_CHANNEL: _lose,
    Refusal.CHANNEL_GONE: _lose,
    Refusal.ARCHIVED: _lose,
    Refusal.RESTRICTED: _lose,
    Refusal.THREAD_GONE: _lose,
    Refusal.MISSING_SCOPE: _drop,
    Refusal.USER_GONE: _drop,
    Refusal.NOT_NOW: _again_later,
    Refusal.UNKNOWN: _drop,
}
