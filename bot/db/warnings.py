"""Replies about warnings: which kinds of findings the threads have one about."""

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select

from bot.db.engine import Connection
from bot.db.models import is_active, messages, subscriptions
from bot.domain.message_facts import Warnings, readable
from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import FindingKind
from bot.domain.states import MessageState


class WarningsRow(Struct, frozen=True):
    """A reply about one kind of findings."""

    message_id: int
    subscription_id: int
    long_task_id: int
    kind: FindingKind


async def of_long_tasks(connection: Connection, long_task_ids: Collection[int]) -> list[WarningsRow]:
    """The replies about warnings of the threads that follow these long tasks, whatever became of them."""
    return await _replies(connection, subscriptions.c.long_task_id.in_(long_task_ids), is_active)


async def kinds_in_slack(connection: Connection, subscription_id: int) -> frozenset[FindingKind]:
    """The kinds of findings that a thread shows a reply about, or may show, if the end of a post was not seen."""
    begun = or_(
        messages.c.state.in_((MessageState.SENDING, MessageState.POSTED, MessageState.EDITING)),
        and_(messages.c.state == MessageState.PLANNED, messages.c.ambiguous),
    )
    return frozenset(row.kind for row in await _replies(connection, subscriptions.c.id == subscription_id, begun))


async def _replies(connection: Connection, *conditions: ColumnElement[Any]) -> list[WarningsRow]:
    query = (
        select(messages.c.id, subscriptions.c.id, subscriptions.c.long_task_id, messages.c.facts)
        .join(subscriptions, subscriptions.c.id == messages.c.subscription_id)
        .where(messages.c.kind == MessageKind.WARNINGS, *conditions)
    )
    return [
        WarningsRow(message_id, subscription_id, long_task_id, facts.kind)
        for message_id, subscription_id, long_task_id, text in await connection.execute(query)
        if isinstance(facts := readable(text), Warnings)
    ]
