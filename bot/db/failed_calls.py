"""Direct messages to the maker of a hook about calls that led to no thread: one in ten minutes names them all."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select, update

from bot.db.engine import Connection
from bot.db.messages import Planned, plan_once
from bot.db.models import messages
from bot.db.rows import CommandRow
from bot.domain.message_facts import FailedCalls, decode, encode
from bot.domain.message_kinds import CommandOwner, MessageKind
from bot.domain.message_plan import Draft
from bot.domain.states import MessageState

#: a hook's maker gets at most one direct message in so long
REPORT_EVERY = timedelta(minutes=10)
#: calls that one message names; more are counted
NAMED = 10


class _Report(Struct, frozen=True):
    """A message that is not posted yet."""

    id: int
    facts: FailedCalls


async def plan(
    connection: Connection, call: CommandRow, failed: FailedCalls, *, not_before: datetime, now: datetime
) -> None:
    """Have the hook's maker informed of a call, for the case that the script waits for its answer no longer.

    The message of these ten minutes names it, or, where that is in Slack already, the one of the next ten.
    """
    for start in _starts(now):
        draft = Draft(kind=MessageKind.DIRECT, facts=failed, user_id=call.user_id)
        earliest = max(not_before, start)
        planned = Planned(owner=CommandOwner(call.id), team_id=call.team_id, draft=draft, not_before=earliest)
        marker = _marker(call.hook, start)
        if await plan_once(connection, planned, marker=marker, now=now):
            return
        report = await _unposted(connection, marker)
        if report is not None:
            await _set(connection, report.id, _with(report.facts, failed))
            return


async def answer_taken(connection: Connection, hook: str, command_id: int, *, now: datetime) -> None:
    """The script has its answer: the hook's maker needs no message about this call."""
    for start in _starts(now - REPORT_EVERY, windows=3):
        report = await _unposted(connection, _marker(hook, start))
        if report is None:
            continue
        left = tuple(each for each in report.facts.calls if each.command_id != command_id)
        if left:
            await _set(connection, report.id, msgspec.structs.replace(report.facts, calls=left))
        else:
            # Deleted and not dropped, so that the next call can have one.
            await connection.execute(delete(messages).where(messages.c.id == report.id))


def _with(facts: FailedCalls, failed: FailedCalls) -> FailedCalls:
    """What a message says with one more call; of several for a long task the last one counts."""
    named = {each.remote_id for each in failed.calls}
    calls = (*(each for each in facts.calls if each.remote_id not in named), *failed.calls)
    more = facts.more + max(0, len(calls) - NAMED)
    return msgspec.structs.replace(facts, calls=calls[:NAMED], more=more)


def _starts(now: datetime, *, windows: int = 2) -> list[datetime]:
    """When the ten minutes of a moment begin (UTC), and those after them."""
    seconds = REPORT_EVERY.total_seconds()
    first = datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=UTC)
    return [first + REPORT_EVERY * number for number in range(windows)]


def _marker(hook: str | None, start: datetime) -> str:
    return f"call-{sha256(f'{hook} {start.timestamp()}'.encode()).hexdigest()[:24]}"


async def _unposted(connection: Connection, marker: str) -> _Report | None:
    """The message with a marker, locked until the end of the transaction; None if posting it has begun."""
    which = (messages.c.marker == marker, messages.c.state == MessageState.PLANNED)
    row = (await connection.execute(select(messages.c.id, messages.c.facts).where(*which).with_for_update())).first()
    facts = None if row is None else decode(row.facts)
    return _Report(row.id, facts) if row is not None and isinstance(facts, FailedCalls) else None


async def _set(connection: Connection, message_id: int, facts: FailedCalls) -> None:
    await connection.execute(update(messages).where(messages.c.id == message_id).values(facts=encode(facts)))
