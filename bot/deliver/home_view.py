"""Read what a person's home is rendered from: the latest state, and the addresses of the threads on it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from bot.clients.slack.errors import SlackError
from bot.db import accounts, channels, findings, homes, long_tasks, threads
from bot.db.engine import Connection
from bot.db.rows import MessageRow
from bot.db.threads import ListedRow
from bot.deliver.deps import Deps, Lease
from bot.domain.audience import KnownChannel, audience_of
from bot.domain.command import Reference
from bot.domain.home import Channels, Home, Page, Running, RunningTask, channels_known, page_of
from bot.domain.states import Outcome, Titles
from bot.render.home import HomeView, RunningView, Unlisted
from bot.render.mrkdwn import Mrkdwn
from bot.render.replies import ListLine, RunningLine
from bot.render.thread import ThreadView

_METHOD = "chat.getPermalink"
#: addresses asked for at once
_AT_ONCE = 5
#: addresses remembered of a workspace
_REMEMBERED = 2_000


class HomeRows(Struct, frozen=True, kw_only=True):
    """What the database holds of a home."""

    home: Home
    user_id: str
    page: Page
    #: by subscription id: the threads on the page, and those that follow what runs
    rows: Mapping[int, ListedRow]
    views: Mapping[int, ThreadView]
    #: the thread in which the person sees what runs, by site id and remote id
    following: Mapping[tuple[int, str], int]
    #: long tasks of the list of what runs that have ended since
    ended: frozenset[tuple[int, str]]
    refused_since: datetime | None


async def read_rows(connection: Connection, deps: Deps, message: MessageRow, home: Home) -> HomeRows:
    """Read the page that is shown, as the readers of each channel may see it."""
    now, team_id, user_id = deps.now(), message.team_id, message.user_id or ""
    mine, there = await homes.threads_shown(
        connection, team_id, user_id, channel_ids=channels_known(home, now=now) or frozenset()
    )
    page = page_of(mine, there, home.page)
    listed = [(task.site_id, task.snapshot.remote_id or "") for task in home.running.tasks] if home.running else []
    about = await threads.about(connection, team_id, [remote_id for _, remote_id in listed])
    # Of several threads one's own is the one to open.
    seen = {(row.site_id, row.remote_id): row for ids in (set(there), set(mine)) for row in about if row.id in ids}
    rows = await threads.listed(connection, [*page.mine, *page.of_others])
    return HomeRows(
        home=home,
        user_id=user_id,
        page=page,
        rows=rows | {row.id: row for row in seen.values()},
        views=await _views(connection, deps, team_id, rows.values()),
        following={key: row.id for key, row in seen.items()},
        ended=await long_tasks.ended(connection, listed),
        refused_since=await accounts.refused_operator(connection),
    )


async def _views(connection: Connection, deps: Deps, team_id: str, rows: Iterable[ListedRow]) -> dict[int, ThreadView]:
    now, known, views = deps.now(), dict[str, KnownChannel | None](), dict[int, ThreadView]()
    for row in rows:
        if row.channel_id not in known:
            known[row.channel_id] = await channels.find(connection, team_id=team_id, channel_id=row.channel_id)
        audience = audience_of(row.channel_id, known[row.channel_id], setting=row.titles, now=now)
        views[row.id] = ThreadView(
            remote_id=row.remote_id,
            outcome=row.outcome,
            snapshot=long_tasks.readable_snapshot(row.snapshot),
            owner_id=row.owner_id,
            label=row.label,
            titles=audience.titles,
            site_url=deps.site_urls.get(row.site_id, ""),
            finding_counts=await findings.counts(connection, row.long_task_id),
        )
    return views


async def find_links(deps: Deps, lease: Lease, rows: Iterable[ListedRow]) -> dict[int, str]:
    """The addresses of threads, by subscription id; Slack is asked once for each."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def find(row: ListedRow) -> None:
        async with slots:
            with suppress(SlackError):
                lease.check_pauses(_METHOD, now=deps.now())
                client = await deps.client(lease)
                lease.links[row.channel_id, row.thread_ts or ""] = await client.permalink(
                    row.channel_id, row.thread_ts or ""
                )

    posted = [row for row in rows if row.thread_ts is not None]
    await asyncio.gather(*(find(row) for row in posted if (row.channel_id, row.thread_ts) not in lease.links))
    found = {row.id: lease.links.get((row.channel_id, row.thread_ts or "")) for row in posted}
    while len(lease.links) > _REMEMBERED:
        del lease.links[next(iter(lease.links))]
    return {subscription_id: link for subscription_id, link in found.items() if link is not None}


def view_of(deps: Deps, read: HomeRows, links: Mapping[int, str]) -> HomeView:
    """What a home is rendered from."""
    home, page = read.home, read.page
    known = channels_known(home, now=deps.now())
    return HomeView(
        mine=_lines(read, links, page.mine),
        of_others=_lines(read, links, page.of_others),
        stoppable=frozenset(
            row.id
            for row in read.rows.values()
            if row.owner_id == read.user_id or row.channel_id in (known or frozenset())
        ),
        page=page.number,
        pages=page.pages,
        unlisted=_unlisted(home.channels, known=known is not None),
        running=None if home.running is None else _running(deps, read, links, home.running),
        is_asking=home.running is None and not home.hides_running,
        notice=home.notice,
        sites=[urlsplit(url).hostname or url for url in deps.site_urls.values()],
        refused_since=read.refused_since,
        shown=deps.example,
    )


def _lines(read: HomeRows, links: Mapping[int, str], ids: Sequence[int]) -> list[ListLine]:
    return [
        ListLine(
            subscription_id=subscription_id,
            view=read.views[subscription_id],
            channel_id=read.rows[subscription_id].channel_id,
            link=links.get(subscription_id),
        )
        for subscription_id in ids
        if subscription_id in read.views
    ]


def _unlisted(asked: Channels | None, *, known: bool) -> Unlisted | None:
    if asked is not None and known and asked.is_whole:
        return Unlisted.SCOPE_MISSING if asked.scope_missing else None
    return Unlisted.NO_ANSWER


def _running(deps: Deps, read: HomeRows, links: Mapping[int, str], running: Running) -> RunningView:
    tasks = [task for task in running.tasks if (task.site_id, task.snapshot.remote_id or "") not in read.ended]
    return RunningView(
        at=running.at,
        lines=[_running_line(deps, read, links, task) for task in tasks],
        others=running.others,
        has_more=running.has_more,
        refused=[Mrkdwn(reason) for reason in running.refused],
    )


def _running_line(deps: Deps, read: HomeRows, links: Mapping[int, str], task: RunningTask) -> RunningLine:
    snapshot, remote_id = task.snapshot, task.snapshot.remote_id or ""
    thread = read.following.get((task.site_id, remote_id))
    view = ThreadView(
        remote_id=remote_id,
        outcome=Outcome.FOLLOWING,
        snapshot=snapshot,
        owner_id=read.user_id,
        label=None if thread is None else read.rows[thread].label,
        titles=Titles.SHOWN,
        site_url=deps.site_urls.get(task.site_id, ""),
    )
    return RunningLine(
        view=view,
        runs_for=None if snapshot.elapsed_ms is None else timedelta(milliseconds=snapshot.elapsed_ms),
        value=Reference(site_id=task.site_id, remote_id=remote_id).value,
        site=urlsplit(view.site_url).hostname if len(deps.site_urls) > 1 else None,
        is_followed=thread is not None,
        link=None if thread is None else links.get(thread),
    )
