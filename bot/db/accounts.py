"""Credentials, and which long tasks they have seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, update

from bot.db.column_types import UtcDateTime
from bot.db.dialect import among, upsert
from bot.db.engine import Connection
from bot.db.models import account_sites, accounts, viewers
from bot.db.rows import AccountRow, build, columns
from bot.domain.states import AccountKind, AccountState

_COLUMNS = columns(AccountRow, accounts)


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


_DOUBTED = case((accounts.c.refused_since > bindparam("b_doubted_since", type_=UtcDateTime), 1), else_=0)
_VIEWERS = (
    select(viewers.c.long_task_id, viewers.c.account_id)
    .join(accounts, accounts.c.id == viewers.c.account_id)
    .where(among(viewers.c.long_task_id, "b_ids"))
    .order_by(viewers.c.long_task_id, _DOUBTED, viewers.c.looked_at)
)


async def viewers_of(
    connection: Connection, long_task_ids: Sequence[int], *, doubted_since: datetime
) -> dict[int, list[int]]:
    """The accounts that have seen each long task, the one that looked longest ago first.

    Accounts that were refused after `doubted_since` (UTC) come last: they are used again a little later.
    """
    found: dict[int, list[int]] = {}
    for long_task_id, account_id in await connection.execute(
        _VIEWERS, {"b_ids": list(long_task_ids), "b_doubted_since": doubted_since}
    ):
        found.setdefault(long_task_id, []).append(account_id)
    return found


_REFUSED = select(accounts.c.id, accounts.c.probe_at).where(accounts.c.state == AccountState.REFUSED)


async def refused(connection: Connection) -> dict[int, datetime]:
    """The accounts that Confluence refuses, and when each is tried again (UTC)."""
    return {account_id: probe_at for account_id, probe_at in await connection.execute(_REFUSED) if probe_at is not None}


async def refused_operator(connection: Connection) -> datetime | None:
    """Since when Confluence refuses the operator's credential (UTC); None if it does not."""
    query = select(func.min(accounts.c.refused_since)).where(
        accounts.c.kind == AccountKind.OPERATOR, accounts.c.state == AccountState.REFUSED
    )
    return (await connection.execute(query)).scalar()


async def find(connection: Connection, account_id: int) -> AccountRow:
    """An account; locked until the transaction ends. Raises sqlalchemy.exc.NoResultFound if there is none."""
    query = select(*_COLUMNS).where(accounts.c.id == account_id).with_for_update()
    return build(AccountRow, (await connection.execute(query)).one())


async def doubt(connection: Connection, account_id: int, *, reason: str, now: datetime) -> None:
    """Note the first refusal of an account's credential."""
    await _update(connection, account_id, refused_since=now, reason=reason[:64])


async def refuse(connection: Connection, account_id: int, *, reason: str, probe_at: datetime) -> None:
    """Use an account no more until a probe is accepted."""
    await _update(
        connection, account_id, state=AccountState.REFUSED, reason=reason[:64], refused_probes=0, probe_at=probe_at
    )


async def probe_refused(connection: Connection, account_id: int, *, probes: int, probe_at: datetime) -> None:
    """Note that so many probes in a row were refused as well, and when the next one is due (UTC)."""
    await _update(connection, account_id, refused_probes=probes, probe_at=probe_at)


_DOUBTED_ACCOUNT = select(*_COLUMNS).where(accounts.c.id == bindparam("b_id"), accounts.c.refused_since.is_not(None))


async def accept(connection: Connection, account_id: int) -> bool:
    """Note that Confluence accepts an account's credential; true if it was refused before."""
    row = (await connection.execute(_DOUBTED_ACCOUNT, {"b_id": account_id})).first()
    if row is None:
        return False
    await _update(
        connection,
        account_id,
        state=AccountState.ACTIVE,
        reason=None,
        refused_since=None,
        refused_probes=0,
        probe_at=None,
    )
    return build(AccountRow, row).state is AccountState.REFUSED


async def reserve_probe(connection: Connection, account_id: int, *, now: datetime, until: datetime) -> bool:
    """Reserve the half-open probe of a refused account, until a time; true if this process won it."""
    result = await connection.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.state == AccountState.REFUSED, accounts.c.probe_at <= now)
        .values(probe_at=until)
    )
    return result.rowcount == 1


async def probe_all(connection: Connection, *, now: datetime) -> None:
    """Make every refused account due for a probe: at a start, when a credential may have been replaced."""
    await connection.execute(update(accounts).where(accounts.c.state == AccountState.REFUSED).values(probe_at=now))


async def _update(connection: Connection, account_id: int, **values: Any) -> None:
    await connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
