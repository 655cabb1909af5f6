"""How many long tasks a person and a channel may have followed at a time."""

from collections.abc import AsyncIterator

import pytest

from bot.follow.beginning import PEOPLE_PER_CHANNEL
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from tests.support.clock import Clock
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")
LIMIT = 2


@pytest.fixture
async def limited(database_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """A bot with a low limit, on both databases."""
    async with open_stepped_bot(database_url, clock, environ={"FOLLOW_LIMIT": str(LIMIT)}) as opened:
        yield opened


def refused(en: Texts, *remote_ids: str, place: replies.LimitOf = replies.LimitOf.PERSON, limit: int = LIMIT) -> str:
    """The sentence about long tasks that are not followed."""
    return replies.not_followed(en, remote_ids, replies.limit_reached(en, place, limit, "/longtask")).text


async def test_a_person_at_the_limit_hears_what_to_do_and_may_follow_again_after_a_stop(
    limited: SteppedBot, en: Texts
) -> None:
    first, second, third = (limited.sandbox.begin(STALL) for _ in range(3))
    for remote_id in (first, second):
        await limited.ask(remote_id)

    (answer,) = await limited.ask(third)

    assert answer == refused(en, third)
    assert answer == (
        f"Not followed: `{third}`. You already follow 2 Confluence tasks, the most one person can. "
        "Stop following some of them first; `/longtask list mine` shows them."
    )
    await limited.ask(f"stop {first}")
    await limited.ask(third)
    await limited.until(lambda: limited.thread(third))


async def test_of_many_long_tasks_of_one_command_no_more_than_the_limit_are_followed(
    limited: SteppedBot, en: Texts
) -> None:
    remote_ids = [limited.sandbox.begin(STALL) for _ in range(5)]

    (answer,) = await limited.ask(" ".join(remote_ids))

    await limited.until(lambda: len(limited.slack.messages(CHANNEL)) == LIMIT)
    followed = [one for one in remote_ids if limited.sandbox.root_of(one, CHANNEL)]
    left = [one for one in remote_ids if one not in followed]
    assert (len(followed), answer) == (LIMIT, refused(en, *left))


async def test_what_is_followed_already_counts_for_nobody_else(limited: SteppedBot, en: Texts) -> None:
    remote_ids = [await limited.follow(STALL) for _ in range(LIMIT)]
    own = limited.sandbox.begin(STALL)

    for remote_id in remote_ids:
        (answer,) = await limited.ask(remote_id, user=COLLEAGUE)
        assert answer.startswith(replies.already_following(en, remote_id).text)
    await limited.ask(own, user=COLLEAGUE)

    await limited.until(lambda: limited.thread(own))


async def test_a_channel_takes_five_times_as_many_and_another_channel_the_next(limited: SteppedBot, en: Texts) -> None:
    for number in range(PEOPLE_PER_CHANNEL):
        person = f"U0FOLLOWER{number}"
        limited.slack.add_user(person)
        for _ in range(LIMIT):
            await limited.ask(limited.sandbox.begin(STALL), user=person)
    remote_id = limited.sandbox.begin(STALL)

    (answer,) = await limited.ask(remote_id, user=PERSON)

    limit = LIMIT * PEOPLE_PER_CHANNEL
    assert answer == refused(en, remote_id, place=replies.LimitOf.CHANNEL, limit=limit)
    limited.slack.add_channel("C0OTHER", "other", members=[PERSON])
    await limited.ask(remote_id, channel="C0OTHER")
    await limited.until(lambda: limited.thread(remote_id, "C0OTHER"))
