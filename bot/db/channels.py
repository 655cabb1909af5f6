"""What Slack said about channels: which of them other organisations read."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select, update

from bot.db import stale_messages
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.rows import build, columns
from bot.db.slack_models import channels, workspaces
from bot.domain.audience import KNOWN_FOR, KnownChannel
from bot.domain.states import Sharing, WorkspaceState

_KNOWN = columns(KnownChannel, channels)


class Installation(Struct, frozen=True):
    """A workspace, and the enterprise organisation it belongs to."""

    team_id: str
    enterprise_id: str | None


async def find(connection: Connection, *, team_id: str, channel_id: str) -> KnownChannel | None:
    """What is known of a channel; None if nothing is."""
    query = select(*_KNOWN).where(channels.c.team_id == team_id, channels.c.channel_id == channel_id)
    row = (await connection.execute(query)).first()
    return None if row is None else build(KnownChannel, row)


async def learn(
    connection: Connection, team_id: str, answers: Mapping[str, Sharing], *, asked_at: datetime, now: datetime
) -> None:
    """Store what Slack answered about channels (by id); `asked_at`: when the question was sent (UTC).

    What became known after that stays, since the answer may be older.
    """
    # A channel that has changed before the question was sent is known by its answer.
    older = or_(channels.c.asked_at < asked_at, and_(channels.c.sharing.is_(None), channels.c.asked_at <= asked_at))
    await _store(connection, team_id, answers, at=asked_at, where=older, now=now)


async def change(
    connection: Connection, team_id: str, channel_id: str, sharing: Sharing | None, *, now: datetime
) -> None:
    """Store what an event says about a channel; None: Slack has to be asked."""
    await _store(connection, team_id, {channel_id: sharing}, at=now, where=None, now=now)


async def _store(
    connection: Connection,
    team_id: str,
    sharings: Mapping[str, Sharing | None],
    *,
    at: datetime,
    where: ColumnElement[bool] | None,
    now: datetime,
) -> None:
    """Store what is known, and mark what the bot has said in each channel for which that is a change."""
    if not sharings or not await _is_installed(connection, team_id):
        return
    here = (channels.c.team_id == team_id, channels.c.channel_id.in_(sharings))
    query = select(channels.c.channel_id, channels.c.sharing).where(*here, channels.c.asked_at > now - KNOWN_FOR)
    before = {row.channel_id: row.sharing for row in await connection.execute(query)}
    insert = upsert(connection, channels)
    statement = insert.on_conflict_do_update(
        index_elements=[channels.c.team_id, channels.c.channel_id],
        set_={"sharing": insert.excluded.sharing, "asked_at": insert.excluded.asked_at},
        where=where,
    )
    values = [
        {"team_id": team_id, "channel_id": channel_id, "sharing": sharing, "asked_at": at}
        for channel_id, sharing in sharings.items()
    ]
    await connection.execute(statement, values)
    changed = [channel_id for channel_id, sharing in sharings.items() if before.get(channel_id) is not sharing]
    if changed:
        await stale_messages.mark_channels(connection, team_id, changed, now=now)


async def _is_installed(connection: Connection, team_id: str) -> bool:
    """Whether the workspace is known; if so it is not deleted before the transaction ends.

    Nor is a message of it composed meanwhile, since that locks the row, too (`deps.check_claim`): one that is being
    composed would show what was known before, and would not be marked.
    """
    query = select(workspaces.c.team_id).where(workspaces.c.team_id == team_id).with_for_update(key_share=True)
    return (await connection.execute(query)).first() is not None


async def to_be_listed(connection: Connection, *, listed_before: datetime) -> Installation | None:
    """A workspace whose channels were not listed since a time (UTC)."""
    query = select(*columns(Installation, workspaces)).where(
        workspaces.c.state == WorkspaceState.ACTIVE, _listed(listed_before)
    )
    row = (await connection.execute(query.limit(1))).first()
    return None if row is None else build(Installation, row)


async def reserve_listing(connection: Connection, team_id: str, *, listed_before: datetime, now: datetime) -> bool:
    """Reserve listing the channels of a workspace; true if this process won it."""
    result = await connection.execute(
        update(workspaces).where(workspaces.c.team_id == team_id, _listed(listed_before)).values(channels_listed_at=now)
    )
    return result.rowcount == 1


def _listed(before: datetime) -> ColumnElement[bool]:
    return or_(workspaces.c.channels_listed_at.is_(None), workspaces.c.channels_listed_at <= before)


async def delete(connection: Connection, team_id: str, channel_id: str) -> None:
    """Delete what is known of a channel."""
    here = (channels.c.team_id == team_id, channels.c.channel_id == channel_id)
    await connection.execute(channels.delete().where(*here))


async def forget(connection: Connection, *, asked_before: datetime) -> None:
    """Delete what is too old to be relied on."""
    await connection.execute(channels.delete().where(channels.c.asked_at < asked_before))
