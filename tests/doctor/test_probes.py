from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app.site import credential_of
from bot.config import Settings, load
from bot.db.engine import open_database
from bot.db.migrate import migrate, newest
from bot.doctor.checks import Verdict
from bot.doctor.probes import examine
from sandbox.harness import APP_TOKEN, Sandbox
from tests.support.clock import Clock
from tests.support.refusing_database import RefusingDatabase, read_only_server, revoked_right


async def verdicts(settings: Settings, clock: Clock) -> dict[str, Verdict]:
    """The last verdict on each part."""
    return {check.name: check.verdict async for check in examine(settings, now=clock(), credential_of=credential_of)}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_database_that_does_not_exist_is_reported_and_not_created(
    sandbox: Sandbox, clock: Clock, tmp_path: Path
) -> None:
    assert await verdicts(sandbox.settings, clock) == {
        "Settings": Verdict.OK,
        "Database": Verdict.NOTE,
        "Disk": Verdict.OK,
        "Slack": Verdict.OK,
        "Scopes": Verdict.NOTE,
        "Confluence": Verdict.OK,
    }
    assert files(tmp_path) == []


async def test_a_database_that_a_running_bot_uses_is_fine(sandbox: Sandbox, clock: Clock) -> None:
    database = open_database(sandbox.settings.database_url)
    await migrate(database)
    try:
        assert (await verdicts(sandbox.settings, clock))["Database"] is Verdict.OK
    finally:
        await database.close()


async def test_a_token_that_confluence_refuses_is_reported(sandbox: Sandbox, clock: Clock) -> None:
    settings = load({**sandbox.environ, "CONFLUENCE_API_TOKEN": "wrong"})
    assert (await verdicts(settings, clock))["Confluence"] is Verdict.FAILED


async def test_the_token_of_the_app_is_tried_in_socket_mode(sandbox: Sandbox, clock: Clock) -> None:
    settings = load({**sandbox.environ, "SLACK_APP_TOKEN": APP_TOKEN})
    assert (await verdicts(settings, clock))["Socket Mode"] is Verdict.OK
    sandbox.slack.app_tokens[APP_TOKEN].error = "token_revoked"
    assert (await verdicts(settings, clock))["Socket Mode"] is Verdict.FAILED


async def test_a_site_that_does_not_publish_its_cloud_id_is_reported(sandbox: Sandbox, clock: Clock) -> None:
    settings = load({**sandbox.environ, "CONFLUENCE_CLOUD_ID": "auto"})
    await sandbox.confluence.stop()
    assert (await verdicts(settings, clock))["Confluence"] is Verdict.FAILED


@pytest.mark.postgres
@pytest.mark.parametrize("way", [revoked_right, read_only_server])
async def test_a_database_that_takes_no_writes_is_reported(
    way: Callable[[str], RefusingDatabase], postgres_url: str, sandbox: Sandbox, clock: Clock
) -> None:
    refusal = way(postgres_url)
    settings = load({**sandbox.environ, "DATABASE_URL": refusal.url})
    database = open_database(settings.database_url)
    await migrate(database)
    async with refusal.refusing(database):
        assert await database_lines(settings, clock) == [
            f"FAILED Database: takes no writes: {refusal.reason} → put that right; the bot then goes on by itself"
        ]
    assert await database_lines(settings, clock) == [f"ok     Database: reachable, at migration {newest()}"]
    await database.close()


async def test_a_file_of_something_else_is_reported(sandbox: Sandbox, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "longtask.db").write_text("Dear diary, " * 500)
    (line,) = await database_lines(sandbox.settings, clock)
    assert line.startswith("FAILED Database: takes no writes: its file is not a database → ")


async def database_lines(settings: Settings, clock: Clock) -> list[str]:
    """What doctor says about the database."""
    found = examine(settings, now=clock(), credential_of=credential_of)
    return [str(check) async for check in found if check.name == "Database"]
