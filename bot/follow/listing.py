"""List what is followed."""

import asyncio

from bot.db import threads
from bot.domain.command import ListFollowed, Scope
from bot.domain.permissions import Act
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message
from bot.render.replies.threads import ROWS


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
    lines = [
        replies.ListLine(
            remote_id=row.remote_id,
            kind=row.kind,
            outcome=row.outcome,
            owner_id=row.owner_id,
            since=row.created_at,
            percent=row.percent,
            channel_id=row.channel_id,
            link=link,
        )
        for row, link in zip(shown, links, strict=True)
    ]
    return replies.followed_list(request.texts, lines, page, pages, scope=command.scope, command=request.command)
