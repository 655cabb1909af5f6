"""List what is followed."""

import asyncio
from collections.abc import Sequence

from bot.db import findings, long_tasks, threads
from bot.db.rows import ThreadRow
from bot.db.threads import ListedRow
from bot.domain.command import ListFollowed, Scope
from bot.domain.permissions import Act
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message
from bot.render.replies.lists import ROWS
from bot.render.thread import ThreadView


async def show(deps: Deps, request: Request, command: ListFollowed) -> Message:
    """One page of what the channel and the caller follow: never more than one message holds."""
    log_act(request, Act.LIST)
    async with deps.database.read() as connection:
        rows: dict[int, ListedRow] = {}
        if command.scope is not Scope.MINE and request.channel_id is not None:
            here = await threads.followed(connection, team_id=request.team_id, channel_id=request.channel_id)
            rows |= {row.id: row for row in here}
        if command.scope is not Scope.CHANNEL:
            mine = await threads.followed(connection, team_id=request.team_id, user_id=request.user_id)
            rows |= {row.id: row for row in mine}
    page, pages = command.page, max(1, -(-len(rows) // ROWS))
    if rows and not 1 <= page <= pages:
        return replies.no_such_page(request.texts, page, pages, scope=command.scope, command=request.command)
    shown = await lines(deps, request, list(rows.values())[(page - 1) * ROWS : page * ROWS])
    return replies.followed_list(request.texts, shown, page, pages, scope=command.scope, command=request.command)


async def lines(deps: Deps, request: Request, rows: Sequence[ListedRow]) -> list[replies.ListLine]:
    """The lines of a list, as the caller may see them."""
    async with deps.database.read() as connection:
        found = [thread for row in rows if (thread := await threads.find(connection, row.id)) is not None]
        counts = [
            await findings.counts(connection, thread.task.id) if thread.task.findings_seq else {} for thread in found
        ]
    links = await asyncio.gather(
        *(deps.permalink(request, each.subscription.channel_id, each.subscription.thread_ts) for each in found)
    )
    return [
        replies.ListLine(
            subscription_id=thread.subscription.id,
            view=_view(deps, thread, counted),
            channel_id=_elsewhere(request, thread),
            link=link,
        )
        for thread, counted, link in zip(found, counts, links, strict=True)
    ]


def _elsewhere(request: Request, thread: ThreadRow) -> str | None:
    channel_id = thread.subscription.channel_id
    return None if channel_id == request.channel_id else channel_id


def _view(deps: Deps, thread: ThreadRow, counts: dict[str, int]) -> ThreadView:
    site = deps.sites.get(thread.task.site_id)
    return ThreadView(
        remote_id=thread.task.remote_id,
        outcome=thread.subscription.outcome,
        snapshot=long_tasks.snapshot_of(thread.task.snapshot),
        owner_id=thread.subscription.owner_id,
        site_url=site.people_url if site is not None else thread.site_base_url,
        finding_counts=counts,
    )
