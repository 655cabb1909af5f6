"""Describe what is followed, as the readers of each channel may see it."""

from collections.abc import Sequence

from bot.db import channels, findings, long_tasks
from bot.db.threads import ListedRow
from bot.domain.audience import audience_of
from bot.follow.deps import Deps
from bot.render.thread import ThreadView


async def views_of(deps: Deps, team_id: str, rows: Sequence[ListedRow]) -> list[ThreadView]:
    """What each row is, named for the readers of its channel."""
    now, views = deps.now(), []
    async with deps.database.read() as connection:
        for row in rows:
            known = await channels.find(connection, team_id=team_id, channel_id=row.channel_id)
            site = deps.sites.get(row.site_id)
            view = ThreadView(
                remote_id=row.remote_id,
                outcome=row.outcome,
                snapshot=long_tasks.readable_snapshot(row.snapshot),
                owner_id=row.owner_id,
                label=row.label,
                titles=audience_of(row.channel_id, known, setting=row.titles, now=now).titles,
                site_url=site.people_url if site else "",
                finding_counts=await findings.counts(connection, row.long_task_id),
            )
            views.append(view)
    return views
