from datetime import datetime, timedelta

import pytest

from bot.db import messages, people, subscriptions
from bot.db.people import OfThread
from bot.domain.message_kinds import MessageKind
from bot.domain.person import Person
from bot.domain.states import Membership
from tests.support.filled_database import OWNER, TEAM, FilledDatabase

FRIEND = "U2"


def person(user_id: str, membership: Membership, at: datetime) -> Person:
    return Person(team_id=TEAM, user_id=user_id, membership=membership, is_admin=False, locale=None, asked_at=at)


async def put(filled: FilledDatabase, user_id: str, membership: Membership) -> None:
    async with filled.database.begin() as connection:
        await people.put(connection, person(user_id, membership, filled.clock()))


async def add_thread(filled: FilledDatabase, remote_id: str = "1") -> int:
    """A thread that is in Slack, with its owner and a follower."""
    thread = await filled.add_thread(await filled.add_long_task(remote_id))
    await filled.post_first(thread)
    async with filled.database.begin() as connection:
        await subscriptions.add_follower(
            connection, subscription_id=thread, user_id=FRIEND, account_id=None, now=filled.clock()
        )
    return thread


async def marked(filled: FilledDatabase, thread: int) -> bool:
    """Whether the card of a thread shows something old; afterwards it does not."""
    cards = [message for message in await filled.messages(thread) if message.kind is MessageKind.CARD]
    async with filled.database.begin() as connection:
        for card in cards:
            await messages.leave(connection, card.id)
    return any(card.stale_since is not None for card in cards)


@pytest.mark.parametrize("user_id", [OWNER, FRIEND])
async def test_cards_show_that_somebody_has_left_or_come_back(filled: FilledDatabase, user_id: str) -> None:
    thread = await add_thread(filled)
    await marked(filled, thread)
    marks = []
    for membership in (
        Membership.MEMBER,
        Membership.GUEST,
        Membership.DELETED,
        Membership.ABSENT,
        Membership.MEMBER,
    ):
        await put(filled, user_id, membership)
        marks.append(await marked(filled, thread))
    assert marks == [False, False, True, False, True]


async def test_somebody_of_no_thread_changes_no_card(filled: FilledDatabase) -> None:
    thread = await add_thread(filled)
    await marked(filled, thread)
    await put(filled, "U404", Membership.DELETED)
    assert not await marked(filled, thread)


async def test_who_is_gone_is_known(filled: FilledDatabase) -> None:
    for user_id, membership in (("U1", Membership.DELETED), ("U2", Membership.MEMBER), ("U3", Membership.ABSENT)):
        await put(filled, user_id, membership)
    async with filled.database.read() as connection:
        assert await people.gone(connection, TEAM, ["U1", "U2", "U3", "U4"]) == {"U1", "U3"}
        assert await people.gone(connection, "T2", ["U1"]) == frozenset()
        assert await people.gone(connection, TEAM, []) == frozenset()


async def test_slack_is_asked_about_owners_and_followers_of_what_runs_those_unknown_or_long_unasked_first(
    filled: FilledDatabase,
) -> None:
    await add_thread(filled, "1")
    over = await filled.add_thread(await filled.add_long_task("2"), owner_id="U7")
    await filled.end((await filled.subscription(over)).long_task_id)
    await put(filled, OWNER, Membership.MEMBER)

    async def to_be_asked(asked_before: datetime, *teams: str) -> list[OfThread]:
        async with filled.database.read() as connection:
            return await people.to_be_asked_about(connection, team_ids=teams, asked_before=asked_before, limit=10)

    now = filled.clock()
    friend, owner = OfThread(TEAM, None, FRIEND), OfThread(TEAM, None, OWNER)
    assert await to_be_asked(now, TEAM) == [friend]
    assert await to_be_asked(now + timedelta(seconds=1), TEAM) == [friend, owner]
    await put(filled, FRIEND, Membership.MEMBER)
    filled.clock.move(1)
    await put(filled, OWNER, Membership.MEMBER)
    assert await to_be_asked(now + timedelta(seconds=2), TEAM) == [friend, owner]
    assert await to_be_asked(now, "T2") == []
    assert await to_be_asked(now) == []


async def test_people_are_forgotten_after_a_day_unless_they_are_gone_and_a_thread_of_theirs_runs(
    filled: FilledDatabase,
) -> None:
    thread = await add_thread(filled)
    for user_id, membership in (
        (OWNER, Membership.DELETED),
        (FRIEND, Membership.ABSENT),
        ("U3", Membership.MEMBER),
        ("U4", Membership.DELETED),
    ):
        await put(filled, user_id, membership)

    async def known() -> list[str]:
        async with filled.database.begin() as connection:
            await people.forget(connection, asked_before=filled.clock.later(1))
            found = [(user_id, await people.find(connection, TEAM, user_id)) for user_id in (OWNER, FRIEND, "U3", "U4")]
        return [user_id for user_id, person in found if person is not None]

    assert await known() == [OWNER, FRIEND]
    await filled.end((await filled.subscription(thread)).long_task_id)
    assert await known() == []
