"""Column types and indexes that the tables share."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

T = TypeVar("T", bound=StrEnum)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, also on SQLite, which stores no time zone.

    Raises ValueError if a naive datetime is passed in.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        return None if value is None else value.astimezone(UTC)

    # A row of a long task has nine times, and SQLAlchemy's way to SQLite's text and back takes several calls for each:
    # there the text is written and read at once, in SQLAlchemy's own format.

    def bind_processor(self, dialect: Dialect) -> Any:
        """How a value is written."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def to_text(value: datetime | None) -> str | None:
            utc = self.process_bind_param(value, dialect)
            return None if utc is None else utc.replace(tzinfo=None).isoformat(" ", "microseconds")

        return to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """How a value is read."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def enum_type(values: type[T], length: int = 16) -> sa.Enum:
    """A text column that holds the value of an enum's member, and is read as the member."""
    return sa.Enum(
        values, native_enum=False, length=length, values_callable=lambda members: [member.value for member in members]
    )


def enum(values: type[T], *, default: T | None = None, length: int = 16) -> sa.Column[T]:
    """A required enum; `default` is the database's default."""
    return sa.Column(
        enum_type(values, length), nullable=False, server_default=None if default is None else default.value
    )


def time(**options: Any) -> sa.Column[datetime]:
    """A required UTC time."""
    return sa.Column(UtcDateTime, nullable=False, **options)


def maybe_time() -> sa.Column[datetime | None]:
    """A UTC time or nothing."""
    return sa.Column(UtcDateTime, nullable=True)


def owned(target: str, **options: Any) -> sa.Column[int]:
    """A reference to the row this one is deleted with."""
    return sa.Column(sa.ForeignKey(target, ondelete="CASCADE"), nullable=False, **options)


def count() -> sa.Column[int]:
    """A number that starts at zero."""
    return sa.Column(sa.Integer, nullable=False, server_default="0")


def flag() -> sa.Column[bool]:
    """A boolean that starts as false."""
    return sa.Column(sa.Boolean, nullable=False, server_default=sa.false())


def index(name: str, *columns: str, only: str, unique: bool = False) -> sa.Index:
    """An index of the rows for which a condition holds."""
    return sa.Index(name, *columns, unique=unique, postgresql_where=sa.text(only), sqlite_where=sa.text(only))


def one_of(column: sa.Column[T], *values: T) -> sa.ColumnElement[bool]:
    """A condition written out in the statement.

    SQLite uses a partial index only if its condition is in the statement literally
    (https://www.sqlite.org/partialindex.html#queries_using_partial_indexes).
    """
    return column.in_(sa.bindparam(None, list(values), expanding=True, unique=True, literal_execute=True))
