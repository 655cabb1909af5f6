"""Compose the messages of a watch, and end one whose channel takes no messages any more."""

from datetime import datetime

import structlog

from bot.db import channels, long_tasks, messages, sites, watches
from bot.db.engine import Connection
from bot.db.rows import MessageRow
from bot.db.watch_rows import WatchRow
from bot.deliver.deps import Deps
from bot.domain import message_facts as facts_of
from bot.domain.audience import audience_of
from bot.domain.command import SiteKind
from bot.domain.message_kinds import MessageKind, WatchOwner
from bot.domain.message_plan import Draft
from bot.domain.states import Outcome, Titles, WatchState
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView
from bot.render.watch import NAMED, WatchView, watch_digest, watch_root

_log = structlog.get_logger(__name__)


async def render_watch(
    connection: Connection, deps: Deps, texts: Texts, row: WatchRow, message: MessageRow
) -> Message | None:
    """A message of a watch as it is to be now; None if there is nothing to say any more."""
    facts = message.facts
    match facts:
        case facts_of.WatchRoot():
            return watch_root(texts, await view_of(connection, row))
        case facts_of.WatchDigest():
            return await _digest(connection, deps, texts, row, since=facts.since)
        case facts_of.WatchOver():
            view = await view_of(connection, row)
            return replies.watch_over(texts, view, channel_id=row.channel_id, ended_by=facts.by)
        case _:
            return None


async def view_of(connection: Connection, row: WatchRow) -> WatchView:
    """What the messages of a watch are rendered from."""
    site = next((site for site in await sites.all_sites(connection) if site.id == row.site_id), None)
    return WatchView(
        site=site.alias if site is not None else "Confluence",
        kinds=watches.kinds_of(row),
        maker_id=row.maker_id,
        state=row.state,
        ended_by=row.ended_by,
        is_cloud=site is None or site.kind is SiteKind.CLOUD,
        passed_over=row.passed_over,
    )


async def _digest(
    connection: Connection, deps: Deps, texts: Texts, row: WatchRow, *, since: datetime
) -> Message | None:
    gathered, count = await watches.gathered_since(connection, row.id, since, limit=NAMED)
    if not gathered:
        return None
    known = await channels.find(connection, team_id=row.team_id, channel_id=row.channel_id)
    titles = audience_of(row.channel_id, known, setting=Titles.SHOWN, now=deps.now()).titles
    site_url = deps.site_urls.get(row.site_id, "")
    views = [
        ThreadView(
            remote_id=remote_id,
            outcome=Outcome.FOLLOWING,
            snapshot=long_tasks.readable_snapshot(snapshot),
            owner_id=None,
            titles=titles,
            site_url=site_url,
        )
        for remote_id, snapshot in gathered
    ]
    return watch_digest(texts, views, count=count, since=since)


async def lose_watches(connection: Connection, *, team_id: str, channel_id: str, reason: str, now: datetime) -> None:
    """End every watch of a channel that takes no messages any more; the person who began it gets a direct message."""
    lost = await watches.end_of_channel(
        connection, team_id=team_id, channel_id=channel_id, state=WatchState.LOST, now=now
    )
    for row in lost:
        _log.warning("watch_lost", watch=row.id, answer=reason)
        draft = Draft(kind=MessageKind.DIRECT, facts=facts_of.WatchOver(), user_id=row.maker_id)
        planned = messages.Planned(owner=WatchOwner(row.id), team_id=row.team_id, draft=draft)
        await messages.plan(connection, [planned], now=now)
