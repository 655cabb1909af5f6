"""No step reads a whole table, however much is remembered."""

# ruff: noqa: S608 -- the statements that fill the tables are put together from words of this file

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, Table, event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import housekeeping
from bot.app import Bot
from bot.db import troubles
from bot.db.columns import metadata
from bot.db.engine import Database
from bot.db.models import long_tasks, notices, subscriptions
from bot.db.url import normalised
from bot.domain.states import Trouble
from sandbox.environment import CHANNEL, PERSON, TEAM, Sandbox, open_sandbox
from sandbox.scenarios import scenario

BIG = ("long_tasks", "subscriptions", "notices", "findings", "viewers", "followers")
ROWS = 100_000
#: of so many rows one is alive, the rest is history
LIVE = 1_000

Statements = dict[str, Any]
#: how each database says that it reads notices whole
WHOLE = (["SCAN notices"], ["Seq Scan on notices"])

SLOW = scenario("copy_with_renames_and_restrictions")
COPY = SLOW.scaled(8)


@contextmanager
def recorded() -> Iterator[Statements]:
    """Every statement that is issued meanwhile, with the parameters it was last issued with."""
    statements: Statements = {}

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            statements[statement] = parameters[0] if many else parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def fill(database: Database) -> None:
    """A long history: ended long tasks with their threads and told notices, and one in a thousand alive."""
    series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
    values = {"rows": ROWS, "live": LIVE, "team": TEAM, "channel": CHANNEL, "person": PERSON}
    # Text on SQLite, where times are text.
    times = {"old": datetime(2026, 1, 1), "far": datetime(2099, 1, 1)}  # noqa: DTZ001 -- as SQLite keeps them
    bound = (
        {name: at.isoformat(sep=" ", timespec="microseconds") for name, at in times.items()}
        if database.is_sqlite
        else {name: at.replace(tzinfo=UTC) for name, at in times.items()}
    )
    alive = "CASE WHEN i % CAST(:live AS INTEGER) = 0 THEN"
    inserts = (
        f"""INSERT INTO long_tasks (id, site_id, remote_id, kind, created_at, due_at, ended_at, outcome)
        {series} SELECT 10000000 + i, 1, 'old-' || i, 'copy', :old, {alive} :far END, {alive} NULL ELSE :old END,
        {alive} 'following' ELSE 'finished' END FROM n""",
        f"""INSERT INTO subscriptions (id, long_task_id, team_id, channel_id, owner_id, state, outcome, root_outcome,
        language, created_at, ended_at, root_ts, card_ts, thread_ts, card_checked_at)
        {series} SELECT 10000000 + i, 10000000 + i, CASE WHEN i % 2 = 0 THEN :team ELSE 'T' || (i % 200) END,
        'C' || (i % 5000), 'U' || (i % 3000), {alive} 'following' ELSE 'ended' END,
        {alive} 'following' ELSE 'finished' END, {alive} 'following' ELSE 'finished' END,
        'en', :old, {alive} NULL ELSE :old END, i || '.1', i || '.2', i || '.1', :far FROM n""",
        f"""INSERT INTO notices (id, marker, subscription_id, team_id, kind, state, ts, created_at, told_at)
        {series} SELECT 10000000 + i, 'm' || i, 10000000 + i, CASE WHEN i % 2 = 0 THEN :team ELSE 'T' || (i % 200) END,
        'warnings', 'sent', i || '.3', :old, :old FROM n""",
        f"INSERT INTO viewers (long_task_id, account_id) {series} SELECT 10000000 + i, 1 FROM n",
        f"""INSERT INTO followers (subscription_id, user_id, created_at)
        {series} SELECT 10000000 + i, 'U' || (i % 3000), :old FROM n""",
        f"""INSERT INTO findings (long_task_id, seq, identity, key, severity, args, first_seen_at)
        {series} SELECT 10000000 + i, 1, 'f', 'WARN', 'warning', '[]', :old FROM n""",
    )
    async with database.begin() as connection:
        teams = f"INSERT INTO workspaces (team_id, created_at) {series} SELECT 'T' || i, :old FROM n"
        await connection.execute(text(typed(teams, database)), {"rows": 200, "old": bound["old"]})
        await connection.execute(
            text(
                typed(
                    "INSERT INTO workspaces (team_id, created_at) VALUES (:team, :old) ON CONFLICT DO NOTHING", database
                )
            ),
            {"team": TEAM, "old": bound["old"]},
        )
        for insert in inserts:
            statement = text(typed(insert, database))
            names = statement.compile().params
            await connection.execute(statement, {name: (values | bound)[name] for name in names})
        await connection.execute(text("ANALYZE"))


def typed(statement: str, database: Database) -> str:
    """Postgres wants to be told the types of what a CASE gives, and that ids were taken."""
    if database.is_sqlite:
        return statement
    for name, kind in (("old", "timestamptz"), ("far", "timestamptz"), ("team", "text"), ("rows", "integer")):
        statement = statement.replace(f":{name}", f"CAST(:{name} AS {kind})")
    return statement


async def full_scans(connection: AsyncConnection, statement: str, parameters: Any) -> list[str]:
    """The big tables that a statement would read whole."""
    if connection.dialect.name == "sqlite":
        rows = await connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
        return [row.detail for row in rows if row.detail.startswith("SCAN") and is_whole(row.detail)]
    rows = await connection.exec_driver_sql("EXPLAIN (FORMAT JSON) " + statement, parameters)
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG:
            found.append(f"Seq Scan on {node['Relation Name']}")
        for child in node.get("Plans", ()):
            walk(child)

    plan = rows.scalar_one()
    walk((msgspec.json.decode(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


def is_whole(detail: str) -> bool:
    """Whether SQLite scans a big table itself, or an index of all of its rows."""
    _scan, table, *rest = detail.split()
    partial = {
        index.name
        for each in BIG
        for index in metadata.tables[each].indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    return table in BIG and not partial & set(rest)


async def steps(sandbox: Sandbox, bot: Bot) -> None:
    """A long task is followed to its end with warnings, its channel's list is asked for, and another is stopped."""
    copy = sandbox.begin(COPY)
    await sandbox.type(copy)
    await sandbox.slack.wait_for(lambda: sandbox.thread_of(copy), timeout=60)
    other = sandbox.begin(SLOW)
    for texts in ("list", f"status {other}", other, other):
        await sandbox.type(texts)
    await sandbox.slack.wait_for(lambda: sandbox.thread_of(other), timeout=60)
    await sandbox.type(f"stop {other}")
    await sandbox.slack.wait_for(lambda: any(PERSON in each.text for each in sandbox.thread_of(copy)), timeout=60)
    await bot.poller.renew_step()
    await bot.deliverer.renew_step()
    now = datetime.now(UTC)
    await housekeeping.step(bot.database, retention_days=3650, now=lambda: now)()
    async with bot.database.begin() as connection:
        for which in (troubles.of_site(1), troubles.of_account(1)):
            await troubles.begin(connection, which, Trouble.DOWN, since=now, now=now)
            await troubles.look_again(connection, which, now=now - timedelta(days=1))
            await troubles.end(connection, which, Trouble.DOWN, now=now)


@pytest.fixture
async def crowded(database_url: str) -> AsyncIterator[tuple[Sandbox, Bot]]:
    """A real bot whose database has a long history."""
    quick = {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5", "RETENTION_DAYS": "3650"}
    async with open_sandbox(database_url=normalised(database_url), environ=quick) as sandbox:
        bot = await sandbox.start_bot()
        await fill(bot.database)
        yield sandbox, bot


async def test_no_statement_of_a_step_reads_a_whole_table(crowded: tuple[Sandbox, Bot]) -> None:
    sandbox, bot = crowded

    with recorded() as statements:
        await steps(sandbox, bot)

    touched = {name for name in BIG if any(name in statement for statement in statements)}
    assert touched == set(BIG)
    scans: dict[str, list[str]] = {}
    async with bot.database.begin() as connection:
        # What would be a full scan is seen as one.
        assert await full_scans(connection, "SELECT * FROM notices WHERE reason = 'none'", ()) in WHOLE
        for statement, parameters in statements.items():
            found = await full_scans(connection, statement, parameters)
            if found:
                scans[statement] = found
    assert scans == {}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_foreign_key_begins_an_index(table: Table) -> None:
    """Postgres looks for the rows that go with a deleted row, and has no index for it but ours."""
    indexed = {
        next(iter(index.columns)).name for index in table.indexes if index.dialect_options["sqlite"]["where"] is None
    }
    indexed |= {
        next(iter(key.columns)).name
        for key in table.constraints
        if hasattr(key, "columns") and len(key.columns) and not hasattr(key, "elements")
    }

    assert [column.name for column in table.columns if column.foreign_keys and column.name not in indexed] == []


def test_the_big_tables_are_those_that_grow() -> None:
    assert {long_tasks.name, subscriptions.name, notices.name} <= set(BIG)
