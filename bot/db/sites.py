"""Confluence sites: how they are reached and how they are doing."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import sites


async def put_site(connection: AsyncConnection, *, alias: str, kind: str, base_url: str, cloud_id: str | None) -> int:
    """Write down a configured site; its id."""
    insert = upsert(connection, sites).values(alias=alias, kind=kind, base_url=base_url, cloud_id=cloud_id)
    statement = insert.on_conflict_do_update(
        index_elements=[sites.c.base_url],
        set_={"alias": insert.excluded.alias, "kind": insert.excluded.kind, "cloud_id": insert.excluded.cloud_id},
    ).returning(sites.c.id)
    return int((await connection.execute(statement)).scalar_one())


async def all_sites(connection: AsyncConnection) -> list[RowMapping]:
    """Every site."""
    return list((await connection.execute(select(sites))).mappings())


async def answered(connection: AsyncConnection, site_id: int) -> RowMapping | None:
    """A site has answered: close its breaker. Its row as it was where it had been failing, else none."""
    query = select(sites).where(sites.c.id == site_id, sites.c.failures > 0)
    before = (await connection.execute(query)).mappings().first()
    if before is not None:
        await connection.execute(
            update(sites)
            .where(sites.c.id == site_id)
            .values(failures=0, down_since=None, down_told_at=None, probe_at=None, last_error=None)
        )
    return before


async def failed(
    connection: AsyncConnection, site_id: int, *, times: int, error: str, now: datetime, opens_after: int
) -> RowMapping:
    """A site has not answered so many times in a row: count it, and open the breaker after `opens_after` of them.

    Its new row.
    """
    await connection.execute(
        update(sites).where(sites.c.id == site_id).values(failures=sites.c.failures + times, last_error=error[:200])
    )
    await connection.execute(
        update(sites)
        .where(sites.c.id == site_id, sites.c.failures >= opens_after, sites.c.down_since.is_(None))
        .values(down_since=now)
    )
    return (await connection.execute(select(sites).where(sites.c.id == site_id))).mappings().one()


async def probe_later(connection: AsyncConnection, site_id: int, *, at: datetime) -> None:
    """When a site that is down is asked again."""
    await connection.execute(update(sites).where(sites.c.id == site_id).values(probe_at=at))


async def take_probe(connection: AsyncConnection, site_id: int, *, now: datetime, until: datetime) -> bool:
    """Whether this process may send the one probe to a site that is down; if so the others may not before `until`."""
    result = await connection.execute(
        update(sites)
        .where(sites.c.id == site_id, sites.c.down_since.is_not(None), sites.c.probe_at <= now)
        .values(probe_at=until)
    )
    return result.rowcount == 1


async def told_down(connection: AsyncConnection, site_id: int, *, now: datetime) -> bool:
    """Note that the threads are told that a site is down; whether this is the first time."""
    result = await connection.execute(
        update(sites)
        .where(sites.c.id == site_id, sites.c.down_since.is_not(None), sites.c.down_told_at.is_(None))
        .values(down_told_at=now)
    )
    return result.rowcount == 1
