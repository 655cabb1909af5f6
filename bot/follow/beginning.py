"""Begin a thread that follows a long task: the one way, no matter who or what asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.db import accounts, findings, long_tasks, messages, subscriptions, workspaces
from bot.db.engine import Connection
from bot.db.rows import LongTaskRow
from bot.domain.command import Reference
from bot.domain.message_kinds import SubscriptionOwner
from bot.domain.message_plan import for_follow
from bot.domain.snapshot import Finding, FindingKind
from bot.domain.states import Outcome, Verbosity
from bot.domain.task_state import Decision
from bot.follow.deps import Deps
from bot.render.replies import LimitOf

#: a channel follows at most so many times as many long tasks as one person
PEOPLE_PER_CHANNEL = 5


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a thread begins with."""

    ref: Reference
    #: what the first look at the long task led to
    decision: Decision
    #: when that look began (UTC); None if a list stands for it
    looked_at: datetime | None = None
    #: what that look found
    findings: Sequence[Finding]
    team_id: str
    #: of a person: the direct message with the bot
    channel_id: str
    #: who asked, and is mentioned at the end; None for a watch
    owner_id: str | None
    command_id: int | None = None
    watch_id: int | None = None
    #: whether a script asked, with the owner's hook
    by_script: bool = False
    #: of the thread of somebody else in which it is followed; None for a thread of its own
    thread_ts: str | None = None
    language: str
    verbosity: Verbosity
    label: str | None = None


class Overtaken(Enum):
    """Another look has seen the end of the long task since the first one began, so that nothing begins."""

    OVERTAKEN = "overtaken"


async def begin(
    connection: Connection, deps: Deps, new: Beginning, *, now: datetime
) -> int | LimitOf | Overtaken | None:
    """Store everything that following begins with, in one transaction.

    Returns the subscription's id, which limit it would exceed, that its look is too old, or None if the channel follows
    it already.
    """
    # Other transactions that begin to follow in this workspace wait, so that the limit counts them all.
    await workspaces.lock(connection, new.team_id)
    known = await long_tasks.find(connection, site_id=new.ref.site_id, remote_id=new.ref.remote_id)
    if known is not None and await subscriptions.active(
        connection, long_task_id=known.id, team_id=new.team_id, channel_id=new.channel_id
    ):
        return None
    reached = await _limit_reached(connection, deps, new)
    if reached is not None:
        return reached
    task, earlier = await _put_task(connection, new, now=now)
    if task.outcome is not Outcome.FOLLOWING:
        return Overtaken.OVERTAKEN
    account_id = deps.sites[new.ref.site_id].account_id
    await accounts.add_viewer(connection, long_task_id=task.id, account_id=account_id, now=now)
    subscription_id = await subscriptions.add(
        connection,
        long_task_id=task.id,
        team_id=new.team_id,
        channel_id=new.channel_id,
        owner_id=new.owner_id,
        command_id=new.command_id,
        watch_id=new.watch_id,
        by_script=new.by_script,
        thread_ts=new.thread_ts,
        language=new.language,
        verbosity=new.verbosity,
        label=new.label,
        now=now,
    )
    if subscription_id is None:
        return None
    if new.owner_id is not None:
        await add_follower(connection, deps, subscription_id, user_id=new.owner_id, site_id=new.ref.site_id)
    if task.due_at is None:
        await long_tasks.due_now(connection, task.id, now=now)
    kinds = (await findings.kinds(connection, [task.id])).get(task.id, [])
    owner = SubscriptionOwner(subscription_id)
    drafts = for_follow(new.verbosity, kinds=kinds, earlier=earlier, is_foreign=new.thread_ts is not None)
    planned = [messages.Planned(owner=owner, team_id=new.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=now)
    return subscription_id


async def add_follower(connection: Connection, deps: Deps, subscription_id: int, *, user_id: str, site_id: int) -> bool:
    """Have a person mentioned when the long task ends; false if it is no longer followed."""
    account_id = deps.sites[site_id].account_id
    return await subscriptions.add_follower(
        connection, subscription_id=subscription_id, user_id=user_id, account_id=account_id, now=deps.now()
    )


def limit_of(deps: Deps, of: LimitOf) -> int:
    """How many long tasks a person, or a channel, may have followed at a time."""
    return deps.follow_limit if of is LimitOf.PERSON else deps.follow_limit * PEOPLE_PER_CHANNEL


async def _limit_reached(connection: Connection, deps: Deps, new: Beginning) -> LimitOf | None:
    """The limit that one more thread would exceed; what a watch begins counts for its channel only."""
    if new.owner_id is not None:
        of_person = await subscriptions.count_active(connection, team_id=new.team_id, owner_id=new.owner_id)
        if of_person >= limit_of(deps, LimitOf.PERSON):
            return LimitOf.PERSON
    of_channel = await subscriptions.count_active(connection, team_id=new.team_id, channel_id=new.channel_id)
    return LimitOf.CHANNEL if of_channel >= limit_of(deps, LimitOf.CHANNEL) else None


async def _put_task(connection: Connection, new: Beginning, *, now: datetime) -> tuple[LongTaskRow, list[FindingKind]]:
    """Store the long task with what this look found; also returns the kinds of findings that were known before."""
    task = await long_tasks.put(
        connection, site_id=new.ref.site_id, decision=new.decision, looked_at=new.looked_at, now=now
    )
    earlier = (await findings.kinds(connection, [task.id])).get(task.id, [])
    snapshot = new.decision.after.snapshot
    if task.outcome is Outcome.FOLLOWING and snapshot is not None and task.findings_digest == snapshot.findings_digest:
        known = (await findings.known(connection, [task.id]))[task.id]
        found = [finding for finding in new.findings if finding.identity not in known]
        await findings.add(connection, task.id, found=found, seq=task.findings_seq, now=now)
    return task, earlier
