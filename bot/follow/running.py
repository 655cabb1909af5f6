"""Show what runs in Confluence to the caller alone, followed or not, with a button for each."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.db import threads
from bot.db.threads import ListedRow
from bot.domain import poll_result
from bot.domain.command import Follow, Reference, ShowRunning
from bot.domain.permissions import Act, may_list
from bot.domain.poll_result import Listed, ListResult
from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Sharing, Titles
from bot.domain.task_url import is_id
from bot.follow import confluence_pauses
from bot.follow.channels import NotSeen, find_sharing, is_closed_to_bot
from bot.follow.deps import Deps, Request
from bot.follow.first_look import first_decision, reason_of
from bot.follow.following import follow_from_button
from bot.follow.permissions import log_act
from bot.follow.press import Press
from bot.render import replies
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from bot.render.replies import RunningLine
from bot.render.replies.running import LINES
from bot.render.thread import ThreadView

_log = structlog.get_logger(__name__)

#: of a thread
_TS = re.compile(r"[0-9]{1,15}\.[0-9]{1,10}")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What runs on all sites."""

    #: site id and last look at each, the newest first
    tasks: Sequence[tuple[int, Snapshot]]
    #: there may be more than a site has listed
    has_more: bool
    #: why sites have listed nothing
    refused: Sequence[Mrkdwn]


async def show(deps: Deps, request: Request, _command: ShowRunning | None = None) -> Message:
    """List what runs on every site: the newest first, as many as fit, and how many more there are."""
    texts, name = request.texts, request.command
    if not may_list(request.person, deps.running_list):
        return replies.running_hidden(texts, name, deps.example, setting=deps.running_list)
    sharing = await find_sharing(deps, request)
    if sharing is Sharing.SHARED:
        return replies.running_not_in_shared(texts, name, deps.example)
    log_act(request, Act.RUNNING_LIST)
    return await _show(deps, request, await _ask_all(deps), sharing)


async def find_running(deps: Deps, request: Request) -> Found:
    """Ask every site what runs, for a person who may see that."""
    log_act(request, Act.RUNNING_LIST)
    return _sorted(deps, request, await _ask_all(deps))


async def offer(
    deps: Deps, request: Request, site_id: int, listed: Listed, sharing: Sharing | NotSeen
) -> Message | None:
    """Offer what ran on a site before the channel began to watch it; None if nothing did."""
    if not any(_still_running(deps, site_id, listed)):
        return None
    return await _show(deps, request, {site_id: listed}, sharing, ran_before=True)


async def _ask_all(deps: Deps) -> dict[int, ListResult]:
    results = await asyncio.gather(*(ask(deps, site_id) for site_id in deps.sites))
    return dict(zip(deps.sites, results, strict=True))


def _sorted(deps: Deps, request: Request, results: Mapping[int, ListResult]) -> Found:
    """What runs by the answers of some sites."""
    running: list[tuple[int, Snapshot]] = []
    refused: list[Mrkdwn] = []
    for site_id, result in results.items():
        if isinstance(result, Listed):
            running += [(site_id, snapshot) for snapshot in _still_running(deps, site_id, result)]
        else:
            why = reason(deps, request, result)
            alias = deps.sites[site_id].name.alias
            refused.append(replies.of_site(request.texts, alias, why) if len(deps.sites) > 1 else why)
    running.sort(key=lambda one: (one[1].elapsed_ms is None, one[1].elapsed_ms or 0))
    return Found(
        tasks=running,
        has_more=any(isinstance(result, Listed) and result.has_more for result in results.values()),
        refused=refused,
    )


async def _show(
    deps: Deps,
    request: Request,
    results: Mapping[int, ListResult],
    sharing: Sharing | NotSeen,
    *,
    ran_before: bool = False,
) -> Message:
    """List what runs by the answers of some sites."""
    found = _sorted(deps, request, results)
    lines = await _lines(deps, request, found.tasks[:LINES], titles=_titles(sharing))
    return replies.running(
        request.texts,
        lines,
        request.command,
        deps.example,
        others=len(found.tasks) - len(lines),
        has_more=found.has_more,
        refused=found.refused,
        invite=deps.bot_name if sharing is NotSeen.CLOSED else None,
        scope_missing=sharing is Sharing.HIDDEN,
        ran_before=ran_before,
    )


async def choices(deps: Deps, request: Request) -> tuple[Sequence[RunningLine], Sequence[Mrkdwn]]:
    """What runs, for a person to choose from, and why sites have not listed theirs; nothing of either where the person
    may not see what runs."""
    if not may_list(request.person, deps.running_list):
        return [], []
    sharing = await find_sharing(deps, request)
    if sharing is Sharing.SHARED:
        return [], []
    found = await find_running(deps, request)
    return await _lines(deps, request, found.tasks[:LINES], titles=_titles(sharing)), found.refused


def chosen(deps: Deps, request: Request, value: str | None) -> Reference | None:
    """The long task that a person chose; None if there is none of that name, or the person may not see what runs."""
    return _reference(deps, value) if may_list(request.person, deps.running_list) else None


async def follow_listed(deps: Deps, request: Request, pressed: Press) -> Message | None:
    """Follow the long task that a button of the list names; None if what the channel sees is the answer.

    The value comes back from Slack as it was sent, and is checked like a text that a person types.
    """
    if not may_list(request.person, deps.running_list):
        return replies.running_hidden(request.texts, request.command, deps.example, setting=deps.running_list)
    named, _, thread_ts = (pressed.value or "").partition("@")
    ref = _reference(deps, named)
    if ref is None or (thread_ts and not _TS.fullmatch(thread_ts)):
        return replies.gone_wrong(request.texts, request.command)
    if await is_closed_to_bot(deps, request):
        return replies.invite(request.texts, deps.bot_name)
    return await follow_from_button(deps, replace(request, thread_ts=thread_ts or None), Follow(refs=(ref,)))


async def ask(deps: Deps, site_id: int) -> ListResult:
    """The list of a site, unless Confluence has asked for a pause."""
    return await deps.running_lists.read(site_id, lambda site: _ask_now(deps, site), now=deps.now)


async def _ask_now(deps: Deps, site_id: int) -> ListResult:
    paused = await confluence_pauses.paused(deps, site_id)
    if paused is not None:
        return paused
    result = await deps.list_running(site_id)
    if isinstance(result, poll_result.RateLimited):
        await confluence_pauses.keep(deps, site_id, result)
    if not isinstance(result, Listed):
        _log.warning("running_not_listed", site=deps.sites[site_id].name.alias, result=type(result).__name__)
    return result


def _still_running(deps: Deps, site_id: int, listed: Listed) -> Iterator[Snapshot]:
    """What has not ended: Data Center lists a long task for a while after its end."""
    now = deps.now()
    for snapshot in listed.snapshots:
        ref = Reference(site_id=site_id, remote_id=snapshot.remote_id or "")
        decision = first_decision(deps, ref, poll_result.Seen(snapshot=snapshot, findings=()), now=now)
        if decision.after.outcome is Outcome.FOLLOWING:
            yield snapshot


def _titles(sharing: Sharing | NotSeen) -> Titles:
    """Whether places are named: only where it is known that no other organization reads the channel."""
    return Titles.SHOWN if sharing is Sharing.OWN else Titles.COUNTS


def reason(deps: Deps, request: Request, result: ListResult) -> Mrkdwn:
    """Why a site has not listed what runs. Raises ValueError for a list."""
    match result:
        case poll_result.AccessDenied(why=poll_result.Denial.SCOPE):
            return replies.list_scope_missing(request.texts)
        case poll_result.Unreadable():
            return replies.list_unreadable(request.texts)
        case Listed():
            raise ValueError("the site has listed its long tasks")
        case _:
            return reason_of(deps, request, result)


async def _lines(
    deps: Deps, request: Request, running: Sequence[tuple[int, Snapshot]], *, titles: Titles
) -> list[RunningLine]:
    async with deps.database.read() as connection:
        rows = await threads.followed(connection, team_id=request.team_id, channel_id=request.target_channel)
    followed = {(row.site_id, row.remote_id): row for row in rows}
    threads_here = [followed.get((site_id, snapshot.remote_id or "")) for site_id, snapshot in running]
    links = await asyncio.gather(*(_permalink(deps, request, row) for row in threads_here))
    return [
        RunningLine(
            view=_view(deps, request, site_id, snapshot, row, titles=titles),
            runs_for=None if snapshot.elapsed_ms is None else timedelta(milliseconds=snapshot.elapsed_ms),
            value=_value(request, Reference(site_id=site_id, remote_id=snapshot.remote_id or "")),
            site=deps.sites[site_id].name.alias if len(deps.sites) > 1 else None,
            is_followed=row is not None,
            link=link,
        )
        for (site_id, snapshot), row, link in zip(running, threads_here, links, strict=True)
    ]


async def _permalink(deps: Deps, request: Request, row: ListedRow | None) -> str | None:
    return None if row is None else await deps.permalink(request, row.channel_id, row.thread_ts)


def _view(
    deps: Deps, request: Request, site_id: int, snapshot: Snapshot, row: ListedRow | None, *, titles: Titles
) -> ThreadView:
    return ThreadView(
        remote_id=snapshot.remote_id or "",
        outcome=Outcome.FOLLOWING,
        snapshot=snapshot,
        owner_id=request.user_id,
        label=row.label if row is not None else None,
        titles=titles,
        site_url=deps.sites[site_id].people_url,
    )


def _value(request: Request, ref: Reference) -> str:
    """The value of a button, which names a long task, and the thread that asks if it is to be followed in that."""
    return ref.value if request.thread_ts is None else f"{ref.value}@{request.thread_ts}"


def _reference(deps: Deps, value: str | None) -> Reference | None:
    """The long task that a value names; None if no such site is configured, or it is no id."""
    site, _, remote_id = (value or "").partition("/")
    for site_id in deps.sites:
        if site == str(site_id) and is_id(remote_id):
            return Reference(site_id=site_id, remote_id=remote_id)
    return None
