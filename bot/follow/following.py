"""Begin to follow long tasks in a channel."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clients.slack.errors import SlackError
from bot.db import accounts, findings, long_tasks, notices, pauses, subscriptions
from bot.db.engine import Connection
from bot.domain.command import Follow, Reference
from bot.domain.decide import decide, pause_of
from bot.domain.pacing import Telling
from bot.domain.poll_result import (
    AccessDenied,
    Misconfigured,
    NotFound,
    PauseScope,
    PollResult,
    RateLimited,
    Seen,
    Unavailable,
)
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome, Verbosity
from bot.domain.task_state import Decision, TaskState
from bot.follow.deps import Asker, Means
from bot.render import replies
from bot.render.message import Message
from bot.render.thread import ThreadView

_log = structlog.get_logger(__name__)

#: seconds between the looks at a long task that is not there: it may have been started a moment ago
NOT_THERE_YET = (3.0, 6.0)


@dataclass(frozen=True, kw_only=True)
class _New:
    """Followed from now on."""

    remote_id: str


async def follow(means: Means, asker: Asker, wish: Follow) -> Message:
    """Follow each long task that is asked for; one answer for all."""
    verbosity = wish.verbosity or Verbosity.NORMAL
    results = await asyncio.gather(*(_follow_one(means, asker, ref, verbosity) for ref in wish.refs))
    new = [replies.Followed(remote_id=one.remote_id) for one in results if isinstance(one, _New)]
    others = [one for one in results if isinstance(one, Message)]
    if new:
        means.told.set()
        means.due.set()
        others.insert(0, replies.following(asker.texts, new))
    return replies.together(asker.texts, others)


async def _follow_one(means: Means, asker: Asker, ref: Reference, verbosity: Verbosity) -> Message | _New:
    there = await _already(means, asker, ref)
    if there is not None:
        return there
    answer = await look_patiently(means, ref)
    if not isinstance(answer, Seen):
        return await refusal(means, asker, ref, answer)
    now = means.now()
    look = first_look(means, ref, answer, now=now)
    if look.after.outcome is not Outcome.FOLLOWING:
        return replies.ended(asker.texts, view_of(means, asker, ref, look, answer))
    async with means.database.begin() as connection:
        began = await _begin(connection, means, asker, ref=ref, look=look, answer=answer, verbosity=verbosity, now=now)
    if not began:
        return await _already(means, asker, ref) or replies.already_following(asker.texts, ref.remote_id)
    _log.info("followed", user=asker.user_id, channel=asker.channel_id, long_task=ref.remote_id)
    return _New(remote_id=ref.remote_id)


async def _already(means: Means, asker: Asker, ref: Reference) -> Message | None:
    """The answer where this channel follows it already: the caller is told at its end as well."""
    async with means.database.read() as connection:
        task = await long_tasks.find(connection, site_id=ref.site_id, remote_id=ref.remote_id)
        if task is None:
            return None
        if asker.command_id is not None and await subscriptions.came_of(
            connection, long_task_id=task["id"], command_id=asker.command_id
        ):
            # Whoever began to carry out this very command died before it was answered; somebody may have stopped
            # the thread since, and it must not begin again.
            return replies.following(asker.texts, [replies.Followed(remote_id=ref.remote_id)])
        row = await subscriptions.active(
            connection, long_task_id=task["id"], team_id=asker.team_id, channel_id=asker.channel_id
        )
    if row is None:
        return None
    async with means.database.begin() as connection:
        await subscriptions.add_follower(
            connection,
            subscription_id=row["id"],
            user_id=asker.user_id,
            account_id=means.sites[ref.site_id].account_id,
            now=means.now(),
        )
    link = await permalink(means, asker.team_id, row["channel_id"], row["root_ts"])
    return replies.already_following(asker.texts, ref.remote_id, link)


async def permalink(means: Means, team_id: str, channel_id: str, ts: str | None) -> str | None:
    """The address of a message; none where there is none, or Slack does not say now."""
    if ts is None:
        return None
    try:
        return await means.slack(team_id).permalink(channel_id, ts)
    except SlackError:
        return None


async def look_patiently(means: Means, ref: Reference) -> PollResult:
    """A look; one that finds nothing is made three times in ten seconds."""
    resting = await _resting(means, ref)
    if resting is not None:
        return resting
    answer = await means.look(ref.site_id, ref.remote_id)
    for seconds in NOT_THERE_YET:
        if not isinstance(answer, NotFound):
            break
        await means.sleep(seconds)
        answer = await means.look(ref.site_id, ref.remote_id)
    if isinstance(answer, RateLimited):
        await _keep_pause(means, ref, answer)
    return answer


async def _keep_pause(means: Means, ref: Reference, answer: RateLimited) -> None:
    """Let the polling rest as well."""
    asked = pause_of(answer, now=means.now())
    scope = pauses.confluence_scope(asked.scope, site_id=ref.site_id, account_id=means.sites[ref.site_id].account_id)
    async with means.database.begin() as connection:
        await pauses.pause(connection, scope, until=asked.until, reason=asked.reason)


async def _resting(means: Means, ref: Reference) -> RateLimited | None:
    """What a look would be answered while Confluence has asked for a rest."""
    now = means.now()
    access = means.sites[ref.site_id]
    async with means.database.read() as connection:
        paused = await pauses.paused(connection, now=now)
        refused = await accounts.refused(connection)
    # A credential that was refused is tried: whoever asks may have just mended it.
    ours = () if access.account_id in refused else (pauses.account_scope(access.account_id),)
    scopes = ("app", f"site:{ref.site_id}", *ours)
    until = max((paused[scope] for scope in scopes if scope in paused), default=None)
    if until is None:
        return None
    seconds = (until - now).total_seconds()
    return RateLimited(retry_after=seconds, scope=PauseScope.SITE, reason=access.name.alias)


def first_look(means: Means, ref: Reference, answer: Seen, *, now: datetime) -> Decision:
    """What the look means with which following begins."""
    before = TaskState(remote_id=ref.remote_id, created_at=now)
    return decide(before, answer, known={}, now=now, bounds=means.bounds, jitter=1.0)


def view_of(means: Means, asker: Asker, ref: Reference, look: Decision, answer: Seen) -> ThreadView:
    """What one look shows, to one person."""
    now = means.now()
    snapshot = answer.snapshot
    elapsed = timedelta(milliseconds=snapshot.elapsed_ms or 0)
    return ThreadView(
        remote_id=ref.remote_id,
        outcome=look.after.outcome,
        snapshot=snapshot,
        owner_id=asker.user_id,
        site_url=means.sites[ref.site_id].people_url,
        started_at=now - elapsed if snapshot.elapsed_ms and look.after.outcome is Outcome.FOLLOWING else None,
        checked_at=now,
        moved_at=now,
        finding_counts=_counts(answer.findings or ()),
    )


def _counts(found: Sequence[Finding]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for finding in found:
        counts[finding.key] += 1 if finding.count is None else finding.count
    return dict(counts)


async def refusal(means: Means, asker: Asker, ref: Reference, answer: PollResult) -> Message:
    """Why there is nothing to follow."""
    texts = asker.texts
    if isinstance(answer, NotFound):
        return replies.no_such_task(texts, ref.remote_id)
    if isinstance(answer, AccessDenied):
        return replies.access_refused(texts)
    if isinstance(answer, Misconfigured):
        return replies.misconfigured(texts)
    if isinstance(answer, RateLimited):
        seconds = answer.retry_after
        return replies.rate_limited(texts, means.now() + timedelta(seconds=seconds) if seconds else None)
    if isinstance(answer, Unavailable):
        return replies.confluence_unavailable(texts)
    return replies.confluence_unreadable(texts)


async def _begin(
    connection: Connection,
    means: Means,
    asker: Asker,
    *,
    ref: Reference,
    look: Decision,
    answer: Seen,
    verbosity: Verbosity,
    now: datetime,
) -> bool:
    """Write everything with which following begins, in one transaction; False where the channel follows already."""
    account_id = means.sites[ref.site_id].account_id
    task = await long_tasks.put(connection, site_id=ref.site_id, look=look, now=now)
    await accounts.saw(connection, long_task_id=task["id"], account_id=account_id, now=now)
    last_seq = task["findings_seq"]
    if task["findings_digest"] == answer.snapshot.findings_digest:
        known = (await findings.known(connection, [task["id"]]))[task["id"]]
        found = [finding for finding in answer.findings or () if finding.identity not in known]
        last_seq = await findings.add(connection, task["id"], found=found, seq=last_seq, now=now)
    subscription_id = await subscriptions.follow(
        connection,
        long_task_id=task["id"],
        team_id=asker.team_id,
        channel_id=asker.channel_id,
        owner_id=asker.user_id,
        command_id=asker.command_id,
        language=asker.texts.language,
        verbosity=verbosity,
        told_seq=last_seq,
        now=now,
    )
    if subscription_id is None:
        return False
    await subscriptions.add_follower(
        connection, subscription_id=subscription_id, user_id=asker.user_id, account_id=account_id, now=now
    )
    if task["due_at"] is None:
        await long_tasks.due_now(connection, task["id"], now=now)
    plan: list[tuple[Telling, dict[str, object]]] = [(Telling.ROOT, {}), (Telling.CARD, {})]
    if last_seq and verbosity is not Verbosity.QUIET:
        plan.append((Telling.WARNINGS, {"first": 1, "last": last_seq, "earlier": True}))
    rows = [
        notices.planned(kind, subscription_id=subscription_id, team_id=asker.team_id, now=now, facts=facts)
        for kind, facts in plan
    ]
    await notices.plan(connection, rows)
    return True
