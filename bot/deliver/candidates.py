"""List the next post and the next edit of each thread of a workspace, for pacing to choose from."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from bot.db import homes, unfinished_messages, waiting_messages
from bot.db.engine import Connection
from bot.db.rows import StaleHomeRow, StaleRow, WaitingRow
from bot.deliver.pointless import pointless
from bot.domain.message_kinds import RULES, MessageKind, Owner, PersonOwner, Place
from bot.domain.pacing import Candidate, Method, Urgency
from bot.domain.states import MessageForm, MessageState, Outcome

#: threads considered at once, in turn by channel; likewise messages to edit
CONSIDERED = 200
#: waiting messages of one thread considered at once
OF_THREAD = 20

_RANKS = {kind: int(rules.urgency) for kind, rules in RULES.items()}


@dataclass(frozen=True, kw_only=True)
class Work:
    """A candidate, and the message it is about."""

    owner: Owner
    kind: MessageKind
    candidate: Candidate


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """What there is to post, edit and publish in a workspace."""

    work: tuple[Work, ...]
    #: when a message that waits may be tried again
    next_at: datetime | None = None
    #: posts and edits that this process began and whose end was not written down
    unfinished: tuple[int, ...] = ()
    #: messages that need not be posted any more
    pointless: tuple[int, ...] = ()


async def candidates(
    connection: Connection, team_id: str, *, busy: Set[Owner], now: datetime, edits_at: datetime | None = None
) -> Candidates:
    """The next post and edit of each thread, and the homes; `busy`: owners of messages that are being posted or edited.

    `edits_at`: when Slack allows the next edit; until then none is read, since in a busy workspace many wait.
    """
    waiting = await waiting_messages.waiting(
        connection, team_id, ranks=_RANKS, now=now, limit=CONSIDERED, of_thread=OF_THREAD
    )
    work: list[Work] = []
    later: list[datetime] = []
    unfinished: list[int] = []
    dropped: list[int] = []
    by_owner: dict[Owner, list[WaitingRow]] = {}
    for row in waiting:
        by_owner.setdefault(row.owner, []).append(row)
    for owner, rows in by_owner.items():
        if owner in busy:
            continue
        over = pointless(rows)
        dropped += over
        left = [row for row in rows if row.id not in over]
        stuck = [row.id for row in left if row.state is MessageState.SENDING]
        unfinished += stuck
        if left and not stuck:
            work += _next_post(left, now=now, later=later)
    unfinished += [
        message_id for message_id, owner in await unfinished_messages.editing(connection, team_id) if owner not in busy
    ]
    if edits_at is None or edits_at <= now:
        stale = await waiting_messages.stale(connection, team_id, now=now, limit=CONSIDERED)
        work += _next_edits(stale, busy=busy, now=now, later=later)
    else:
        later.append(edits_at)
    work += _next_homes(await homes.stale(connection, team_id, limit=CONSIDERED), busy=busy, now=now, later=later)
    return Candidates(
        work=tuple(work), next_at=min(later, default=None), unfinished=tuple(unfinished), pointless=tuple(dropped)
    )


def _next_post(rows: Sequence[WaitingRow], *, now: datetime, later: list[datetime]) -> Iterable[Work]:
    """The next message of one owner, as urgent as its most urgent; messages to persons do not wait for the thread."""
    beside = [row for row in rows if RULES[row.kind].place is Place.PERSON]
    thread = [row for row in rows if RULES[row.kind].place is not Place.PERSON]
    urgency = Urgency(thread[0].rank) if thread else Urgency.PROGRESS
    up_to_urgent = _up_to(thread, urgency)
    for row in (*beside[:1], *thread[:1]):
        if row.not_before is not None and row.not_before > now:
            later.append(row.not_before)
            continue
        behind = [row] if row in beside else up_to_urgent
        yield Work(
            owner=row.owner,
            kind=row.kind,
            candidate=Candidate(
                message_id=row.id,
                channel_id=(row.user_id or row.channel_id) if row.kind is MessageKind.DIRECT else row.channel_id,
                method=Method.POST,
                urgency=RULES[row.kind].urgency if row in beside else urgency,
                posts=len(behind),
                since=behind[-1].created_at,
                terminal=urgency is Urgency.COMPLETION,
            ),
        )
        return


def _up_to(rows: Sequence[WaitingRow], urgency: Urgency) -> Sequence[WaitingRow]:
    """The messages of a thread up to the first of this urgency, or as far as they are listed.

    In a thread of somebody else there is no root: the first message is as urgent as one.
    """
    if urgency is Urgency.ROOT and all(row.kind is not MessageKind.ROOT for row in rows):
        return rows[:1]
    before = sum(1 for _ in takewhile(lambda row: RULES[row.kind].urgency is not urgency, rows))
    return rows[: before + 1]


def _next_edits(rows: Sequence[StaleRow], *, busy: Set[Owner], now: datetime, later: list[datetime]) -> list[Work]:
    """One edit of each thread: its card, else its root, else a reply about warnings that has grown."""
    chosen: dict[Owner, Work] = {}
    for row in sorted(rows, key=lambda row: RULES[row.kind].edit_rank or 0):
        owner = row.owner
        if owner in busy or owner in chosen:
            continue
        not_before = _edited_from(row)
        if not_before is not None and not_before > now:
            later.append(not_before)
            continue
        chosen[owner] = Work(owner=owner, kind=row.kind, candidate=_edit(row))
    return list(chosen.values())


def _edited_from(row: StaleRow) -> datetime | None:
    """From when on a message may be edited; None if it need not wait."""
    if row.form is MessageForm.MILESTONES:
        # They are replies: planning them calls nobody.
        return None
    every = RULES[row.kind].edited_every
    if every is None or row.shown_at is None or row.outcome is not Outcome.FOLLOWING:
        return row.not_before
    return max(row.shown_at + every, row.not_before or row.shown_at)


def _edit(row: StaleRow) -> Candidate:
    terminal = row.outcome is not Outcome.FOLLOWING and row.kind is not MessageKind.WARNINGS
    return Candidate(
        message_id=row.id,
        channel_id=row.channel_id,
        method=Method.UPDATE,
        urgency=Urgency.COMPLETION if terminal else Urgency.PROGRESS,
        since=row.stale_since,
        change=row.change if row.kind is MessageKind.CARD else 0.0,
        terminal=terminal,
    )


def _next_homes(rows: Sequence[StaleHomeRow], *, busy: Set[Owner], now: datetime, later: list[datetime]) -> list[Work]:
    due = []
    for row in rows:
        owner = PersonOwner(row.user_id)
        if owner in busy:
            continue
        if row.not_before is not None and row.not_before > now:
            later.append(row.not_before)
            continue
        candidate = Candidate(
            message_id=row.id,
            channel_id=row.user_id,
            method=Method.PUBLISH,
            urgency=Urgency.PROGRESS,
            since=row.not_before or row.stale_since,
        )
        due.append(Work(owner=owner, kind=MessageKind.HOME, candidate=candidate))
    return due
