"""Messages of the bot: planned, posted, and edited while they are kept true."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, case, select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import messages
from bot.db.rows import Address, MessageRow, Shows, owner_of
from bot.domain.message_facts import decode, encode
from bot.domain.message_kinds import RULES, CommandOwner, MessageKind, Owner, SubscriptionOwner, WatchOwner
from bot.domain.message_plan import Draft
from bot.domain.states import MessageForm, MessageState


class Planned(Struct, frozen=True, kw_only=True):
    """A message to be written down: for whom, and what."""

    owner: Owner
    team_id: str
    draft: Draft
    not_before: datetime | None = None


def new_marker() -> str:
    """The mark by which a message is found again in Slack: 96 random bits."""
    return secrets.token_hex(12)


def _values(planned: Planned, *, marker: str, now: datetime) -> dict[str, Any]:
    owner, draft = planned.owner, planned.draft
    return {
        "marker": marker,
        "team_id": planned.team_id,
        "subscription_id": owner.id if isinstance(owner, SubscriptionOwner) else None,
        "command_id": owner.id if isinstance(owner, CommandOwner) else None,
        "watch_id": owner.id if isinstance(owner, WatchOwner) else None,
        "user_id": draft.user_id,
        "kind": draft.kind,
        "facts": encode(draft.facts),
        "not_before": planned.not_before,
        "created_at": now,
    }


async def plan(connection: Connection, planned: Sequence[Planned], *, now: datetime) -> None:
    """Write down messages to post, in this order; in the transaction of what caused them."""
    if planned:
        await connection.execute(messages.insert(), [_values(one, marker=new_marker(), now=now) for one in planned])


async def plan_once(connection: Connection, planned: Planned, *, marker: str, now: datetime) -> bool:
    """Write down a message to post, unless one with this marker exists; whether it was."""
    insert = upsert(connection, messages).values(_values(planned, marker=marker, now=now))
    inserted = insert.on_conflict_do_nothing(index_elements=[messages.c.marker])
    return (await connection.execute(inserted)).rowcount == 1


async def find(connection: Connection, message_id: int) -> MessageRow | None:
    """One message. Raises msgspec.MsgspecError if its facts do not read."""
    return await _find(connection, messages.c.id == message_id)


async def marked(connection: Connection, marker: str) -> MessageRow | None:
    """The message with this marker. Raises msgspec.MsgspecError if its facts do not read."""
    return await _find(connection, messages.c.marker == marker)


async def _find(connection: Connection, which: ColumnElement[bool]) -> MessageRow | None:
    row = (await connection.execute(select(messages).where(which))).first()
    if row is None:
        return None
    return MessageRow(
        owner=owner_of(row.subscription_id, row.command_id, row.watch_id, user_id=row.user_id),
        facts=decode(row.facts),
        address=Address(row.channel_id, row.ts) if row.channel_id is not None and row.ts is not None else None,
        **{name: getattr(row, name) for name in _PLAIN},
    )


_PLAIN = tuple(name for name in MessageRow.__struct_fields__ if name not in ("owner", "facts", "address"))


async def _set(connection: Connection, message_id: int, **values: Any) -> None:
    await connection.execute(update(messages).where(messages.c.id == message_id).values(**values))


# -- posting: planned → sending → posted


async def begin_post(connection: Connection, message_id: int) -> MessageRow | None:
    """planned → sending; the message, or None if it is not planned any more. A change from now on makes it stale."""
    result = await connection.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.state == MessageState.PLANNED)
        .values(state=MessageState.SENDING, attempts=messages.c.attempts + 1, stale_since=None)
    )
    return await find(connection, message_id) if result.rowcount == 1 else None


async def posted(
    connection: Connection, message: MessageRow, *, address: Address | None, shows: Shows | None, now: datetime
) -> None:
    """sending → posted. A message that was dropped during the call is in Slack all the same, and is stale.

    `shows`: None if an earlier try was found there; what that shows is not known, so the message is stale.
    """
    values = _shown(shows or Shows(digest=""), now=now)
    if shows is None:
        values |= {"ambiguous": False, "shown_at": None}
    if RULES[message.kind].edit_rank is not None:
        was_sending = messages.c.state == MessageState.SENDING
        values["stale_since"] = now if shows is None else case((was_sending, messages.c.stale_since), else_=now)
    await _set(
        connection,
        message.id,
        state=MessageState.POSTED,
        channel_id=address.channel_id if address else None,
        ts=address.ts if address else None,
        posted_at=now,
        attempts=0,
        unknown_answers=0,
        not_before=None,
        **values,
    )


async def post_later(
    connection: Connection,
    message_id: int,
    *,
    at: datetime | None,
    ambiguous: bool = False,
    unknown: bool = False,
    reason: str | None = None,
) -> None:
    """sending → planned: not before `at`.

    `ambiguous`: Slack may have carried out the post; `unknown`: it gave an answer that no table of the bot names;
    `reason`: kept if None.
    """
    values: dict[str, Any] = {"state": MessageState.PLANNED, "not_before": at}
    if unknown:
        values["unknown_answers"] = messages.c.unknown_answers + 1
    if ambiguous:
        values["ambiguous"] = True
    if reason is not None:
        values["reason"] = reason
    await _set(connection, message_id, **values)


async def post_directly(connection: Connection, message_id: int) -> None:
    """A private answer becomes a direct message: its response URL does not work."""
    await _set(
        connection, message_id, kind=MessageKind.DIRECT, state=MessageState.PLANNED, not_before=None, ambiguous=False
    )


# -- editing: posted → editing → posted


async def begin_edit(connection: Connection, message_id: int) -> MessageRow | None:
    """posted → editing; the message as it was, or None if it shows nothing old.

    A change from now on makes it stale again. A card in the form of milestones has no message to edit and keeps its
    state.
    """
    message = await find(connection, message_id)
    if message is None or message.stale_since is None:
        return None
    state = message.state if message.form is MessageForm.MILESTONES else MessageState.EDITING
    await _set(connection, message_id, state=state, stale_since=None)
    return message


async def edited(
    connection: Connection, message: MessageRow, shows: Shows, *, now: datetime, again_at: datetime | None = None
) -> None:
    """editing → posted; `again_at`: when the same edit is to be sent once more."""
    values = {"state": MessageState.POSTED, "attempts": 0, "unknown_answers": 0, "not_before": again_at}
    values |= _shown(shows, now=now)
    if again_at is not None:
        values |= {"shown": None, "stale_since": now, "edit_ambiguous": False}
    await _set(connection, message.id, **values)


async def unchanged(connection: Connection, message: MessageRow) -> None:
    """editing → posted: it shows what is true already."""
    await _set(connection, message.id, state=message.state, not_before=None)


async def edit_later(
    connection: Connection,
    message: MessageRow,
    *,
    at: datetime | None = None,
    ambiguous: bool = False,
    unknown: bool = False,
    failed: bool = True,
) -> None:
    """editing → posted, and stale as long as before.

    `ambiguous`: the edit may still arrive; `unknown`: Slack gave an answer that no table of the bot names.
    """
    values: dict[str, Any] = {"state": message.state, "stale_since": message.stale_since, "not_before": at}
    if unknown:
        values["unknown_answers"] = messages.c.unknown_answers + 1
    if failed:
        values["attempts"] = messages.c.attempts + 1
    if ambiguous:
        values |= {"edit_ambiguous": True, "shown": None}
    await _set(connection, message.id, **values)


async def milestone_reached(
    connection: Connection, message: MessageRow, *, percent: float | None, terminal: bool
) -> None:
    """The progress up to which a card in the form of milestones has replies."""
    await _set(connection, message.id, shown_percent=percent, terminal=terminal)


# -- what Slack refuses


async def use_plain(connection: Connection, message: MessageRow) -> None:
    """Blocks are refused: post or edit it again without."""
    values: dict[str, Any] = {"form": MessageForm.PLAIN, "state": MessageState.PLANNED}
    if message.stale_since is not None:
        values |= {"state": message.state, "shown": None, "stale_since": message.stale_since}
    await _set(connection, message.id, **values)


async def use_milestones(
    connection: Connection, message_id: int, *, state: MessageState, stale_since: datetime | None
) -> None:
    """A card that cannot be posted or edited: replies at every quarter instead.

    `stale_since`: since when a reply may be due about what the card could not show; None if none is.
    """
    await _set(
        connection, message_id, form=MessageForm.MILESTONES, state=state, stale_since=stale_since, not_before=None
    )


async def leave(connection: Connection, message_id: int) -> None:
    """Keep a message as it is, whatever it shows."""
    await _set(connection, message_id, state=MessageState.POSTED, stale_since=None, not_before=None)


async def drop(connection: Connection, message_id: int, *, reason: str) -> None:
    """Do not post a message."""
    await _set(connection, message_id, state=MessageState.DROPPED, reason=reason[:64], stale_since=None)


async def gone(connection: Connection, message_id: int) -> None:
    """Somebody deleted a message in Slack."""
    await _set(connection, message_id, state=MessageState.GONE, stale_since=None)


def _shown(shows: Shows, *, now: datetime) -> dict[str, Any]:
    return {
        "shown": shows.digest,
        "shown_percent": shows.percent,
        "shown_end": shows.end,
        "shown_at": now,
        "terminal": shows.terminal,
    }
