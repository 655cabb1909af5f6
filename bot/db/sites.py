"""Confluence sites: their addresses, and whether they answer."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import sites
from bot.db.rows import SiteRow, build, columns
from bot.domain.command import SiteKind

_COLUMNS = columns(SiteRow, sites)
_ALL = select(*_COLUMNS)
_FAILING = _ALL.where(sites.c.id == bindparam("b_id"), sites.c.failures > 0)


async def put(connection: Connection, *, alias: str, kind: SiteKind, base_url: str, cloud_id: str | None) -> int:
    """Store a configured site; returns its id."""
    insert = upsert(connection, sites).values(alias=alias, kind=kind, base_url=base_url, cloud_id=cloud_id)
    statement = insert.on_conflict_do_update(
        index_elements=[sites.c.base_url],
        set_={"alias": insert.excluded.alias, "kind": insert.excluded.kind, "cloud_id": insert.excluded.cloud_id},
    ).returning(sites.c.id)
    return int((await connection.execute(statement)).scalar_one())


async def all_sites(connection: Connection) -> list[SiteRow]:
    """Every site."""
    return [build(SiteRow, row) for row in await connection.execute(_ALL)]


async def answered(connection: Connection, site_id: int) -> SiteRow | None:
    """Close the breaker of a site that has answered; returns its row as it was if it had been failing."""
    row = (await connection.execute(_FAILING, {"b_id": site_id})).first()
    if row is not None:
        await connection.execute(
            update(sites)
            .where(sites.c.id == site_id)
            .values(failures=0, down_since=None, announced_at=None, probe_at=None, last_error=None)
        )
    return None if row is None else build(SiteRow, row)


async def failed(
    connection: Connection, site_id: int, *, times: int, error: str, now: datetime, opens_after: int
) -> SiteRow:
    """Count failures of a site in a row, and open its breaker after `opens_after` of them; returns its new row."""
    await connection.execute(
        update(sites).where(sites.c.id == site_id).values(failures=sites.c.failures + times, last_error=error[:200])
    )
    await connection.execute(
        update(sites)
        .where(sites.c.id == site_id, sites.c.failures >= opens_after, sites.c.down_since.is_(None))
        .values(down_since=now)
    )
    return build(SiteRow, (await connection.execute(select(*_COLUMNS).where(sites.c.id == site_id))).one())


async def probe_later(connection: Connection, site_id: int, *, at: datetime) -> None:
    """Set when a site that is down is asked again."""
    await connection.execute(update(sites).where(sites.c.id == site_id).values(probe_at=at))


async def reserve_probe(connection: Connection, site_id: int, *, now: datetime, until: datetime) -> bool:
    """Reserve the half-open probe of a site that is down, until a time; true if this process won it."""
    result = await connection.execute(
        update(sites)
        .where(sites.c.id == site_id, sites.c.down_since.is_not(None), sites.c.probe_at <= now)
        .values(probe_at=until)
    )
    return result.rowcount == 1


async def announce(connection: Connection, site_id: int, *, now: datetime) -> bool:
    """Note that the threads get a message about a site that is down; true if this is the first time."""
    result = await connection.execute(
        update(sites)
        .where(sites.c.id == site_id, sites.c.down_since.is_not(None), sites.c.announced_at.is_(None))
        .values(announced_at=now)
    )
    return result.rowcount == 1
