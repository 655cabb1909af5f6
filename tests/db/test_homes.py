from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import select

from bot.db import homes, messages, subscriptions, unfinished_messages, waiting_messages, workspaces
from bot.db.models import messages as message_rows
from bot.db.rows import Address, MessageRow, Shows, StaleHomeRow
from bot.domain.home import SPACING, SPACING_AFTER_PRESS, Home
from bot.domain.message_facts import Answer
from bot.domain.message_kinds import RULES, MessageKind, PersonOwner
from bot.domain.message_plan import Draft
from bot.domain.states import MessageState
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase

OTHER = "U9"
VIEW = Address("V1", "123.456")


@dataclass
class Homes:
    """Homes in a filled database."""

    filled: FilledDatabase

    @property
    def now(self) -> datetime:
        return self.filled.clock()

    async def change(
        self,
        change: Callable[[Home], Home] = lambda home: home,
        *,
        user: str = OWNER,
        spacing: timedelta = SPACING,
    ) -> None:
        async with self.filled.database.begin() as connection:
            await homes.add(connection, TEAM, user, now=self.now)
            await homes.change(connection, TEAM, user, change, spacing=spacing, now=self.now)

    async def stale(self) -> list[StaleHomeRow]:
        async with self.filled.database.read() as connection:
            return await homes.stale(connection, TEAM, limit=10)

    async def row(self, user: str = OWNER) -> MessageRow:
        query = select(message_rows.c.id).where(message_rows.c.kind == MessageKind.HOME, message_rows.c.user_id == user)
        async with self.filled.database.read() as connection:
            found = await messages.find(connection, (await connection.execute(query)).scalar_one())
        assert found is not None
        return found

    async def begin(self) -> MessageRow:
        async with self.filled.database.begin() as connection:
            begun = await messages.begin_edit(connection, (await self.stale())[0].id)
        assert begun is not None
        return begun

    async def publish(self, begun: MessageRow, *, again_in: float | None = 15) -> None:
        again_at = None if again_in is None else self.filled.clock.later(again_in)
        async with self.filled.database.begin() as connection:
            await homes.published(connection, begun, address=VIEW, digest="shown", again_at=again_at, now=self.now)


async def test_a_person_has_one_home_however_often_it_is_opened(filled: FilledDatabase) -> None:
    one = Homes(filled)
    for page in (1, 2):
        await one.change(lambda home, page=page: replace(home, page=page))  # type: ignore[misc] -- a default binds it
    await one.change(user=OTHER)

    row = await one.row()
    assert (row.owner, row.state, row.facts) == (
        PersonOwner(OWNER),
        MessageState.PLANNED,
        Home(opened_at=filled.clock(), page=2),
    )
    assert [stale.user_id for stale in await one.stale()] == [OWNER, OTHER]


async def test_a_person_of_a_workspace_that_is_not_known_has_none(filled: FilledDatabase) -> None:
    async with filled.database.begin() as connection:
        await workspaces.delete(connection, TEAM)
    await Homes(filled).change()
    assert await Homes(filled).stale() == []


async def test_a_home_is_no_message_that_waits_for_a_post(filled: FilledDatabase) -> None:
    await Homes(filled).change()
    async with filled.database.read() as connection:
        ranks = {kind: int(rules.urgency) for kind, rules in RULES.items()}
        waiting = await waiting_messages.waiting(
            connection, TEAM, ranks=ranks, now=filled.clock(), limit=10, of_thread=10
        )
        stale = await waiting_messages.stale(connection, TEAM, now=filled.clock(), limit=10)
    assert (waiting, stale) == ([], [])


async def test_a_published_home_is_looked_at_again_or_left(filled: FilledDatabase) -> None:
    one = Homes(filled)
    await one.change()
    await one.publish(await one.begin())

    (again,) = await one.stale()
    row = await one.row()
    assert (again.stale_since, again.not_before) == (filled.clock(), filled.clock.later(15))
    assert (row.state, row.address, row.shown) == (MessageState.POSTED, VIEW, "shown")

    begun = await one.begin()
    async with filled.database.begin() as connection:
        await homes.unchanged(connection, begun, again_at=None, now=filled.clock())
    assert await one.stale() == []
    assert (await one.row()).state is MessageState.POSTED


async def test_a_change_during_the_call_is_published_after_it(filled: FilledDatabase) -> None:
    one = Homes(filled)
    await one.change()
    begun = await one.begin()
    await one.change(lambda home: replace(home, page=2), spacing=SPACING_AFTER_PRESS)
    await one.publish(begun)

    (again,) = await one.stale()
    row = await one.row()
    assert (again.not_before, row.shown) == (filled.clock(), None)
    assert row.facts == Home(opened_at=filled.clock(), page=2)


async def test_a_change_waits_for_the_spacing_after_the_last_time(filled: FilledDatabase) -> None:
    one = Homes(filled)
    await one.change()
    await one.publish(await one.begin(), again_in=None)
    filled.clock.move(4)

    await one.change(spacing=SPACING)
    assert (await one.stale())[0].not_before == filled.clock.later(11)
    await one.change(spacing=SPACING_AFTER_PRESS)
    assert (await one.stale())[0].not_before == filled.clock()


async def test_a_call_whose_end_was_not_seen_is_made_again(filled: FilledDatabase) -> None:
    one = Homes(filled)
    await one.change()
    begun = await one.begin()
    async with filled.database.begin() as connection:
        assert await unfinished_messages.editing(connection, TEAM) == [(begun.id, PersonOwner(OWNER))]
        await unfinished_messages.restore(connection, [begun.id], now=filled.clock())
    row = await one.row()
    assert (row.edit_ambiguous, [stale.id for stale in await one.stale()]) == (True, [begun.id])


async def test_a_home_that_was_refused_is_tried_when_it_is_opened_again(filled: FilledDatabase) -> None:
    one = Homes(filled)
    await one.change()
    async with filled.database.begin() as connection:
        await messages.drop(connection, (await one.row()).id, reason="refused")
    assert await one.stale() == []

    await one.change()
    assert (await one.row()).state is MessageState.PLANNED
    assert len(await one.stale()) == 1


async def test_facts_that_do_not_read_are_begun_anew(filled: FilledDatabase) -> None:
    one = Homes(filled)
    await one.change(lambda home: replace(home, page=7))
    async with filled.database.begin() as connection:
        await connection.execute(message_rows.update().values(facts='{"type": "home", "page": "x"}'))
    filled.clock.move(60)

    await one.change()

    assert (await one.row()).facts == Home(opened_at=filled.clock())


async def test_ones_own_threads_are_told_apart_from_those_of_ones_channels(filled: FilledDatabase) -> None:
    places = ((OWNER, CHANNEL), (OTHER, CHANNEL), (OTHER, "C2"), (OTHER, "C3"))
    added = [
        await filled.add_thread(await filled.add_long_task(str(number)), owner_id=owner, channel_id=channel)
        for number, (owner, channel) in enumerate(places)
    ]
    ended = await filled.add_long_task("over")
    await filled.add_thread(ended, channel_id="C2")
    await filled.end(ended)
    async with filled.database.begin() as connection:
        await subscriptions.add_follower(
            connection, subscription_id=added[3], user_id=OWNER, account_id=None, now=filled.clock()
        )
        shown = await homes.threads_shown(connection, TEAM, OWNER, channel_ids={CHANNEL, "C2", "C404"})
        nowhere = await homes.threads_shown(connection, TEAM, OWNER, channel_ids=())

    assert shown == ([added[0], added[3]], [added[0], added[1], added[2]])
    assert nowhere == ([added[0], added[3]], [])


async def test_homes_go_a_day_after_they_were_shown_and_with_their_workspace(filled: FilledDatabase) -> None:
    one = Homes(filled)
    await one.change()
    await one.publish(await one.begin(), again_in=None)
    await one.change(user=OTHER)

    async with filled.database.begin() as connection:
        await homes.forget(connection, shown_before=filled.clock())
        kept = await homes.find(connection, TEAM, OWNER)
        await homes.forget(connection, shown_before=filled.clock.later(1))
        gone = await homes.find(connection, TEAM, OWNER)
        waiting = await homes.find(connection, TEAM, OTHER)
        await workspaces.delete(connection, TEAM)
        deleted = await homes.find(connection, TEAM, OTHER)

    assert (kept is None, gone, waiting is None, deleted) == (False, None, False, None)


async def test_direct_messages_of_nothing_else_go_a_day_after_they_were_posted_and_with_their_workspace(
    filled: FilledDatabase,
) -> None:
    facts = Answer(text="The hook has ended.")
    draft = Draft(kind=MessageKind.DIRECT, facts=facts, user_id=OWNER)
    planned = messages.Planned(owner=PersonOwner(OWNER), team_id=TEAM, draft=draft)
    query = select(message_rows.c.id).order_by(message_rows.c.id)

    async def left() -> int:
        async with filled.database.read() as connection:
            return len((await connection.execute(query)).all())

    async with filled.database.begin() as connection:
        await messages.plan(connection, [planned, planned], now=filled.clock())
        first, _ = (await connection.execute(query)).scalars()
        await messages.begin_post(connection, first)
        message = await messages.find(connection, first)
        assert message is not None
        assert message.owner == PersonOwner(OWNER)
        await messages.posted(
            connection, message, address=Address("D1", "1.0"), shows=Shows(digest=""), now=filled.clock()
        )
        await homes.forget(connection, shown_before=filled.clock())
    assert await left() == 2

    async with filled.database.begin() as connection:
        await homes.forget(connection, shown_before=filled.clock.later(1))
    assert await left() == 1

    async with filled.database.begin() as connection:
        await workspaces.delete(connection, TEAM)
    assert await left() == 0
