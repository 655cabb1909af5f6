"""Do what a button says: stop, mention, check, follow again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.db import cards, live_threads, long_tasks, subscriptions
from bot.db.engine import DatabaseAway, Row
from bot.db.models import ACTIVE
from bot.domain.command import Follow, Reference
from bot.domain.states import Verbosity
from bot.follow.deps import Asker, Means
from bot.follow.following import follow, permalink
from bot.follow.stopping import stop_thread
from bot.render import card, replies
from bot.render.message import Message
from bot.render.replies.refusals import FOLLOW_IN_DM

_log = structlog.get_logger(__name__)

#: a look that somebody waits for is usually there after this
SOON = timedelta(seconds=1.5)


@dataclass(frozen=True, kw_only=True)
class Click:
    """A button that was pressed."""

    action: str
    #: the subscription's id, as the button carries it
    value: str
    message_ts: str


async def click(means: Means, asker: Asker, clicked: Click) -> Message | None:
    """The answer for whoever pressed it; none where what they see changes anyway.

    The value comes back from Slack as it was sent, but it is only believed for a thread of the channel it was pressed
    in.
    """
    try:
        row = await _thread(means, asker, clicked)
        if row is None:
            return replies.gone_wrong(asker.texts, asker.command)
        _log.info(
            "clicked", action=clicked.action, user=asker.user_id, channel=asker.channel_id, subscription=row["id"]
        )
        return await _DONE[clicked.action](means, asker, clicked, row)
    except DatabaseAway:
        return replies.gone_wrong(asker.texts, asker.command)


async def _thread(means: Means, asker: Asker, clicked: Click) -> Row | None:
    """The thread a button belongs to; of several about one long task, the one that is alive."""
    subscription_id = int(clicked.value) if clicked.value.isascii() and clicked.value.isdigit() else None
    async with means.database.read() as connection:
        if clicked.action == FOLLOW_IN_DM:
            # That message was shown to one person, and its thread never came to be.
            row = subscription_id and await subscriptions.whole(connection, subscription_id)
            return row if row and (row["team_id"], row["channel_id"]) == (asker.team_id, asker.channel_id) else None
        live = await live_threads.of_message(
            connection,
            team_id=asker.team_id,
            channel_id=asker.channel_id,
            message_ts=clicked.message_ts,
            subscription_id=subscription_id,
        )
        return live and await subscriptions.whole(connection, live["id"])


async def _stop(means: Means, asker: Asker, clicked: Click, row: Row) -> Message | None:
    if _is_left_over(clicked, row):
        return await _live_thread(means, asker, row)
    if not asker.may_stop and row["owner_id"] != asker.user_id:
        return replies.may_not_stop(asker.texts)
    await stop_thread(means, asker, row)
    return replies.stopped(asker.texts, row["task_remote_id"])


async def _notify_me(means: Means, asker: Asker, clicked: Click, row: Row) -> Message | None:
    if _is_left_over(clicked, row):
        return await _live_thread(means, asker, row)
    async with means.database.begin() as connection:
        await subscriptions.add_follower(
            connection,
            subscription_id=row["id"],
            user_id=asker.user_id,
            account_id=means.sites[row["task_site_id"]].account_id,
            now=means.now(),
        )
    return replies.now_notified(asker.texts)


async def _check_now(means: Means, asker: Asker, clicked: Click, row: Row) -> Message | None:
    if _is_left_over(clicked, row):
        return await _live_thread(means, asker, row)
    async with means.database.begin() as connection:
        asked = await long_tasks.check_now(connection, row["long_task_id"], now=means.now())
        if asked:
            await cards.show_next_look(connection, row["id"], after=means.now() + SOON)
    if not asked:
        return replies.checked_just_now(asker.texts)
    means.due.set()
    return None


async def _follow_again(means: Means, asker: Asker, _clicked: Click, row: Row) -> Message | None:
    if _is_active(row):
        return await _live_thread(means, asker, row)
    return await follow(means, asker, _wish(row))


async def _follow_in_dm(means: Means, asker: Asker, _clicked: Click, row: Row) -> Message | None:
    return await follow(means, replace(asker, channel_id=asker.user_id), _wish(row))


def _is_active(row: Row) -> bool:
    return row["state"] in ACTIVE


def _wish(row: Row) -> Follow:
    ref = Reference(site_id=row["task_site_id"], remote_id=row["task_remote_id"])
    return Follow(refs=(ref,), verbosity=Verbosity(row["verbosity"]))


def _is_left_over(clicked: Click, row: Row) -> bool:
    """Whether the button stands on a message that is not the thread's own, or the thread has ended.

    A card that was pressed before its post was written down is known by its value alone.
    """
    if not _is_active(row):
        return True
    if row["card_ts"] is None:
        return clicked.value != str(row["id"])
    return clicked.message_ts not in (row["card_ts"], row["root_ts"])


async def _live_thread(means: Means, asker: Asker, row: Row) -> Message:
    link = await permalink(means, asker.team_id, row["channel_id"], row["root_ts"])
    if _is_active(row):
        return replies.left_over(asker.texts, row["task_remote_id"], link)
    return replies.not_followed_here(asker.texts, row["task_remote_id"])


_Do = Callable[[Means, Asker, Click, Row], Awaitable[Message | None]]
_DONE: dict[str, _Do] = {
    card.STOP: _stop,
    card.NOTIFY_ME: _notify_me,
    card.CHECK_NOW: _check_now,
    card.FOLLOW_AGAIN: _follow_again,
    FOLLOW_IN_DM: _follow_in_dm,
}
#: the buttons that do something; *Open in Confluence* only opens a page
ACTIONS = tuple(_DONE)
