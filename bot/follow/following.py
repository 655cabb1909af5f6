"""Begin to follow long tasks in a channel."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import structlog

from bot.db import accounts, channels, findings, long_tasks, messages, subscriptions, workspaces
from bot.db.engine import Connection
from bot.db.rows import LongTaskRow
from bot.domain.command import Follow, Reference
from bot.domain.message_kinds import SubscriptionOwner
from bot.domain.message_plan import for_follow
from bot.domain.permissions import Act
from bot.domain.poll_result import Seen
from bot.domain.snapshot import FindingKind
from bot.domain.states import Outcome
from bot.domain.task_state import Decision
from bot.follow.channels import is_closed_to_bot
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain, first_decision, look, refusal, view_of
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn

_log = structlog.get_logger(__name__)

#: a channel follows at most so many times as many long tasks as one person
PEOPLE_PER_CHANNEL = 5


@dataclass(frozen=True, kw_only=True)
class _NotFollowed:
    """A long task that is not followed, and why."""

    remote_id: str
    reason: Mrkdwn


class _Begun(Enum):
    """A long task whose root is the answer, or in a thread of somebody else its card."""

    FOLLOWED = auto()


_Result = Message | LookAgain | _Begun | _NotFollowed


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


async def _follow_each(deps: Deps, request: Request, command: Follow) -> list[_Result]:
    # Each begins as soon as Confluence has answered: an unknown id, which is looked for again, holds up no other.
    results = await asyncio.gather(*(_follow_one(deps, request, ref, command) for ref in command.refs))
    if _Begun.FOLLOWED in results:
        deps.delivery_wake.set()
        deps.polling_wake.set()
    return results


def _one_answer(request: Request, results: Sequence[_Result]) -> Message | None:
    answers = [one for one in results if isinstance(one, Message)]
    refused: dict[Mrkdwn, list[str]] = {}
    for one in results:
        if isinstance(one, _NotFollowed):
            refused.setdefault(one.reason, []).append(one.remote_id)
    answers += [replies.not_followed(request.texts, ids, reason) for reason, ids in refused.items()]
    return replies.together(request.texts, answers, request.command) if answers else None


async def _follow_one(deps: Deps, request: Request, ref: Reference, command: Follow) -> _Result:
    answer = await _followed_already(deps, request, ref)
    if answer is not None:
        return answer
    result = await look(deps, request, ref)
    if isinstance(result, LookAgain):
        return result
    if not isinstance(result, Seen):
        return _NotFollowed(remote_id=ref.remote_id, reason=refusal(deps, request, result))
    now = deps.now()
    decision = first_decision(deps, ref, result, now=now)
    if decision.after.outcome is not Outcome.FOLLOWING:
        return replies.ended(request.texts, view_of(deps, request, ref, decision, result))
    async with deps.database.begin() as connection:
        began = await _begin(
            connection, deps, request, ref=ref, decision=decision, seen=result, command=command, now=now
        )
    if isinstance(began, Mrkdwn):
        _log.warning("follow_limit_reached", user=request.user_id, channel=request.target_channel)
        return _NotFollowed(remote_id=ref.remote_id, reason=began)
    if began is None:
        answer = await _followed_already(deps, request, ref)
        return answer or replies.already_following(request.texts, ref.remote_id)
    log_act(request, Act.FOLLOW, subscription=began)
    return _Begun.FOLLOWED


async def _followed_already(deps: Deps, request: Request, ref: Reference) -> Message | _Begun | None:
    """The answer if this channel follows it already: the caller becomes a follower."""
    async with deps.database.read() as connection:
        task = await long_tasks.find(connection, site_id=ref.site_id, remote_id=ref.remote_id)
        if task is None:
            return None
        if request.command_id is not None and await subscriptions.from_command(
            connection, long_task_id=task.id, command_id=request.command_id
        ):
            # This very command was carried out before, and looks again for another long task, or by a process that
            # died before it could answer. Somebody may have stopped the thread since, and it must not begin again.
            return _Begun.FOLLOWED
        subscription = await subscriptions.active(
            connection, long_task_id=task.id, team_id=request.team_id, channel_id=request.target_channel
        )
    if subscription is None:
        return None
    async with deps.database.begin() as connection:
        await add_follower(connection, deps, request, subscription.id, site_id=ref.site_id)
    log_act(request, Act.NOTIFY_ME, subscription=subscription.id)
    in_thread = request.thread_ts is not None
    if in_thread and request.thread_ts == subscription.thread_ts:
        return replies.already_here(request.texts, ref.remote_id)
    link = await deps.permalink(request, subscription.channel_id, subscription.thread_ts)
    return replies.already_following(request.texts, ref.remote_id, link, asked_in_thread=in_thread)


async def add_follower(
    connection: Connection, deps: Deps, request: Request, subscription_id: int, *, site_id: int
) -> None:
    """Have the person mentioned when the long task ends."""
    user_id, account_id = request.user_id, deps.sites[site_id].account_id
    await subscriptions.add_follower(
        connection, subscription_id=subscription_id, user_id=user_id, account_id=account_id, now=deps.now()
    )


async def _begin(
    connection: Connection,
    deps: Deps,
    request: Request,
    *,
    ref: Reference,
    decision: Decision,
    seen: Seen,
    command: Follow,
    now: datetime,
) -> int | Mrkdwn | None:
    """Store everything that following begins with, in one transaction.

    Returns the subscription's id, which limit it would exceed, or None if the channel follows it already.
    """
    account_id = deps.sites[ref.site_id].account_id
    # Other transactions that begin to follow in this workspace wait, so that the limit counts them all.
    await workspaces.lock(connection, request.team_id)
    known_task = await long_tasks.find(connection, site_id=ref.site_id, remote_id=ref.remote_id)
    if known_task is not None and await subscriptions.active(
        connection, long_task_id=known_task.id, team_id=request.team_id, channel_id=request.target_channel
    ):
        return None
    reached = await _limit_reached(connection, deps, request)
    if reached is not None:
        return reached
    settings = await channels.settings_of(connection, team_id=request.team_id, channel_id=request.target_channel)
    verbosity = command.verbosity or settings.verbosity
    task, earlier = await _put_task(connection, ref, decision, seen, now=now)
    await accounts.add_viewer(connection, long_task_id=task.id, account_id=account_id, now=now)
    subscription_id = await subscriptions.add(
        connection,
        long_task_id=task.id,
        team_id=request.team_id,
        channel_id=request.target_channel,
        owner_id=request.user_id,
        command_id=request.command_id,
        language=settings.language or request.texts.language,
        verbosity=verbosity,
        label=command.label,
        thread_ts=request.thread_ts,
        now=now,
    )
    if subscription_id is None:
        return None
    await add_follower(connection, deps, request, subscription_id, site_id=ref.site_id)
    if task.due_at is None:
        await long_tasks.due_now(connection, task.id, now=now)
    owner = SubscriptionOwner(subscription_id)
    kinds = (await findings.kinds(connection, [task.id])).get(task.id, [])
    drafts = for_follow(verbosity, kinds=kinds, earlier=earlier, is_foreign=request.thread_ts is not None)
    planned = [messages.Planned(owner=owner, team_id=request.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=now)
    return subscription_id


async def _put_task(
    connection: Connection, ref: Reference, decision: Decision, seen: Seen, *, now: datetime
) -> tuple[LongTaskRow, list[FindingKind]]:
    """Store the long task with what this look found; also returns the kinds of findings that were known before."""
    task = await long_tasks.put(connection, site_id=ref.site_id, decision=decision, now=now)
    earlier = (await findings.kinds(connection, [task.id])).get(task.id, [])
    if task.findings_digest == seen.snapshot.findings_digest:
        known = (await findings.known(connection, [task.id]))[task.id]
        found = [finding for finding in seen.findings or () if finding.identity not in known]
        await findings.add(connection, task.id, found=found, seq=task.findings_seq, now=now)
    return task, earlier


async def _limit_reached(connection: Connection, deps: Deps, request: Request) -> Mrkdwn | None:
    """The limit that one more thread would exceed."""
    team_id, channel_id = request.team_id, request.target_channel
    texts, command, limit = request.texts, request.command, deps.follow_limit
    if await subscriptions.count_active(connection, team_id=team_id, owner_id=request.user_id) >= limit:
        return replies.limit_reached(texts, replies.LimitOf.PERSON, limit, command)
    limit *= PEOPLE_PER_CHANNEL
    if await subscriptions.count_active(connection, team_id=team_id, channel_id=channel_id) >= limit:
        return replies.limit_reached(texts, replies.LimitOf.CHANNEL, limit, command)
    return None
