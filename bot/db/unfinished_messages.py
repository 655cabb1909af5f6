"""Posts and edits that were begun and whose end nobody saw."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select, update

from bot.db.engine import Connection
from bot.db.models import is_editing, is_waiting, messages
from bot.db.rows import owner_of
from bot.domain.message_kinds import Owner
from bot.domain.states import MessageState

_OWNERS = (messages.c.subscription_id, messages.c.command_id, messages.c.watch_id, messages.c.user_id)
_EDITING = select(messages.c.id, *_OWNERS).where(messages.c.team_id == bindparam("b_team_id"), is_editing)


async def editing(connection: Connection, team_id: str) -> list[tuple[int, Owner]]:
    """Messages of a workspace whose edit was begun and is not finished: id and owner."""
    rows = await connection.execute(_EDITING, {"b_team_id": team_id})
    return [
        (message_id, owner_of(subscription_id, command_id, watch_id, user_id=user_id))
        for message_id, subscription_id, command_id, watch_id, user_id in rows
    ]


async def restore_unfinished(connection: Connection, team_ids: Sequence[str], *, now: datetime) -> int:
    """Posts and edits that were begun and whose end nobody saw are to be made again, and may be in Slack already.

    Only for the process that has just claimed these workspaces. Returns the number of posts.
    """
    return await _restore(connection, messages.c.team_id.in_(team_ids), now=now)


async def restore(connection: Connection, message_ids: Sequence[int], *, now: datetime) -> None:
    """The same for posts and edits that this process began and whose end was not written down."""
    await _restore(connection, messages.c.id.in_(message_ids), now=now)


async def _restore(connection: Connection, which: ColumnElement[bool], *, now: datetime) -> int:
    result = await connection.execute(
        update(messages)
        .where(which, is_waiting, messages.c.state == MessageState.SENDING)
        .values(state=MessageState.PLANNED, ambiguous=True)
    )
    await connection.execute(
        update(messages)
        .where(which, is_editing)
        .values(
            state=MessageState.POSTED,
            edit_ambiguous=True,
            shown=None,
            stale_since=func.coalesce(messages.c.stale_since, now),
        )
    )
    return result.rowcount


async def retry_after_crash(connection: Connection, message_id: int, *, at: datetime) -> None:
    """A post or an edit that crashed is made again later; it may have reached Slack."""
    sending, editing = (messages.c.state == state for state in (MessageState.SENDING, MessageState.EDITING))
    await connection.execute(
        update(messages)
        .where(messages.c.id == message_id)
        .values(
            state=case(
                (sending, MessageState.PLANNED.value), (editing, MessageState.POSTED.value), else_=messages.c.state
            ),
            ambiguous=or_(messages.c.ambiguous, sending),
            edit_ambiguous=or_(messages.c.edit_ambiguous, editing),
            shown=None,
            stale_since=case((editing, func.coalesce(messages.c.stale_since, at)), else_=messages.c.stale_since),
            not_before=at,
        )
    )
