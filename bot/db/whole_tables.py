"""Read and count whole rows of any table, for what moves or exports them."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select, tuple_

from bot.db.engine import Connection

#: rows read at a time
BATCH_SIZE = 500


async def batches(
    table: Table, connection: Connection, *conditions: ColumnElement[bool]
) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows for which some conditions hold, by column, in the order of their primary key, some at a time."""
    key = list(table.primary_key.columns)
    query = select(table).where(*conditions).order_by(*key).limit(BATCH_SIZE)
    rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    while rows:
        yield rows
        last = tuple_(*(rows[-1][column.name] for column in key))
        rows = [dict(row) for row in (await connection.execute(query.where(tuple_(*key) > last))).mappings()]


async def count(table: Table, connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """How many rows there are for which some conditions hold."""
    query = select(func.count()).select_from(table).where(*conditions)
    return (await connection.execute(query)).scalar_one()
