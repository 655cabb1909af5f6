"""Write what a version stores, once, when it is released: python -m tests.migrations.release 0.1.0."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.db.column_types import metadata
from bot.db.migrate import newest
from tests.support.clock import Clock
from tests.support.everything_stored import store_everything
from tests.support.released import FOLDER, SECTION, SITE, InSlack, Released
from tests.support.schema import migration_contents
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

Rows = dict[Table, list[dict[str, Any]]]


def main(version: str) -> None:
    """Write the file of a version; one that is there is never changed."""
    file = FOLDER / f"{version}.sql"
    with tempfile.TemporaryDirectory() as folder:
        text = asyncio.run(_state(version, Path(folder)))
    with file.open("x", encoding="utf-8") as written:
        written.write(text)


async def _state(version: str, folder: Path) -> str:
    clock = Clock()
    async with open_stepped_bot(f"sqlite+aiosqlite:///{folder / 'longtask.db'}", clock) as stepped:
        remote_id = await store_everything(stepped)
        released = Released(
            version=version,
            migrations=migration_contents(),
            at=clock.seconds(),
            remote_id=remote_id,
            begun={name: task.started for name, task in stepped.confluence.tasks.items()},
            slack=list(_in_slack(stepped)),
        )
        rows = await _rows(stepped)
        origin = stepped.confluence.origin
    empty = [table.name for table, found in rows.items() if not found]
    assert not empty, f"nothing is stored in {empty}"
    parts = [f"-- {msgspec.json.encode(released).decode()}\n"]
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        parts += [SECTION.format(dialect.name), *(f"{statement};\n" for statement in _statements(rows, dialect))]
    return "".join(parts).replace(origin, SITE)


def _in_slack(stepped: SteppedBot) -> Iterator[InSlack]:
    for channel in stepped.slack.channels.values():
        for message in channel.messages.values():
            yield InSlack(message.channel, message.ts, message.thread_ts, message.text)


async def _rows(stepped: SteppedBot) -> Rows:
    async with stepped.database.read() as connection:
        return {
            table: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for table in metadata.sorted_tables
        }


def _statements(rows: Rows, dialect: Dialect) -> Iterator[str]:
    yield "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
    yield f"INSERT INTO alembic_version VALUES ('{newest()}')"  # noqa: S608 -- an id of our own
    for table in rows:
        yield str(CreateTable(table).compile(dialect=dialect)).strip()
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            yield str(CreateIndex(index).compile(dialect=dialect))
    for table, found in rows.items():
        for row in found:
            columns = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(_literal(value, dialect.name) for value in row.values())
            yield f"INSERT INTO {table.name} ({columns}) VALUES ({values})"  # noqa: S608 -- rows of our own
        column = table.autoincrement_column
        if dialect.name == "postgresql" and column is not None:
            last = max(row[column.name] for row in found)
            yield f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), {last})"


def _literal(value: object, dialect: str) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int() | float():
            return str(value).upper()
        case datetime():
            return f"'{value.replace(tzinfo=None).isoformat(' ', 'microseconds')}{'+00' * (dialect != 'sqlite')}'"
        case bytes():
            return f"X'{value.hex()}'" if dialect == "sqlite" else f"'\\x{value.hex()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


if __name__ == "__main__":
    main(sys.argv[1])
