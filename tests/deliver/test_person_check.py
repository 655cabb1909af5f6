"""Slack is asked every hour whether the people of running threads are still there."""

from collections.abc import Sequence

from bot.db import pauses
from bot.deliver import PersonCheck
from bot.deliver.person_check import IDLE_SECONDS, METHOD, QUESTION_SECONDS
from bot.domain.message_kinds import MessageKind
from sandbox.slack import Fault
from tests.support.delivery import FRIEND, DeliveryRig
from tests.support.filled_database import OWNER, TEAM


async def open_check(rig: DeliveryRig, *, teams: Sequence[str] = (TEAM,)) -> PersonCheck:
    return PersonCheck(deps=(await rig.add_deliverer()).deps, team_ids=lambda: teams)


async def run(rig: DeliveryRig, one: PersonCheck) -> list[float]:
    """Step until there is nobody to ask about; the waits between the steps (seconds)."""
    waits: list[float] = []
    while not waits or (waits[-1] != IDLE_SECONDS and len(waits) < 20):
        waits.append(await one.step())
        rig.clock.move(waits[-1])
    return waits


def asked(rig: DeliveryRig) -> list[str]:
    return [call.arguments["user"] for call in rig.calls(METHOD)]


async def test_each_person_of_a_running_thread_is_asked_about_once_an_hour(rig: DeliveryRig) -> None:
    for _ in range(2):
        await rig.add_posted_thread()
    one = await open_check(rig)

    assert await run(rig, one) == [QUESTION_SECONDS, QUESTION_SECONDS, IDLE_SECONDS]
    assert asked(rig) == [OWNER, FRIEND]
    assert await one.step() == IDLE_SECONDS
    rig.clock.move(3600)
    await run(rig, one)
    assert asked(rig) == [OWNER, FRIEND] * 2


async def test_nobody_is_asked_about_for_a_workspace_that_another_process_delivers_for(rig: DeliveryRig) -> None:
    await rig.add_posted_thread()
    assert await run(rig, await open_check(rig, teams=())) == [IDLE_SECONDS]
    assert asked(rig) == []


async def test_who_is_gone_is_not_mentioned_at_the_end(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.deactivate(FRIEND)
    await run(rig, await open_check(rig))

    await rig.end(thread)
    await rig.finish()

    assert (await rig.message(thread, MessageKind.COMPLETION)).facts is not None
    assert rig.replies()[-1].mentions == (OWNER,)


async def test_a_person_whom_slack_does_not_know_is_gone_and_one_it_does_not_describe_is_asked_about_later(
    rig: DeliveryRig,
) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add(METHOD, Fault.error("user_not_found"), times=1)
    rig.slack.faults.add(METHOD, Fault.status(503), times=1)
    one = await open_check(rig)
    assert await run(rig, one) == [QUESTION_SECONDS, QUESTION_SECONDS, IDLE_SECONDS]
    await rig.run(10)
    note = f"<@{OWNER}> is no longer in Slack."
    assert note in rig.replies()[0].text
    assert thread

    rig.clock.move(600)
    assert await run(rig, one) == [QUESTION_SECONDS, IDLE_SECONDS]
    assert asked(rig) == [OWNER, FRIEND, FRIEND]


async def test_a_rate_limit_is_kept_and_nobody_is_asked_about_before_it_is_over(rig: DeliveryRig) -> None:
    await rig.add_posted_thread()
    rig.slack.faults.add(METHOD, Fault.ratelimited(90))
    one = await open_check(rig)
    await one.step()
    async with rig.database.read() as connection:
        assert list(await pauses.paused_methods(connection, TEAM, now=rig.clock())) == [METHOD]

    rig.clock.move(10)
    assert await one.step() == IDLE_SECONDS
    assert len(asked(rig)) == 1
