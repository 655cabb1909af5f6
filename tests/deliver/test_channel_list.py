"""The channels of a workspace are listed once a day, a page at a time."""

import pytest

from bot.db import channels, pauses
from bot.deliver import ChannelList
from bot.deliver.channel_list import IDLE_SECONDS, MAX_PAGES, PAGE_SECONDS
from bot.domain.states import Sharing
from sandbox.slack import Fault
from tests.support.delivery import DeliveryRig
from tests.support.filled_database import TEAM

LIST = "conversations.list"


async def run(rig: DeliveryRig, one: ChannelList, *, steps: int = 2 * MAX_PAGES + 2) -> list[float]:
    """Step until there is nothing to list; the waits between the steps (seconds)."""
    waits: list[float] = []
    while len(waits) < steps and (not waits or waits[-1] != IDLE_SECONDS):
        waits.append(await one.step())
        rig.clock.move(waits[-1])
    return waits


async def open_list(rig: DeliveryRig) -> ChannelList:
    return ChannelList(deps=(await rig.add_deliverer()).deps)


async def sharing(rig: DeliveryRig, channel_id: str) -> Sharing | None:
    async with rig.database.read() as connection:
        known = await channels.find(connection, team_id=TEAM, channel_id=channel_id)
    return known.sharing if known else None


async def test_every_page_of_both_kinds_of_channel_is_read_at_slacks_pace(rig: DeliveryRig) -> None:
    for number in range(450):
        rig.slack.add_channel(f"C1{number:04}", ext=number == 449)
    rig.slack.add_channel("G1", private=True, pending=True)
    rig.slack.add_channel("G2", private=True, bot=False)

    waits = await run(rig, await open_list(rig))

    asked = [(call.arguments["types"], call.arguments["limit"]) for call in rig.calls(LIST)]
    assert asked == [("public_channel", "200")] * 3 + [("private_channel", "200")]
    assert waits == [0.0, *[PAGE_SECONDS] * 4, IDLE_SECONDS]
    found = [await sharing(rig, channel_id) for channel_id in ("C1", "C10000", "C10449", "G1", "G2")]
    assert found == [Sharing.OWN, Sharing.OWN, Sharing.SHARED, Sharing.SHARED, None]
    assert rig.slack.limits.report() == {}


async def test_a_listed_channel_needs_no_question_before_its_first_post(rig: DeliveryRig) -> None:
    await run(rig, await open_list(rig))
    await rig.add_posted_thread()
    assert rig.calls("conversations.info") == []


async def test_the_list_is_bounded(rig: DeliveryRig) -> None:
    for number in range(200 * MAX_PAGES + 1):
        rig.slack.add_channel(f"C1{number:05}")
    await run(rig, await open_list(rig))
    assert [call.arguments["types"] for call in rig.calls(LIST)] == ["public_channel"] * MAX_PAGES + ["private_channel"]


async def test_channels_are_listed_again_the_next_day_and_not_by_another_process(rig: DeliveryRig) -> None:
    first = await open_list(rig)
    await run(rig, first)
    assert await (await open_list(rig)).step() == IDLE_SECONDS
    rig.clock.move(20 * 3600)
    await run(rig, first)
    assert len(rig.calls(LIST)) == 4


@pytest.mark.parametrize(
    ("scope", "known"), [("groups:read", [Sharing.OWN, None]), ("channels:read", [None, Sharing.OWN])]
)
async def test_one_missing_scope_leaves_the_other_kind(
    rig: DeliveryRig, scope: str, known: list[Sharing | None]
) -> None:
    rig.slack.workspaces[TEAM].scopes -= {scope}
    rig.slack.add_channel("G1", private=True)
    await run(rig, await open_list(rig))
    assert [await sharing(rig, channel_id) for channel_id in ("C1", "G1")] == known


async def test_a_429_pauses_the_list_over_restarts_and_it_goes_on_where_it_was(rig: DeliveryRig) -> None:
    one = await open_list(rig)
    rig.slack.faults.add(LIST, Fault.ratelimited(90))
    assert [await one.step(), await one.step()] == [0.0, 90.0]
    async with rig.database.read() as connection:
        assert list(await pauses.paused_methods(connection, TEAM, now=rig.clock())) == [LIST]
    rig.clock.move(30)
    assert await one.step() == 60.0
    assert len(rig.calls(LIST)) == 1
    rig.clock.move(60)
    await run(rig, one)
    assert await sharing(rig, "C1") is Sharing.OWN
