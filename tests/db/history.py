"""A long history in a database: ended long tasks with their threads and posted messages, and few that run."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Table, case, cast, insert, literal, null, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.column_types import UtcDateTime
from bot.db.engine import Database
from bot.db.models import findings, followers, long_tasks, messages, subscriptions, viewers
from bot.db.slack_models import workspaces
from bot.domain.message_facts import Card, Facts, Root, Warnings, encode
from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import FindingKind, Kind, Severity
from bot.domain.states import MessageState, Outcome, SubscriptionState

#: the tables that grow with the history
BIG = ("long_tasks", "subscriptions", "messages", "findings", "viewers", "followers")
ROWS = 20_000
#: of so many long tasks one runs
RUNNING = 500
FIRST_ID = 10_000_000
FACTS: dict[MessageKind, Facts] = {
    MessageKind.ROOT: Root(),
    MessageKind.CARD: Card(),
    MessageKind.WARNINGS: Warnings(kind=FindingKind("WARN_RENAME_PAGE", Severity.WARNING)),
}

Value = ColumnElement[Any]

_series = select(literal(1).label("number")).cte("series", recursive=True)
_series = _series.union_all(select(_series.c.number + 1).where(_series.c.number < ROWS))
_number = _series.c.number
_id = FIRST_ID + _number
_runs = _number % RUNNING == 0
#: the card of a few running threads is stale, and their warnings are still to be posted
_waits = _number % (4 * RUNNING) == 0
_old = literal(datetime(2026, 1, 1, tzinfo=UTC), UtcDateTime)
_far = literal(datetime(2099, 1, 1, tzinfo=UTC), UtcDateTime)


def _named(prefix: str, number: Value) -> Value:
    return literal(prefix).concat(cast(number, String))


def _enum(column: ColumnElement[Any], value: str) -> Value:
    return literal(value, column.type)


async def _insert(connection: AsyncConnection, table: Table[Any], values: dict[str, Value]) -> None:
    """One row for each number of the series."""
    rows = select(*values.values()).select_from(_series)
    await connection.execute(insert(table).from_select(list(values), rows))


async def fill_history(database: Database, *, site_id: int, account_id: int, team_id: str) -> None:
    """Add the history of a site; every second thread is in the workspace `team_id`, which is there already."""
    others = [{"team_id": f"OTHER{number}", "created_at": datetime(2026, 1, 1, tzinfo=UTC)} for number in range(200)]
    team = case((_number % 2 == 0, literal(team_id)), else_=_named("OTHER", _number % len(others)))
    channel = _named("C", _number % 1000)
    async with database.begin() as connection:
        await connection.execute(insert(workspaces), others)
        await _insert(connection, long_tasks, _long_task(site_id))
        await _insert(connection, viewers, {"long_task_id": _id, "account_id": literal(account_id), "looked_at": _old})
        await _insert(connection, findings, _finding())
        await _insert(connection, subscriptions, _subscription(team=team, channel=channel))
        await _insert(
            connection,
            followers,
            {"subscription_id": _id, "user_id": _named("U", _number % 700), "created_at": _old},
        )
        for kind in FACTS:
            await _insert(connection, messages, _message(kind, team=team, channel=channel))
        await connection.execute(text("ANALYZE"))


def _long_task(site_id: int) -> dict[str, Value]:
    outcome = long_tasks.c.outcome
    return {
        "id": _id,
        "site_id": literal(site_id),
        "remote_id": _named("old-", _number),
        "kind": _enum(long_tasks.c.kind, Kind.COPY),
        "created_at": _old,
        "due_at": case((_runs, _far), else_=null()),
        "ended_at": case((_runs, null()), else_=_old),
        "outcome": case((_runs, _enum(outcome, Outcome.FOLLOWING)), else_=_enum(outcome, Outcome.FINISHED)),
    }


def _finding() -> dict[str, Value]:
    return {
        "long_task_id": _id,
        "seq": literal(1),
        "identity": literal("f"),
        "key": literal("WARN"),
        "severity": _enum(findings.c.severity, Severity.WARNING),
        "args": literal("[]"),
        "first_seen_at": _old,
    }


def _subscription(*, team: Value, channel: Value) -> dict[str, Value]:
    state, outcome = subscriptions.c.state, subscriptions.c.outcome
    return {
        "id": _id,
        "long_task_id": _id,
        "team_id": team,
        "channel_id": channel,
        "owner_id": _named("U", _number % 700),
        "state": case((_runs, _enum(state, SubscriptionState.FOLLOWING)), else_=_enum(state, SubscriptionState.ENDED)),
        "outcome": case((_runs, _enum(outcome, Outcome.FOLLOWING)), else_=_enum(outcome, Outcome.FINISHED)),
        "language": literal("en"),
        "created_at": _old,
        "ended_at": case((_runs, null()), else_=_old),
        "thread_ts": _named("1.", _number),
    }


def _message(kind: MessageKind, *, team: Value, channel: Value) -> dict[str, Value]:
    state = messages.c.state
    posted = _enum(state, MessageState.POSTED)
    is_planned, is_stale = (kind is one for one in (MessageKind.WARNINGS, MessageKind.CARD))
    return {
        "marker": _named(f"{kind}-", _number),
        "team_id": team,
        "subscription_id": _id,
        "kind": _enum(messages.c.kind, kind),
        "facts": literal(encode(FACTS[kind])),
        "state": case((_waits, _enum(state, MessageState.PLANNED)), else_=posted) if is_planned else posted,
        "channel_id": channel,
        "ts": _named(f"{kind}.", _number),
        "created_at": _old,
        "posted_at": _old,
        "shown_at": case((_runs, _far), else_=_old),
        "stale_since": case((_waits, _old), else_=null()) if is_stale else null(),
        "terminal": ~_runs,
    }
