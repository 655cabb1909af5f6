import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.db import cards, live_threads, notices, subscriptions
from bot.domain.pacing import Telling
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome, Trouble
from sandbox.slack import Fault

TEAM, CHANNEL, OWNER, FRIEND = "T0ACME", "C0RELEASES", "U0OWNER", "U0PAL"
REPEATED = "This may already stand above: Slack did not say whether it had arrived."


def renamed(*numbers: int) -> list[Finding]:
    return [
        Finding(key="WARN_RENAME_PAGE", args=(f"Page {n}", f"Copy of page {n}"), identity=f"renamed-{n}")
        for n in numbers
    ]


async def execute(stage: Any, statement: str, **values: Any) -> None:
    async with stage.database.begin() as connection:
        await connection.execute(text(statement), values)


async def expire_claims(stage: Any) -> None:
    await execute(stage, "UPDATE workspaces SET claimed_until = '2020-01-01 00:00:00'")


# -- order


async def test_a_thread_begins_with_its_root_and_its_card(both: Any) -> None:
    subscription = await both.given_standing_thread()
    assert [len(both.slack.messages(CHANNEL)), len(both.replies())] == [1, 1]
    assert await both.kinds(subscription) == [("root", "sent"), ("card", "sent")]
    assert both.slack.limits.report() == {}
    assert both.calls("chat.update") == []


async def test_the_completion_stands_after_all_warnings(both: Any) -> None:
    subscription = await both.given_thread()
    for number in range(4):
        await both.given_warnings(subscription, renamed(number))
    await both.given_end(subscription, Outcome.PROBLEMS)
    await both.run(20)
    assert [reply.mentions for reply in both.replies()] == [(), (), (), (), (), (OWNER, FRIEND)]
    assert ["Page" in reply.text for reply in both.replies()[1:]] == [True, True, True, True, False]
    assert both.slack.limits.report() == {}


async def test_a_completion_is_not_told_while_its_warning_waits(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    stage.slack.faults.add("chat.postMessage", Fault.status(500), times=3)
    await stage.given_warnings(subscription, renamed(1))
    await stage.given_end(subscription, Outcome.PROBLEMS)
    await stage.run(4)
    assert len(stage.replies()) == 1
    await stage.run(20)
    assert [reply.mentions for reply in stage.replies()] == [(), (), (OWNER, FRIEND)]


async def test_ten_delayed_edits_are_one(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    for percent in range(20, 30):
        await stage.given_look(task, percent)
    await stage.run(8)
    assert [version.text.splitlines()[0].rpartition(" · ")[2] for version in stage.replies()[0].versions] == [
        "10%",
        "29%",
    ]


async def test_an_unchanged_card_sends_nothing_and_costs_no_token(stage: Any) -> None:
    threads = [await stage.given_thread(channel=channel(stage, number)) for number in range(20)]
    await stage.run(25)
    calls = len(stage.calls())
    for thread in threads:
        await stage.given_look((await stage.thread(thread))["long_task_id"], 10)
    last = (await stage.thread(threads[-1]))["long_task_id"]
    await stage.given_look(last, 55)
    await stage.turn(stage._deliverers[-1])
    assert [call.method for call in stage.calls()[calls:]] == ["chat.update"]
    assert await dirty(stage) == 0


def channel(stage: Any, number: int) -> str:
    name = f"C0ROOM{number:03d}"
    if name not in stage.slack.channels:
        stage.slack.add_channel(name, members=[OWNER, FRIEND])
    return name


async def dirty(stage: Any) -> int:
    async with stage.database.read() as connection:
        query = text("SELECT count(*) FROM subscriptions WHERE card_dirty_since IS NOT NULL")
        return int((await connection.execute(query)).scalar_one())


async def test_nothing_is_edited_after_the_end_was_shown(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    await stage.given_end(subscription)
    await stage.run(8)
    card = stage.replies()[0]
    versions = len(card.versions)
    await stage.given_look(task, 50)
    async with stage.database.begin() as connection:
        await cards.refresh_checked(connection, before=stage.clock.move(3600), now=stage.clock())
    await stage.run(8)
    assert len(card.versions) == versions


async def test_trouble_that_was_over_before_it_was_told_is_not_told(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    down = {"trouble": Trouble.DOWN, "since": stage.clock.seconds()}
    stalled = {"trouble": Trouble.STALLED, "since": stage.clock.seconds()}
    await stage.given_notices(
        subscription,
        (Telling.TROUBLE, {**down, "over": False}),
        (Telling.TROUBLE, {**stalled, "over": False}),
        (Telling.TROUBLE, {**down, "over": True}),
    )
    await stage.run(8)
    assert (await stage.kinds(subscription))[2:] == [
        ("trouble", "dropped"),
        ("trouble", "sent"),
        ("trouble", "dropped"),
    ]
    assert [reply.text.startswith("No progress") for reply in stage.replies()] == [False, True]


async def test_the_end_of_a_trouble_that_was_told_is_told(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    facts = {"trouble": Trouble.DOWN, "since": stage.clock.seconds()}
    await stage.given_notices(subscription, (Telling.TROUBLE, {**facts, "over": False}))
    await stage.run(4)
    await stage.given_notices(subscription, (Telling.TROUBLE, {**facts, "over": True}))
    await stage.run(4)
    assert (await stage.kinds(subscription))[2:] == [("trouble", "sent"), ("trouble", "sent")]


# -- one bad row


BROKEN = [
    ("UPDATE long_tasks SET snapshot = '{' WHERE id = :task", True),
    ("UPDATE long_tasks SET samples = 'nothing' WHERE id = :task", True),
    ("UPDATE notices SET facts = '{' WHERE subscription_id = :thread AND kind = 'warnings'", False),
    ("UPDATE notices SET kind = 'song' WHERE subscription_id = :thread AND kind = 'warnings'", False),
    ("UPDATE notices SET facts = '{}' WHERE subscription_id = :thread AND kind = 'warnings'", False),
]


@pytest.mark.parametrize(("statement", "whole"), BROKEN)
async def test_a_row_that_keeps_crashing_is_set_aside_and_the_others_go_on(
    stage: Any, statement: str, whole: bool
) -> None:
    bad = await stage.given_standing_thread()
    good = await stage.given_standing_thread(channel=channel(stage, 1))
    await stage.given_warnings(bad, renamed(1))
    await stage.given_warnings(good, renamed(1))
    await stage.given_end(good, Outcome.PROBLEMS)
    row = await stage.thread(bad)
    values = {"task": row["long_task_id"], "thread": bad}
    await execute(stage, statement, **{name: value for name, value in values.items() if f":{name}" in statement})
    await stage.run(6)
    assert (await stage.kinds(good))[2:] == [("warnings", "sent"), ("completion", "sent")]
    await stage.run(60)
    kinds = (await stage.kinds(bad))[2:]
    assert [state for _, state in kinds] == ["dropped", "sent"]
    assert kinds[1][0] == "trouble"
    assert (
        "This bot has set this long task aside because of a fault of its own."
        in stage.slack.thread(CHANNEL, row["root_ts"])[-1].text
    )
    calls = len(stage.calls())
    await stage.run(60)
    assert len(stage.calls()) == calls
    assert (await stage.thread(bad))["card_form"] == ("milestones" if whole else "blocks")
    assert f'longtask_rows_set_aside_total{{step="deliver"}} {2 if whole else 1}.0' in stage.metrics.render().decode()


async def test_a_thread_that_cannot_begin_is_set_aside_and_whoever_asked_is_told(stage: Any) -> None:
    bad = await stage.given_thread(command_id=await stage.given_command())
    row = await stage.thread(bad)
    await execute(stage, "UPDATE long_tasks SET snapshot = '{' WHERE id = :task", task=row["long_task_id"])
    await stage.run(80)
    assert await stage.kinds(bad) == [("root", "dropped"), ("card", "dropped"), ("caller", "sent")]
    assert ["A fault in this bot" in item.text for item in stage.slack.ephemerals(OWNER)] == [True]
    assert stage.slack.messages(CHANNEL) == []
    assert (await stage.thread(bad))["state"] == "lost"


async def test_a_crash_that_passes_leaves_nothing_behind(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    task = (await stage.thread(subscription))["long_task_id"]
    await stage.given_warnings(subscription, renamed(1))
    async with stage.database.read() as connection:
        good = (await connection.execute(text("SELECT snapshot FROM long_tasks"))).scalar_one()
    await execute(stage, "UPDATE long_tasks SET snapshot = '{' WHERE id = :task", task=task)
    await stage.run(5)
    await execute(stage, "UPDATE long_tasks SET snapshot = :good WHERE id = :task", task=task, good=good)
    await stage.run(12)
    assert (await stage.kinds(subscription))[2:] == [("warnings", "sent")]
    assert REPEATED not in stage.replies()[1].text


# -- claims


@dataclass
class Gate:
    """A client of Slack whose calls wait until they are let through."""

    client: Any
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.client, name)

        async def waiting(*args: Any, **kwargs: Any) -> Any:
            self.entered.set()
            await self.open.wait()
            return await call(*args, **kwargs)

        return waiting


async def begun(stage: Any) -> tuple[Any, Gate]:
    """A deliverer that is in the middle of a call."""
    gates: list[Gate] = []

    def gate(client: Any) -> Gate:
        gates.append(gates[0] if gates else Gate(client))
        return gates[-1]

    late = stage.deliverer(gate)
    for _ in range(8):
        await late.renew_step()
        await late.step()
        stage.clock.move(0.5)
        if gates:
            await gates[0].entered.wait()
            return late, gates[0]
    raise AssertionError("no call was begun")


async def test_who_lost_its_claim_writes_nothing_and_the_next_one_settles_what_was_begun(both: Any) -> None:
    subscription = await both.given_standing_thread()
    first = both._deliverers[-1]
    await first.stop(within=both.clock() - both.clock())
    notice = await both.given_warnings(subscription, renamed(1))
    late, gate = await begun(both)
    assert (await both.notice(notice))["state"] == "sending"
    await expire_claims(both)
    other = both.deliverer()
    await both.run(6, other)
    told = await both.notice(notice)
    assert (told["state"], told["may_stand"]) == ("sent", True)
    gate.open.set()
    await late.settle()
    assert await both.notice(notice) == told
    assert [REPEATED in reply.text for reply in both.replies()] == [False, True, False]
    assert late._held == {}


async def test_who_lost_its_claim_begins_nothing_more(both: Any) -> None:
    subscription = await both.given_standing_thread()
    late = both._deliverers[-1]
    await expire_claims(both)
    other = both.deliverer()
    await both.given_warnings(subscription, renamed(1))
    await other.step()
    await both.given_end(subscription)
    calls = len(both.calls())
    for _ in range(5):
        both.clock.move(0.5)
        await late.step()
        await late.settle()
    assert len(both.calls()) == calls
    assert (await both.kinds(subscription))[2:] == [("warnings", "planned"), ("completion", "planned")]
    await other.settle()


@pytest.mark.parametrize("which", ["root edit", "notice edit", "card edit"])
async def test_who_lost_its_claim_edits_nothing(stage: Any, which: str) -> None:
    subscription = await stage.given_standing_thread()
    notice = await stage.given_warnings(subscription, renamed(1))
    await stage.run(4)
    late = stage._deliverers[-1]
    if which == "root edit":
        await execute(stage, "UPDATE subscriptions SET outcome = 'finished', card_dirty_since = NULL")
    elif which == "notice edit":
        async with stage.database.begin() as connection:
            await notices.change(connection, notice, dirty_since=stage.clock())
    else:
        await stage.given_look((await stage.thread(subscription))["long_task_id"], 70)
    await execute(stage, "UPDATE workspaces SET claim_id = 'another'")
    calls = len(stage.calls())
    await late.step()
    await late.settle()
    assert len(stage.calls()) == calls
    assert late._held == {}


async def test_a_stalled_process_makes_no_call_with_a_lease_it_has_not_renewed(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    await stage.given_warnings(subscription, renamed(1))
    stage.clock.move(7)
    calls = len(stage.calls())
    await stage._deliverers[-1].step()
    await stage._deliverers[-1].settle()
    assert len(stage.calls()) == calls


async def test_an_edit_that_was_begun_is_settled_after_a_take_over(stage: Any) -> None:
    subscription = await stage.given_standing_thread()
    await stage._deliverers[-1].stop(within=stage.clock() - stage.clock())
    await stage.given_end(subscription)
    async with stage.database.begin() as connection:
        await notices.drop_untold(connection, subscription, reason="only the card matters")
    late, gate = await begun(stage)
    await expire_claims(stage)
    await stage.run(45, stage.deliverer())
    card = stage.replies()[0]
    assert [version.text.startswith("Finished") for version in card.versions] == [False, True, True]
    gate.open.set()
    await late.settle()
    assert card.text.startswith("Finished")


async def test_a_new_holder_begins_with_empty_budgets(stage: Any) -> None:
    for number in range(12):
        await stage.given_thread(channel=channel(stage, number))
    one = stage.deliverer()
    wait = await one.step()
    await one.settle()
    assert stage.calls() == []
    assert 0.2 <= wait <= 1.1


# -- no busy loop, bounded reads


async def test_with_nothing_to_do_a_step_waits(stage: Any) -> None:
    await stage.given_standing_thread()
    assert await stage.run(3) == 1.0


async def test_a_step_reads_no_more_often_for_a_hundred_threads_than_for_one(stage: Any) -> None:
    statements: list[str] = []
    for engine in (stage.database.reader, stage.database.writer):
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    stage.slack.limits.enabled = False
    counts = []
    for until in (1, 100):
        while len(stage.slack.channels) - 1 < until:
            await stage.given_thread(channel=channel(stage, len(stage.slack.channels)))
        one = stage.deliverer()
        await expire_claims(stage)
        statements.clear()
        await one.step()
        counts.append(len([one for one in statements if not one.startswith("PRAGMA")]))
        await one.settle()
        await one.stop(within=stage.clock() - stage.clock())
    assert counts[0] == counts[1] <= 16


# -- write first, tell after, mark last


@dataclass
class Scissors:
    """Cancels the task that runs through so many points where a call or a transaction begins or ends."""

    left: int
    cut: bool = False

    async def point(self) -> None:
        self.left -= 1
        task = asyncio.current_task()
        if self.left == 0 and task is not None:
            self.cut = True
            task.cancel()
        await asyncio.sleep(0)


class Cut:
    """A client of Slack that is cut before or after its call."""

    def __init__(self, client: Any, scissors: Scissors) -> None:
        self._client, self._scissors = client, scissors

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        async def calling(*args: Any, **kwargs: Any) -> Any:
            await self._scissors.point()
            answer = await call(*args, **kwargs)
            await self._scissors.point()
            return answer

        return calling


class CutDatabase:
    """A database that is cut before a transaction, before its commit, or after it."""

    def __init__(self, database: Any, scissors: Scissors) -> None:
        self._database, self._scissors = database, scissors

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        await self._scissors.point()
        async with self._database.begin() as connection:
            yield connection
            await self._scissors.point()
        await self._scissors.point()

    def read(self) -> Any:
        return self._database.read()


@pytest.mark.parametrize("scope", [False, True], ids=["alone", "with the history scope"])
async def test_wherever_telling_is_cancelled_the_next_process_completes_the_thread(stage: Any, scope: bool) -> None:
    # Every second point without the scope, the others with it: each takes its time.
    if scope:
        stage.slack.workspaces[TEAM].scopes |= {"channels:history"}
    for point in range(1 + scope, 60, 2):
        place = channel(stage, point)
        subscription = await stage.given_thread(channel=place)
        await stage.given_warnings(subscription, renamed(1))
        await stage.given_end(subscription, Outcome.PROBLEMS)
        scissors = Scissors(point)
        one = stage.deliverer(lambda client, scissors=scissors: Cut(client, scissors))
        one.tools = replace(one.tools, database=CutDatabase(stage.database, scissors))
        for _ in range(16):
            if scissors.cut:
                break
            try:
                await one.step()
            except asyncio.CancelledError:
                asyncio.current_task().uncancel()
                break
            await one.settle()
            stage.clock.move(0.7)
        await expire_claims(stage)
        await stage.run(14, stage.deliverer())
        roots = stage.slack.messages(place)
        replies = [reply for root in roots for reply in stage.slack.thread(place, root.ts)]
        told = len(roots) + len(replies)
        assert 4 <= told <= 4 + (not scope), (point, [message.text for message in (*roots, *replies)])
        assert {state for _, state in await stage.kinds(subscription)} == {"sent"}
        assert {roots[-1].text[:10], *(reply.text[:8] for reply in replies if reply.text.startswith("Finished"))} == {
            "*Finished ",
            "Finished",
        }
        await stage._deliverers[-1].stop(within=stage.clock() - stage.clock())
        if not scissors.cut:
            break
    assert point > 20


# -- the live thread


async def test_the_live_thread_is_found_from_every_message_of_it(both: Any) -> None:
    subscription = await both.given_standing_thread()
    row = await both.thread(subscription)

    async def found(**wanted: Any) -> Any:
        asked = {"team_id": TEAM, "channel_id": CHANNEL, "message_ts": "1.0"} | wanted
        async with both.database.read() as connection:
            one = await live_threads.of_message(connection, **asked)
        return one and one["id"]

    async with both.database.read() as connection:
        marker = (await connection.execute(text("SELECT marker FROM notices WHERE kind = 'root'"))).scalar_one()
    assert [
        await found(message_ts=row["root_ts"]),
        await found(message_ts=row["card_ts"]),
        await found(marker=marker),
        await found(subscription_id=subscription),
        await found(),
        await found(message_ts=row["root_ts"], channel_id="C0OTHER"),
    ] == [subscription, subscription, subscription, subscription, None, None]
    async with both.database.begin() as connection:
        await subscriptions.stop(connection, subscription, stopped_by=OWNER, now=both.clock())
    assert await found(message_ts=row["root_ts"]) == subscription
    again = await both.given_thread(row["long_task_id"])
    await both.run(6)
    assert await found(message_ts=row["root_ts"]) == again
