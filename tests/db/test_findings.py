from msgspec.structs import replace

from bot.db import findings
from bot.domain.snapshot import Severity
from tests.support.filled_database import FilledDatabase, finding


async def test_findings_are_listed_in_their_order_and_known_by_identity(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    found = [finding(1), finding(2, count=3)]
    async with filled.database.begin() as connection:
        assert await findings.add(connection, long_task_id, found=found, seq=0, now=filled.clock()) == 2
        assert await findings.listed(connection, long_task_id) == found
        assert await findings.known(connection, [long_task_id]) == {
            long_task_id: {found[0].identity: None, found[1].identity: 3}
        }
        assert await findings.counts(connection, long_task_id) == {"WARN_RENAME_PAGE": 4}


async def test_findings_beyond_the_bound_are_only_counted(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    last = findings.MAX_FINDINGS
    seqs = [
        await filled.add_findings(long_task_id, [finding(number) for number in range(last + 2)]),
        await filled.add_findings(long_task_id, [finding(last + 2)], seq=last),
    ]
    async with filled.database.read() as connection:
        kept = await findings.listed(connection, long_task_id)
    row = await filled.long_task()
    assert (seqs, len(kept), row.findings_seq, row.findings_beyond) == ([last, last], last, last, 3)


async def test_kinds_are_listed_in_the_order_of_their_first_findings(filled: FilledDatabase) -> None:
    first, second = await filled.add_long_task("1"), await filled.add_long_task("2")
    renamed, left = finding(1), finding(1, key="WARN_IGNORE_DELETE_PAGE", count=4)
    failed = replace(finding(1, key="ERROR_COPY_PAGE"), severity=Severity.ERROR)
    await filled.add_findings(first, [left, renamed, failed, finding(2)])
    await filled.add_findings(second, [renamed])
    async with filled.database.read() as connection:
        assert await findings.kinds(connection, [first, second]) == {
            first: [left.kind, renamed.kind, failed.kind],
            second: [renamed.kind],
        }
        assert await findings.listed(connection, first, kind=renamed.kind) == [renamed, finding(2)]


async def test_counts_that_grow_are_stored(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    await filled.add_findings(long_task_id, [finding(number, count=1) for number in (1, 2, 3)])
    async with filled.database.begin() as connection:
        await findings.grow(connection, long_task_id, [finding(3, count=9)])
        known = (await findings.known(connection, [long_task_id]))[long_task_id]
    assert list(known.values()) == [1, 1, 9]
