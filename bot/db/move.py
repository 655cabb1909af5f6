"""Move everything from a SQLite file to an empty Postgres database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.db import claims
from bot.db.column_types import metadata
from bot.db.engine import Connection, Database, DatabaseAway, DatabaseError, TakesNoWrites
from bot.db.migrate import migrate_within
from bot.db.models import commands, subscriptions
from bot.db.watch_models import listed_tasks, watches
from bot.db.whole_tables import batches, count

#: columns with ids of rows that may be deleted: none of these is given again
_REFERENCES: Mapping[Table, Sequence[Column[Any]]] = {
    commands: (subscriptions.c.command_id, watches.c.command_id),
    listed_tasks: (watches.c.handled,),
}


async def move(source: Database, target: Database) -> dict[str, int]:
    """Copy every row; returns how many of each table.

    All is one transaction, so that an interrupted move leaves the target as it was; the source is only read. What was
    claimed by the process that used the file is free. Raises DatabaseError if the target holds rows, takes no writes or
    does not answer, or if a row does not fit.
    """
    try:
        async with source.read() as reading, target.begin_migrating() as writing:
            return await _move(reading, writing)
    except TakesNoWrites as error:
        raise DatabaseError(f"The database to move to takes no writes ({error}). Nothing was moved.") from error
    except DatabaseAway as error:
        raise DatabaseError(f"The database to move to does not answer ({error}): see that it runs.") from error
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise DatabaseError(
            f"A row does not fit into the database to move to ({reason}). Nothing was moved."
        ) from error


async def _move(reading: Connection, writing: Connection) -> dict[str, int]:
    await migrate_within(writing)
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    # A bot that was started on the target too early must not write meanwhile.
    await writing.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    await _refuse_rows(writing)
    copied = {table.name: await _copy(table, reading, writing) for table in metadata.sorted_tables}
    for table in metadata.sorted_tables:
        await _go_on_counting(table, reading, writing)
    await claims.clear_all(writing)
    return copied


async def _refuse_rows(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        rows = await count(table, connection)
        if rows:
            raise DatabaseError(
                f"The database to move to holds data already ({table.name}: {rows}). Nothing was moved: name an empty "
                "one, and start no bot on it before."
            )


async def _copy(table: Table, reading: Connection, writing: Connection) -> int:
    copied = 0
    async for rows in batches(table, reading):
        await writing.execute(insert(table), rows)
        copied += len(rows)
    counts = (await count(table, reading), await count(table, writing))
    if counts != (copied, copied):
        raise DatabaseError(f"Of {table.name} {counts[0]} rows became {counts[1]}. Nothing was moved: try again.")
    return copied


async def _go_on_counting(table: Table, reading: Connection, writing: Connection) -> None:
    """Let Postgres number new rows after those that were copied, and after those that were ever named."""
    column = table.autoincrement_column
    if column is None:
        return
    queries = [select(func.max(each)) for each in (column, *_REFERENCES.get(table, ()))]
    numbers = [(await reading.execute(query)).scalar() or 0 for query in queries]
    if table.dialect_options["sqlite"]["autoincrement"]:
        given = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        numbers.append((await reading.execute(given, {"name": table.name})).scalar() or 0)
    if max(numbers):
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        await writing.execute(select(func.setval(sequence, max(numbers))))
