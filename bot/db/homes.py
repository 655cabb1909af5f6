"""Homes: of each person at most one message, which is published again and again for a while after it was opened."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, not_, or_, select, update

from bot.db.column_types import one_of
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.messages import new_marker
from bot.db.models import followers, is_active, is_waiting, messages, subscriptions
from bot.db.rows import Address, MessageRow, StaleHomeRow, build, columns
from bot.db.slack_models import workspaces
from bot.domain.home import Home, publish_at
from bot.domain.message_facts import encode, readable
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState

_STALE = columns(StaleHomeRow, messages)
_IS_HOME = one_of(messages.c.kind, MessageKind.HOME)
#: a direct message of no thread, command or watch
_IS_DIRECT_ALONE = (
    messages.c.subscription_id.is_(None),
    messages.c.kind == MessageKind.DIRECT,
    messages.c.command_id.is_(None),
    messages.c.watch_id.is_(None),
)


async def add(connection: Connection, team_id: str, user_id: str, *, now: datetime) -> None:
    """A person of a known workspace has a home, unless there is one already."""
    known = select(workspaces.c.team_id).where(workspaces.c.team_id == team_id)
    if (await connection.execute(known)).first() is None:
        return
    insert = upsert(connection, messages).values(
        marker=new_marker(),
        team_id=team_id,
        user_id=user_id,
        kind=MessageKind.HOME,
        facts=encode(Home(opened_at=now)),
        created_at=now,
    )
    await connection.execute(insert.on_conflict_do_nothing())


async def find(connection: Connection, team_id: str, user_id: str) -> Home | None:
    """What the home of a person is rendered from; None if there is none, or what is stored does not read."""
    facts = (await connection.execute(select(messages.c.facts).where(*_of(team_id, user_id)))).scalar()
    home = None if facts is None else readable(facts)
    return home if isinstance(home, Home) else None


async def change(
    connection: Connection,
    team_id: str,
    user_id: str,
    changed: Callable[[Home], Home],
    *,
    spacing: timedelta,
    now: datetime,
) -> None:
    """Render a person's home from something else, and publish it at least `spacing` after the last time.

    Nothing happens if there is none.
    """
    query = select(messages.c.id, messages.c.facts, messages.c.shown_at, messages.c.state)
    row = (await connection.execute(query.where(*_of(team_id, user_id)).with_for_update())).first()
    if row is None:
        return
    home = readable(row.facts)
    values: dict[str, Any] = {
        "facts": encode(changed(home if isinstance(home, Home) else Home(opened_at=now))),
        "shown": None,
        "stale_since": func.coalesce(messages.c.stale_since, now),
        "not_before": publish_at(row.shown_at, spacing, now=now),
    }
    if row.state in (MessageState.DROPPED, MessageState.GONE):
        # It was refused for a reason that may be gone.
        values |= {"state": MessageState.PLANNED, "attempts": 0, "unknown_answers": 0}
    await connection.execute(update(messages).where(messages.c.id == row.id).values(**values))


async def stale(connection: Connection, team_id: str, *, limit: int) -> list[StaleHomeRow]:
    """The homes of a workspace that are to be published or compared with what is true, the longest waiting first."""
    query = (
        select(*_STALE)
        .where(
            messages.c.team_id == team_id,
            messages.c.stale_since.is_not(None),
            _IS_HOME,
            messages.c.state.in_((MessageState.PLANNED, MessageState.POSTED)),
        )
        .order_by(func.coalesce(messages.c.not_before, messages.c.stale_since), messages.c.id)
        .limit(limit)
    )
    return [build(StaleHomeRow, row) for row in await connection.execute(query)]


async def published(
    connection: Connection,
    message: MessageRow,
    *,
    address: Address,
    digest: str,
    again_at: datetime | None,
    now: datetime,
) -> None:
    """editing → posted; `again_at`: when it is compared with what is true again."""
    await _shown(
        connection,
        message,
        again_at,
        now=now,
        state=MessageState.POSTED,
        channel_id=address.channel_id,
        ts=address.ts,
        posted_at=func.coalesce(messages.c.posted_at, now),
        shown_at=now,
        attempts=0,
        unknown_answers=0,
        edit_ambiguous=False,
        shown=case((messages.c.stale_since.is_(None), digest), else_=None),
    )


async def unchanged(connection: Connection, message: MessageRow, *, again_at: datetime | None, now: datetime) -> None:
    """editing → as it was: it shows what is true already; `again_at`: when it is compared again."""
    await _shown(connection, message, again_at, now=now, state=message.state)


async def _shown(
    connection: Connection, message: MessageRow, again_at: datetime | None, *, now: datetime, **values: Any
) -> None:
    """Whatever changed the home meanwhile has marked it, and decides when it is published."""
    is_marked = messages.c.stale_since.is_not(None)
    values |= {
        "stale_since": case((is_marked, messages.c.stale_since), else_=None if again_at is None else now),
        "not_before": case((is_marked, messages.c.not_before), else_=again_at),
    }
    await connection.execute(update(messages).where(messages.c.id == message.id).values(**values))


async def threads_shown(
    connection: Connection, team_id: str, user_id: str, *, channel_ids: Collection[str]
) -> tuple[list[int], list[int]]:
    """The threads (subscription ids) that a person follows, and those of others in some channels, each oldest first."""
    here = (subscriptions.c.team_id == team_id, is_active)
    follows = select(followers.c.subscription_id).where(followers.c.user_id == user_id)
    mine = select(subscriptions.c.id).where(
        *here, or_(subscriptions.c.owner_id == user_id, subscriptions.c.id.in_(follows))
    )
    own = list((await connection.execute(mine.order_by(subscriptions.c.id))).scalars())
    if not channel_ids:
        return own, []
    # A person may be in thousands of channels, of which few follow something.
    active = select(subscriptions.c.channel_id).where(*here).distinct()
    followed = [channel for channel in (await connection.execute(active)).scalars() if channel in channel_ids]
    query = select(subscriptions.c.id).where(*here, subscriptions.c.channel_id.in_(followed))
    there = list((await connection.execute(query.order_by(subscriptions.c.id))).scalars())
    return own, there


async def delete(connection: Connection, team_id: str) -> None:
    """Delete all homes of a workspace, and the direct messages that belong to nothing else."""
    await connection.execute(messages.delete().where(messages.c.team_id == team_id, _IS_HOME))
    await connection.execute(messages.delete().where(messages.c.team_id == team_id, *_IS_DIRECT_ALONE))


async def forget(connection: Connection, *, shown_before: datetime) -> None:
    """Delete the homes that are not kept true any more and were last published before a time; likewise the direct
    messages that belong to nothing else, once they are posted or given up."""
    is_over = (messages.c.stale_since.is_(None), _IS_HOME)
    last_shown = func.coalesce(messages.c.shown_at, messages.c.created_at)
    await connection.execute(messages.delete().where(*is_over, last_shown < shown_before))
    is_done = (*_IS_DIRECT_ALONE, not_(is_waiting))
    await connection.execute(messages.delete().where(*is_done, messages.c.created_at < shown_before))


def _of(team_id: str, user_id: str) -> tuple[Any, ...]:
    return (messages.c.team_id == team_id, messages.c.user_id == user_id, _IS_HOME)
