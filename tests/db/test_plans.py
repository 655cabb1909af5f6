"""No step reads a whole table, however long the history."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec import Struct, field
from sqlalchemy import Engine, PrimaryKeyConstraint, Table, UniqueConstraint, event
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import housekeeping
from bot.app import Bot
from bot.db import claims, stale_messages, troubles, unfinished_messages, waiting_messages, workspaces
from bot.db.column_types import metadata
from bot.domain.message_kinds import RULES
from bot.domain.states import Trouble
from sandbox.harness import CHANNEL, PERSON, Sandbox, open_sandbox
from sandbox.harness import TEAM as SANDBOX_TEAM
from sandbox.scenarios import scenario
from tests.db.history import BIG, FIRST_ID, RUNNING, fill_history
from tests.support.filled_database import TEAM, FilledDatabase

#: parameters by statement
Statements = dict[str, object]

SLOW = scenario("copy_with_renames_and_restrictions")
COPY = SLOW.scaled(8)
RANKS = {kind: int(rules.urgency) for kind, rules in RULES.items()}


@contextmanager
def recorded() -> Iterator[Statements]:
    """Every statement that is sent meanwhile, with the parameters it was last sent with."""
    statements: Statements = {}

    def note(
        _conn: object, _cursor: object, statement: str, parameters: list[object], _context: object, many: bool
    ) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            statements[statement] = parameters[0] if many else parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class PlanNode(Struct, frozen=True):
    """A step of a plan, as Postgres explains it."""

    kind: str = field(name="Node Type")
    table: str = field(name="Relation Name", default="")
    index: str | None = field(name="Index Name", default=None)
    plans: tuple["PlanNode", ...] = field(name="Plans", default=())


class Explained(Struct, frozen=True):
    """An answer to EXPLAIN (FORMAT JSON)."""

    plan: PlanNode = field(name="Plan")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a database would carry out a statement."""

    indexes: frozenset[str]
    #: big tables that are read whole
    scans: tuple[str, ...]


async def plan_of(connection: AsyncConnection, statement: str, parameters: object) -> Plan:
    """Ask the database for its plan."""
    if connection.dialect.name == "sqlite":
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type] # as recorded
        return _sqlite_plan([row.detail.split() for row in rows])
    rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)  # type: ignore[arg-type] # as recorded
    (explained,) = msgspec.convert(rows.scalar_one(), tuple[Explained])
    nodes = list(_nodes(explained.plan))
    return Plan(
        indexes=frozenset(node.index for node in nodes if node.index is not None),
        scans=tuple(node.table for node in nodes if node.kind == "Seq Scan" and node.table in BIG),
    )


def _nodes(node: PlanNode) -> Iterator[PlanNode]:
    yield node
    for child in node.plans:
        yield from _nodes(child)


def _sqlite_plan(details: list[list[str]]) -> Plan:
    """`SCAN messages`, `SEARCH messages USING INDEX name (…)`; a scan of a partial index does not read all rows."""
    partial = {
        index.name
        for each in BIG
        for index in metadata.tables[each].indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    return Plan(
        indexes=frozenset(words[words.index("INDEX") + 1] for words in details if "INDEX" in words),
        scans=tuple(
            words[1] for words in details if words[0] == "SCAN" and words[1] in BIG and not partial & set(words)
        ),
    )


Query = Callable[[AsyncConnection, datetime], Awaitable[object]]

#: queries of messages, each with the indexes it needs
INDEXES: Mapping[str, tuple[Query, set[str]]] = {
    "waiting": (
        lambda connection, now: waiting_messages.waiting(
            connection, TEAM, ranks=RANKS, now=now, limit=200, of_thread=20
        ),
        {"ix_messages_waiting"},
    ),
    "stale": (
        lambda connection, now: waiting_messages.stale(connection, TEAM, now=now, limit=200),
        {"ix_messages_stale"},
    ),
    "restore_unfinished": (
        lambda connection, now: unfinished_messages.restore_unfinished(connection, [TEAM, "T1"], now=now),
        {"ix_messages_waiting", "ix_messages_editing"},
    ),
    "claim_workspaces": (
        lambda connection, now: claims.claim_workspaces(connection, now=now, claim_id="x"),
        {"ix_messages_waiting", "ix_messages_stale"},
    ),
    "mark_cards": (
        lambda connection, now: stale_messages.mark_cards(connection, [FIRST_ID + RUNNING], now=now),
        {"ix_messages_subscription"},
    ),
    "refresh_checked": (
        lambda connection, now: stale_messages.refresh_checked(connection, before=now - timedelta(minutes=10), now=now),
        {"ix_messages_subscription"},
    ),
}


@pytest.fixture
async def history(filled: FilledDatabase) -> FilledDatabase:
    await fill_history(filled.database, site_id=filled.site_id, account_id=filled.account_id, team_id=TEAM)
    return filled


async def test_messages_are_found_by_their_partial_indexes(history: FilledDatabase) -> None:
    used: dict[str, set[str]] = {}
    scans: dict[str, list[str]] = {}
    for name, (query, _) in INDEXES.items():
        async with history.database.begin() as connection:
            with recorded() as statements:
                await query(connection, history.clock())
        async with history.database.begin() as connection:
            plans = [await plan_of(connection, *one) for one in statements.items()]
        used[name] = {index for plan in plans for index in plan.indexes if index.startswith("ix_messages")}
        scans[name] = [table for plan in plans for table in plan.scans]
    assert {name: indexes - used[name] for name, (_, indexes) in INDEXES.items()} == {name: set() for name in INDEXES}
    assert scans == {name: [] for name in INDEXES}


async def watch_and_open_a_home(sandbox: Sandbox, bot: Bot) -> None:
    """Watch a site on which another long task begins then, open a home, and ask whether the people are still there."""
    for words in ("", "hook"):
        await sandbox.type(words)
    await sandbox.type("watch")
    await sandbox.slack.wait_for(
        lambda: any(each.text.startswith("*Watching") for each in sandbox.slack.messages(CHANNEL)), timeout=60
    )
    new = sandbox.begin(SLOW)
    await sandbox.slack.wait_for(lambda: sandbox.thread_of(new), timeout=60)
    await sandbox.slack.open_home(PERSON)
    await sandbox.slack.wait_for(lambda: sandbox.slack.home(PERSON), timeout=60)
    await bot.person_check.step()
    await sandbox.type("unwatch")


async def steps(sandbox: Sandbox, bot: Bot) -> None:
    """Follow a long task to its end with warnings, list the channel's, stop another, and let a site have trouble."""
    await watch_and_open_a_home(sandbox, bot)
    copy = sandbox.begin(COPY)
    await sandbox.type(copy)
    await sandbox.slack.wait_for(lambda: sandbox.thread_of(copy), timeout=60)
    other = sandbox.begin(SLOW)
    for words in ("list", f"status {other}", other, other):
        await sandbox.type(words)
    await sandbox.slack.wait_for(lambda: sandbox.thread_of(other), timeout=60)
    await sandbox.type(f"stop {other}")
    await sandbox.slack.wait_for(lambda: any(PERSON in each.text for each in sandbox.thread_of(copy)), timeout=60)
    await bot.poller.renew_step()
    await bot.deliverer.renew_step()
    await bot.scrape()
    now = datetime.now(UTC)
    await housekeeping.step(bot.database, retention_days=3650, now=lambda: now)()
    async with bot.database.begin() as connection:
        for scope in (troubles.of_site(1), troubles.of_account(1)):
            await troubles.begin(connection, scope, Trouble.DOWN, since=now, now=now)
            await troubles.look_again(connection, scope, now=now - timedelta(days=1))
            await troubles.end(connection, scope, Trouble.DOWN, now=now)


@pytest.fixture
async def bot_with_history(database_url: str) -> AsyncIterator[tuple[Sandbox, Bot]]:
    """A real bot whose database has a long history."""
    quick = {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5", "RETENTION_DAYS": "3650"}
    async with open_sandbox(database_url=database_url, environ=quick, ack_seconds=60.0, store_seconds=60.0) as sandbox:
        bot = await sandbox.start_bot()
        async with bot.database.begin() as connection:
            await workspaces.put(connection, SANDBOX_TEAM, enterprise_id=None, now=datetime.now(UTC))
        await fill_history(bot.database, site_id=1, account_id=1, team_id=SANDBOX_TEAM)
        yield sandbox, bot


async def test_no_statement_of_the_bot_reads_a_whole_table(bot_with_history: tuple[Sandbox, Bot]) -> None:
    sandbox, bot = bot_with_history

    with recorded() as statements:
        await steps(sandbox, bot)

    touched = {name for name in BIG if any(name in statement for statement in statements)}
    assert touched == set(BIG)
    async with bot.database.begin() as connection:
        # What is a scan is seen as one.
        whole = await plan_of(connection, "SELECT * FROM messages WHERE reason = 'none'", ())
        scans = {
            statement: plan.scans
            for statement, parameters in statements.items()
            if (plan := await plan_of(connection, statement, parameters)).scans
        }
    assert (whole.scans, scans) == (("messages",), {})


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_foreign_key_begins_an_index(table: Table[Any]) -> None:
    """Postgres looks for the rows that are deleted with a row, and has no index for it but ours."""
    indexed = {
        column.name
        for index in table.indexes
        for column in list(index.columns)[:1]
        if str(index.dialect_options["sqlite"]["where"]) in ("None", f"{column.name} IS NOT NULL")
    }
    indexed |= {
        next(iter(key.columns)).name
        for key in table.constraints
        if isinstance(key, PrimaryKeyConstraint | UniqueConstraint) and len(key.columns)
    }

    assert [column.name for column in table.columns if column.foreign_keys and column.name not in indexed] == []
