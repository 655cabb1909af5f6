"""Count unexpected exceptions of posts and edits; a message that keeps crashing is set aside."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.db import commands, messages, subscriptions, threads, unfinished_messages, waiting_messages
from bot.db.engine import Connection
from bot.deliver.candidates import Work
from bot.domain.message_facts import Answer
from bot.domain.message_kinds import (
    RULES,
    CommandOwner,
    MessageKind,
    PersonOwner,
    Place,
    SubscriptionOwner,
    WatchOwner,
)
from bot.domain.message_plan import Draft, for_set_aside
from bot.domain.pacing import Method
from bot.domain.states import MessageState
from bot.render import replies
from bot.render.i18n import Catalogs

_log = structlog.get_logger(__name__)

#: unexpected exceptions of one message after which it is set aside
LIMIT = 5


@dataclass
class Crashes:
    """How often each message has crashed in this process, by message id."""

    _times: dict[int, int] = field(default_factory=dict)

    def count(self, message_id: int) -> int:
        """Count one more crash; returns how many there were. At the limit the count starts again."""
        times = self._times.get(message_id, 0) + 1
        self._times[message_id] = times
        if times >= LIMIT:
            del self._times[message_id]
        return times


async def after_crash(
    connection: Connection, work: Work, times: int, *, catalogs: Catalogs, team_id: str, now: datetime
) -> None:
    """Try a message again later, or set it aside after the last try."""
    if times < LIMIT:
        at = now + timedelta(seconds=2.0**times)
        await unfinished_messages.retry_after_crash(connection, work.candidate.message_id, at=at)
    else:
        await _set_aside(connection, work, catalogs=catalogs, team_id=team_id, now=now)


async def _set_aside(connection: Connection, work: Work, *, catalogs: Catalogs, team_id: str, now: datetime) -> None:
    """Give a message up, so that the rest of its thread is posted; the thread, or a person, gets a message once."""
    message_id, owner = work.candidate.message_id, work.owner
    _log.error("message_set_aside", message=message_id, kind=work.kind, action=work.candidate.method)
    if work.candidate.method is Method.POST:
        await messages.drop(connection, message_id, reason="set aside")
    elif work.kind is MessageKind.CARD:
        await messages.use_milestones(connection, message_id, state=MessageState.POSTED, stale_since=None)
    else:
        await messages.leave(connection, message_id)
    match owner:
        case SubscriptionOwner():
            draft, marker = await _of_thread(connection, work, owner, now=now), f"set-aside-{owner.id}"
        case CommandOwner():
            draft, marker = await _of_command(connection, catalogs, owner), f"set-aside-command-{owner.id}"
        case WatchOwner() | PersonOwner():
            # A home is tried again the next time that the person opens it.
            return
        case _:
            assert_never(owner)
    if draft is not None:
        planned = messages.Planned(owner=owner, team_id=team_id, draft=draft)
        await messages.plan_once(connection, planned, marker=marker, now=now)


async def _of_thread(connection: Connection, work: Work, owner: SubscriptionOwner, *, now: datetime) -> Draft | None:
    row = await threads.find(connection, owner.id)
    if row is None:
        return None
    subscription = row.subscription
    starting = subscription.thread_ts is None
    if subscription.is_foreign:
        starting = not await threads.has_begun(connection, owner.id)
    in_thread = RULES[work.kind].place is not Place.PERSON
    if work.candidate.method is Method.POST and (work.kind is MessageKind.ROOT or (starting and in_thread)):
        await subscriptions.lose(connection, owner.id, reason="set aside", now=now)
        await waiting_messages.drop_thread(connection, owner.id, reason="set aside")
    return for_set_aside(starting=starting, owner_id=subscription.owner_id)


async def _of_command(connection: Connection, catalogs: Catalogs, owner: CommandOwner) -> Draft | None:
    command = await commands.find(connection, owner.id)
    if command is None:
        return None
    message = replies.gone_wrong(catalogs.texts(command.language), command.command)
    facts = Answer(text=message.text, blocks=message.blocks)
    return Draft(kind=MessageKind.PRIVATE, facts=facts, user_id=command.user_id)
