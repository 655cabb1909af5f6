from bot.db import accounts, troubles
from bot.domain.message_facts import Card, Root, TroubleOver, TroubleStarted
from bot.domain.message_kinds import MessageKind
from bot.domain.states import Outcome, Trouble, Verbosity
from tests.support.filled_database import FilledDatabase


async def test_a_trouble_of_a_site_is_announced_once_in_each_running_thread_but_quiet_ones(
    filled: FilledDatabase,
) -> None:
    running, ended = await filled.add_long_task("1"), await filled.add_long_task("2", due_in=None)
    normal = await filled.add_thread(running)
    quiet = await filled.add_thread(running, channel_id="C2", verbosity=Verbosity.QUIET)
    over = await filled.add_thread(ended)
    await filled.end(ended, Outcome.FINISHED)
    for thread in (normal, quiet, over):
        await filled.post_first(thread)
    since = filled.clock()

    for _ in range(2):
        async with filled.database.begin() as connection:
            await troubles.begin(
                connection, troubles.of_site(filled.site_id), Trouble.DOWN, since=since, now=filled.clock()
            )

    messages = [await filled.messages(thread) for thread in (normal, quiet, over)]
    started = TroubleStarted(trouble=Trouble.DOWN, since=since)
    first = [Root(), Card()]
    assert [[message.facts for message in some] for some in messages] == [[*first, started], first, first]
    cards = [message.stale_since for some in messages for message in some if message.kind is MessageKind.CARD]
    assert cards == [since, since, None]
    assert [(await filled.long_task(name)).trouble for name in ("1", "2")] == [Trouble.DOWN, None]

    for _ in range(2):
        async with filled.database.begin() as connection:
            await troubles.end(
                connection, troubles.of_site(filled.site_id), Trouble.DOWN, since=since, now=filled.clock()
            )

    ending = TroubleOver(trouble=Trouble.DOWN, since=since)
    facts = [[message.facts for message in await filled.messages(thread)] for thread in (normal, quiet)]
    assert facts == [[*first, started, ending], first]
    assert (await filled.long_task("1")).trouble is None


async def test_the_trouble_of_an_account_concerns_what_no_other_working_account_has_seen(
    filled: FilledDatabase,
) -> None:
    working, refused = await filled.add_account(), await filled.add_account()
    async with filled.database.begin() as connection:
        await accounts.refuse(connection, refused, reason="401", probe_at=filled.clock())
    seen_by = {"1": (refused,), "2": (refused, working), "3": (refused, filled.account_id), "4": (working,)}
    for remote_id, account_ids in seen_by.items():
        await filled.add_thread(await filled.add_long_task(remote_id, seen_by=account_ids), channel_id=remote_id)
    async with filled.database.begin() as connection:
        await troubles.begin(
            connection, troubles.of_account(refused), Trouble.ACCESS_LOST, since=filled.clock(), now=filled.clock()
        )
    found = {remote_id: (await filled.long_task(remote_id)).trouble for remote_id in seen_by}
    assert found == {"1": Trouble.ACCESS_LOST, "2": None, "3": None, "4": None}


async def test_when_nothing_prevents_looks_any_more_every_long_task_is_due_at_once(filled: FilledDatabase) -> None:
    for remote_id, due_in in (("1", 900.0), ("2", -5.0), ("3", None)):
        await filled.add_long_task(remote_id, due_in=due_in)
    early = filled.clock.later(-5)
    now = filled.clock.move(60)
    async with filled.database.begin() as connection:
        await troubles.look_again(connection, troubles.of_site(filled.site_id), now=now)
    assert [(await filled.long_task(remote_id)).due_at for remote_id in ("1", "2", "3")] == [now, early, None]
