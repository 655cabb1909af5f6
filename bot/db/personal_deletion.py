"""Delete what is stored about a person or a workspace; what others share goes on without the person."""

from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select, update

from bot.db import long_tasks, stale_messages, workspaces
from bot.db.engine import Connection
from bot.db.models import commands, followers, is_active, messages, pauses, subscriptions
from bot.db.personal_data import Subject, direct_messages, mentions, rows_about
from bot.db.slack_models import channels, hooks, people
from bot.db.watch_models import watches
from bot.db.whole_tables import count
from bot.domain.message_kinds import MessageKind
from bot.domain.states import WatchState


async def rows_to_delete(connection: Connection, subject: Subject) -> dict[str, int]:
    """How many rows of each table are deleted or lose what they say about the person; tables without any left out."""
    counts = {table.name: await count(table, connection, condition) for table, condition in rows_about(subject).items()}
    return {name: number for name, number in counts.items() if number}


async def delete_all(connection: Connection, subject: Subject, *, now: datetime) -> None:
    """Delete or clear those rows."""
    if subject.user_id is not None:
        await _delete_person(connection, subject, subject.user_id, now=now)
    elif subject.team_id is not None:
        about = rows_about(subject)
        await connection.execute(delete(pauses).where(about[pauses]))
        await workspaces.delete(connection, subject.team_id)


async def _delete_person(connection: Connection, subject: Subject, user_id: str, *, now: datetime) -> None:
    about = rows_about(subject)
    follows = select(followers.c.subscription_id).where(about[followers])
    affected = select(subscriptions.c.id).where(or_(about[subscriptions], subscriptions.c.id.in_(follows)), is_active)
    threads = list((await connection.execute(affected)).scalars())
    alone = list((await connection.execute(direct_messages(subject, user_id))).scalars())

    await connection.execute(delete(messages).where(about[messages]))
    in_direct_messages = select(subscriptions.c.long_task_id).where(about[subscriptions])
    looked_at = list(
        (await connection.execute(in_direct_messages.where(subscriptions.c.channel_id.in_(alone)))).scalars()
    )
    for table in (subscriptions, watches, channels):
        in_team = () if subject.team_id is None else (table.c.team_id == subject.team_id,)
        await connection.execute(delete(table).where(*in_team, table.c.channel_id.in_(alone)))
    await long_tasks.stop_looking(connection, looked_at)
    await connection.execute(delete(followers).where(about[followers]))
    await _leave_watches(connection, subject, user_id, now=now)
    await _leave_threads(connection, subject, user_id)
    await connection.execute(delete(commands).where(about[commands], commands.c.user_id == user_id))
    await connection.execute(
        update(commands).where(about[commands], commands.c.answered_at.is_not(None)).values(text="")
    )
    await connection.execute(delete(hooks).where(about[hooks]))
    await connection.execute(delete(people).where(about[people]))
    for thread in threads:
        await stale_messages.mark_outcome(connection, [thread], now=now)


async def _leave_watches(connection: Connection, subject: Subject, user_id: str, *, now: datetime) -> None:
    """A watch holds as long as its maker may see what it shows, so that it ends without a maker."""
    about = rows_about(subject)[watches]
    made = and_(about, watches.c.maker_id == user_id)
    ended = (
        update(watches)
        .where(made, watches.c.state == WatchState.WATCHING)
        .values(state=WatchState.ENDED, ended_at=now, claim_id=None, claimed_until=None)
    )
    await connection.execute(ended)
    changed = list((await connection.execute(select(watches.c.id).where(about))).scalars())
    await connection.execute(update(watches).where(about, watches.c.ended_by == user_id).values(ended_by=None))
    await connection.execute(update(watches).where(made).values(maker_id=""))
    is_root = messages.c.kind == MessageKind.WATCH_ROOT
    for watch_id in changed:
        await stale_messages.mark(connection, messages.c.watch_id == watch_id, is_root, now=now)


async def _leave_threads(connection: Connection, subject: Subject, user_id: str) -> None:
    """Threads go on without an owner, and without the name that the person gave the long task."""
    about = rows_about(subject)[subscriptions]
    typed = or_(subscriptions.c.owner_id == user_id, mentions(subscriptions.c.label, user_id))
    await connection.execute(update(subscriptions).where(about, typed).values(label=None))
    stopped = func.nullif(subscriptions.c.stopped_by, user_id)
    owned = func.nullif(subscriptions.c.owner_id, user_id)
    await connection.execute(update(subscriptions).where(about).values(stopped_by=stopped, owner_id=owned))
