"""Findings: each distinct warning or error of a long task, stored once."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select, update

from bot.db.engine import Connection
from bot.db.models import findings, long_tasks
from bot.domain.snapshot import Finding, FindingKind

#: findings kept of one long task; the rest is counted
MAX_FINDINGS = 5_000

_args = msgspec.json.Decoder(tuple[str, ...])


async def known(connection: Connection, long_task_ids: Sequence[int]) -> dict[int, dict[str, int | None]]:
    """Identity and count of every finding of some long tasks, by long task id."""
    query = select(findings.c.long_task_id, findings.c.identity, findings.c.count).where(
        findings.c.long_task_id.in_(long_task_ids)
    )
    by_task: dict[int, dict[str, int | None]] = {long_task_id: {} for long_task_id in long_task_ids}
    for long_task_id, identity, count in await connection.execute(query):
        by_task[long_task_id][identity] = count
    return by_task


async def add(connection: Connection, long_task_id: int, *, found: Sequence[Finding], seq: int, now: datetime) -> int:
    """Store new findings after the sequence number `seq`; returns the last sequence number then.

    Those beyond the bound are only counted.
    """
    room = max(MAX_FINDINGS - seq, 0)
    rows = [
        {
            "long_task_id": long_task_id,
            "seq": number,
            "identity": finding.identity,
            "key": finding.key[:120],
            "severity": finding.severity,
            "args": msgspec.json.encode(finding.args).decode(),
            "text": finding.text,
            "count": finding.count,
            "first_seen_at": now,
        }
        for number, finding in enumerate(found[:room], start=seq + 1)
    ]
    if rows:
        await connection.execute(findings.insert(), rows)
    last = seq + len(rows)
    await connection.execute(
        update(long_tasks)
        .where(long_tasks.c.id == long_task_id)
        .values(findings_seq=last, findings_beyond=long_tasks.c.findings_beyond + len(found) - len(rows))
    )
    return last


async def grow(connection: Connection, long_task_id: int, grown: Sequence[Finding]) -> None:
    """Store new counts of findings."""
    await connection.execute(
        update(findings).where(findings.c.long_task_id == long_task_id, findings.c.identity == bindparam("b_identity")),
        [
            {"b_identity": one.identity, "count": one.count, "args": msgspec.json.encode(one.args).decode()}
            for one in grown
        ],
    )


async def kinds(connection: Connection, long_task_ids: Collection[int]) -> dict[int, list[FindingKind]]:
    """The kinds of findings of some long tasks, in the order of the first of each, by long task id."""
    query = (
        select(findings.c.long_task_id, findings.c.key, findings.c.severity)
        .where(findings.c.long_task_id.in_(long_task_ids))
        .group_by(findings.c.long_task_id, findings.c.key, findings.c.severity)
        .order_by(func.min(findings.c.seq))
    )
    found: dict[int, list[FindingKind]] = {}
    for long_task_id, key, severity in await connection.execute(query):
        found.setdefault(long_task_id, []).append(FindingKind(key, severity))
    return found


async def listed(connection: Connection, long_task_id: int, *, kind: FindingKind | None = None) -> list[Finding]:
    """The findings of a long task, of one kind or of all, in the order in which they were found."""
    query = (
        select(
            findings.c.key, findings.c.args, findings.c.severity, findings.c.count, findings.c.identity, findings.c.text
        )
        .where(findings.c.long_task_id == long_task_id)
        .order_by(findings.c.seq)
    )
    if kind is not None:
        query = query.where(findings.c.key == kind.key, findings.c.severity == kind.severity)
    return [
        Finding(key=key, args=_args.decode(args), severity=severity, count=count, identity=identity, text=text)
        for key, args, severity, count, identity, text in await connection.execute(query)
    ]


async def counts(connection: Connection, long_task_id: int) -> dict[str, int]:
    """How many pages or cases each status key is about: the counts its findings carry, or one each."""
    query = (
        select(findings.c.key, func.sum(func.coalesce(findings.c.count, 1)))
        .where(findings.c.long_task_id == long_task_id)
        .group_by(findings.c.key)
        .order_by(func.min(findings.c.seq))
    )
    return {key: int(total or 0) for key, total in await connection.execute(query)}
