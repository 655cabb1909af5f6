"""The few words in which SQLite and Postgres differ."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, DateTime, Integer, Table, Text, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.db.column_types import UtcDateTime
from bot.db.engine import Connection


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT; both dialects' have the same methods, but no common type."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


async def limit_statements(connection: Connection, *, seconds: float) -> None:
    """Let each further statement of the transaction, its commit included, take at most so many seconds.

    On SQLite nothing waits once the transaction is begun: it holds the lock of the file.
    """
    if connection.dialect.name == "postgresql":
        limit = select(func.set_config("statement_timeout", str(max(1, int(seconds * 1000))), True))
        await connection.execute(limit)


class _Ids(TypeDecorator[Sequence[int]]):
    """A list of ids as one parameter: an array, on SQLite a JSON array."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = Text() if dialect.name == "sqlite" else postgresql.ARRAY(Integer)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        return msgspec.json.encode(value).decode() if dialect.name == "sqlite" else value


class _Among(FunctionElement[bool]):
    # Without the type of a boolean: on SQLite that is compared with 1, and no index is used.
    inherit_cache = True


def among(column: Column[int], parameter: str) -> ColumnElement[bool]:
    """Whether a column is one of the ids in the list of that name. `IN` takes a parameter for each of them, so it is
    another statement for each length of the list."""
    return _Among(column, bindparam(parameter, type_=_Ids))


@compiles(_Among, "sqlite")
def _sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"  # noqa: S608 -- both are compiled by SQLAlchemy


@compiles(_Among, "postgresql")
def _postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} = ANY ({ids}))"


class _DueTimes(TypeDecorator[Sequence[tuple[int, datetime | None]]]):
    """Ids with times as one parameter of SQLite: a JSON array of pairs."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[tuple[int, datetime | None]] | None, dialect: Dialect) -> str | None:
        to_text = UtcDateTime().bind_processor(dialect)
        pairs = [] if value is None else [(number, to_text(time)) for number, time in value]
        return msgspec.json.encode(pairs).decode()


def timed_ids(dialect: str) -> tuple[ColumnElement[int], ColumnElement[datetime]]:
    """The columns of a table with an id and a time (UTC) in each row, passed as parameters: see `timed_id_values`."""
    if dialect == "sqlite":
        pair = func.json_each(bindparam("b_rows", type_=_DueTimes)).table_valued("value").c.value
        return pair.op("->>")(0), pair.op("->>")(1)
    ids = bindparam("b_ids", type_=postgresql.ARRAY(Integer))
    times = bindparam("b_times", type_=postgresql.ARRAY(DateTime(timezone=True)))
    rows = func.unnest(ids, times).table_valued("id", "time").render_derived(name="rows")
    return rows.c.id, rows.c.time


def timed_id_values(dialect: str, rows: Sequence[tuple[int, datetime | None]]) -> dict[str, Any]:
    """The parameters of `timed_ids`."""
    if dialect == "sqlite":
        return {"b_rows": rows}
    return {"b_ids": [number for number, _ in rows], "b_times": [time for _, time in rows]}
