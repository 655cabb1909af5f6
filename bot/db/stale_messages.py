"""Mark messages that are kept true as showing something old."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from bot.db.engine import Connection
from bot.db.models import is_active, messages, subscriptions
from bot.domain.message_kinds import RULES, MessageKind
from bot.domain.states import MessageForm, MessageState, SubscriptionState

#: a message that is not rendered yet needs no mark
_RENDERED = or_(
    messages.c.state.in_((MessageState.SENDING, MessageState.POSTED, MessageState.EDITING)),
    messages.c.form == MessageForm.MILESTONES,
)

_KEPT_TRUE = tuple(kind for kind, rules in RULES.items() if rules.edit_rank is not None)


async def mark(connection: Connection, *conditions: ColumnElement[bool], now: datetime, **values: Any) -> None:
    """The messages for which these conditions hold show something old, as far as they are rendered."""
    values["stale_since"] = func.coalesce(messages.c.stale_since, now)
    await connection.execute(update(messages).where(*conditions, _RENDERED).values(**values))


async def mark_cards(connection: Connection, long_task_ids: Collection[int] | Select[int], *, now: datetime) -> None:
    """The cards of the threads that follow these long tasks show something old."""
    threads = select(subscriptions.c.id).where(subscriptions.c.long_task_id.in_(long_task_ids), is_active)
    await mark(connection, messages.c.subscription_id.in_(threads), messages.c.kind == MessageKind.CARD, now=now)


async def mark_card(connection: Connection, subscription_id: int, *, now: datetime) -> None:
    """The card of one thread shows something old."""
    is_card = messages.c.kind == MessageKind.CARD
    await mark(connection, messages.c.subscription_id == subscription_id, is_card, now=now)


async def mark_cards_of(connection: Connection, subscription_ids: Select[int], *, now: datetime) -> None:
    """The cards of these threads show something old."""
    is_card = messages.c.kind == MessageKind.CARD
    await mark(connection, messages.c.subscription_id.in_(subscription_ids), is_card, now=now)


async def mark_outcome(connection: Connection, subscription_ids: Collection[int], *, now: datetime) -> None:
    """What is kept true in these threads shows an old outcome, or still speaks of what may grow."""
    kept_true = messages.c.kind.in_(_KEPT_TRUE)
    await mark(connection, messages.c.subscription_id.in_(subscription_ids), kept_true, now=now)


async def mark_warnings(connection: Connection, message_ids: Collection[int], *, now: datetime) -> None:
    """These replies about warnings show old numbers."""
    await mark(connection, messages.c.id.in_(message_ids), now=now)


async def mark_channels(connection: Connection, team_id: str, channel_ids: Collection[str], *, now: datetime) -> None:
    """All that is kept true in these channels may show what its readers may not see any more, or hide what they may.

    It is edited as soon as possible, however short a time ago it was edited before.
    """
    threads = select(subscriptions.c.id).where(
        subscriptions.c.team_id == team_id,
        subscriptions.c.channel_id.in_(channel_ids),
        subscriptions.c.state != SubscriptionState.LOST,
    )
    await mark(
        connection, messages.c.subscription_id.in_(threads), messages.c.kind.in_(_KEPT_TRUE), now=now, shown_at=None
    )


async def leave_thread(connection: Connection, subscription_id: int) -> None:
    """Edit no message of a thread any more, and take an edit that is being made as finished."""
    await connection.execute(
        update(messages)
        .where(messages.c.subscription_id == subscription_id, messages.c.stale_since.is_not(None))
        .values(stale_since=None)
    )
    await connection.execute(
        update(messages)
        .where(messages.c.subscription_id == subscription_id, messages.c.state == MessageState.EDITING)
        .values(state=MessageState.POSTED)
    )


async def show_next_look(connection: Connection, subscription_id: int, *, after: datetime) -> None:
    """Edit the card after a time, even if only the time of the last check has changed: a person waits for it."""
    await connection.execute(
        update(messages)
        .where(messages.c.subscription_id == subscription_id, messages.c.kind == MessageKind.CARD, _RENDERED)
        .values(shown=None, stale_since=after, not_before=after)
    )


async def refresh_checked(connection: Connection, *, before: datetime, now: datetime) -> None:
    """Edit the cards of running threads whose last edit is older than a time, to show when they were last checked."""
    running = select(subscriptions.c.id).where(is_active)
    await connection.execute(
        update(messages)
        .where(
            messages.c.kind == MessageKind.CARD,
            messages.c.state == MessageState.POSTED,
            messages.c.shown_at < before,
            messages.c.stale_since.is_(None),
            messages.c.subscription_id.in_(running),
        )
        .values(stale_since=now, shown=None)
    )
