"""Findings: each distinct warning or error of a long task, remembered once and for all."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.models import findings, long_tasks, notices, subscriptions
from bot.domain.snapshot import Finding, Severity

#: of one long task; the rest is counted
MOST = 5_000

_args = msgspec.json.Decoder(tuple[str, ...])


async def known(connection: AsyncConnection, long_task_ids: Sequence[int]) -> dict[int, dict[str, int | None]]:
    """Identity -> count of every finding of some long tasks."""
    query = select(findings.c.long_task_id, findings.c.identity, findings.c.count).where(
        findings.c.long_task_id.in_(long_task_ids)
    )
    by_task: dict[int, dict[str, int | None]] = {long_task_id: {} for long_task_id in long_task_ids}
    for long_task_id, identity, count in await connection.execute(query):
        by_task[long_task_id][identity] = count
    return by_task


async def add(
    connection: AsyncConnection, long_task_id: int, *, found: Sequence[Finding], seq: int, now: datetime
) -> int:
    """Remember new findings after the sequence number `seq`; the last sequence number then.

    Those beyond the bound are only counted.
    """
    room = max(MOST - seq, 0)
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


async def grow(connection: AsyncConnection, long_task_id: int, grown: Sequence[Finding], *, now: datetime) -> None:
    """Keep new counts of findings, and mark the replies that told of them for an edit."""
    by_identity = {finding.identity: finding for finding in grown}
    await connection.execute(
        update(findings)
        .where(findings.c.long_task_id == bindparam("b_id"), findings.c.identity == bindparam("b_identity"))
        .values(count=bindparam("b_count"), args=bindparam("b_args")),
        [
            {
                "b_id": long_task_id,
                "b_identity": finding.identity,
                "b_count": finding.count,
                "b_args": msgspec.json.encode(finding.args).decode(),
            }
            for finding in grown
        ],
    )
    threads = select(subscriptions.c.id).where(subscriptions.c.long_task_id == long_task_id)
    touched = select(findings.c.seq).where(
        findings.c.long_task_id == long_task_id, findings.c.identity.in_(by_identity)
    )
    seqs = sorted((await connection.execute(touched)).scalars())
    told = select(notices.c.id, notices.c.facts).where(
        notices.c.subscription_id.in_(threads), notices.c.kind == "warnings", notices.c.state == "sent"
    )
    stale = [
        {"b_id": notice_id}
        for notice_id, facts in await connection.execute(told)
        if any(span["first"] <= seq <= span["last"] for span in (msgspec.json.decode(facts),) for seq in seqs)
    ]
    if stale:
        await connection.execute(
            update(notices).where(notices.c.id == bindparam("b_id")).values(dirty_since=now),
            stale,
        )


async def listed(connection: AsyncConnection, long_task_id: int, *, first: int = 1, last: int = MOST) -> list[Finding]:
    """The findings of a long task with sequence numbers from first to last, in their order."""
    query = (
        select(findings)
        .where(findings.c.long_task_id == long_task_id, findings.c.seq.between(first, last))
        .order_by(findings.c.seq)
    )
    return [
        Finding(
            key=row["key"],
            args=_args.decode(row["args"]),
            severity=Severity(row["severity"]),
            count=row["count"],
            identity=row["identity"],
            text=row["text"],
        )
        for row in (await connection.execute(query)).mappings()
    ]


async def counts(connection: AsyncConnection, long_task_id: int) -> dict[str, int]:
    """How many pages or cases each key speaks of: the counts it carries, or one for each finding without."""
    query = (
        select(findings.c.key, func.sum(func.coalesce(findings.c.count, 1)))
        .where(findings.c.long_task_id == long_task_id)
        .group_by(findings.c.key)
        .order_by(func.min(findings.c.seq))
    )
    return {key: int(total) for key, total in await connection.execute(query)}
