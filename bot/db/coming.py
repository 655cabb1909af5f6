"""The private message that a command's threads are coming: planned with the command, dropped by its answer or root."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select, update

from bot.db import messages
from bot.db.engine import Connection
from bot.db.models import commands, long_tasks, subscriptions
from bot.db.models import messages as message_rows
from bot.db.rows import MessageRow, build, columns
from bot.domain.message_facts import Arrived, Coming
from bot.domain.message_kinds import CommandOwner, MessageKind
from bot.domain.message_plan import Draft
from bot.domain.states import MessageState, SubscriptionState

#: how long a command may take before it is said to be coming
AFTER = timedelta(seconds=3)


class BegunThread(Struct, frozen=True):
    """A thread that a command has begun."""

    remote_id: str
    channel_id: str
    state: SubscriptionState
    thread_ts: str | None

    @property
    def is_coming(self) -> bool:
        """Whether its first message is still to be posted."""
        if self.state is SubscriptionState.STARTING:
            return True
        return self.thread_ts is None and self.state is SubscriptionState.ENDED

    @property
    def has_begun(self) -> bool:
        """Whether something of it can be seen."""
        return self.thread_ts is not None and self.state not in (SubscriptionState.STARTING, SubscriptionState.LOST)


_BEGUN = columns(BegunThread, subscriptions, long_tasks)


def _marker(command_id: int) -> str:
    return f"coming-{command_id}"


async def plan(
    connection: Connection, command_id: int, facts: Coming, *, team_id: str, user_id: str, now: datetime
) -> None:
    """Write down that it is coming, to be said unless it is dropped before."""
    draft = Draft(kind=MessageKind.PRIVATE, facts=facts, user_id=user_id)
    planned = messages.Planned(owner=CommandOwner(command_id), team_id=team_id, draft=draft, not_before=now + AFTER)
    await messages.plan_once(connection, planned, marker=_marker(command_id), now=now)


async def find(connection: Connection, command_id: int) -> MessageRow | None:
    """The message of a command; None if it has none."""
    return await messages.marked(connection, _marker(command_id))


async def put_off(connection: Connection, message_id: int, until: datetime) -> None:
    """Say it later, unless it was dropped meanwhile."""
    await connection.execute(
        update(message_rows)
        .where(message_rows.c.id == message_id, message_rows.c.state == MessageState.PLANNED)
        .values(not_before=until)
    )


async def drop(connection: Connection, command_id: int) -> None:
    """Do not say it any more, even where an earlier try may have arrived."""
    await connection.execute(
        update(message_rows)
        .where(message_rows.c.marker == _marker(command_id), message_rows.c.state == MessageState.PLANNED)
        .values(state=MessageState.DROPPED, reason="not needed any more")
    )


async def plan_arrival(connection: Connection, command_id: int, *, team_id: str, user_id: str, now: datetime) -> None:
    """Write down, once, a message that says where the threads are that were coming."""
    draft = Draft(kind=MessageKind.PRIVATE, facts=Arrived(), user_id=user_id)
    planned = messages.Planned(owner=CommandOwner(command_id), team_id=team_id, draft=draft)
    await messages.plan_once(connection, planned, marker=f"arrived-{command_id}", now=now)


async def threads_begun(connection: Connection, command_id: int) -> list[BegunThread]:
    """The threads that a command has begun."""
    query = (
        select(*_BEGUN)
        .join(long_tasks, long_tasks.c.id == subscriptions.c.long_task_id)
        # Their place is the command's, which is the one that has an index.
        .join(
            commands,
            (commands.c.team_id == subscriptions.c.team_id) & (commands.c.channel_id == subscriptions.c.channel_id),
        )
        .where(commands.c.id == command_id, subscriptions.c.command_id == command_id)
        .order_by(subscriptions.c.id)
    )
    return [build(BegunThread, row) for row in await connection.execute(query)]
