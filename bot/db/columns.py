"""Kinds of columns and indexes that tables are made of."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    bindparam,
    false,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, on SQLite too, which knows no zones.

    Raises ValueError where a naive datetime is handed in.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def time(name: str, **kwargs: Any) -> Column[datetime]:
    """An aware UTC time."""
    return Column(name, UtcDateTime, **kwargs)


def owned(name: str, target: str, **kwargs: Any) -> Column[int]:
    """A row that goes with the row it belongs to."""
    return Column(name, ForeignKey(target, ondelete="CASCADE"), nullable=False, **kwargs)


def count(name: str) -> Column[int]:
    """A number that begins at nought."""
    return Column(name, Integer, nullable=False, server_default="0")


def flag(name: str) -> Column[bool]:
    """A yes or no that begins as no."""
    return Column(name, Boolean, nullable=False, server_default=false())


def index(name: str, *columns: str, only: str, unique: bool = False) -> Index:
    """An index of those rows for which a condition holds."""
    return Index(name, *columns, unique=unique, postgresql_where=text(only), sqlite_where=text(only))


def one_of(column: Column[str], values: tuple[str, ...]) -> ColumnElement[bool]:
    """Written out in the statement: SQLite uses a partial index only where its condition stands there literally
    (https://www.sqlite.org/partialindex.html#queries_using_partial_indexes)."""
    return column.in_(bindparam(None, values, expanding=True, unique=True, literal_execute=True))
