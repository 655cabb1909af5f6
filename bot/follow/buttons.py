"""Do what a button says: stop, notify or not, check, follow again, show what runs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

import structlog

from bot.db import commands, long_tasks, subscriptions, threads
from bot.db.engine import DatabaseAway
from bot.db.rows import ThreadRow
from bot.domain.command import Follow, Reference
from bot.domain.message_kinds import MessageKind
from bot.domain.permissions import Act
from bot.domain.person import Person
from bot.domain.states import Titles
from bot.follow import home_presses, hooks, running
from bot.follow.beginning import add_follower
from bot.follow.check_now import check_now
from bot.follow.deliveries import is_first
from bot.follow.deps import Deps, Request
from bot.follow.following import follow_from_button
from bot.follow.people import NotKnown, People
from bot.follow.permissions import denial, log_act
from bot.follow.press import Press
from bot.follow.responder import respond
from bot.follow.stopping import stop_thread
from bot.follow.taking_over import take_over
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView

_log = structlog.get_logger(__name__)


async def press(deps: Deps, people: People, pressed: Press) -> None:
    """Do what the button says, and answer the person if there is something to say."""
    texts = deps.catalogs.texts(deps.default_language)
    carried_out = False
    try:
        if pressed.trigger_id is not None and not await is_first(deps, pressed.team_id, pressed.trigger_id):
            return
        asker = await people.find(pressed.team_id, pressed.enterprise_id, pressed.user_id)
        match asker:
            case NotKnown.NOT_INSTALLED:
                _log.warning("request_of_another_workspace", team=pressed.team_id)
                return
            case NotKnown.NO_ANSWER:
                message: Message | None = replies.not_known(texts)
            case Person():
                texts = deps.catalogs.texts_for(asker, deps.default_language)
                request = _request(pressed, asker, texts)
                if pressed.on_home:
                    await home_presses.press(deps, request, pressed)
                    return
                message = await _carry_out(deps, request, pressed)
                carried_out = True
            case _:
                assert_never(asker)
    except DatabaseAway as error:
        _log.warning("press_not_carried_out", **_ids(pressed), error=type(error).__name__)
        message = replies.gone_wrong(texts)
    except Exception:  # noqa: BLE001 -- whatever failed, the person is informed
        _log.exception("press_crashed", **_ids(pressed))
        message = replies.gone_wrong(texts)
    if message is not None:
        # A button that failed can be pressed again, and so can those of the other tasks in a list.
        replaces = carried_out and pressed.action != Action.FOLLOW_LISTED
        await respond(deps, pressed, message, texts=texts, replaces=replaces)


def _ids(pressed: Press) -> dict[str, str | int | None]:
    """What a log line says of a press."""
    where = {"team": pressed.team_id, "channel": pressed.channel_id, "subscription": pressed.subscription_id}
    return {"action": pressed.action, "user": pressed.user_id, **where}


def _request(pressed: Press, person: Person, texts: Texts) -> Request:
    return Request(
        team_id=pressed.team_id,
        enterprise_id=pressed.enterprise_id,
        channel_id=pressed.channel_id,
        user_id=pressed.user_id,
        texts=texts,
        person=person,
    )


async def _carry_out(deps: Deps, request: Request, pressed: Press) -> Message | None:
    """Do what the button says; returns the answer, or None if what the person sees changes anyway.

    The value comes back from Slack as it was sent, and counts only for a thread of the channel it was pressed in.
    """
    if pressed.action in _WITHOUT_THREAD:
        act, carry_out = _WITHOUT_THREAD[pressed.action]
        return denial(request, act) or await carry_out(deps, request, pressed)
    if pressed.action in home_presses.ACTIONS:
        # Only a home has it.
        return denial(request, Act.HOME) or replies.gone_wrong(request.texts, request.command)
    button = _BUTTONS[pressed.action]
    refused = denial(request, button.act)
    if refused is not None:
        return refused
    row = await _thread(deps, request, pressed)
    if row is None:
        return replies.gone_wrong(request.texts, request.command)
    if button.of_current and await _is_outdated(deps, pressed, row):
        return await _current_thread(deps, request, row)
    return await button.carry_out(deps, request, pressed, row)


async def _thread(deps: Deps, request: Request, pressed: Press) -> ThreadRow | None:
    """The thread a button belongs to; of several about one long task, the one that follows it now."""
    subscription_id = pressed.subscription_id
    if request.channel_id is None:
        return None
    async with deps.database.read() as connection:
        if pressed.action == Action.STOP_CHOSEN:
            # That message was shown to one person.
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


async def _stop(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    if not await stop_thread(deps, request, row.subscription.id):
        return replies.no_longer_followed(request.texts)
    return replies.stopped(request.texts, row.task.remote_id)


async def _take_over(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    return await take_over(deps, request, row, _view(row))


async def _notify_me(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    async with deps.database.begin() as connection:
        subscription_id, user_id = row.subscription.id, request.user_id
        if not await add_follower(connection, deps, subscription_id, user_id=user_id, site_id=row.task.site_id):
            return replies.no_longer_followed(request.texts)
        await subscriptions.take(connection, subscription_id, owner_id=user_id, now=deps.now())
    log_act(request, Act.NOTIFY_ME, subscription=row.subscription.id)
    deps.delivery_wake.set()
    return replies.notified(request.texts, _view(row), subscription_id=str(row.subscription.id))


async def _do_not_notify_me(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    async with deps.database.begin() as connection:
        await subscriptions.remove_follower(
            connection, subscription_id=row.subscription.id, user_id=request.user_id, now=deps.now()
        )
    log_act(request, Act.DO_NOT_NOTIFY_ME, subscription=row.subscription.id)
    deps.delivery_wake.set()
    return replies.not_notified(request.texts, _view(row), subscription_id=str(row.subscription.id))


async def _check_now(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    return await check_now(deps, request, row)


async def _follow_again(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message | None:
    subscription = row.subscription
    if subscription.is_active:
        return await _current_thread(deps, request, row)
    # In a thread of somebody else there is still no root of ours.
    request = replace(request, thread_ts=subscription.thread_ts if subscription.is_foreign else None)
    return await follow_from_button(deps, request, _command(row))


async def _what_runs_now(deps: Deps, request: Request, _pressed: Press, _row: ThreadRow) -> Message | None:
    """Answer like the command without words."""
    return await running.show(deps, request)


async def _follow_in_dm(deps: Deps, request: Request, pressed: Press) -> Message:
    """Carry out a command of this person, which the button names, in their direct messages with the bot."""
    async with deps.database.read() as connection:
        row = await commands.find(connection, pressed.subscription_id)
    command = None if row is None else deps.parse(row.text)
    if (
        row is None
        or (row.team_id, row.user_id) != (request.team_id, request.user_id)
        or not isinstance(command, Follow)
    ):
        return replies.gone_wrong(request.texts, request.command)
    answer = await follow_from_button(deps, replace(request, channel_id=request.user_id, thread_ts=None), command)
    return answer or replies.followed_in_dm(request.texts)


async def _stop_chosen(deps: Deps, request: Request, _pressed: Press, row: ThreadRow) -> Message:
    if not await stop_thread(deps, request, row.subscription.id):
        return replies.not_followed_here(request.texts, row.task.remote_id)
    stopped = replies.stopped(request.texts, row.task.remote_id)
    return replies.naming(request.texts, stopped, _view(row))


def _view(row: ThreadRow) -> ThreadView:
    """What the long task is called without the names of its pages."""
    return ThreadView(
        remote_id=row.task.remote_id,
        outcome=row.subscription.outcome,
        snapshot=long_tasks.readable_state(row.task).snapshot,
        owner_id=row.subscription.owner_id,
        label=row.subscription.label,
        titles=Titles.COUNTS,
    )


def _command(row: ThreadRow) -> Follow:
    """The command that follows the same long task again."""
    ref = Reference(site_id=row.task.site_id, remote_id=row.task.remote_id)
    return Follow(refs=(ref,), verbosity=row.subscription.verbosity, label=row.subscription.label)


async def _is_outdated(deps: Deps, pressed: Press, row: ThreadRow) -> bool:
    """Whether the button is on a message that is not kept up to date, or the thread has ended.

    A card that is pressed before its post is written down is known by its value alone, and so is a private message.
    """
    if not row.subscription.is_active:
        return True
    if pressed.is_private:
        return pressed.subscription_id != row.subscription.id
    async with deps.database.read() as connection:
        shown = await threads.shown_messages(connection, row.subscription.id)
    if MessageKind.CARD not in shown:
        return pressed.subscription_id != row.subscription.id
    return pressed.message_ts not in shown.values()


async def _current_thread(deps: Deps, request: Request, row: ThreadRow) -> Message:
    """The answer to a button that does nothing any more."""
    if not row.subscription.is_active:
        return replies.no_longer_followed(request.texts)
    link = await deps.permalink(request, row.subscription.channel_id, row.subscription.thread_ts)
    return replies.left_over(request.texts, row.task.remote_id, link)


@dataclass(frozen=True, kw_only=True)
class _Button:
    """What a button is, as far as permission goes, and what carries it out."""

    act: Act
    #: it acts on a thread that is followed, and only from a message that is kept up to date
    of_current: bool = True
    carry_out: Callable[[Deps, Request, Press, ThreadRow], Awaitable[Message | None]]


_BUTTONS: Mapping[str, _Button] = {
    Action.STOP: _Button(act=Act.STOP, carry_out=_stop),
    Action.TAKE_OVER: _Button(act=Act.TAKE_OVER, carry_out=_take_over),
    Action.NOTIFY_ME: _Button(act=Act.NOTIFY_ME, carry_out=_notify_me),
    Action.DO_NOT_NOTIFY_ME: _Button(act=Act.DO_NOT_NOTIFY_ME, carry_out=_do_not_notify_me),
    Action.CHECK_NOW: _Button(act=Act.CHECK_NOW, carry_out=_check_now),
    Action.FOLLOW_AGAIN: _Button(act=Act.FOLLOW_AGAIN, of_current=False, carry_out=_follow_again),
    Action.WHAT_RUNS_NOW: _Button(act=Act.RUNNING_LIST, of_current=False, carry_out=_what_runs_now),
    Action.STOP_CHOSEN: _Button(act=Act.STOP, of_current=False, carry_out=_stop_chosen),
}
#: buttons of answers that are about no thread
_WITHOUT_THREAD: Mapping[str, tuple[Act, Callable[[Deps, Request, Press], Awaitable[Message | None]]]] = {
    Action.FOLLOW_IN_DM: (Act.FOLLOW, _follow_in_dm),
    Action.FOLLOW_LISTED: (Act.FOLLOW, running.follow_listed),
    Action.REPLACE_HOOK: (Act.HOOK, hooks.replace),
    Action.KEEP_HOOK: (Act.HOOK, hooks.keep),
}
#: action ids of the buttons that do something; *Open in Confluence* only opens a page
ACTIONS = (*_BUTTONS, *_WITHOUT_THREAD, *home_presses.ACTIONS)
