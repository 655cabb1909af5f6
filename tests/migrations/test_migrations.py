import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.db import long_tasks
from bot.db.column_types import metadata
from bot.db.engine import Database, DatabaseError, open_database
from bot.db.migrate import MIGRATIONS, downgrade, is_known, migrate, newest, pending, revision
from bot.db.url import parse
from tests.support.command_line import run_command
from tests.support.filled_database import FilledDatabase
from tests.support.schema import definitions, migration_contents

#: the fewest settings with which a bot starts
SETTINGS = {
    "PORT": "0",
    "SLACK_BOT_TOKEN": "xoxb-sample",
    "SLACK_SIGNING_SECRET": "sample",
    "SLACK_API_URL": "http://127.0.0.1:1/api/",
    "CONFLUENCE_URL": "http://127.0.0.1:1/wiki",
    "CONFLUENCE_EMAIL": "bot@example.com",
    "CONFLUENCE_API_TOKEN": "sample",
}
#: a database as an unreleased version made it, as far as it matters
FORMER = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
    "INSERT INTO alembic_version VALUES ('0001')",
    "CREATE TABLE notices (id INTEGER PRIMARY KEY, marker VARCHAR(64))",
    "INSERT INTO notices VALUES (1, 'kept')",
)
UNKNOWN = (
    "The database is at migration 0001, which this version does not have: it was made by a newer version or by an "
    "unreleased one. Nothing was changed; move the file away, or set DATABASE_URL to another database."
)
#: what the migrations hold, by id. One that was changed needs another id: a database that the former one made is at the
#: old id, and would be taken for one with all of today's columns.
CONTENTS = {"2026_11_26_5": "bf837ddf9ddb119b"}
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
from bot.db.url import parse

async def main():
    database = open_database(parse(sys.argv[1]))
    await migrate(database)
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    opened = open_database(parse(database_url))
    yield opened
    await opened.close()


@pytest.fixture
async def empty_sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """A SQLite file without tables."""
    opened = open_database(parse(sqlite_url))
    yield opened
    await opened.close()


def with_next(folder: Path, body: str) -> Path:
    """Our migrations and one more."""
    copied = folder / "migrations 100%"
    shutil.copytree(MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (copied / "versions" / "9999_next.py").write_text(NEXT.format(before=newest(), body=lines))
    return copied


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


def test_the_migrations_are_those_that_alembic_reads(tmp_path: Path) -> None:
    for folder in (MIGRATIONS, with_next(tmp_path, "pass")):
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        script = ScriptDirectory.from_config(config)
        assert newest(migrations=folder) == script.get_current_head()
        assert all(is_known(each.revision, migrations=folder) for each in script.walk_revisions())
    assert not is_known("9999")


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


async def test_older_code_works_on_but_does_not_start_with_a_newer_database(database: Database, tmp_path: Path) -> None:
    body = 'op.add_column("sites", sa.Column("added", sa.String(8), server_default="new", nullable=False))'
    newer = with_next(tmp_path, body)
    await migrate(database, migrations=newer)
    before = await definitions(database)

    with pytest.raises(DatabaseError, match=r"^The database is at migration 9999, which this version does not have"):
        await migrate(database)

    assert (await revision(database), await definitions(database)) == ("9999", before)
    assert [await pending(database), await pending(database, migrations=newer)] == [None, None]


def test_a_migration_that_was_changed_has_another_id() -> None:
    assert migration_contents() == CONTENTS


@pytest.fixture
def former(database_url: str) -> str:
    """The URL of a database that an unreleased version made."""

    async def make() -> None:
        opened = open_database(parse(database_url))
        async with opened.begin() as connection:
            for statement in FORMER:
                await connection.execute(text(statement))
        await opened.close()

    asyncio.run(make())
    return database_url


async def left_of(url: str) -> tuple[str | None, list[str]]:
    """The migration and the rows of a database that an unreleased version made."""
    opened = open_database(parse(url))
    async with opened.read() as connection:
        rows = list((await connection.execute(text("SELECT marker FROM notices"))).scalars())
    found = (await revision(opened), rows)
    await opened.close()
    return found


@pytest.mark.parametrize("command", [(), ("worker",), ("migrate",)])
def test_a_start_on_the_database_of_an_unreleased_version_ends_with_one_sentence(
    former: str, command: tuple[str, ...]
) -> None:
    status, printed, logged = run_command(*command, settings={**SETTINGS, "DATABASE_URL": former})

    *lines, sentence = logged.splitlines()
    assert (status, printed, sentence) == (1, "", UNKNOWN)
    assert [json.loads(line)["event"] for line in lines] == ([] if command == ("migrate",) else ["listening"])
    assert asyncio.run(left_of(former)) == ("0001", ["kept"])


def test_doctor_says_the_same_of_the_database_of_an_unreleased_version(former: str) -> None:
    status, output, _ = run_command("doctor", settings={**SETTINGS, "DATABASE_URL": former})

    assert status == 1
    line = (
        "FAILED Migrations: the database is at 0001, which this version does not have → move the file away, or set "
        "DATABASE_URL to another database"
    )
    assert line in output.splitlines()


async def test_copying_a_table_keeps_the_rows_that_belong_to_it(filled: FilledDatabase, tmp_path: Path) -> None:
    long_task_id = await filled.add_long_task(due_in=None)
    thread = await filled.add_thread(long_task_id)
    before = (await filled.long_task(), await filled.subscription(thread), await filled.messages(thread))
    body = (
        'with op.batch_alter_table("long_tasks") as batch:\n'
        '    batch.alter_column("remote_id", type_=sa.String(80), existing_type=sa.String(64))'
    )

    await migrate(filled.database, migrations=with_next(tmp_path, body))

    assert before == (await filled.long_task(), await filled.subscription(thread), await filled.messages(thread))
    await filled.end(long_task_id)
    async with filled.database.begin() as connection:
        assert await long_tasks.forget_unfollowed(connection, before=filled.clock.later(1), limit=1) == 1
    assert await filled.messages(thread) == []


async def test_a_migration_that_orphans_rows_is_undone(empty_sqlite: Database, tmp_path: Path) -> None:
    await migrate(empty_sqlite)
    body = 'op.execute("INSERT INTO account_sites (account_id, site_id) VALUES (1, 1)")'

    with pytest.raises(DatabaseError, match=r"^A migration would leave rows behind that belong to nothing\.$"):
        await migrate(empty_sqlite, migrations=with_next(tmp_path, body))

    assert await revision(empty_sqlite) == newest()


@pytest.mark.postgres
async def test_four_processes_that_migrate_at_once_make_one_database(postgres_url: str) -> None:
    arguments = ("-c", MIGRATE, postgres_url)
    running = [await asyncio.create_subprocess_exec(sys.executable, *arguments) for _ in range(4)]

    assert [await process.wait() for process in running] == [0, 0, 0, 0]

    opened = open_database(parse(postgres_url))
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
        *(f"channels.{name}" for name in ("team_id", "channel_id", "asked_at")),
        *(f"commands.{name}" for name in ("trigger_id", "team_id", "channel_id", "user_id", "command", "text")),
        "commands.created_at",
        *(f"events.{name}" for name in ("id", "taken_at")),
        *(f"findings.{name}" for name in ("long_task_id", "seq", "identity", "key", "severity", "args")),
        "findings.first_seen_at",
        *(f"followers.{name}" for name in ("subscription_id", "user_id", "created_at")),
        *(f"hooks.{name}" for name in ("token_hash", "team_id", "channel_id", "maker_id", "created_at", "allowed_at")),
        *(f"long_tasks.{name}" for name in ("site_id", "remote_id", "created_at")),
        *(f"messages.{name}" for name in ("marker", "team_id", "kind", "facts", "created_at")),
        *(f"pauses.{name}" for name in ("scope", "until")),
        *(f"people.{name}" for name in ("team_id", "user_id", "membership", "asked_at")),
        *(f"sites.{name}" for name in ("alias", "kind", "base_url")),
        *(f"gathered_tasks.{name}" for name in ("watch_id", "remote_id", "snapshot", "gathered_at")),
        *(f"listed_tasks.{name}" for name in ("site_id", "remote_id", "snapshot", "first_listed_at")),
        "listed_tasks.last_listed_at",
        *(f"hooks.{name}" for name in ("team_id", "channel_id", "token_hash", "maker_id", "created_at", "allowed_at")),
        *(f"site_lists.{name}" for name in ("site_id", "due_at")),
        *(f"watches.{name}" for name in ("team_id", "channel_id", "site_id", "maker_id", "kinds", "language")),
        *(f"watches.{name}" for name in ("handled", "created_at")),
        *(f"subscriptions.{name}" for name in ("long_task_id", "team_id", "channel_id", "language")),
        "subscriptions.created_at",
        *(f"viewers.{name}" for name in ("long_task_id", "account_id")),
        *(f"workspaces.{name}" for name in ("team_id", "created_at")),
    }
