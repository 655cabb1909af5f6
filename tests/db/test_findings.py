from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from bot.db import findings, notices
from bot.db.models import long_tasks
from bot.db.models import notices as notice_rows
from bot.domain.pacing import Telling
from bot.domain.snapshot import Finding, Severity

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def finding(number: int, *, count: int | None = None) -> Finding:
    return Finding(
        key="WARN", args=(str(number),), severity=Severity.WARNING, count=count, identity=f"f{number}", text=None
    )


async def test_findings_are_listed_in_their_order_and_known_by_identity(given: Any) -> None:
    task = await given.task(1)
    found = [finding(1), finding(2, count=3)]
    async with given.database.begin() as connection:
        assert await findings.add(connection, task, found=found, seq=0, now=NOW) == 2
        assert await findings.listed(connection, task) == found
        assert await findings.listed(connection, task, first=2, last=2) == found[1:]
        assert await findings.known(connection, [task]) == {task: {"f1": None, "f2": 3}}
        assert await findings.counts(connection, task) == {"WARN": 4}


async def test_what_goes_beyond_the_bound_is_counted_only(given: Any) -> None:
    task = await given.task(1)
    found = [finding(number) for number in range(findings.MOST + 2)]
    async with given.database.begin() as connection:
        assert await findings.add(connection, task, found=found, seq=0, now=NOW) == 5_000
        assert await findings.add(connection, task, found=[finding(6_000)], seq=5_000, now=NOW) == 5_000
        assert len(await findings.listed(connection, task)) == 5_000
    assert await given.rows(select(long_tasks.c.findings_seq, long_tasks.c.findings_beyond)) == [(5_000, 3)]


async def test_a_count_that_grows_marks_the_reply_that_told_of_it_alone(given: Any) -> None:
    task = await given.task(1)
    thread = await given.thread(task)
    spans = [{"first": 1, "last": 1, "earlier": False}, {"first": 2, "last": 2, "earlier": False}]
    async with given.database.begin() as connection:
        await findings.add(connection, task, found=[finding(1, count=1), finding(2, count=1)], seq=0, now=NOW)
        planned = [
            notices.planned(Telling.WARNINGS, subscription_id=thread, team_id="T1", now=NOW, facts=span)
            for span in spans
        ]
        await notices.plan(connection, planned)
        await connection.execute(notice_rows.update().values(state="sent"))
        await findings.grow(connection, task, [finding(2, count=9)], now=NOW)
        assert await findings.known(connection, [task]) == {task: {"f1": 1, "f2": 9}}
    assert await given.rows(select(notice_rows.c.dirty_since).order_by(notice_rows.c.id)) == [(None,), (NOW,)]
