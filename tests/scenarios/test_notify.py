"""Who is mentioned when a long task ends."""

import pytest

from bot.render import replies
from bot.render.buttons import Action
from bot.render.completion import MAX_MENTIONS
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from tests.support.clock import Clock
from tests.support.postgres_locks import while_threads_end
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

COPY = scenario("copy_with_renames_and_restrictions")


async def test_the_completion_mentions_those_who_asked_for_it_and_at_most_twenty_by_name(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(COPY)
    people = [f"U0MANY{number:02}" for number in range(MAX_MENTIONS + 4)]
    for user in people:
        stepped.slack.add_user(user)
        stepped.slack.invite(CHANNEL, user)
        await stepped.press(stepped.card(remote_id), Action.NOTIFY_ME, user=user)

    await stepped.until(lambda: any(reply.mentions for reply in stepped.thread(remote_id)), within=300)

    (completion,) = [reply for reply in stepped.thread(remote_id) if reply.mentions]
    assert len(completion.mentions) == MAX_MENTIONS
    assert set(completion.mentions) <= {PERSON, *people}
    assert COLLEAGUE not in completion.mentions
    assert completion.text.endswith(" and 5 others")


@pytest.mark.postgres
async def test_nobody_is_promised_a_mention_in_a_thread_that_ends_in_the_same_moment(
    migrated_postgres_url: str, clock: Clock, en: Texts
) -> None:
    async with open_stepped_bot(migrated_postgres_url, clock) as stepped:
        remote_id = await stepped.follow(COPY)

        pressing = stepped.press(stepped.card(remote_id), Action.NOTIFY_ME, user=COLLEAGUE)

        answers = await while_threads_end(migrated_postgres_url, pressing)
        assert answers == [replies.no_longer_followed(en).text]


@pytest.mark.postgres
async def test_who_asks_for_a_task_whose_thread_ends_in_the_same_moment_gets_a_thread(
    migrated_postgres_url: str, clock: Clock
) -> None:
    async with open_stepped_bot(migrated_postgres_url, clock) as stepped:
        remote_id = await stepped.follow(COPY)

        answers = await while_threads_end(migrated_postgres_url, stepped.ask(remote_id, user=COLLEAGUE))

        assert answers == []
        await stepped.until(lambda: len(stepped.slack.messages(CHANNEL)) == 2)
        assert f"<@{COLLEAGUE}>" in stepped.root(remote_id).text
