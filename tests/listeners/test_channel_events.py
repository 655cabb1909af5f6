"""A channel is shared with another organisation, or no longer."""

import pytest

from sandbox.harness import CHANNEL
from sandbox.scenarios import scenario
from tests.support.stepped_bot import SteppedBot

RENAMES = scenario("copy_with_renames_and_restrictions")


def names(stepped: SteppedBot, remote_id: str) -> bool:
    return any("Team handbook" in reply.text for reply in stepped.thread(remote_id))


async def follow_until_named(stepped: SteppedBot) -> str:
    remote_id = await stepped.follow(RENAMES)
    await stepped.until(lambda: names(stepped, remote_id))
    return remote_id


async def test_names_vanish_at_once_if_the_channel_is_shared_and_come_back_if_it_no_longer_is(
    stepped: SteppedBot,
) -> None:
    remote_id = await follow_until_named(stepped)

    result = await stepped.slack.share(CHANNEL)
    assert result is not None
    assert result.status == 200
    await stepped.until(lambda: not names(stepped, remote_id), within=15)

    await stepped.slack.unshare(CHANNEL)
    await stepped.until(lambda: names(stepped, remote_id), within=15)


async def test_a_channel_that_one_of_two_organisations_leaves_is_still_shared(stepped: SteppedBot) -> None:
    remote_id = await follow_until_named(stepped)
    await stepped.slack.share(CHANNEL)
    await stepped.slack.event({"type": "channel_unshared", "channel": CHANNEL, "is_ext_shared": True})
    await stepped.run(10)
    assert not names(stepped, remote_id)


async def test_an_organisation_that_is_still_invited_keeps_the_names_hidden(stepped: SteppedBot) -> None:
    remote_id = await follow_until_named(stepped)
    await stepped.slack.share(CHANNEL)
    stepped.slack.channels[CHANNEL].pending_ext_shared = True
    await stepped.slack.unshare(CHANNEL)
    await stepped.run(10)
    assert not names(stepped, remote_id)


@pytest.mark.parametrize("event", [{}, {"channel": None}, {"channel": {"id": CHANNEL}}, {"channel": "C" * 5000}])
async def test_an_event_without_a_channel_of_ours_changes_nothing(
    stepped: SteppedBot, event: dict[str, object]
) -> None:
    remote_id = await follow_until_named(stepped)
    result = await stepped.slack.event({"type": "channel_shared", **event})
    await stepped.run(10)
    assert result.status == 200
    assert names(stepped, remote_id)
