import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text

from bot.db.columns import metadata
from bot.db.engine import Database, DatabaseError, open_database
from bot.db.migrate import MIGRATIONS, downgrade, migrate, newest, pending, revision
from bot.db.models import long_tasks, sites, subscriptions, workspaces
from bot.db.url import normalised

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
#: a migration of the next version
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"


def upgrade() -> None:
{body}


def downgrade() -> None:
    pass
"""
MIGRATE = """
import asyncio, sys
from bot.db.engine import open_database
from bot.db.migrate import migrate

async def main():
    database = open_database(sys.argv[1])
    await migrate(database)
    await database.close()

asyncio.run(main())
"""

IN_SQLITE = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE '%alembic%' ORDER BY 1, 2"
IN_POSTGRES = [
    """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2""",
    """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    ORDER BY 1""",
    """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    AND conname NOT LIKE 'alembic%' ORDER BY 1""",
]


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    opened = open_database(normalised(database_url))
    yield opened
    await opened.close()


@pytest.fixture
async def empty_sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """A SQLite file without tables."""
    opened = open_database(sqlite_url)
    yield opened
    await opened.close()


def with_next(folder: Path, body: str) -> Path:
    """Our migrations and one more."""
    copied = folder / "migrations 100%"
    shutil.copytree(MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (copied / "versions" / "9999_next.py").write_text(NEXT.format(before=newest(), body=lines))
    return copied


async def definitions(database: Database) -> list[tuple[Any, ...]]:
    """Every table's columns with types and defaults, every index with its condition, every constraint."""
    queries = [IN_SQLITE] if database.is_sqlite else IN_POSTGRES
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


async def tables(database: Database) -> set[str]:
    async with database.read() as connection:
        return await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))


async def test_migrating_an_empty_database_makes_what_the_code_describes(empty: Database) -> None:
    async with empty.begin() as connection:
        await connection.run_sync(metadata.create_all)
    described = await definitions(empty)
    async with empty.begin() as connection:
        await connection.run_sync(metadata.drop_all)

    await migrate(empty)

    assert await definitions(empty) == described
    assert len(described) > 100


async def test_alembic_finds_nothing_to_migrate(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_migrated_database_is_ready_and_migrating_again_changes_nothing(empty: Database) -> None:
    assert await pending(empty) == "the database has no tables yet"
    await migrate(empty)
    before = await definitions(empty)
    await migrate(empty)

    assert (await pending(empty), await revision(empty), await definitions(empty)) == (None, newest(), before)


async def test_going_back_to_the_beginning_leaves_nothing(database: Database) -> None:
    await downgrade(database, to="base")

    assert await tables(database) == {"alembic_version"}
    await migrate(database)
    assert await tables(database) == {"alembic_version", *metadata.tables}


async def test_a_migration_that_fails_leaves_nothing_behind(empty: Database, tmp_path: Path) -> None:
    body = 'op.create_table("half", sa.Column("id", sa.Integer()))\nraise LookupError("on purpose")'
    with pytest.raises(LookupError, match="on purpose"):
        await migrate(empty, migrations=with_next(tmp_path, body))

    assert await tables(empty) == set()
    await migrate(empty)
    assert await pending(empty) is None


async def test_a_database_that_waits_for_a_migration_is_not_ready(database: Database, tmp_path: Path) -> None:
    newer = with_next(tmp_path, "pass")

    assert await pending(database, migrations=newer) == f"the database is at migration {newest()}, this code is at 9999"


async def test_older_code_leaves_a_newer_database_as_it_is_and_works(database: Database, tmp_path: Path) -> None:
    body = 'op.add_column("sites", sa.Column("added", sa.String(8), server_default="new", nullable=False))'
    await migrate(database, migrations=with_next(tmp_path, body))

    await migrate(database)
    assert (await pending(database), await revision(database)) == (None, "9999")

    async with database.begin() as connection:
        await connection.execute(sites.insert().values(alias="a", kind="cloud", base_url="https://a.example"))
        assert (await connection.execute(text("SELECT added FROM sites"))).scalars().all() == ["new"]
        assert (await connection.execute(select(sites.c.alias))).scalars().all() == ["a"]


async def test_copying_a_table_keeps_the_rows_that_belong_to_it(database: Database, tmp_path: Path) -> None:
    async with database.begin() as connection:
        await connection.execute(workspaces.insert().values(team_id="T1", created_at=NOW))
        await connection.execute(sites.insert().values(id=1, alias="a", kind="cloud", base_url="https://a.example"))
        await connection.execute(long_tasks.insert().values(id=1, site_id=1, remote_id="1", created_at=NOW))
        row = {"long_task_id": 1, "team_id": "T1", "channel_id": "C1", "owner_id": "U1", "language": "en"}
        await connection.execute(subscriptions.insert().values(created_at=NOW, **row))
    body = (
        'with op.batch_alter_table("long_tasks") as batch:\n'
        '    batch.alter_column("remote_id", type_=sa.String(80), existing_type=sa.String(64))'
    )

    await migrate(database, migrations=with_next(tmp_path, body))

    async with database.begin() as connection:
        assert (await connection.execute(select(subscriptions.c.channel_id))).scalars().all() == ["C1"]
        await connection.execute(long_tasks.delete())
        assert (await connection.execute(select(subscriptions.c.channel_id))).scalars().all() == []


async def test_a_migration_that_orphans_rows_is_undone(empty_sqlite: Database, tmp_path: Path) -> None:
    await migrate(empty_sqlite)
    body = 'op.execute("INSERT INTO account_sites (account_id, site_id) VALUES (1, 1)")'

    with pytest.raises(DatabaseError, match=r"^A migration would leave rows behind that belong to nothing\.$"):
        await migrate(empty_sqlite, migrations=with_next(tmp_path, body))

    assert await revision(empty_sqlite) == newest()


@pytest.mark.postgres
async def test_four_processes_that_migrate_at_once_make_one_database(postgres_url: str) -> None:
    url = normalised(postgres_url)
    arguments = ("-c", MIGRATE, url)
    running = [await asyncio.create_subprocess_exec(sys.executable, *arguments) for _ in range(4)]

    assert [await process.wait() for process in running] == [0, 0, 0, 0]

    opened = open_database(url)
    assert (await pending(opened), await tables(opened)) == (None, {"alembic_version", *metadata.tables})
    await opened.close()


def test_what_has_no_default_is_what_every_insert_names() -> None:
    """The version before inserts rows without columns that are added later: those need a default of the server's."""
    named = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if not column.nullable and column.server_default is None and column is not table.autoincrement_column
    }

    assert named == {
        *(f"accounts.{name}" for name in ("kind", "created_at")),
        *(f"account_sites.{name}" for name in ("account_id", "site_id")),
        *(f"commands.{name}" for name in ("trigger_id", "team_id", "channel_id", "user_id", "command", "text")),
        *(f"commands.{name}" for name in ("response_url", "created_at")),
        *(f"findings.{name}" for name in ("long_task_id", "seq", "identity", "key", "severity", "args")),
        "findings.first_seen_at",
        *(f"followers.{name}" for name in ("subscription_id", "user_id", "created_at")),
        *(f"long_tasks.{name}" for name in ("site_id", "remote_id", "created_at")),
        *(f"notices.{name}" for name in ("marker", "subscription_id", "team_id", "kind", "created_at")),
        *(f"pauses.{name}" for name in ("scope", "until")),
        *(f"sites.{name}" for name in ("alias", "kind", "base_url")),
        *(f"subscriptions.{name}" for name in ("long_task_id", "team_id", "channel_id", "owner_id", "language")),
        "subscriptions.created_at",
        *(f"viewers.{name}" for name in ("long_task_id", "account_id")),
        *(f"workspaces.{name}" for name in ("team_id", "created_at")),
    }
