"""How results of looks become states, findings and messages, without HTTP."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
import pytest
from sqlalchemy import Engine, event, update
from structlog.testing import capture_logs

from bot.db import findings, stale_messages, subscriptions
from bot.db.models import long_tasks as long_task_table
from bot.db.rows import MessageRow
from bot.domain.message_facts import Card, Completion, Facts, FindingsFile, NewPhase, Root, Warnings
from bot.domain.message_kinds import MessageKind
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import PollResult, Seen
from bot.domain.snapshot import Finding, Snapshot, StatusMessage
from bot.domain.states import Outcome, SubscriptionState, Trouble, Verbosity
from bot.domain.task_state import TaskState
from bot.metrics import Metrics
from bot.poll.look import FinishedLook
from bot.poll.recorder import Recorder
from tests.support.filled_database import FilledDatabase, copying, finding


@dataclass(kw_only=True)
class RecorderRig:
    """A recorder, and long tasks that another part claims for it."""

    filled: FilledDatabase
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def recorder(self) -> Recorder:
        bounds = Bounds(min_seconds=2, max_seconds=60)
        return Recorder(database=self.filled.database, bounds=bounds, jitter=lambda: 0.5, metrics=self.metrics)

    async def looks(self, results: Mapping[str, PollResult | None]) -> list[FinishedLook]:
        """Wait until all long tasks are due again, claim them, and finish a look at each that has a result."""
        self.filled.clock.move(60)
        return [
            FinishedLook(
                long_task_id=row.id,
                claim_id=row.claim_id or "",
                site_id=row.site_id,
                account_id=self.filled.account_id,
                result=results[row.remote_id],
            )
            for row in await self.filled.claim()
            if row.remote_id in results
        ]

    async def record(self, results: Mapping[str, PollResult | None]) -> bool:
        return await self.recorder.record(await self.looks(results), now=self.filled.clock())


@pytest.fixture
def rig(filled: FilledDatabase) -> RecorderRig:
    return RecorderRig(filled=filled)


def seen(snapshot: Snapshot, *found: Finding) -> Seen:
    digest = f"{len(found)}-{hash(found):x}" if found else ""
    listed = msgspec.structs.replace(snapshot, findings_digest=digest, findings_count=len(found))
    return Seen(snapshot=listed, findings=found)


DONE = msgspec.structs.replace(copying(100), finished=True, successful=True)
RENAMES = Warnings(kind=finding(1).kind)
RELINKING = msgspec.structs.replace(copying(80), status=StatusMessage(key="STATUS_RELINK_PAGES"))


async def facts(rig: RecorderRig, subscription_id: int) -> list[Facts]:
    return [message.facts for message in await rig.filled.messages(subscription_id)]


def is_stale(messages: list[MessageRow]) -> dict[MessageKind, bool]:
    return {message.kind: message.stale_since is not None for message in messages}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile, by their first two words."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_others: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(" ".join(statement.split()[:2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_batch_is_recorded_together(rig: RecorderRig) -> None:
    threads = {name: await rig.filled.add_thread(await rig.filled.add_long_task(name)) for name in ("1", "2", "3")}
    for thread in threads.values():
        await rig.filled.post_first(thread)
    changed = await rig.record({"1": seen(copying(20)), "2": seen(DONE), "3": None})
    rows = [await rig.filled.long_task(name) for name in threads]
    assert changed
    assert [(row.percent, row.outcome, row.crashes, row.claim_id) for row in rows] == [
        (20, Outcome.FOLLOWING, 0, None),
        (100, Outcome.FINISHED, 0, None),
        (None, Outcome.FOLLOWING, 1, None),
    ]
    assert [await facts(rig, thread) for thread in threads.values()] == [
        [Root(), Card()],
        [Root(), Card(), Completion()],
        [Root(), Card()],
    ]
    root, card, completion = MessageKind.ROOT, MessageKind.CARD, MessageKind.COMPLETION
    assert [is_stale(await rig.filled.messages(thread)) for thread in threads.values()] == [
        {root: False, card: True},
        {root: True, card: True, completion: False},
        {root: False, card: False},
    ]
    states = [(await rig.filled.subscription(thread)).state for thread in threads.values()]
    assert states == [SubscriptionState.FOLLOWING, SubscriptionState.ENDED, SubscriptionState.FOLLOWING]


async def test_a_look_that_finds_nothing_new_changes_two_columns_and_no_message(rig: RecorderRig) -> None:
    thread = await rig.filled.add_thread(await rig.filled.add_long_task("1"))
    await rig.filled.post_first(thread)
    await rig.record({"1": seen(copying())})
    card = (await rig.filled.messages(thread))[-1]
    before = await rig.filled.long_task()
    changed = await rig.record({"1": seen(msgspec.structs.replace(copying(), elapsed_ms=9_000))})
    after = await rig.filled.long_task()
    assert not changed
    assert (await rig.filled.messages(thread))[-1] == card
    assert after == msgspec.structs.replace(before, due_at=after.due_at, checked_at=rig.filled.clock())


@pytest.mark.parametrize("count", [1, 8])
async def test_the_statements_of_a_batch_do_not_grow_with_its_looks(rig: RecorderRig, count: int) -> None:
    """Three kinds of batches: first looks, the same again (which read findings only if they changed), and ends."""
    names = [str(number) for number in range(count)]
    for name in names:
        await rig.filled.add_thread(await rig.filled.add_long_task(name))
    taken = []
    again = Seen(snapshot=copying(), findings=None)
    for result in (seen(copying()), again, Seen(snapshot=DONE, findings=None)):
        looks = await rig.looks(dict.fromkeys(names, result))
        with counted() as statements:
            await rig.recorder.record(looks, now=rig.filled.clock())
        taken.append(statements)
    held, down, health = "SELECT long_tasks.outcome,", "SELECT sites.id,", ["SELECT sites.id,", "SELECT accounts.id,"]
    states, cards = "UPDATE long_tasks", "UPDATE messages"
    end = ["SELECT subscriptions.id,", "INSERT INTO", "UPDATE subscriptions", "UPDATE messages"]
    assert taken == [
        [held, down, "SELECT findings.long_task_id,", states, cards, "SELECT subscriptions.id,", *health],
        [held, down, states, *health],
        [held, down, states, cards, *end, *health],
    ]


async def test_each_kind_has_one_reply_however_its_findings_are_listed(rig: RecorderRig) -> None:
    thread = await rig.filled.add_thread(await rig.filled.add_long_task("1"))
    one, two, three = (finding(number) for number in range(3))
    left = finding(1, key="WARN_IGNORE_VIEW_RESTRICTED")
    for listed in ((), (one, two), (), (left, two, one), (three, one), ()):
        await rig.record({"1": seen(copying(), *listed)})
    assert await facts(rig, thread) == [Root(), Card(), RENAMES, Warnings(kind=left.kind)]


@pytest.mark.parametrize(
    ("then", "counted"),
    [
        ((finding(1, count=5), finding(2)), {"WARN_RENAME_PAGE": 6}),
        ((finding(1, count=2), finding(2), finding(3)), {"WARN_RENAME_PAGE": 4}),
    ],
)
async def test_findings_that_grow_or_become_more_edit_the_reply_about_their_kind(
    rig: RecorderRig, then: tuple[Finding, ...], counted: dict[str, int]
) -> None:
    long_task_id = await rig.filled.add_long_task("1")
    threads = [await rig.filled.add_thread(long_task_id, channel_id=channel) for channel in ("C1", "C2", "C3")]
    lost = finding(1, key="WARN_IGNORE_COPY_PERMISSION")
    await rig.record({"1": seen(copying(), lost, finding(1, count=2), finding(2))})
    for thread in threads:
        for reply in await rig.filled.messages(thread):
            await rig.filled.post(reply.id)
    async with rig.filled.database.begin() as connection:
        await subscriptions.stop(connection, threads[2], stopped_by="U1", now=rig.filled.clock())
        await stale_messages.leave_thread(connection, threads[2])
    assert await rig.record({"1": seen(copying(), lost, *then)})
    assert [[row.facts for row in await rig.filled.messages(thread) if row.stale_since] for thread in threads] == [
        [Card(), RENAMES],
        [Card(), RENAMES],
        [],
    ]
    async with rig.filled.database.read() as connection:
        assert await findings.counts(connection, long_task_id) == {"WARN_IGNORE_COPY_PERMISSION": 1} | counted


async def test_a_kind_first_seen_with_the_end_has_no_reply_and_the_others_show_the_last_number(
    rig: RecorderRig,
) -> None:
    thread = await rig.filled.add_thread(await rig.filled.add_long_task("1"))
    await rig.record({"1": seen(copying(), finding(1))})
    for message in await rig.filled.messages(thread):
        await rig.filled.post(message.id)
    left = finding(1, key="WARN_IGNORE_VIEW_RESTRICTED")
    await rig.record({"1": seen(DONE, finding(1), finding(2), left)})
    rows = await rig.filled.messages(thread)
    assert [row.facts for row in rows] == [Root(), Card(), RENAMES, Completion()]
    assert [row.stale_since is not None for row in rows] == [True, True, True, False]


async def test_the_verbosity_of_a_thread_decides_what_it_shows(rig: RecorderRig) -> None:
    long_task_id = await rig.filled.add_long_task("1")
    threads = [
        await rig.filled.add_thread(long_task_id, channel_id=verbosity, verbosity=verbosity) for verbosity in Verbosity
    ]
    found = tuple(finding(number) for number in range(11))
    for result in (seen(copying()), seen(RELINKING, *found), seen(DONE, *found)):
        await rig.record({"1": result})
    phase, end = NewPhase(), (Completion(), FindingsFile())
    assert {verbosity: await facts(rig, thread) for verbosity, thread in zip(Verbosity, threads, strict=True)} == {
        Verbosity.QUIET: [Root(), Card(), *end],
        Verbosity.NORMAL: [Root(), Card(), RENAMES, *end],
        Verbosity.ALL: [Root(), Card(), phase, RENAMES, phase, *end],
    }


async def test_ten_thousand_findings_are_bounded_and_the_rest_is_counted(rig: RecorderRig) -> None:
    thread = await rig.filled.add_thread(await rig.filled.add_long_task("1"))
    await rig.record({"1": seen(copying(), *(finding(number) for number in range(10_000)))})
    row = await rig.filled.long_task()
    assert (row.findings_seq, row.findings_beyond) == (findings.MAX_FINDINGS, 10_000 - findings.MAX_FINDINGS)
    assert await facts(rig, thread) == [Root(), Card(), RENAMES]


async def test_an_unreadable_row_is_set_aside_after_five_looks_and_the_others_go_on(rig: RecorderRig) -> None:
    bad = await rig.filled.add_long_task("bad")
    thread = await rig.filled.add_thread(bad)
    await rig.filled.add_long_task("good")
    async with rig.filled.database.begin() as connection:
        damage = update(long_task_table).where(long_task_table.c.id == bad).values(snapshot='{"percent": "much"}')
        await connection.execute(damage)
    with capture_logs():
        for number in range(5):
            await rig.record({"bad": seen(copying()), "good": seen(copying(number))})
            rig.filled.clock.move(300)
    row = await rig.filled.long_task("bad")
    assert (row.outcome, row.trouble, row.crashes, row.due_at, row.snapshot) == (
        Outcome.UNKNOWN,
        Trouble.SET_ASIDE,
        5,
        None,
        None,
    )
    assert await facts(rig, thread) == [Root(), Card(), Completion()]
    assert (await rig.filled.long_task("good")).percent == 4
    assert b'longtask_rows_set_aside_total{step="poll"} 1.0' in rig.metrics.render()


async def test_a_result_that_cannot_be_stored_counts_as_a_crash_and_the_batch_is_recorded_without_it(
    rig: RecorderRig,
) -> None:
    for name in ("bad", "good"):
        await rig.filled.add_thread(await rig.filled.add_long_task(name))
    enormous = msgspec.structs.replace(finding(1), count=10**30)
    with capture_logs() as logs:
        await rig.record({"bad": seen(copying(), enormous), "good": seen(copying(20))})
    bad, good = [await rig.filled.long_task(name) for name in ("bad", "good")]
    assert (bad.crashes, bad.findings_seq, bad.snapshot) == (1, 0, None)
    assert (good.crashes, good.percent) == (0, 20)
    assert [entry["event"] for entry in logs] == ["batch_failed", "look_not_recorded"]


async def test_a_crashed_look_keeps_what_is_stored(rig: RecorderRig) -> None:
    state = TaskState(remote_id="1", created_at=rig.filled.clock(), snapshot=copying(30), checked_at=rig.filled.clock())
    await rig.filled.add_long_task("1", state=state)
    before = await rig.filled.long_task()
    await rig.record({"1": None})
    after = await rig.filled.long_task()
    assert after == msgspec.structs.replace(before, crashes=1, due_at=after.due_at)


async def test_a_look_that_lost_its_claim_changes_nothing(rig: RecorderRig) -> None:
    await rig.filled.add_long_task("1")
    looks = await rig.looks({"1": seen(copying())})
    await rig.filled.expire(long_task_table)
    (taken,) = await rig.filled.claim()
    assert not await rig.recorder.record(looks, now=rig.filled.clock())
    assert await rig.filled.long_task() == taken
