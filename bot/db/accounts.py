"""Credentials, and which long tasks they have seen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import account_sites, accounts, viewers
from bot.domain.states import AccountKind, AccountState


async def operator_account(connection: Connection, *, site_id: int, now: datetime) -> int:
    """The id of the account whose credential comes from the environment; created if it does not exist."""
    query = select(accounts.c.id).where(accounts.c.kind == AccountKind.OPERATOR)
    account_id = (await connection.execute(query)).scalar()
    if account_id is None:
        insert = upsert(connection, accounts).values(kind=AccountKind.OPERATOR, created_at=now)
        account_id = int((await connection.execute(insert.returning(accounts.c.id))).scalar_one())
    reach = upsert(connection, account_sites).values(account_id=account_id, site_id=site_id)
    await connection.execute(reach.on_conflict_do_nothing())
    return account_id


async def add_viewer(connection: Connection, *, long_task_id: int, account_id: int, now: datetime) -> None:
    """Note that an account has seen a long task itself."""
    insert = upsert(connection, viewers).values(long_task_id=long_task_id, account_id=account_id, looked_at=now)
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=[viewers.c.long_task_id, viewers.c.account_id], set_={"looked_at": insert.excluded.looked_at}
        )
    )


async def viewers_of(connection: Connection, long_task_ids: Sequence[int]) -> dict[int, list[int]]:
    """The accounts that have seen each long task, the one that looked longest ago first."""
    query = (
        select(viewers.c.long_task_id, viewers.c.account_id)
        .where(viewers.c.long_task_id.in_(long_task_ids))
        .order_by(viewers.c.long_task_id, viewers.c.looked_at)
    )
    found: dict[int, list[int]] = {}
    for long_task_id, account_id in await connection.execute(query):
        found.setdefault(long_task_id, []).append(account_id)
    return found


async def refused(connection: Connection) -> frozenset[int]:
    """The accounts whose credential Confluence refused when it was last used."""
    query = select(accounts.c.id).where(accounts.c.state == AccountState.REFUSED)
    return frozenset((await connection.execute(query)).scalars())


async def set_state(connection: Connection, account_id: int, *, state: AccountState, reason: str | None) -> bool:
    """Note whether Confluence accepts an account's credential; true if that is new."""
    result = await connection.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.state != state)
        .values(state=state, reason=reason)
    )
    return result.rowcount == 1
