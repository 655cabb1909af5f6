"""Who is mentioned when a long task ends."""

from bot.render.buttons import Action
from bot.render.completion import MAX_MENTIONS
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from tests.support.stepped_bot import SteppedBot

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
