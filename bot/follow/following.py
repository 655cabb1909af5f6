"""Begin to follow long tasks in a channel."""

import asyncio
from collections.abc import Sequence
from typing import assert_never

import structlog

from bot.db import channels, long_tasks, subscriptions, threads
from bot.domain.command import Follow, Reference
from bot.domain.permissions import Act
from bot.domain.poll_result import NotFound, Seen
from bot.domain.states import Outcome
from bot.follow.beginning import Beginning, Overtaken, add_follower, begin, limit_of
from bot.follow.channels import is_closed_to_bot
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain, first_decision, look, refusal, view_of
from bot.follow.follow_result import Begun, Ended, FollowedAlready, NotFollowed, Result
from bot.follow.permissions import log_act
from bot.follow.thread_views import views_of
from bot.render import replies
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from bot.render.replies import LimitOf
from bot.render.thread import ThreadView

_log = structlog.get_logger(__name__)


async def follow(deps: Deps, request: Request, command: Follow) -> Message | LookAgain | None:
    """Follow each long task that is asked for; returns one answer for all, once none is looked for again.

    None if what the channel sees is the answer.
    """
    if await is_closed_to_bot(deps, request):
        return replies.invite(request.texts, deps.bot_name, value=str(request.command_id))
    results = await _follow_each(deps, request, command)
    later = [one.after for one in results if isinstance(one, LookAgain)]
    return LookAgain(after=min(later)) if later else _one_answer(request, results)


async def follow_from_button(deps: Deps, request: Request, command: Follow) -> Message | None:
    """Follow long tasks without looking for them again; returns one answer for all.

    None if what the conversation sees is the answer.
    """
    return _one_answer(request, await _follow_each(deps, request, command))


async def follow_for_script(deps: Deps, request: Request, command: Follow) -> Result:
    """Follow the one long task that a script asks for, in the name of its hook's maker."""
    return (await _follow_each(deps, request, command))[0]


async def _follow_each(deps: Deps, request: Request, command: Follow) -> list[Result]:
    # Each begins as soon as Confluence has answered: an unknown id, which is looked for again, holds up no other.
    results = await asyncio.gather(*(_follow_one(deps, request, ref, command) for ref in command.refs))
    if Begun.FOLLOWED in results:
        deps.delivery_wake.set()
        deps.polling_wake.set()
    return results


def _one_answer(request: Request, results: Sequence[Result]) -> Message | None:
    answers = [answer for one in results if (answer := _answer(request, one)) is not None]
    refused: dict[Mrkdwn, list[str]] = {}
    for one in results:
        if isinstance(one, NotFollowed):
            refused.setdefault(one.reason, []).append(one.remote_id)
    answers += [replies.not_followed(request.texts, ids, reason) for reason, ids in refused.items()]
    return replies.together(request.texts, answers, request.command) if answers else None


def _answer(request: Request, result: Result) -> Message | None:
    """The answer about one long task; None if its root is the answer, or others share it."""
    match result:
        case FollowedAlready(is_here=True):
            return replies.already_here(request.texts, result.remote_id)
        case FollowedAlready():
            answer = replies.already_following(
                request.texts, result.remote_id, result.link, asked_in_thread=result.asked_in_thread
            )
            return replies.naming(request.texts, answer, result.view)
        case Ended():
            return replies.ended(request.texts, result.view)
        case Begun() | NotFollowed() | LookAgain():
            return None
        case _:
            assert_never(result)


async def _follow_one(deps: Deps, request: Request, ref: Reference, command: Follow) -> Result:
    already = await _followed_already(deps, request, ref)
    if already is not None:
        return already
    looked_at = deps.now()
    result = await look(deps, request, ref)
    if isinstance(result, LookAgain):
        return result
    if not isinstance(result, Seen):
        may_succeed = not isinstance(result, NotFound)
        return NotFollowed(remote_id=ref.remote_id, reason=refusal(deps, request, result), may_succeed=may_succeed)
    now = deps.now()
    decision = first_decision(deps, ref, result, now=now)
    if decision.after.outcome is not Outcome.FOLLOWING:
        return Ended(view=view_of(deps, request, ref, decision, result))
    async with deps.database.begin() as connection:
        settings = await channels.settings_of(connection, team_id=request.team_id, channel_id=request.target_channel)
        began = await begin(
            connection,
            deps,
            Beginning(
                ref=ref,
                decision=decision,
                looked_at=looked_at,
                findings=result.findings or (),
                team_id=request.team_id,
                channel_id=request.target_channel,
                owner_id=request.user_id,
                command_id=request.command_id,
                by_script=request.by_script,
                thread_ts=request.thread_ts,
                language=settings.language or request.texts.language,
                verbosity=command.verbosity or settings.verbosity,
                label=command.label,
            ),
            now=now,
        )
    if isinstance(began, Overtaken):
        return await _follow_one(deps, request, ref, command)
    if isinstance(began, LimitOf):
        _log.warning("follow_limit_reached", user=request.user_id, channel=request.target_channel)
        return NotFollowed(remote_id=ref.remote_id, reason=_limit_reached(deps, request, began))
    if began is None:
        already = await _followed_already(deps, request, ref)
        return already or FollowedAlready(remote_id=ref.remote_id)
    log_act(request, Act.FOLLOW, subscription=began)
    return Begun.FOLLOWED


async def _followed_already(deps: Deps, request: Request, ref: Reference) -> FollowedAlready | Begun | None:
    """What holds if this channel follows it already: a person who asks becomes a follower.

    A script that asks again changes nothing: its hook's maker may have chosen not to be notified.
    """
    async with deps.database.read() as connection:
        task = await long_tasks.find(connection, site_id=ref.site_id, remote_id=ref.remote_id)
        if task is None:
            return None
        if request.command_id is not None and await subscriptions.from_command(
            connection, long_task_id=task.id, command_id=request.command_id
        ):
            # This very command was carried out before, and looks again for another long task, or by a process that
            # died before it could answer. Somebody may have stopped the thread since, and it must not begin again.
            return Begun.FOLLOWED
        subscription = await subscriptions.active(
            connection, long_task_id=task.id, team_id=request.team_id, channel_id=request.target_channel
        )
    if subscription is None:
        return None
    if request.by_script:
        return FollowedAlready(remote_id=ref.remote_id)
    async with deps.database.begin() as connection:
        user_id, site_id = request.user_id, ref.site_id
        if not await add_follower(connection, deps, subscription.id, user_id=user_id, site_id=site_id):
            return None
    log_act(request, Act.NOTIFY_ME, subscription=subscription.id)
    in_thread = request.thread_ts is not None
    is_here = in_thread and request.thread_ts == subscription.thread_ts
    if is_here:
        return FollowedAlready(remote_id=ref.remote_id, is_here=True)
    link = await deps.permalink(request, subscription.channel_id, subscription.thread_ts)
    view = await _listed(deps, request, ref)
    return FollowedAlready(remote_id=ref.remote_id, link=link, asked_in_thread=in_thread, view=view)


async def _listed(deps: Deps, request: Request, ref: Reference) -> ThreadView | None:
    """What this channel follows by that name; None if it has ended meanwhile."""
    async with deps.database.read() as connection:
        rows = await threads.followed(
            connection, team_id=request.team_id, channel_id=request.target_channel, remote_id=ref.remote_id
        )
    views = await views_of(deps, request.team_id, [row for row in rows if row.site_id == ref.site_id])
    return views[0] if views else None


def _limit_reached(deps: Deps, request: Request, of: LimitOf) -> Mrkdwn:
    """The limit that one more thread would exceed."""
    limit = limit_of(deps, of)
    return replies.limit_reached(request.texts, of, limit, request.command)
