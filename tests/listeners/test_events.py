from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import housekeeping
from bot.db.models import findings, followers, long_tasks, messages, subscriptions
from bot.db.slack_models import events, people, workspaces
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL
from sandbox.scenarios import scenario
from tests.listeners import payloads
from tests.support.held_sleep import HeldSleep
from tests.support.signed_requests import send_event
from tests.support.sqlite_lock import locked
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")
UNINSTALLED = {"type": "app_uninstalled"}


async def kept(stepped: SteppedBot) -> dict[str, int]:
    """How many rows of a workspace's there are."""
    tables = (workspaces, subscriptions, followers, messages, long_tasks, findings, people)
    async with stepped.database.read() as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables
        }


async def test_an_uninstalled_app_forgets_the_workspaces_threads_and_texts(stepped: SteppedBot, en: Texts) -> None:
    remote_id = await stepped.follow(STALL)
    calls = len(stepped.slack.calls)

    result = await stepped.slack.event({"type": "app_uninstalled"})
    await stepped.run(120)

    assert result.status == 200
    assert len(stepped.slack.calls) == calls
    assert await stepped.commands() == []
    assert await stepped.planned_answers() == []
    assert await stepped.ask("list") == [replies.followed_list(en, []).text]
    assert "No longer followed" not in stepped.root(remote_id).text


async def test_a_workspace_whose_token_was_revoked_is_delivered_to_again_after_its_next_command(
    stepped: SteppedBot,
) -> None:
    remote_id = await stepped.follow(STALL)
    edits = len(stepped.card(remote_id).versions)

    await stepped.slack.event({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}})
    await stepped.run(50)
    assert len(stepped.card(remote_id).versions) == edits

    await stepped.ask("list")
    await stepped.run(10)
    assert len(stepped.card(remote_id).versions) > edits
    assert len(stepped.slack.messages(CHANNEL)) == 1


async def test_a_revoked_token_of_a_person_changes_nothing(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    edits = len(stepped.card(remote_id).versions)

    await stepped.slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["U0BOT"]}})
    await stepped.run(70)

    assert len(stepped.card(remote_id).versions) > edits


async def test_an_uninstall_deletes_findings_and_snapshots_that_nobody_else_follows(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(scenario("copy_with_renames_and_restrictions"))
    await stepped.until(lambda: len(stepped.thread(remote_id)) > 1)
    before = await kept(stepped)

    await stepped.slack.event(UNINSTALLED)
    await stepped.turn()

    assert 0 not in before.values()
    assert await kept(stepped) == dict.fromkeys(before, 0)


async def test_an_event_that_is_delivered_again_deletes_nothing_that_was_begun_after_it(on_both: SteppedBot) -> None:
    await on_both.follow(STALL)
    envelope = payloads.event(on_both, "app_uninstalled")
    await send_event(on_both, envelope)
    await on_both.turn()
    again = await on_both.follow(STALL)

    await send_event(on_both, envelope)
    await on_both.run(10)

    assert (await kept(on_both))["subscriptions"] == 1
    assert "No longer followed" not in on_both.root(again).text


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_an_event_that_is_older_than_the_install_is_ignored(stepped: SteppedBot, kind: str) -> None:
    late = payloads.event(stepped, kind)
    stepped.clock.move(60)
    remote_id = await stepped.follow(STALL)
    before = await kept(stepped)
    edits = len(stepped.card(remote_id).versions)

    await send_event(stepped, late)
    await stepped.run(70)

    assert await kept(stepped) == before
    assert len(stepped.card(remote_id).versions) > edits


async def test_an_uninstall_of_another_workspace_deletes_nothing_of_this_one(stepped: SteppedBot) -> None:
    await stepped.follow(STALL)
    before = await kept(stepped)

    await send_event(stepped, payloads.event(stepped, "app_uninstalled", team_id="T0OTHER"))
    await stepped.turn()

    assert await kept(stepped) == before


async def test_an_uninstall_is_carried_out_once_the_database_is_back(stepped: SteppedBot, tmp_path: Path) -> None:
    await stepped.follow(STALL)
    sleep = HeldSleep()
    worker = stepped.worker
    worker.deps = replace(stepped.deps, sleep=sleep)

    with locked(tmp_path / "longtask.db"):
        await send_event(stepped, payloads.event(stepped, "app_uninstalled"))
        await sleep.begun.wait()
    sleep.over.set()
    await stepped.turn()

    assert await kept(stepped) == dict.fromkeys(await kept(stepped), 0)


async def test_ids_of_events_are_forgotten_after_a_day(stepped: SteppedBot) -> None:
    await send_event(stepped, payloads.event(stepped, "app_uninstalled"))
    await stepped.turn()
    turn = housekeeping.step(stepped.database, retention_days=30, now=stepped.clock)
    counted = []
    for seconds in (housekeeping.KEEP_REQUESTS.total_seconds(), 1):
        stepped.clock.move(seconds)
        await turn()
        async with stepped.database.read() as connection:
            counted.append((await connection.execute(select(func.count()).select_from(events))).scalar_one())

    assert counted == [1, 0]
