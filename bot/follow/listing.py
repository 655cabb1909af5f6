"""List what is followed."""

import asyncio
from collections.abc import Sequence

import msgspec

from bot.db import channels, long_tasks, threads
from bot.domain.audience import audience_of
from bot.domain.command import ListFollowed, Scope
from bot.domain.permissions import Act
from bot.domain.snapshot import Snapshot
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message
from bot.render.replies.threads import ROWS
from bot.render.thread import ThreadView


async def show(deps: Deps, request: Request, command: ListFollowed) -> Message:
    """One page of what the channel and the caller follow: never more than one message holds."""
    log_act(request, Act.LIST)
    async with deps.database.read() as connection:
        rows: dict[int, threads.ListedRow] = {}
        if command.scope is not Scope.MINE and request.channel_id is not None:
            here = await threads.followed(connection, team_id=request.team_id, channel_id=request.channel_id)
            rows |= {row.id: row for row in here}
        if command.scope is not Scope.CHANNEL:
            mine = await threads.followed(connection, team_id=request.team_id, user_id=request.user_id)
            rows |= {row.id: row for row in mine}
    pages = max(1, -(-len(rows) // ROWS))
    page = min(command.page, pages)
    shown = list(rows.values())[(page - 1) * ROWS : page * ROWS]
    links = await asyncio.gather(*(deps.permalink(request, row.channel_id, row.thread_ts) for row in shown))
    views = await _views(deps, request, shown)
    lines = [
        replies.ListLine(view=view, since=row.created_at, channel_id=row.channel_id, link=link)
        for row, view, link in zip(shown, views, links, strict=True)
    ]
    return replies.followed_list(request.texts, lines, page, pages, scope=command.scope, command=request.command)


async def _views(deps: Deps, request: Request, rows: Sequence[threads.ListedRow]) -> list[ThreadView]:
    """What is followed, as far as the readers of its channel may see it."""
    now, views = deps.now(), []
    async with deps.database.read() as connection:
        for row in rows:
            known = await channels.find(connection, team_id=request.team_id, channel_id=row.channel_id)
            site = deps.sites.get(row.site_id)
            view = ThreadView(
                remote_id=row.remote_id,
                outcome=row.outcome,
                snapshot=_snapshot(row),
                owner_id=row.owner_id,
                label=row.label,
                titles=audience_of(row.channel_id, known, setting=row.titles, now=now).titles,
                site_url=site.people_url if site else "",
            )
            views.append(view)
    return views


def _snapshot(row: threads.ListedRow) -> Snapshot | None:
    """The last snapshot, as far as it reads: one that does not is no reason to list nothing."""
    try:
        return long_tasks.snapshot_of(row.snapshot)
    except msgspec.MsgspecError:
        return None
