"""Edit the card: bring it up to date, and never over its last state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused, SlackError
from bot.db import cards, claims, notices, subscriptions
from bot.db.engine import Connection
from bot.deliver.compose import card_of, shown
from bot.deliver.deps import Called, ClaimLost, Hold, Tools, written
from bot.deliver.error_policy import lose, of_any, rest
from bot.deliver.thread import Thread, read_thread
from bot.domain.pacing import Telling
from bot.domain.states import Outcome
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


async def edit_card(tools: Tools, hold: Hold, subscription_id: int) -> Called | None:
    """Bring a card up to date; none where that needed no call. Raises ClaimLost."""
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
        return Called(error=error)
    await written(tools, hold, _card_shown, tools, edit)
    tools.metrics.card_edited()
    return Called()


async def _begin(tools: Tools, hold: Hold, subscription_id: int) -> _Edit | None:
    async with tools.database.begin() as connection:
        if not await claims.holds_workspace(connection, team_id=hold.team_id, claim_id=hold.claim_id):
            raise ClaimLost
        now = tools.now()
        thread = await read_thread(connection, subscription_id, people_urls=tools.people_urls, now=now)
        if thread is None or not await cards.begin_edit(connection, subscription_id):
            return None
        row = thread.row
        if row["card_form"] == "milestones":
            await _milestone(connection, thread, now=now)
            return None
        texts = tools.catalogs.texts(row["language"])
        fingerprint = shown(tools, texts, thread)
        if fingerprint == row["card_shown"]:
            await subscriptions.change(connection, subscription_id, card_editing=False)
            return None
        message = card_of(tools, texts, thread)
        if row["card_form"] == "plain":
            message = card.plain(message)
    return _Edit(thread=thread, message=message, fingerprint=fingerprint, dirty_since=row["card_dirty_since"])


async def _milestone(connection: Connection, thread: Thread, *, now: datetime) -> None:
    """A card that cannot be edited any more is followed by a reply at every quarter."""
    row = thread.row
    values: dict[str, Any] = {"card_editing": False}
    percent, before = row["task_percent"] or 0.0, row["card_percent"] or 0.0
    passed = thread.view.outcome is Outcome.FOLLOWING and any(before < mark <= percent for mark in MILESTONES)
    # A stop has no completion that would tell of it.
    stopped = thread.view.outcome is Outcome.STOPPED and not row["card_terminal"]
    if passed or stopped:
        reply = notices.planned(Telling.MILESTONE, subscription_id=row["id"], team_id=row["team_id"], now=now)
        await notices.plan(connection, [reply])
        values |= {"card_percent": percent, "card_terminal": stopped}
    await subscriptions.change(connection, row["id"], **values)


async def _not_made(connection: Connection, edit: _Edit) -> None:
    await cards.edit_failed(connection, edit.thread.row["id"], dirty_since=edit.dirty_since)


async def _card_shown(connection: Connection, tools: Tools, edit: _Edit) -> None:
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


async def _card_refused(connection: Connection, tools: Tools, edit: _Edit, error: SlackError) -> None:
    row = edit.thread.row
    attempts = row["card_attempts"] + 1
    again: dict[str, Any] = {"card_attempts": attempts, "card_not_before": tools.now() + rest(attempts)}
    if await of_any(connection, tools, row["team_id"], error):
        await _not_made(connection, edit)
    elif isinstance(error, Ambiguous):
        await cards.edit_failed(
            connection, row["id"], dirty_since=edit.dirty_since, card_unsure=True, card_shown=None, **again
        )
    elif isinstance(error, NotConnected):
        await cards.edit_failed(connection, row["id"], dirty_since=edit.dirty_since, **again)
    elif isinstance(error, Refused):
        _log.warning("card_edit_refused", subscription=row["id"], answer=error.answer)
        await _ON_CARD.get(error.refusal, _leave)(connection, tools, edit, error)


async def _post_anew(connection: Connection, tools: Tools, edit: _Edit, _error: Refused) -> None:
    """The card was deleted: posted once more; deleted again, the thread says milestones."""
    row = edit.thread.row
    if row["card_reposted"]:
        await subscriptions.change(connection, row["id"], card_editing=False, card_form="milestones", card_ts=None)
        return
    await subscriptions.change(connection, row["id"], card_editing=False, card_reposted=True, card_ts=None)
    again = notices.planned(Telling.CARD, subscription_id=row["id"], team_id=row["team_id"], now=tools.now())
    await notices.plan(connection, [again])


async def _no_more_edits(connection: Connection, _tools: Tools, edit: _Edit, _error: Refused) -> None:
    await subscriptions.change(connection, edit.thread.row["id"], card_editing=False, card_form="milestones")


async def _plainer(connection: Connection, tools: Tools, edit: _Edit, error: Refused) -> None:
    if edit.thread.row["card_form"] == "plain":
        await _no_more_edits(connection, tools, edit, error)
        return
    await cards.edit_failed(
        connection, edit.thread.row["id"], dirty_since=edit.dirty_since, card_form="plain", card_shown=None
    )


async def _lost(connection: Connection, tools: Tools, edit: _Edit, error: Refused) -> None:
    await lose(connection, tools, edit.thread, error, starting=False)


async def _leave(connection: Connection, _tools: Tools, edit: _Edit, _error: Refused) -> None:
    """An answer nobody has heard of: refused for this edit only."""
    await subscriptions.change(connection, edit.thread.row["id"], card_editing=False, card_shown=None)


async def _again_later(connection: Connection, tools: Tools, edit: _Edit, _error: Refused) -> None:
    row = edit.thread.row
    attempts = row["card_attempts"] + 1
    again: dict[str, Any] = {"card_attempts": attempts, "card_not_before": tools.now() + rest(attempts)}
    await cards.edit_failed(connection, row["id"], dirty_since=edit.dirty_since, **again)


_ON_CARD: dict[Refusal, Callable[[Connection, Tools, _Edit, Any], Awaitable[None]]] = {
    Refusal.MESSAGE_GONE: _post_anew,
    Refusal.EDIT_CLOSED: _no_more_edits,
    Refusal.BLOCKS_REFUSED: _plainer,
    Refusal.TOO_LONG: _plainer,
    Refusal.CHANNEL_GONE: _lost,
    Refusal.NOT_IN_CHANNEL: _lost,
    Refusal.ARCHIVED: _lost,
    Refusal.NOT_NOW: _again_later,
}
