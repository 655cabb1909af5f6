import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.typing import EventDict

from bot.db import threads
from bot.db.engine import DatabaseAway
from bot.follow.buttons import press
from bot.follow.press import Press
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.failing_credentials import FailingCredentials
from tests.support.held_credentials import HeldCredentials
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")


def pressed(
    action: Action, *, channel_id: str = CHANNEL, user_id: str = PERSON, response_url: str | None = None
) -> Press:
    """A press on a message of the only thread."""
    return Press(
        team_id=TEAM,
        enterprise_id=None,
        channel_id=channel_id,
        user_id=user_id,
        response_url=response_url,
        action=action,
        subscription_id=1,
        message_ts="1.000001",
    )


async def test_a_press_on_a_card_whose_post_is_not_written_down_yet_counts(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.ask(remote_id)
    await stepped.until(lambda: stepped.slack.messages(CHANNEL))

    await press(stepped.deps, stepped.worker.people, pressed(Action.STOP, user_id=COLLEAGUE))

    await stepped.until(lambda: "No longer followed" in stepped.root(remote_id).text)


async def test_a_late_look_begins_no_second_thread_in_a_direct_message(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0SECRET", "secret", members=[PERSON], bot=False, private=True)
    remote_id = stepped.sandbox.begin(STALL)
    command = await stepped.sandbox.type(remote_id, channel="C0SECRET")
    await stepped.until(stepped.answers)
    url = stepped.slack.response_url(command.response_url_id)
    follow_in_dm = pressed(Action.FOLLOW_IN_DM, channel_id="C0SECRET", response_url=url)
    # The second press begins the thread while the first looks.
    held = HeldCredentials(stepped.deps.credentials)
    late = asyncio.create_task(press(replace(stepped.deps, credentials=held), stepped.worker.people, follow_in_dm))
    await held.begun.wait()
    await press(stepped.deps, stepped.worker.people, follow_in_dm)
    await stepped.until(lambda: len(stepped.slack.dms(PERSON)) > 1)

    held.over.set()
    await late
    await stepped.run(10)

    assert len(stepped.slack.dms(PERSON)) == 2


@pytest.mark.parametrize("error", [DatabaseAway("away"), RuntimeError("no reason")])
async def test_a_press_that_fails_is_said_to_have_gone_wrong(
    stepped: SteppedBot, en: Texts, logs: list[EventDict], error: Exception
) -> None:
    remote_id = await stepped.follow(STALL)
    command = await stepped.sandbox.type(f"stop {remote_id}")
    await stepped.turn()
    deps = replace(stepped.deps, credentials=FailingCredentials(error))
    url = stepped.slack.response_url(command.response_url_id)

    await press(deps, stepped.worker.people, pressed(Action.FOLLOW_AGAIN, response_url=url))

    assert stepped.answers()[-1] == replies.gone_wrong(en).text
    events = {"DatabaseAway": "press_not_carried_out", "RuntimeError": "press_crashed"}
    ids = {"action": Action.FOLLOW_AGAIN, "user": PERSON, "team": TEAM, "channel": CHANNEL}
    failed = [log for log in logs if log["log_level"] != "info"]
    assert [log["event"] for log in failed] == [events[type(error).__name__]]
    assert [{name: log[name] for name in ids} for log in failed] == [ids]


async def test_a_press_under_way_is_finished_before_the_process_stops(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    stepped.slack.faults.add("users.info", Fault.slow(0.2))

    await stepped.slack.click(CHANNEL, stepped.card(remote_id).ts, Action.STOP, COLLEAGUE)
    await stepped.worker.stop(within=timedelta(seconds=30))

    async with stepped.database.read() as connection:
        assert await threads.followed(connection, team_id=TEAM, channel_id=CHANNEL) == []
