"""What each refusal of Slack leads to: a table of answers, and the rows they change."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from bot.clients.slack.errors import Ambiguous, Refusal, Refused, SlackError, SlackRateLimited
from bot.db import cards, long_tasks, notices, pauses, subscriptions, workspaces
from bot.db.engine import Connection, Row
from bot.deliver.compose import facts_of, list_pages
from bot.deliver.deps import Tools
from bot.deliver.thread import Thread
from bot.domain.pacing import Method, Telling, Work
from bot.domain.states import Trouble
from bot.render.replies import Lost

_log = structlog.get_logger(__name__)

#: tries of a response URL that does not answer, before a direct message is sent instead
URL_TRIES = 3
#: seconds before a call that did not arrive is made again: doubled each time up to the last
FIRST_REST = 1.0
LONGEST_REST = 300.0


def rest(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 or more) in a row."""
    return timedelta(seconds=min(FIRST_REST * 2.0 ** min(attempts - 1, 20), LONGEST_REST))


async def of_any(connection: Connection, tools: Tools, team_id: str, error: SlackError) -> bool:
    """What an answer means for the whole workspace; whether that is all it means."""
    if isinstance(error, SlackRateLimited):
        until = tools.now() + timedelta(seconds=error.retry_after)
        await pauses.pause(connection, pauses.slack_scope(team_id, error.method), until=until, reason=error.answer)
        return True
    if isinstance(error, Refused) and error.refusal is Refusal.WORKSPACE_GONE:
        if await workspaces.stop_workspace(connection, team_id, reason=error.answer):
            _log.error("workspace_stopped", team=team_id, answer=error.answer)
        return True
    return False


async def of_post(connection: Connection, tools: Tools, thread: Thread, notice: Row, error: SlackError) -> None:
    """A notice could not be posted: it is planned again, told otherwise, or dropped."""
    again: dict[str, Any] = {"state": "planned", "not_before": tools.now() + rest(notice["attempts"])}
    if await of_any(connection, tools, notice["team_id"], error):
        await notices.change(connection, notice["id"], state="planned", not_before=_unpaced(tools, error))
    elif notice["kind"] == Telling.CALLER and (isinstance(error, Refused) or notice["attempts"] >= URL_TRIES):
        await _directly(connection, thread, notice)
    elif isinstance(error, Ambiguous):
        await notices.change(connection, notice["id"], **again, may_stand=True)
    elif isinstance(error, Refused) and notice["kind"] == Telling.FILE:
        await _as_text(connection, tools, thread, notice, error)
    elif isinstance(error, Refused):
        await _POST[error.refusal](connection, tools, thread, notice, error)
    else:
        await notices.change(connection, notice["id"], **again)


def _unpaced(tools: Tools, error: SlackError) -> datetime | None:
    """Until when a notice waits by itself, because pacing does not know the method that has to rest."""
    if isinstance(error, SlackRateLimited) and error.method not in set(Method):
        return tools.now() + timedelta(seconds=error.retry_after)
    return None


async def _directly(connection: Connection, thread: Thread, notice: Row) -> None:
    """The response URL is used up, too old, or does not answer: a direct message instead."""
    facts = msgspec.json.encode(facts_of(notice) | {"user": thread.row["owner_id"]}).decode()
    await notices.change(
        connection, notice["id"], kind=Telling.DM, facts=facts, state="planned", not_before=None, may_stand=False
    )


async def _as_text(connection: Connection, tools: Tools, thread: Thread, notice: Row, error: Refused) -> None:
    """No file may be sent here: the list follows as replies, as far as it fits."""
    _log.warning("file_refused", notice=notice["id"], method=error.method, answer=error.answer)
    await notices.change(connection, notice["id"], state="dropped", reason=error.answer[:64])
    row = thread.row
    if "page" in facts_of(notice) or error.refusal in _THREAD_LOST:
        return
    pages = await list_pages(connection, tools.catalogs.texts(row["language"]), thread)
    await notices.plan(
        connection,
        [
            notices.planned(
                Telling.FILE, subscription_id=row["id"], team_id=row["team_id"], now=tools.now(), facts={"page": page}
            )
            for page in range(len(pages))
        ],
    )


_OnPost = Callable[[Connection, Tools, Thread, Row, Any], Awaitable[None]]


async def _drop(connection: Connection, tools: Tools, thread: Thread, notice: Row, error: SlackError) -> None:
    """Refused for this message only. Without its root a thread cannot be; without its card it says milestones."""
    _log.warning("notice_refused", notice=notice["id"], kind=notice["kind"], method=error.method, answer=error.answer)
    await notices.change(connection, notice["id"], state="dropped", reason=error.answer[:64])
    if notice["kind"] == Telling.ROOT:
        await _lose(connection, tools, thread, notice, error)
    elif notice["kind"] == Telling.CARD:
        await subscriptions.change(connection, notice["subscription_id"], card_form="milestones")


async def _plainer(connection: Connection, tools: Tools, thread: Thread, notice: Row, error: Refused) -> None:
    """Blocks are refused: the plain form from then on; where that is refused too, the message is."""
    if notice["form"] == "plain":
        await _drop(connection, tools, thread, notice, error)
        return
    await notices.change(connection, notice["id"], state="planned", form="plain")
    if notice["kind"] == Telling.CARD:
        await subscriptions.change(connection, notice["subscription_id"], card_form="plain")
    elif notice["kind"] == Telling.ROOT:
        await subscriptions.change(connection, notice["subscription_id"], root_form="plain")


async def _again_later(connection: Connection, tools: Tools, _thread: Thread, notice: Row, _error: Refused) -> None:
    later = tools.now() + rest(notice["attempts"])
    await notices.change(connection, notice["id"], state="planned", not_before=later)


async def _lose(connection: Connection, tools: Tools, thread: Thread, notice: Row, error: SlackError) -> None:
    """Nothing can be told here: the subscription ends, and whoever asked for it is told elsewhere."""
    if notice["kind"] in (Telling.DM, Telling.CALLER):
        await notices.change(connection, notice["id"], state="dropped", reason=error.answer[:64])
        return
    await lose(connection, tools, thread, error, starting=notice["kind"] == Telling.ROOT)


async def lose(connection: Connection, tools: Tools, thread: Thread, error: SlackError, *, starting: bool) -> None:
    """End a subscription whose channel or thread takes no messages, and tell its owner or its followers."""
    row = thread.row
    _log.warning("thread_lost", subscription=row["id"], method=error.method, answer=error.answer)
    await subscriptions.lose(connection, row["id"], reason=error.answer, now=tools.now())
    await notices.drop_untold(connection, row["id"], reason=error.answer)
    await long_tasks.rest(connection, [row["long_task_id"]])
    refusal = error.refusal if isinstance(error, Refused) else Refusal.UNKNOWN
    told: list[tuple[Telling, dict[str, Any]]]
    if starting and refusal in (Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL):
        told = [(Telling.CALLER, {"reason": "invite"})]
    elif starting:
        told = [(Telling.CALLER, {"reason": _LOST.get(refusal, Lost.REFUSED)})]
    else:
        deleted = refusal in (Refusal.THREAD_GONE, Refusal.MESSAGE_GONE)
        people = thread.view.followers if deleted else (row["owner_id"],)
        told = [(Telling.DM, {"reason": _LOST.get(refusal, Lost.REFUSED), "user": user}) for user in people]
    await notices.plan(
        connection,
        [
            notices.planned(kind, subscription_id=row["id"], team_id=row["team_id"], now=tools.now(), facts=facts)
            for kind, facts in told
        ],
    )


async def put_off(connection: Connection, work: Work, notice_id: int | None, *, at: datetime) -> None:
    """A telling that crashed is tried again later; a post may stand, since nobody knows how far it came."""
    if work.kind is Telling.CARD_EDIT:
        await cards.edit_failed(
            connection, work.subscription_id, dirty_since=work.since, card_not_before=at, card_shown=None
        )
    elif work.kind is Telling.ROOT_EDIT:
        await subscriptions.change(connection, work.subscription_id, root_not_before=at)
    elif notice_id is not None:
        await notices.put_off(connection, notice_id, until=at)


async def set_aside(connection: Connection, work: Work, notice_id: int | None, *, team_id: str, now: datetime) -> None:
    """A telling that keeps crashing is given up, so that the rest of its thread is told; the thread is told of that
    once, or, where there is no thread yet, whoever asked for it."""
    _log.error("telling_set_aside", subscription=work.subscription_id, notice=notice_id, kind=work.kind)
    if work.kind is Telling.CARD_EDIT:
        await subscriptions.change(
            connection, work.subscription_id, card_editing=False, card_dirty_since=None, card_form="milestones"
        )
    elif work.kind is Telling.ROOT_EDIT:
        await cards.root_settled(connection, work.subscription_id)
    elif notice_id is not None and work.kind is Telling.NOTICE_EDIT:
        await notices.change(connection, notice_id, dirty_since=None)
    elif notice_id is not None:
        await notices.change(connection, notice_id, state="dropped", reason="set aside")
    telling, facts = Telling.TROUBLE, {"trouble": Trouble.SET_ASIDE, "over": False, "bare": True}
    if work.kind is Telling.ROOT:
        await subscriptions.lose(connection, work.subscription_id, reason="set aside", now=now)
        await notices.drop_untold(connection, work.subscription_id, reason="set aside")
        telling, facts = Telling.CALLER, {"reason": "set aside", "bare": True}
    told = notices.planned(telling, subscription_id=work.subscription_id, team_id=team_id, now=now, facts=facts)
    await notices.plan_once(connection, told | {"marker": f"set-aside-{work.subscription_id}"})


_THREAD_LOST = frozenset({Refusal.NOT_IN_CHANNEL, Refusal.CHANNEL_GONE, Refusal.ARCHIVED, Refusal.THREAD_GONE})

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
