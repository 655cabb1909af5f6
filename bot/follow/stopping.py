"""List what is followed, look at it once, and stop following."""

import asyncio

import structlog

from bot.db import long_tasks, notices, subscriptions
from bot.db.engine import Row
from bot.domain.command import ListFollowed, Scope, ShowStatus, Stop
from bot.domain.pacing import Telling
from bot.domain.poll_result import Seen
from bot.domain.snapshot import Kind
from bot.domain.states import Outcome
from bot.follow.deps import Asker, Means
from bot.follow.following import first_look, look_patiently, permalink, refusal, view_of
from bot.render import replies
from bot.render.message import Message
from bot.render.replies.threads import ROWS

_log = structlog.get_logger(__name__)


async def status(means: Means, asker: Asker, wish: ShowStatus) -> Message:
    """One look, for the caller alone."""
    answer = await look_patiently(means, wish.ref)
    if not isinstance(answer, Seen):
        return await refusal(means, asker, wish.ref, answer)
    look = first_look(means, wish.ref, answer, now=means.now())
    view = view_of(means, asker, wish.ref, look, answer)
    if look.after.outcome is Outcome.FOLLOWING:
        return replies.status(asker.texts, view)
    return replies.ended(asker.texts, view)


async def listing(means: Means, asker: Asker, wish: ListFollowed) -> Message:
    """What is followed, a page of it: never more than one message holds."""
    async with means.database.read() as connection:
        rows: dict[int, Row] = {}
        if wish.scope is not Scope.MINE:
            here = await subscriptions.followed(
                connection, team_id=asker.team_id, channel_id=asker.channel_id, owner_id=None
            )
            rows |= {row["id"]: row for row in here}
        if wish.scope is not Scope.CHANNEL:
            mine = await subscriptions.followed(
                connection, team_id=asker.team_id, channel_id=None, owner_id=asker.user_id
            )
            rows |= {row["id"]: row for row in mine}
    pages = max(1, -(-len(rows) // ROWS))
    page = min(wish.page, pages)
    shown = list(rows.values())[(page - 1) * ROWS : page * ROWS]
    links = await asyncio.gather(*(permalink(means, asker.team_id, row["channel_id"], row["root_ts"]) for row in shown))
    lines = [
        replies.ListLine(
            remote_id=row["remote_id"],
            kind=Kind(row["kind"]),
            outcome=Outcome(row["outcome"]),
            owner_id=row["owner_id"],
            since=row["created_at"],
            percent=row["percent"],
            channel_id=row["channel_id"],
            link=link,
        )
        for row, link in zip(shown, links, strict=True)
    ]
    return replies.followed_list(asker.texts, lines, page, pages, scope=wish.scope, command=asker.command)


async def stop(means: Means, asker: Asker, wish: Stop) -> Message:
    """This channel stops following one long task: anyone in it may, but guests and other organisations."""
    remote_id = wish.ref.remote_id
    async with means.database.read() as connection:
        found = await subscriptions.followed(
            connection,
            team_id=asker.team_id,
            channel_id=asker.channel_id,
            owner_id=None,
            remote_id=remote_id,
        )
    rows = [row for row in found if row["site_id"] == wish.ref.site_id]
    if not rows:
        return replies.not_followed_here(asker.texts, remote_id)
    if not asker.may_stop and rows[0]["owner_id"] != asker.user_id:
        return replies.may_not_stop(asker.texts)
    await stop_thread(means, asker, rows[0])
    link = await permalink(means, asker.team_id, rows[0]["channel_id"], rows[0]["root_ts"])
    return replies.stopped(asker.texts, remote_id, link)


async def stop_all(means: Means, asker: Asker) -> Message:
    """One's own in this channel; a workspace admin's word counts for everybody's."""
    async with means.database.read() as connection:
        found = await subscriptions.followed(
            connection, team_id=asker.team_id, channel_id=asker.channel_id, owner_id=None
        )
    admin = asker.person is not None and asker.person.is_admin and not asker.foreign
    rows = [row for row in found if admin or row["owner_id"] == asker.user_id]
    for row in rows:
        await stop_thread(means, asker, row)
    return replies.stopped_all(asker.texts, len(rows))


async def stop_thread(means: Means, asker: Asker, row: Row) -> None:
    """End one subscription: its card says who stopped it, and its owner is told where that was somebody else."""
    now = means.now()
    async with means.database.begin() as connection:
        if not await subscriptions.stop(connection, row["id"], stopped_by=asker.user_id, now=now):
            return
        await notices.drop_untold(connection, row["id"], reason="stopped")
        if row["owner_id"] != asker.user_id:
            facts = {"reason": "stopped", "user": row["owner_id"], "by": asker.user_id}
            told = notices.planned(Telling.DM, subscription_id=row["id"], team_id=row["team_id"], now=now, facts=facts)
            await notices.plan(connection, [told])
        await long_tasks.rest(connection, [row["long_task_id"]])
    _log.info("stopped", user=asker.user_id, channel=asker.channel_id, subscription=row["id"])
    means.told.set()
