from bot.db import findings
from bot.domain.message_facts import Warnings
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from tests.support.filled_database import FilledDatabase, finding


async def test_findings_are_listed_in_their_order_and_known_by_identity(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    found = [finding(1), finding(2, count=3)]
    async with filled.database.begin() as connection:
        assert await findings.add(connection, long_task_id, found=found, seq=0, now=filled.clock()) == 2
        assert await findings.listed(connection, long_task_id) == found
        assert await findings.listed(connection, long_task_id, first=2, last=2) == found[1:]
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


async def test_a_count_that_grows_marks_only_the_reply_about_it_as_stale(filled: FilledDatabase) -> None:
    long_task_id = await filled.add_long_task()
    thread = await filled.add_thread(long_task_id)
    await filled.add_findings(long_task_id, [finding(number, count=1) for number in (1, 2, 3)])
    ranges = [Warnings(first=1, last=1), Warnings(first=2, last=3)]
    replies = await filled.add_messages(thread, *(Draft(kind=MessageKind.WARNINGS, facts=facts) for facts in ranges))
    for reply in replies:
        await filled.post(reply)
    async with filled.database.begin() as connection:
        await findings.grow(connection, long_task_id, [finding(3, count=9)], now=filled.clock())
        known = (await findings.known(connection, [long_task_id]))[long_task_id]
    assert list(known.values()) == [1, 1, 9]
    assert [(await filled.message(reply)).stale_since for reply in replies] == [None, filled.clock()]
