"""Edit what stands in a thread: the card, the root, and replies whose counts have grown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clients.slack_errors import Ambiguous, NotConnected, Refusal, Refused, SlackError
from bot.db import claims, notices, subscriptions
from bot.deliver.composing import buttons, compose
from bot.deliver.consequences import lose, of_any, rest
from bot.deliver.tools import ClaimLost, Hold, Tools, written
from bot.deliver.views import Thread, read_thread
from bot.domain.outcome import Outcome
from bot.domain.pacing import Telling
from bot.render import card
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: an edit whose end was not seen may arrive late, and show an old state over the last one; so the last one is sent
#: once more after this
REPEATED_AFTER = timedelta(seconds=30)
#: percent at which a thread whose card cannot be edited says how it stands
MILESTONES = (25.0, 50.0, 75.0)


@dataclass(frozen=True, kw_only=True)
class _Edit:
    """A card's edit that has been begun."""

    thread: Thread
    message: Message
    fingerprint: str
    dirty_since: datetime


async def edit_card(tools: Tools, hold: Hold, subscription_id: int) -> SlackError | None:
    """Bring a card up to date; the error where Slack did not take it, already written down. Raises ClaimLost."""
    edit = await _begin(tools, hold, subscription_id)
    if edit is None:
        return None
    if not hold.fresh(tools.monotonic()):
        await written(tools, hold, _not_made, edit)
        raise ClaimLost
    row = edit.thread.row
    try:
        await tools.slack(hold.team_id).update(
            row["channel_id"], row["card_ts"], edit.message.text, edit.message.blocks
        )
    except SlackError as error:
        await written(tools, hold, _card_refused, tools, edit, error)
        return error
    await written(tools, hold, _card_shown, tools, edit)
    tools.metrics.card_edited()
    return None


async def _begin(tools: Tools, hold: Hold, subscription_id: int) -> _Edit | None:
    async with tools.database.begin() as connection:
        if not await claims.holds_workspace(connection, team_id=hold.team_id, claim_id=hold.claim_id):
            raise ClaimLost
        now = tools.now()
        thread = await read_thread(connection, subscription_id, people_urls=tools.people_urls, now=now)
        if thread is None or not await subscriptions.begin_edit(connection, subscription_id):
            return None
        row = thread.row
        if row["card_form"] == "milestones":
            await _milestone(connection, thread, now=now)
            return None
        words = tools.catalogs.words(row["language"])
        actions, value = buttons(tools, thread), str(subscription_id)
        shown = card.fingerprint(words, thread.view, actions, subscription_id=value)
        if shown == row["card_shown"]:
            await subscriptions.change(connection, subscription_id, card_editing=False)
            return None
        message = card.card(words, thread.view, actions, subscription_id=value)
        if row["card_form"] == "plain":
            message = card.plain(message)
    return _Edit(thread=thread, message=message, fingerprint=shown, dirty_since=row["card_dirty_since"])


async def _milestone(connection: AsyncConnection, thread: Thread, *, now: datetime) -> None:
    """A card that cannot be edited any more is followed by a reply at every quarter."""
    row = thread.row
    values: dict[str, Any] = {"card_editing": False}
    percent, before = row["task_percent"] or 0.0, row["card_percent"] or 0.0
    if thread.view.outcome is Outcome.FOLLOWING and any(before < mark <= percent for mark in MILESTONES):
        reply = notices.planned(Telling.MILESTONE, subscription_id=row["id"], team_id=row["team_id"], now=now)
        await notices.plan(connection, [reply])
        values["card_percent"] = percent
    await subscriptions.change(connection, row["id"], **values)


async def _not_made(connection: AsyncConnection, edit: _Edit) -> None:
    await subscriptions.edit_failed(connection, edit.thread.row["id"], dirty_since=edit.dirty_since)


async def _card_shown(connection: AsyncConnection, tools: Tools, edit: _Edit) -> None:
    row, view = edit.thread.row, edit.thread.view
    terminal = view.outcome is not Outcome.FOLLOWING
    values: dict[str, Any] = {
        "card_editing": False,
        "card_shown": edit.fingerprint,
        "card_percent": row["task_percent"],
        "card_checked_at": view.checked_at,
        "card_expected_end": view.expected_end,
        "card_attempts": 0,
        "card_not_before": None,
        "card_terminal": terminal,
    }
    if terminal and row["card_unsure"]:
        now = tools.now()
        values |= {
            "card_unsure": False,
            "card_shown": None,
            "card_dirty_since": now,
            "card_not_before": now + REPEATED_AFTER,
        }
    await subscriptions.change(connection, row["id"], **values)


async def _card_refused(connection: AsyncConnection, tools: Tools, edit: _Edit, error: SlackError) -> None:
    row = edit.thread.row
    attempts = row["card_attempts"] + 1
    again: dict[str, Any] = {"card_attempts": attempts, "card_not_before": tools.now() + rest(attempts)}
    if await of_any(connection, tools, row["team_id"], error):
        await _not_made(connection, edit)
    elif isinstance(error, Ambiguous):
        await subscriptions.edit_failed(
            connection, row["id"], dirty_since=edit.dirty_since, card_unsure=True, card_shown=None, **again
        )
    elif isinstance(error, NotConnected):
        await subscriptions.edit_failed(connection, row["id"], dirty_since=edit.dirty_since, **again)
    elif isinstance(error, Refused):
        _log.warning("card_edit_refused", subscription=row["id"], answer=error.answer)
        await _ON_CARD.get(error.refusal, _leave)(connection, tools, edit, error)


async def _post_anew(connection: AsyncConnection, tools: Tools, edit: _Edit, _error: Refused) -> None:
    """The card was deleted: posted once more; deleted again, the thread says milestones."""
    row = edit.thread.row
    if row["card_reposted"]:
        await subscriptions.change(connection, row["id"], card_editing=False, card_form="milestones", card_ts=None)
        return
    await subscriptions.change(connection, row["id"], card_editing=False, card_reposted=True, card_ts=None)
    again = notices.planned(Telling.CARD, subscription_id=row["id"], team_id=row["team_id"], now=tools.now())
    await notices.plan(connection, [again])


async def _no_more_edits(connection: AsyncConnection, _tools: Tools, edit: _Edit, _error: Refused) -> None:
    await subscriptions.change(connection, edit.thread.row["id"], card_editing=False, card_form="milestones")


async def _plainer(connection: AsyncConnection, tools: Tools, edit: _Edit, error: Refused) -> None:
    if edit.thread.row["card_form"] == "plain":
        await _no_more_edits(connection, tools, edit, error)
        return
    await subscriptions.edit_failed(
        connection, edit.thread.row["id"], dirty_since=edit.dirty_since, card_form="plain", card_shown=None
    )


async def _lost(connection: AsyncConnection, tools: Tools, edit: _Edit, error: Refused) -> None:
    await lose(connection, tools, edit.thread, error, starting=False)


async def _leave(connection: AsyncConnection, _tools: Tools, edit: _Edit, _error: Refused) -> None:
    """An answer nobody has heard of: refused for this edit only."""
    await subscriptions.change(connection, edit.thread.row["id"], card_editing=False, card_shown=None)


_ON_CARD: dict[Refusal, Callable[[AsyncConnection, Tools, _Edit, Any], Awaitable[None]]] = {
    Refusal.MESSAGE_GONE: _post_anew,
    Refusal.EDIT_CLOSED: _no_more_edits,
    Refusal.BLOCKS_REFUSED: _plainer,
    Refusal.TOO_LONG: _plainer,
    Refusal.CHANNEL_GONE: _lost,
    Refusal.NOT_IN_CHANNEL: _lost,
    Refusal.ARCHIVED: _lost,
}


async def edit_root(tools: Tools, hold: Hold, subscription_id: int) -> SlackError | None:
    """Let the message in the channel show how it ended. Raises ClaimLost."""
    async with tools.database.read() as connection:
        thread = await read_thread(connection, subscription_id, people_urls=tools.people_urls, now=tools.now())
    if thread is None or thread.row["root_ts"] is None or not hold.fresh(tools.monotonic()):
        return None
    row = thread.row
    message = card.root(tools.catalogs.words(row["language"]), thread.view)
    if row["root_form"] == "plain":
        message = card.plain(message)
    try:
        await tools.slack(hold.team_id).update(row["channel_id"], row["root_ts"], message.text, message.blocks)
    except SlackError as error:
        await written(tools, hold, _root_refused, tools, thread, error)
        return error
    await written(tools, hold, subscriptions.root_shown, row["id"], thread.view.outcome)
    return None


async def _root_refused(connection: AsyncConnection, tools: Tools, thread: Thread, error: SlackError) -> None:
    row = thread.row
    if await of_any(connection, tools, row["team_id"], error):
        return
    if isinstance(error, Ambiguous | NotConnected):
        await subscriptions.change(connection, row["id"], root_not_before=tools.now() + rest(4))
        return
    refusal = error.refusal if isinstance(error, Refused) else Refusal.UNKNOWN
    if refusal is Refusal.MESSAGE_GONE:
        await _root_gone(connection, tools, thread)
    elif refusal in (Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL, Refusal.ARCHIVED):
        await lose(connection, tools, thread, error, starting=False)
    elif refusal in (Refusal.BLOCKS_REFUSED, Refusal.TOO_LONG) and row["root_form"] != "plain":
        await subscriptions.change(connection, row["id"], root_form="plain")
    else:
        _log.warning("root_edit_refused", subscription=row["id"], answer=error.answer)
        await subscriptions.change(connection, row["id"], root_outcome=row["outcome"])


async def _root_gone(connection: AsyncConnection, tools: Tools, thread: Thread) -> None:
    """Somebody deleted the message that the thread hangs on: those who wanted to be told are told directly."""
    row = thread.row
    await subscriptions.lose(connection, row["id"], reason="root deleted", now=tools.now())
    await notices.drop_untold(connection, row["id"], reason="root deleted")
    await notices.plan(
        connection,
        [
            notices.planned(
                Telling.DM,
                subscription_id=row["id"],
                team_id=row["team_id"],
                now=tools.now(),
                facts={"reason": "deleted", "user": user},
            )
            for user in thread.view.followers
        ],
    )


async def edit_notice(tools: Tools, hold: Hold, notice_id: int) -> SlackError | None:
    """Edit a reply whose counts have grown. Raises ClaimLost."""
    async with tools.database.read() as connection:
        notice = await notices.find(connection, notice_id)
        thread = notice and await read_thread(
            connection, notice["subscription_id"], people_urls=tools.people_urls, now=tools.now()
        )
        message = await compose(connection, tools, thread, notice) if notice and thread else None
    if not notice or not thread or message is None or not hold.fresh(tools.monotonic()):
        return None
    try:
        await tools.slack(hold.team_id).update(thread.row["channel_id"], notice["ts"], message.text, message.blocks)
    except SlackError as error:
        await written(tools, hold, _notice_refused, tools, notice, error)
        return error
    await written(tools, hold, notices.fresh, notice)
    return None


async def _notice_refused(connection: AsyncConnection, tools: Tools, notice: RowMapping, error: SlackError) -> None:
    """A warning that was deleted or cannot be edited is left as it is."""
    if await of_any(connection, tools, notice["team_id"], error):
        return
    if isinstance(error, Ambiguous | NotConnected):
        await notices.change(connection, notice["id"], not_before=tools.now() + rest(4))
        return
    await notices.fresh(connection, notice)
