"""Addresses with which scripts start to follow in a channel, by the hashes of their tokens."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, delete, select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.rows import HookRow, columns
from bot.db.slack_models import hooks
from bot.domain.hook_answer import next_call, recent

_COLUMNS = columns(HookRow, hooks)
_times: msgspec.json.Decoder[tuple[datetime, ...]] = msgspec.json.Decoder(tuple[datetime, ...])


def _row(found: Row[Any] | None) -> HookRow | None:
    if found is None:
        return None
    fields = dict(zip(HookRow.__struct_fields__, found, strict=True))
    return HookRow(**{**fields, "calls": _times.decode(fields["calls"])})


def _of_channel(team_id: str, channel_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return hooks.c.team_id == team_id, hooks.c.channel_id == channel_id


async def find(connection: Connection, token_hash: str) -> HookRow | None:
    """The hook with this hash of its token; None if there is none, or no longer."""
    return _row((await connection.execute(select(*_COLUMNS).where(hooks.c.token_hash == token_hash))).first())


async def of_channel(connection: Connection, *, team_id: str, channel_id: str) -> HookRow | None:
    """The hook of a channel."""
    return _row((await connection.execute(select(*_COLUMNS).where(*_of_channel(team_id, channel_id)))).first())


async def add(
    connection: Connection,
    *,
    token_hash: str,
    team_id: str,
    enterprise_id: str | None,
    channel_id: str,
    maker_id: str,
    now: datetime,
) -> bool:
    """Store a hook; false if the channel has one."""
    insert = upsert(connection, hooks).values(
        token_hash=token_hash,
        team_id=team_id,
        enterprise_id=enterprise_id,
        channel_id=channel_id,
        maker_id=maker_id,
        created_at=now,
        allowed_at=now,
    )
    key = [hooks.c.team_id, hooks.c.channel_id]
    added = await connection.execute(insert.on_conflict_do_nothing(index_elements=key).returning(hooks.c.token_hash))
    return added.first() is not None


async def count_call(connection: Connection, token_hash: str, *, now: datetime) -> datetime | None:
    """Count a call, unless it is one too many: then from when on the next is taken (UTC)."""
    query = select(*_COLUMNS).where(hooks.c.token_hash == token_hash).with_for_update()
    hook = _row((await connection.execute(query)).first())
    if hook is None:
        return None
    at = next_call(hook.calls, now=now)
    if at is None:
        calls = msgspec.json.encode([*recent(hook.calls, now=now), now]).decode()
        await _set(connection, token_hash, calls=calls, last_used_at=now)
    return at


async def allowed(connection: Connection, token_hash: str, *, now: datetime) -> None:
    """Slack says that its maker may use it."""
    await _set(connection, token_hash, allowed_at=now)


async def _set(connection: Connection, token_hash: str, **values: Any) -> None:
    await connection.execute(update(hooks).where(hooks.c.token_hash == token_hash).values(**values))


async def end(connection: Connection, token_hash: str) -> bool:
    """Delete a hook; false if it was deleted before."""
    result = await connection.execute(delete(hooks).where(hooks.c.token_hash == token_hash))
    return result.rowcount == 1


async def end_in_channel(
    connection: Connection, *, team_id: str, channel_id: str, made_before: datetime | None = None
) -> HookRow | None:
    """Delete the hook of a channel, or only one that was made before a time; the hook, or None if it had none."""
    statement = delete(hooks).where(*_of_channel(team_id, channel_id)).returning(*_COLUMNS)
    if made_before is not None:
        statement = statement.where(hooks.c.created_at < made_before)
    return _row((await connection.execute(statement)).first())
