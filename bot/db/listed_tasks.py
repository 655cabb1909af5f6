"""Lists of sites: when each is due, and every long task that one has named."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

import msgspec
from sqlalchemy import Update, delete, exists, func, select, update

from bot.db import claims
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.rows import build, columns
from bot.db.watch_models import listed_tasks, site_lists, watches
from bot.db.watch_rows import ListedTaskRow
from bot.domain.snapshot import Snapshot
from bot.domain.states import WatchState

_COLUMNS = columns(ListedTaskRow, listed_tasks)
_is_watched = exists().where(watches.c.site_id == site_lists.c.site_id, watches.c.state == WatchState.WATCHING)
#: a long task that lists have not named for so long is forgotten; a list may miss one, since it has no order
FORGET_AFTER = timedelta(days=1)
NOTED_EVERY = timedelta(hours=1)


async def begin_listing(connection: Connection, site_id: int, *, now: datetime) -> None:
    """Have a site listed from now on; other transactions that record a list of it wait for this one to end."""
    insert = upsert(connection, site_lists).values(site_id=site_id, due_at=now)
    await connection.execute(insert.on_conflict_do_nothing())
    query = select(site_lists.c.site_id).where(site_lists.c.site_id == site_id).with_for_update()
    await connection.execute(query)


async def claim_due(connection: Connection, *, claim_id: str, now: datetime, limit: int) -> list[int]:
    """Claim the watched sites whose list is due; their ids."""
    statement = _claiming(claims.dialect_of(connection))
    found = await claims.claim_rows(connection, statement, claim_id=claim_id, limit=limit, now=now, due_by=now)
    return [row.site_id for row in found]


@cache
def _claiming(dialect: str) -> Update:
    query = select(site_lists.c.site_id).where(site_lists.c.due_at <= claims.DUE_BY, _is_watched)
    return claims.claim_statement(site_lists, query, dialect=dialect, returning=[site_lists.c.site_id])


async def next_due(connection: Connection) -> datetime | None:
    """When the next list of a watched site is due (UTC)."""
    return (await connection.execute(select(func.min(site_lists.c.due_at)).where(_is_watched))).scalar()


async def failures(connection: Connection, site_id: int) -> int:
    """How many lists of a site in a row have failed."""
    query = select(site_lists.c.failures).where(site_lists.c.site_id == site_id)
    return (await connection.execute(query)).scalar() or 0


async def failed(connection: Connection, site_id: int, *, due_at: datetime) -> None:
    """Count a list that Confluence did not give, and give the claim back."""
    await connection.execute(
        update(site_lists)
        .where(site_lists.c.site_id == site_id)
        .values(failures=site_lists.c.failures + 1, due_at=due_at, claim_id=None, claimed_until=None)
    )


async def put_off(connection: Connection, site_id: int, *, due_at: datetime) -> None:
    """List a site later, and give the claim back."""
    await connection.execute(
        update(site_lists)
        .where(site_lists.c.site_id == site_id)
        .values(due_at=due_at, claim_id=None, claimed_until=None)
    )


async def record(
    connection: Connection, site_id: int, snapshots: Sequence[Snapshot], *, now: datetime, due_at: datetime
) -> int:
    """Store what a list has named, and give the claim back; returns how many are new.

    The transaction has called `begin_listing` before.
    """
    known = await _known(connection, site_id, [snapshot.remote_id or "" for snapshot in snapshots])
    new = {snapshot.remote_id: snapshot for snapshot in snapshots if snapshot.remote_id not in known}
    if known:
        # Once in a while is enough to know that one is still listed.
        old = (listed_tasks.c.id.in_(known.values()), listed_tasks.c.last_listed_at < now - NOTED_EVERY)
        await connection.execute(update(listed_tasks).where(*old).values(last_listed_at=now))
    if new:
        times = {"first_listed_at": now, "last_listed_at": now}
        rows = [
            {"site_id": site_id, "remote_id": remote_id, "snapshot": _without_findings(snapshot), **times}
            for remote_id, snapshot in new.items()
        ]
        await connection.execute(listed_tasks.insert(), rows)
    values = {"listed_at": now, "failures": 0, "due_at": due_at, "claim_id": None, "claimed_until": None}
    await connection.execute(update(site_lists).where(site_lists.c.site_id == site_id).values(**values))
    return len(new)


async def _known(connection: Connection, site_id: int, remote_ids: Sequence[str]) -> Mapping[str, int]:
    query = select(listed_tasks.c.remote_id, listed_tasks.c.id).where(
        listed_tasks.c.site_id == site_id, listed_tasks.c.remote_id.in_(remote_ids)
    )
    return {row.remote_id: row.id for row in await connection.execute(query)}


def _without_findings(snapshot: Snapshot) -> str:
    """A snapshot whose findings the next look reads, since only their digest is in it."""
    bare = msgspec.structs.replace(snapshot, findings_digest="", findings_count=0)
    return msgspec.json.encode(bare).decode()


async def last_id(connection: Connection, site_id: int) -> int:
    """The id of the long task of a site that was listed last for the first time; 0 if none is known."""
    query = select(func.max(listed_tasks.c.id)).where(listed_tasks.c.site_id == site_id)
    return (await connection.execute(query)).scalar() or 0


async def after(connection: Connection, site_id: int, handled: int, *, limit: int) -> list[ListedTaskRow]:
    """Long tasks of a site that were first listed after another one, in that order."""
    query = select(*_COLUMNS).where(listed_tasks.c.site_id == site_id, listed_tasks.c.id > handled)
    rows = await connection.execute(query.order_by(listed_tasks.c.id).limit(limit))
    return [build(ListedTaskRow, row) for row in rows]


async def forget(connection: Connection, *, unwatched_before: datetime) -> None:
    """Delete long tasks that the lists of their site have not named for FORGET_AFTER, however old they are.

    Of a site that no channel watches any more there are no lists: there they are deleted that were named last before
    `unwatched_before` (UTC).
    """
    watched = select(watches.c.site_id).where(watches.c.state == WatchState.WATCHING)
    is_over = listed_tasks.c.site_id.not_in(watched)
    await connection.execute(delete(listed_tasks).where(is_over, listed_tasks.c.last_listed_at < unwatched_before))
    for site_id, listed_at in list(await connection.execute(select(site_lists.c.site_id, site_lists.c.listed_at))):
        if listed_at is not None:
            await connection.execute(
                delete(listed_tasks).where(
                    listed_tasks.c.site_id == site_id, listed_tasks.c.last_listed_at < listed_at - FORGET_AFTER
                )
            )
