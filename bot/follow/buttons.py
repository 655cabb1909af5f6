"""Do what a button says: stop, notify, check, follow again."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.db import long_tasks, stale_messages, threads
from bot.db.engine import DatabaseAway
from bot.db.rows import ThreadRow
from bot.domain.command import Follow, Reference
from bot.domain.message_kinds import MessageKind
from bot.follow.deps import Deps, Request
from bot.follow.following import add_follower, follow
from bot.follow.people import People
from bot.follow.permissions import may_stop
from bot.follow.responder import respond
from bot.follow.stopping import stop_thread
from bot.render import replies
from bot.render.buttons import Action
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: an id that fits a column
_ID = re.compile("[0-9]{1,18}")
#: when the card is edited after *Check now*: by then the look is usually done
SHOWN_AFTER = timedelta(seconds=1.5)


@dataclass(frozen=True, kw_only=True)
class Press:
    """A button that was pressed, as Slack sends it."""

    team_id: str
    enterprise_id: str | None
    #: None outside conversations
    channel_id: str | None
    user_id: str
    user_team_id: str | None
    #: None if Slack gives none
    response_url: str | None
    action: str
    #: the subscription's id, as the button carries it
    value: str
    message_ts: str


async def press(deps: Deps, people: People, pressed: Press) -> None:
    """Do what the button says, and answer the person if there is something to say."""
    person = await people.find(pressed.team_id, pressed.enterprise_id, pressed.user_id)
    request = Request(
        team_id=pressed.team_id,
        enterprise_id=pressed.enterprise_id,
        channel_id=pressed.channel_id,
        user_id=pressed.user_id,
        texts=deps.catalogs.texts(person.locale if person else None, deps.default_language),
        person=person,
        is_foreign=pressed.user_team_id is not None and pressed.user_team_id != pressed.team_id,
    )
    message = await carry_out(deps, request, pressed)
    if message is not None:
        await respond(deps, request, pressed.response_url, message)


async def carry_out(deps: Deps, request: Request, pressed: Press) -> Message | None:
    """Do what the button says; returns the answer, or None if what the person sees changes anyway.

    The value comes back from Slack as it was sent, and counts only for a thread of the channel it was pressed in.
    """
    try:
        row = await _thread(deps, request, pressed)
        if row is None:
            return replies.gone_wrong(request.texts, request.command)
        _log.info(
            "pressed",
            action=pressed.action,
            user=request.user_id,
            channel=request.channel_id,
            subscription=row.subscription.id,
        )
        return await _HANDLERS[pressed.action](deps, request, pressed, row)
    except DatabaseAway as error:
        _log.warning("press_not_carried_out", action=pressed.action, error=type(error).__name__)
    except Exception:  # noqa: BLE001 -- whatever failed, the person is informed
        _log.exception("press_crashed", action=pressed.action)
    return replies.gone_wrong(request.texts, request.command)


async def _thread(deps: Deps, request: Request, pressed: Press) -> ThreadRow | None:
    """The thread a button belongs to; of several about one long task, the one that follows it now."""
    subscription_id = int(pressed.value) if _ID.fullmatch(pressed.value) else None
    if request.channel_id is None:
        return None
    async with deps.database.read() as connection:
        if pressed.action == Action.FOLLOW_IN_DM:
            # That message was shown to one person, and its thread never began.
            row = await threads.find(connection, subscription_id) if subscription_id is not None else None
            here = (request.team_id, request.channel_id)
            is_here = row is not None and (row.subscription.team_id, row.subscription.channel_id) == here
            return row if is_here else None
        found = await threads.of_message(
            connection,
            team_id=request.team_id,
            channel_id=request.channel_id,
            message_ts=pressed.message_ts,
            subscription_id=subscription_id,
        )
        return None if found is None else await threads.find(connection, found)


async def _stop(deps: Deps, request: Request, pressed: Press, row: ThreadRow) -> Message | None:
    if await _is_outdated(deps, pressed, row):
        return await _current_thread(deps, request, row)
    if not may_stop(request, row.subscription.owner_id):
        return replies.may_not_stop(request.texts)
    await stop_thread(deps, request, row.subscription.id)
    return replies.stopped(request.texts, row.task.remote_id)


async def _notify_me(deps: Deps, request: Request, pressed: Press, row: ThreadRow) -> Message | None:
    if await _is_outdated(deps, pressed, row):
        return await _current_thread(deps, request, row)
    async with deps.database.begin() as connection:
        await add_follower(connection, deps, request, row.subscription.id, site_id=row.task.site_id)
    return replies.now_notified(request.texts)


async def _check_now(deps: Deps, request: Request, pressed: Press, row: ThreadRow) -> Message | None:
    if await _is_outdated(deps, pressed, row):
        return await _current_thread(deps, request, row)
    async with deps.database.begin() as connection:
        is_due = await long_tasks.check_now(connection, row.task.id, now=deps.now())
        if is_due:
            after = deps.now() + SHOWN_AFTER
            await stale_messages.show_next_look(connection, row.subscription.id, after=after)
    if not is_due:
        return replies.checked_just_now(request.texts)
    deps.polling_wake.set()
    return None


async def _follow_again(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    if row.subscription.is_active:
        return await _current_thread(deps, request, row)
    return await follow(deps, request, _command(row))


async def _follow_in_dm(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    return await follow(deps, replace(request, channel_id=request.user_id), _command(row))


def _command(row: ThreadRow) -> Follow:
    """The command that follows the same long task again."""
    ref = Reference(site_id=row.task.site_id, remote_id=row.task.remote_id)
    return Follow(refs=(ref,), verbosity=row.subscription.verbosity)


async def _is_outdated(deps: Deps, pressed: Press, row: ThreadRow) -> bool:
    """Whether the button is on a message that is not kept up to date, or the thread has ended.

    A card that is pressed before its post is written down is known by its value alone.
    """
    if not row.subscription.is_active:
        return True
    async with deps.database.read() as connection:
        shown = await threads.shown_messages(connection, row.subscription.id)
    if MessageKind.CARD not in shown:
        return pressed.value != str(row.subscription.id)
    return pressed.message_ts not in shown.values()


async def _current_thread(deps: Deps, request: Request, row: ThreadRow) -> Message:
    """The answer to a button that does nothing any more."""
    if not row.subscription.is_active:
        return replies.not_followed_here(request.texts, row.task.remote_id)
    link = await deps.permalink(request, row.subscription.channel_id, row.subscription.thread_ts)
    return replies.left_over(request.texts, row.task.remote_id, link)


_Handler = Callable[[Deps, Request, Press, ThreadRow], Awaitable[Message | None]]
_HANDLERS: Mapping[str, _Handler] = {
    Action.STOP: _stop,
    Action.NOTIFY_ME: _notify_me,
    Action.CHECK_NOW: _check_now,
    Action.FOLLOW_AGAIN: _follow_again,
    Action.FOLLOW_IN_DM: _follow_in_dm,
}
#: action ids of the buttons that do something; *Open in Confluence* only opens a page
ACTIONS = tuple(_HANDLERS)
