"""Look at a long task because a person asks, and show what the look found."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain import poll_result
from bot.domain.command import Reference
from bot.domain.decide import decide
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome
from bot.domain.task_state import Decision, TaskState
from bot.follow import confluence_pauses
from bot.follow.deps import Deps, Request
from bot.render import replies
from bot.render.mrkdwn import Mrkdwn
from bot.render.thread import ThreadView

#: times between the looks at a long task that is not found: it may have been started a moment ago
RETRY_NOT_FOUND = (timedelta(seconds=3), timedelta(seconds=6))


@dataclass(frozen=True, kw_only=True)
class LookAgain:
    """The long task is not found: the command is to be carried out again after this time."""

    after: timedelta


async def look(deps: Deps, request: Request, ref: Reference) -> poll_result.PollResult | LookAgain:
    """Look once; a long task that a command names and that is not found is looked for three times in ten seconds."""
    paused = await confluence_pauses.paused(deps, ref.site_id)
    if paused is not None:
        return paused
    result = await deps.look(ref.site_id, ref.remote_id)
    if isinstance(result, poll_result.NotFound) and request.command_id is not None:
        return result if request.looks >= len(RETRY_NOT_FOUND) else LookAgain(after=RETRY_NOT_FOUND[request.looks])
    if isinstance(result, poll_result.RateLimited):
        await confluence_pauses.keep(deps, ref.site_id, result)
    return result


def first_decision(deps: Deps, ref: Reference, seen: poll_result.Seen, *, now: datetime) -> Decision:
    """What the first look at a long task means."""
    before = TaskState(remote_id=ref.remote_id, created_at=now)
    return decide(before, seen, known={}, now=now, bounds=deps.bounds, jitter=1.0)


def view_of(deps: Deps, request: Request, ref: Reference, decision: Decision, seen: poll_result.Seen) -> ThreadView:
    """What one look shows to one person."""
    now = deps.now()
    snapshot = seen.snapshot
    elapsed = timedelta(milliseconds=snapshot.elapsed_ms or 0)
    runs = decision.after.outcome is Outcome.FOLLOWING
    return ThreadView(
        remote_id=ref.remote_id,
        outcome=decision.after.outcome,
        snapshot=snapshot,
        owner_id=request.user_id,
        site_url=deps.sites[ref.site_id].people_url,
        started_at=now - elapsed if snapshot.elapsed_ms and runs else None,
        checked_at=now,
        finding_counts=_counts(seen.findings or ()),
    )


def _counts(found: Sequence[Finding]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for finding in found:
        counts[finding.key] += 1 if finding.count is None else finding.count
    return dict(counts)


def refusal(deps: Deps, request: Request, result: poll_result.PollResult) -> Mrkdwn:
    """Why there is nothing to follow or to show. Raises ValueError for a look that found the long task."""
    match result:
        case poll_result.NotFound():
            return replies.no_such_task(request.texts)
        case poll_result.Seen():
            raise ValueError("the look found the long task")
        case _:
            return reason_of(deps, request, result)


def reason_of(deps: Deps, request: Request, failed: poll_result.Failed) -> Mrkdwn:
    """Why Confluence did not answer what was asked."""
    texts = request.texts
    match failed:
        case poll_result.AccessDenied():
            return replies.access_refused(texts)
        case poll_result.Misconfigured():
            return replies.misconfigured(texts)
        case poll_result.RateLimited(retry_after=seconds):
            return replies.rate_limited(texts, deps.now() + timedelta(seconds=seconds) if seconds else None)
        case poll_result.Unavailable():
            return replies.confluence_unavailable(texts)
        case poll_result.Unreadable():
            return replies.confluence_unreadable(texts)
        case _:
            assert_never(failed)
