"""List what is followed."""

import asyncio
from collections.abc import Sequence

from bot.db import threads, watches
from bot.db.threads import ListedRow
from bot.domain.command import ListFollowed, Scope
from bot.domain.permissions import Act
from bot.follow import thread_views
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.follow.watching import watch_view
from bot.render import replies
from bot.render.message import Message
from bot.render.replies.lists import ROWS


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
        watched = []
        if command.scope is not Scope.MINE and request.channel_id is not None:
            found = await watches.of_channel(connection, team_id=request.team_id, channel_id=request.channel_id)
            watched = [watch_view(deps, row) for row in found if row.site_id in deps.sites]
    page, pages = command.page, max(1, -(-len(rows) // ROWS))
    if rows and not 1 <= page <= pages:
        return replies.no_such_page(request.texts, page, pages, scope=command.scope, command=request.command)
    shown = await lines(deps, request, list(rows.values())[(page - 1) * ROWS : page * ROWS])
    return replies.followed_list(
        request.texts, shown, page, pages, scope=command.scope, command=request.command, watches=watched
    )


async def lines(deps: Deps, request: Request, rows: Sequence[ListedRow]) -> list[replies.ListLine]:
    """The lines of a list, as the readers of each channel may see them."""
    links = await asyncio.gather(*(deps.permalink(request, row.channel_id, row.thread_ts) for row in rows))
    views = await thread_views.views_of(deps, request.team_id, rows)
    return [
        replies.ListLine(
            subscription_id=row.id,
            view=view,
            channel_id=None if row.channel_id == request.channel_id else row.channel_id,
            link=link,
        )
        for row, view, link in zip(rows, views, links, strict=True)
    ]
