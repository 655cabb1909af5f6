"""Calls of scripts: stored like commands, and what has become of one."""

from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import String, cast, select, update

from bot.db import long_tasks, subscriptions
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import commands
from bot.db.models import subscriptions as subscription_rows
from bot.db.rows import HookRow, SubscriptionRow, build, columns
from bot.domain.command import Reference
from bot.domain.hook_answer import CallAnswer, decode

_SUBSCRIPTION = columns(SubscriptionRow, subscription_rows)


class CallState(Struct, frozen=True):
    """What has become of a call."""

    answered_at: datetime | None
    answer: CallAnswer | None  #: None: there is a thread, or will be


def _key(hook: HookRow, ref: Reference) -> str:
    """The same for calls that ask for the same: two of them are not in work at a time."""
    return f"hook:{sha256(f'{hook.token_hash} {ref.site_id} {ref.remote_id}'.encode()).hexdigest()}"


async def add(connection: Connection, hook: HookRow, ref: Reference, *, command: str, text: str, now: datetime) -> int:
    """Store a call as a command of the hook's maker; its id, or that of an earlier one that is still in work."""
    key = _key(hook, ref)
    same = (commands.c.team_id == hook.team_id, commands.c.trigger_id == key)
    # What was answered gives its key to the next: since then the thread may have been stopped.
    await connection.execute(
        update(commands)
        .where(*same, commands.c.answered_at.is_not(None))
        .values(trigger_id=commands.c.trigger_id + ":" + cast(commands.c.id, String))
    )
    insert = upsert(connection, commands).values(
        trigger_id=key,
        team_id=hook.team_id,
        enterprise_id=hook.enterprise_id,
        channel_id=hook.channel_id,
        user_id=hook.maker_id,
        command=command,
        text=text,
        hook=hook.token_hash,
        created_at=now,
    )
    unique = [commands.c.team_id, commands.c.trigger_id]
    added = await connection.execute(insert.on_conflict_do_nothing(index_elements=unique).returning(commands.c.id))
    command_id: int | None = added.scalar()
    if command_id is not None:
        return command_id
    return (await connection.execute(select(commands.c.id).where(*same))).scalar_one()


async def state(connection: Connection, command_id: int) -> CallState | None:
    """What has become of a call; None if it was deleted."""
    query = select(commands.c.answered_at, commands.c.answer).where(commands.c.id == command_id)
    row = (await connection.execute(query)).first()
    return None if row is None else CallState(row.answered_at, None if row.answer is None else decode(row.answer))


async def thread_begun(connection: Connection, hook: HookRow, command_id: int) -> SubscriptionRow | None:
    """The thread that a call has begun, in whatever state it is."""
    # The owner is named because there is an index for it.
    query = select(*_SUBSCRIPTION).where(
        subscription_rows.c.team_id == hook.team_id,
        subscription_rows.c.owner_id == hook.maker_id,
        subscription_rows.c.command_id == command_id,
    )
    row = (await connection.execute(query)).first()
    return None if row is None else build(SubscriptionRow, row)


async def thread_of(connection: Connection, hook: HookRow, ref: Reference) -> SubscriptionRow | None:
    """The thread in which the hook's channel follows a long task now."""
    task = await long_tasks.find(connection, site_id=ref.site_id, remote_id=ref.remote_id)
    if task is None:
        return None
    return await subscriptions.active(
        connection, long_task_id=task.id, team_id=hook.team_id, channel_id=hook.channel_id
    )
