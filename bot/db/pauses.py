"""Until when something rests, and why: kept over restarts and seen by every process."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.dialect import upsert
from bot.db.models import pauses
from bot.domain.poll_result import PauseScope


def slack_scope(team_id: str, method: str) -> str:
    """The scope of a Slack method of one workspace."""
    return f"slack:{team_id}:{method}"


def confluence_scope(scope: PauseScope, *, site_id: int, account_id: int) -> str:
    """The scope that a 429 of Confluence speaks of."""
    return {
        PauseScope.APP: "app",
        PauseScope.SITE: f"site:{site_id}",
        PauseScope.ACCOUNT: account_scope(account_id),
    }[scope]


def account_scope(account_id: int) -> str:
    """The scope of one credential."""
    return f"account:{account_id}"


async def pause(connection: AsyncConnection, scope: str, *, until: datetime, reason: str) -> None:
    """Let a scope rest until a time; a longer rest that is already known stays."""
    insert = upsert(connection, pauses).values(scope=scope, until=until, reason=reason[:64])
    # SQLite's MAX and Postgres's GREATEST are the same; a CASE is portable.
    later = insert.excluded.until > pauses.c.until
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=[pauses.c.scope],
            set_={"until": insert.excluded.until, "reason": insert.excluded.reason},
            where=later,
        )
    )


async def take(connection: AsyncConnection, scope: str, *, until: datetime, now: datetime, reason: str) -> bool:
    """Let a scope rest again for the others while one asks on; False where it rests already."""
    insert = upsert(connection, pauses).values(scope=scope, until=until, reason=reason[:64])
    statement = insert.on_conflict_do_update(
        index_elements=[pauses.c.scope],
        set_={"until": insert.excluded.until, "reason": insert.excluded.reason},
        where=pauses.c.until <= now,
    )
    return (await connection.execute(statement.returning(pauses.c.scope))).first() is not None


async def lift(connection: AsyncConnection, scope: str) -> None:
    """A scope need not rest any longer."""
    await connection.execute(delete(pauses).where(pauses.c.scope == scope))


async def paused(connection: AsyncConnection, *, now: datetime) -> dict[str, datetime]:
    """Every scope that rests, and until when."""
    rows = await connection.execute(select(pauses.c.scope, pauses.c.until).where(pauses.c.until > now))
    return {row.scope: row.until for row in rows}


async def paused_methods(connection: AsyncConnection, team_id: str, *, now: datetime) -> dict[str, datetime]:
    """Slack methods of a workspace that rest, and until when."""
    prefix = slack_scope(team_id, "")
    rows = await connection.execute(
        select(pauses.c.scope, pauses.c.until).where(
            func.substr(pauses.c.scope, 1, len(prefix)) == prefix, pauses.c.until > now
        )
    )
    return {row.scope.removeprefix(prefix): row.until for row in rows}


async def forget_past(connection: AsyncConnection, *, now: datetime) -> None:
    """Drop the pauses that are over."""
    await connection.execute(delete(pauses).where(pauses.c.until <= now))
