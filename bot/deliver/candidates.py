"""List what each thread of a workspace has to be told next, for pacing to choose from."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from bot.db import cards, notices
from bot.db.engine import Connection, Row
from bot.domain.pacing import Telling, Urgency, Work
from bot.domain.states import Outcome

#: threads with notices, dirty cards and stale replies that are considered at once, of each the most urgent and then
#: the longest waiting
CONSIDERED = 200

_URGENCY = {
    Telling.COMPLETION: Urgency.COMPLETION,
    Telling.FILE: Urgency.COMPLETION,
    Telling.ROOT: Urgency.FIRST_CARD,
    Telling.CARD: Urgency.FIRST_CARD,
    Telling.WARNINGS: Urgency.WARNING,
    Telling.CALLER: Urgency.WARNING,
    Telling.DM: Urgency.WARNING,
    Telling.TROUBLE: Urgency.TROUBLE,
    Telling.PHASE: Urgency.PROGRESS,
    Telling.MILESTONE: Urgency.PROGRESS,
}
_RANKS = {kind.value: int(urgency) for kind, urgency in _URGENCY.items()}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something to tell, and which row says so."""

    work: Work
    #: none for edits of root and card
    notice_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """What a workspace has to be told."""

    choices: tuple[Choice, ...]
    #: when something that waits may be tried again
    next_at: datetime | None = None
    #: notices whose post was begun by this process and whose end was not written down
    unsettled: tuple[int, ...] = ()
    #: notices that need not be told any more
    pointless: tuple[int, ...] = ()


async def agenda(connection: Connection, team_id: str, *, busy: Set[int], now: datetime) -> Agenda:
    """What there is to tell in a workspace; `busy` are threads (subscription ids) that are being told something."""
    untold = await notices.untold(connection, team_id, ranks=_RANKS, at_most=CONSIDERED)
    choices: list[Choice] = []
    later: list[datetime] = []
    unsettled: list[int] = []
    pointless: list[int] = []
    for subscription_id, group in groupby(untold, key=lambda row: row["subscription_id"]):
        if subscription_id in busy:
            continue
        rows = list(group)
        over = undone(rows)
        pointless += over
        rows = [row for row in rows if row["id"] not in over]
        stuck = [row["id"] for row in rows if row["state"] == "sending"]
        unsettled += stuck
        if rows and not stuck:
            choices += _of_thread(rows, now=now, later=later)
    choices += await _edits(connection, team_id, busy=busy, now=now, later=later)
    return Agenda(
        choices=tuple(choices),
        next_at=min(later, default=None),
        unsettled=tuple(unsettled),
        pointless=tuple(pointless),
    )


def undone(rows: Sequence[Row]) -> list[int]:
    """Trouble that was over before it was told need not be told: its beginning and its end."""
    begun: dict[Any, int] = {}
    over: list[int] = []
    for row in rows:
        if row["kind"] != Telling.TROUBLE or row["state"] != "planned":
            continue
        facts = _facts(row)
        trouble = facts.get("trouble")
        if not facts.get("over"):
            begun[trouble] = row["id"]
        elif trouble in begun:
            over += [begun.pop(trouble), row["id"]]
    return over


def _facts(row: Row) -> dict[str, Any]:
    """What a notice was planned with; nothing where that does not read: telling it will fail, and be counted."""
    try:
        facts = msgspec.json.decode(row["facts"])
    except msgspec.DecodeError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _kind(row: Row) -> Telling:
    """The kind of a notice; one that is not known is the least urgent, and its telling will fail."""
    return Telling(row["kind"]) if row["kind"] in _URGENCY else Telling.MILESTONE


def _of_thread(rows: Sequence[Row], *, now: datetime, later: list[datetime]) -> Iterable[Choice]:
    """A thread's next notice, as urgent as its most urgent; messages beside the thread are not held up by it."""
    beside = [row for row in rows if row["kind"] in (Telling.DM, Telling.CALLER)]
    thread = [row for row in rows if row["kind"] not in (Telling.DM, Telling.CALLER)]
    urgency = min((_URGENCY[_kind(row)] for row in thread), default=Urgency.PROGRESS)
    for row in (*beside[:1], *thread[:1]):
        kind = _kind(row)
        if row["not_before"] is not None and row["not_before"] > now:
            later.append(row["not_before"])
            continue
        yield Choice(
            notice_id=row["id"],
            work=Work(
                subscription_id=row["subscription_id"],
                channel_id=str(_facts(row).get("user")) if kind is Telling.DM else row["channel_id"],
                kind=kind,
                urgency=_URGENCY[kind] if row in beside else urgency,
                since=row["created_at"],
                terminal=urgency is Urgency.COMPLETION,
            ),
        )
        return


async def _edits(
    connection: Connection, team_id: str, *, busy: Set[int], now: datetime, later: list[datetime]
) -> list[Choice]:
    """One edit of each thread: its card, else its root, else a reply whose counts have grown."""
    choices: dict[int, Choice] = {}
    for row in await cards.to_edit(connection, team_id, at_most=CONSIDERED):
        if row["id"] in busy:
            continue
        for kind, not_before in _to_edit(row):
            if not_before is not None and not_before > now:
                later.append(not_before)
                continue
            choices[row["id"]] = _edit(row, kind, now=now)
            break
    for row in await notices.stale(connection, team_id, at_most=CONSIDERED):
        subscription_id = row["subscription_id"]
        if subscription_id in busy or subscription_id in choices:
            continue
        if row["not_before"] is not None and row["not_before"] > now:
            later.append(row["not_before"])
            continue
        choices[subscription_id] = Choice(
            notice_id=row["id"],
            work=Work(
                subscription_id=subscription_id,
                channel_id=row["channel_id"],
                kind=Telling.NOTICE_EDIT,
                urgency=Urgency.WARNING,
                since=row["dirty_since"],
            ),
        )
    return list(choices.values())


def _to_edit(row: Row) -> Iterable[tuple[Telling, datetime | None]]:
    """What of a thread shows something old, and until when it waits."""
    stands = row["card_ts"] is not None or (row["card_form"] == "milestones" and row["thread_ts"] is not None)
    if row["card_dirty_since"] is not None and stands:
        yield Telling.CARD_EDIT, row["card_not_before"]
    if row["root_ts"] is not None and row["root_outcome"] != row["outcome"]:
        yield Telling.ROOT_EDIT, row["root_not_before"]


def _edit(row: Row, kind: Telling, *, now: datetime) -> Choice:
    terminal = row["outcome"] != Outcome.FOLLOWING
    return Choice(
        work=Work(
            subscription_id=row["id"],
            channel_id=row["channel_id"],
            kind=kind,
            urgency=Urgency.COMPLETION if terminal else Urgency.PROGRESS,
            since=row["card_dirty_since"] or row["ended_at"] or now,
            change=abs((row["percent"] or 0.0) - (row["card_percent"] or 0.0)),
            terminal=terminal,
        )
    )
