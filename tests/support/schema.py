"""What a database is made of, and what the migrations hold."""

import hashlib
import re
from typing import Any

from sqlalchemy import text

from bot.db.column_types import metadata
from bot.db.engine import Database
from bot.db.migrate import MIGRATIONS

_IN_SQLITE = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE '%alembic%' ORDER BY 1, 2"
_IN_POSTGRES = [
    """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2""",
    """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    ORDER BY 1""",
    """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    AND conname NOT LIKE 'alembic%' ORDER BY 1""",
]


async def definitions(database: Database) -> list[tuple[Any, ...]]:
    """Every table's columns with types and defaults, every index with its condition, every constraint."""
    queries = [_IN_SQLITE] if database.is_sqlite else _IN_POSTGRES
    found: list[tuple[Any, ...]] = []
    async with database.read() as connection:
        for query in queries:
            found += [tuple(row) for row in await connection.execute(text(query))]
        if database.is_sqlite:
            for table in sorted(metadata.tables):
                found += [tuple(row)[1:] for row in await connection.execute(text(f"PRAGMA table_xinfo({table})"))]
                found += sorted(
                    tuple(row)[2:] for row in await connection.execute(text(f"PRAGMA foreign_key_list({table})"))
                )
            indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1"
            found += [tuple(row) for row in await connection.execute(text(indexes))]
    return found


def migration_contents() -> dict[str, str]:
    """A digest of what each migration does, by its id."""
    found = {}
    for file in (MIGRATIONS / "versions").glob("*.py"):
        head, _, body = file.read_text(encoding="utf-8").partition("def upgrade()")
        name = re.search(r'^revision = "(.+)"$', head, re.MULTILINE)
        assert name is not None
        found[name[1]] = hashlib.blake2b(body.encode(), digest_size=8).hexdigest()
    return found
