"""Channels that watch a site: every new long task there is followed."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Update, exists, func, select, update

from bot.db import claims
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import messages, subscriptions
from bot.db.rows import build, columns
from bot.db.stale_messages import mark
from bot.db.watch_models import gathered_tasks, listed_tasks, watches
from bot.db.watch_rows import ListedTaskRow, WatchRow
from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import Kind
from bot.domain.states import Verbosity, WatchState

_COLUMNS = columns(WatchRow, watches)
_is_active = watches.c.state == WatchState.WATCHING


def kinds_of(watch: WatchRow) -> frozenset[Kind]:
    """The kinds of long tasks that a watch names; none: of every kind."""
    return frozenset(Kind(kind) for kind in watch.kinds.split())


async def add(
    connection: Connection,
    *,
    team_id: str,
    channel_id: str,
    site_id: int,
    command_id: int | None,
    maker_id: str,
    kinds: frozenset[Kind],
    verbosity: Verbosity,
    language: str,
    handled: int,
    now: datetime,
) -> int | None:
    """Let a channel watch a site; `handled`: the last long task that is nothing new. None if it watches already."""
    insert = upsert(connection, watches).values(
        team_id=team_id,
        channel_id=channel_id,
        site_id=site_id,
        command_id=command_id,
        maker_id=maker_id,
        kinds=" ".join(sorted(kinds)),
        verbosity=verbosity,
        language=language,
        handled=handled,
        created_at=now,
    )
    return (await connection.execute(insert.on_conflict_do_nothing().returning(watches.c.id))).scalar()


async def find(connection: Connection, watch_id: int) -> WatchRow | None:
    """One watch."""
    row = (await connection.execute(select(*_COLUMNS).where(watches.c.id == watch_id))).first()
    return None if row is None else build(WatchRow, row)


async def of_channel(
    connection: Connection, *, team_id: str, channel_id: str, site_id: int | None = None
) -> list[WatchRow]:
    """The watches of a channel that are not over, the oldest first."""
    query = select(*_COLUMNS).where(watches.c.team_id == team_id, watches.c.channel_id == channel_id, _is_active)
    if site_id is not None:
        query = query.where(watches.c.site_id == site_id)
    return [build(WatchRow, row) for row in await connection.execute(query.order_by(watches.c.id))]


async def from_command(connection: Connection, command_id: int) -> bool:
    """Whether a command has begun a watch, in whatever state that is now."""
    query = select(watches.c.id).where(watches.c.command_id == command_id).limit(1)
    return (await connection.execute(query)).first() is not None


async def claim(connection: Connection, *, claim_id: str, now: datetime, limit: int) -> list[WatchRow]:
    """Claim watches whose site has listed long tasks that they have not dealt with."""
    statement = _claiming(claims.dialect_of(connection))
    found = await claims.claim_rows(connection, statement, claim_id=claim_id, limit=limit, now=now)
    return [build(WatchRow, row) for row in found]


_has_new = exists().where(listed_tasks.c.site_id == watches.c.site_id, listed_tasks.c.id > watches.c.handled)


async def have_new(connection: Connection) -> bool:
    """Whether a site has listed long tasks that a watch of it has not dealt with."""
    return (await connection.execute(select(watches.c.id).where(_is_active, _has_new).limit(1))).first() is not None


@cache
def _claiming(dialect: str) -> Update:
    query = select(watches.c.id).where(_is_active, _has_new).order_by(watches.c.id)
    return claims.claim_statement(watches, query, dialect=dialect, returning=_COLUMNS)


async def holds(connection: Connection, watch_id: int, claim_id: str) -> bool:
    """Whether this claim still holds an active watch; if so no other process changes it before the transaction ends."""
    query = select(watches.c.id).where(watches.c.id == watch_id, watches.c.claim_id == claim_id, _is_active)
    return (await connection.execute(query.with_for_update())).first() is not None


async def handled(
    connection: Connection,
    watch_id: int,
    *,
    up_to: int,
    passed_over: int,
    gathering_since: datetime | None,
) -> None:
    """Write down how far a watch has come, and give its claim back."""
    await connection.execute(
        update(watches)
        .where(watches.c.id == watch_id)
        .values(
            handled=up_to,
            passed_over=watches.c.passed_over + passed_over,
            gathering_since=gathering_since,
            claim_id=None,
            claimed_until=None,
        )
    )


async def seen_since(connection: Connection, watch_id: int, since: datetime) -> list[datetime]:
    """When a watch has seen long tasks begin since a time: those with a thread, and those that were gathered."""
    begun = select(subscriptions.c.created_at).where(
        subscriptions.c.watch_id == watch_id, subscriptions.c.created_at > since
    )
    gathered = select(gathered_tasks.c.gathered_at).where(
        gathered_tasks.c.watch_id == watch_id, gathered_tasks.c.gathered_at > since
    )
    return [at for query in (begun, gathered) for at in (await connection.execute(query)).scalars()]


async def gather(connection: Connection, watch_id: int, rows: Sequence[ListedTaskRow], *, now: datetime) -> None:
    """Note long tasks that get no thread, and let the message about them show it."""
    values = [
        {"watch_id": watch_id, "remote_id": row.remote_id, "snapshot": row.snapshot, "gathered_at": now} for row in rows
    ]
    await connection.execute(upsert(connection, gathered_tasks).on_conflict_do_nothing(), values)
    await mark(connection, messages.c.watch_id == watch_id, messages.c.kind == MessageKind.WATCH_DIGEST, now=now)


async def gathered_since(
    connection: Connection, watch_id: int, since: datetime, *, limit: int
) -> tuple[list[tuple[str, str]], int]:
    """Long tasks that were gathered since a time: id and snapshot of the newest, and how many there are in all."""
    gathered = (gathered_tasks.c.watch_id == watch_id, gathered_tasks.c.gathered_at >= since)
    newest = (
        select(gathered_tasks.c.remote_id, gathered_tasks.c.snapshot)
        .where(*gathered)
        .order_by(gathered_tasks.c.gathered_at.desc(), gathered_tasks.c.remote_id.desc())
        .limit(limit)
    )
    rows = [(row.remote_id, row.snapshot) for row in await connection.execute(newest)]
    count = (await connection.execute(select(func.count()).select_from(gathered_tasks).where(*gathered))).scalar_one()
    return rows, count


async def root_posted(connection: Connection, watch_id: int, *, channel_id: str, ts: str) -> None:
    """The root of a watch is in the channel."""
    await connection.execute(
        update(watches).where(watches.c.id == watch_id).values(channel_id=channel_id, thread_ts=ts)
    )


async def end(
    connection: Connection, watch_id: int, state: WatchState, *, ended_by: str | None = None, now: datetime
) -> bool:
    """End a watch, and let its root show it; false if it was over already."""
    result = await connection.execute(
        update(watches)
        .where(watches.c.id == watch_id, _is_active)
        .values(state=state, ended_by=ended_by, ended_at=now, claim_id=None, claimed_until=None)
    )
    if result.rowcount != 1:
        return False
    await mark(connection, messages.c.watch_id == watch_id, messages.c.kind == MessageKind.WATCH_ROOT, now=now)
    return True


async def end_of_channel(
    connection: Connection, *, team_id: str, channel_id: str, state: WatchState, now: datetime
) -> list[WatchRow]:
    """End every watch of a channel; those that were not over."""
    found = await of_channel(connection, team_id=team_id, channel_id=channel_id)
    return [watch for watch in found if await end(connection, watch.id, state, now=now)]


async def forget(connection: Connection, *, before: datetime) -> None:
    """Delete watches that ended before a time, and what was gathered for others before it."""
    await connection.execute(watches.delete().where(watches.c.ended_at < before))
    await connection.execute(gathered_tasks.delete().where(gathered_tasks.c.gathered_at < before))
