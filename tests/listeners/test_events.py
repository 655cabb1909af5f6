from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL
from sandbox.scenarios import scenario
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")


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
    assert "Stopped" not in stepped.root(remote_id).text


async def test_a_workspace_whose_token_was_revoked_is_delivered_to_again_after_its_next_command(
    stepped: SteppedBot,
) -> None:
    remote_id = await stepped.follow(STALL)
    edits = len(stepped.card(remote_id).versions)

    await stepped.slack.event({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}})
    await stepped.run(70)
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
