"""Credentials, and which long tasks they have seen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import account_sites, accounts, viewers


async def operator_account(connection: AsyncConnection, *, site_id: int, now: datetime) -> int:
    """The id of the account whose credential stands in the environment; made where it is missing."""
    query = select(accounts.c.id).where(accounts.c.kind == "operator")
    account_id: int | None = (await connection.execute(query)).scalar()
    if account_id is None:
        insert = upsert(connection, accounts).values(kind="operator", created_at=now)
        account_id = int((await connection.execute(insert.returning(accounts.c.id))).scalar_one())
    reach = upsert(connection, account_sites).values(account_id=account_id, site_id=site_id)
    await connection.execute(reach.on_conflict_do_nothing())
    return account_id


async def saw(connection: AsyncConnection, *, long_task_id: int, account_id: int, now: datetime) -> None:
    """An account has seen a long task itself."""
    insert = upsert(connection, viewers).values(
        long_task_id=long_task_id, account_id=account_id, state="ok", looked_at=now
    )
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=[viewers.c.long_task_id, viewers.c.account_id],
            set_={"state": "ok", "looked_at": insert.excluded.looked_at},
        )
    )


async def viewers_of(connection: AsyncConnection, long_task_ids: Sequence[int]) -> dict[int, list[int]]:
    """The accounts that may be asked about each long task, the one that looked longest ago first."""
    query = (
        select(viewers.c.long_task_id, viewers.c.account_id)
        .where(viewers.c.long_task_id.in_(long_task_ids))
        .order_by(viewers.c.long_task_id, viewers.c.looked_at)
    )
    found: dict[int, list[int]] = {}
    for long_task_id, account_id in await connection.execute(query):
        found.setdefault(long_task_id, []).append(account_id)
    return found


async def refused(connection: AsyncConnection) -> frozenset[int]:
    """The accounts whose credential did not work when it was last used."""
    return frozenset((await connection.execute(select(accounts.c.id).where(accounts.c.state == "refused"))).scalars())


async def set_state(connection: AsyncConnection, account_id: int, *, state: str, reason: str | None) -> bool:
    """Note whether an account's credential works; whether that is news."""
    result = await connection.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.state != state)
        .values(state=state, reason=reason)
    )
    return result.rowcount == 1
