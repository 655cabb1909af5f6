"""Export what is stored about a person or a workspace, as JSON."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Column, Table

from bot.db.engine import Connection
from bot.db.models import commands, findings, long_tasks, messages, subscriptions
from bot.db.personal_data import SECRETS, USER_IDS, Subject, rows_about
from bot.db.slack_models import hooks
from bot.db.watch_models import gathered_tasks
from bot.db.whole_tables import batches

#: columns whose text is JSON
_JSON = frozenset(
    {
        commands.c.answer,
        findings.c.args,
        gathered_tasks.c.snapshot,
        hooks.c.calls,
        long_tasks.c.samples,
        long_tasks.c.snapshot,
        messages.c.facts,
    }
)
#: columns whose text may name people
_TEXTS = frozenset({commands.c.answer, commands.c.text, messages.c.facts, subscriptions.c.label})
#: of a person in a text: mentioned, or as a value in JSON
_USER_ID = re.compile(r'(<@|")([UW](?=[A-Z]*[0-9])[A-Z0-9]+)(?=[|>"])')
#: in place of the user id of somebody else, and of what somebody else was shown
_ANOTHER = "another person"
_NAMED = "names this person to another"


class _Head(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an export begins with."""

    exported_at: datetime
    team: str | None
    user: str | None


async def export(connection: Connection, subject: Subject, *, now: datetime) -> AsyncIterator[bytes]:
    """The pieces of one JSON object: `rows` by table, without secrets; a few rows are in memory at a time.

    Of other people the export of a person says only that there was somebody.
    """
    head = msgspec.json.encode(_Head(exported_at=now, team=subject.team_id, user=subject.user_id))
    yield head[:-1] + b',"rows":{'
    for number, (table, condition) in enumerate(rows_about(subject).items()):
        yield b"%s\n%s:[" % (b"," if number else b"", msgspec.json.encode(str(table.name)))
        is_first = True
        async for rows in batches(table, connection, condition):
            for row in rows:
                yield (b"\n" if is_first else b",\n") + msgspec.json.encode(_shown(table, row, subject))
                is_first = False
        yield b"]"
    yield b"}}\n"


def _shown(table: Table, row: dict[str, Any], subject: Subject) -> dict[str, Any]:
    columns = [column for column in table.columns if column not in SECRETS]
    if subject.user_id is None:
        return {column.name: _plain(column, row[column.name]) for column in columns}
    shown = {}
    for column in columns:
        shown[column.name] = _plain(column, _without_others(column, row[column.name], subject.user_id))
    others = [
        column.name for column in columns if column in USER_IDS and row[column.name] not in (None, subject.user_id)
    ]
    if others and table in (messages, commands):
        shown |= dict.fromkeys({"facts", "text", "answer"} & shown.keys(), _NAMED)
    return shown | dict.fromkeys(others, _ANOTHER)


def _without_others(column: Column[Any], value: Any, user_id: str) -> Any:
    if column not in _TEXTS or value is None:
        return value
    return _USER_ID.sub(lambda found: found[0] if found[2] == user_id else f"{found[1]}{_ANOTHER}", value)


def _plain(column: Column[Any], value: Any) -> Any:
    if column not in _JSON or value is None:
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.MsgspecError:
        return value
