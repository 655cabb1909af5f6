"""Pauses that Slack or Confluence asked for: kept over restarts and seen by every process."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import pauses
from bot.domain.poll_result import PauseScope

#: the scope of every site and account
APP = "app"
_ACCOUNT = "account:"


def slack_scope(team_id: str, method: str) -> str:
    """The scope of a Slack method of one workspace."""
    return f"slack:{team_id}:{method}"


def confluence_scope(scope: PauseScope, *, site_id: int, account_id: int) -> str:
    """The scope that a 429 of Confluence is about."""
    if scope is PauseScope.APP:
        return APP
    return site_scope(site_id) if scope is PauseScope.SITE else account_scope(account_id)


def site_scope(site_id: int) -> str:
    """The scope of one site."""
    return f"site:{site_id}"


def account_scope(account_id: int) -> str:
    """The scope of one credential."""
    return f"{_ACCOUNT}{account_id}"


def account_ids(scopes: Iterable[str]) -> frozenset[int]:
    """The accounts among some scopes."""
    return frozenset(int(scope.removeprefix(_ACCOUNT)) for scope in scopes if scope.startswith(_ACCOUNT))


async def pause(connection: Connection, scope: str, *, until: datetime, reason: str) -> None:
    """Pause a scope until a time; a longer pause that is there already stays."""
    insert = upsert(connection, pauses).values(scope=scope, until=until, reason=reason[:64])
    statement = insert.on_conflict_do_update(
        index_elements=[pauses.c.scope], set_={"until": until, "reason": reason[:64]}, where=pauses.c.until < until
    )
    await connection.execute(statement)


_PAUSED = select(pauses.c.scope, pauses.c.until).where(pauses.c.until > bindparam("b_now"))


async def paused(connection: Connection, *, now: datetime) -> dict[str, datetime]:
    """Every paused scope, and until when (UTC)."""
    return {row.scope: row.until for row in await connection.execute(_PAUSED, {"b_now": now})}


async def paused_methods(connection: Connection, team_id: str, *, now: datetime) -> dict[str, datetime]:
    """The paused Slack methods of a workspace, and until when (UTC)."""
    prefix = slack_scope(team_id, "")
    every = await paused(connection, now=now)
    return {scope.removeprefix(prefix): until for scope, until in every.items() if scope.startswith(prefix)}


async def forget_past(connection: Connection, *, now: datetime) -> None:
    """Delete the pauses that are over."""
    await connection.execute(delete(pauses).where(pauses.c.until <= now))
