"""Doctor on installations in which nothing is wrong, in their different forms."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from bot.app import clock
from bot.app.site import credential_of
from bot.config import load
from bot.db.engine import open_database
from bot.db.migrate import MIGRATIONS, migrate, newest
from bot.doctor.database import check_database
from bot.doctor.disk import check_files
from bot.doctor.examination import examine
from bot.domain.check import Verdict
from sandbox.harness import APP_TOKEN, Sandbox
from tests.doctor.installation import Installation, open_installation
from tests.support.refusing_database import RefusingDatabase, read_only_server, revoked_right
from tests.support.web_server import served

TOKEN = (
    "note   Token: CONFLUENCE_API_TOKEN does not say when it expires; Atlassian's live a year at most → look it up at "
    "id.atlassian.com → Security → API tokens, and note the day"
)


@pytest.fixture
async def installed(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Installation]:
    monkeypatch.chdir(tmp_path)
    async with open_installation(tmp_path, migrated_file) as opened:
        yield opened


async def lines(settings: dict[str, str], *names: str) -> list[str]:
    """What doctor says in some checks; in all if none is named."""
    found = examine(load(settings), now=clock.now, real_time=clock.now, credential_of=credential_of)
    return [str(check) async for check in found if not names or check.name in names]


async def test_a_running_bot_in_a_good_installation_is_reported_line_by_line(installed: Installation) -> None:
    await installed.sandbox.start_bot()
    found = [line for line in await installed.lines() if "Disk" not in line]
    assert found == [
        f"ok     Settings: readable, HTTP on port {installed.words['port']}, Confluence cloud",
        "ok     Secrets: each has the shape of its kind",
        "ok     Database: reachable; a running bot writes to its file",
        f"ok     Migrations: at {newest()}, the newest",
        "ok     Leases: no claim ran out without being taken over",
        "ok     Lag: no look, command or message is late",
        (
            "ok     Encryption: no response URL of the last half hour to read back; new ones are sealed with "
            "SLACK_SIGNING_SECRET"
        ),
        "ok     Slack: the bot token is of sandbox",
        "ok     Scopes: commands, chat:write, users:read granted",
        "ok     Clock: within 30 seconds of Slack's",
        f"ok     Signing: accepted: a signed request to http://127.0.0.1:{installed.words['port']}",
        "ok     Confluence: reachable, the credential is accepted",
        "ok     List: Confluence lists what runs",
        "ok     Running list: RUNNING_LIST is everyone; the Confluence account is no administrator's",
        TOKEN,
    ]


async def test_where_no_bot_runs_signing_is_not_tried_and_that_is_no_failure(installed: Installation) -> None:
    port, public = installed.words["port"], installed.words["public"]
    assert await lines(installed.environ, "Signing", "Database") == [
        "ok     Database: reachable, takes writes",
        (
            f"note   Signing: not tried: nothing answers at http://127.0.0.1:{port} and {public} → start the bot, "
            "then run this again"
        ),
    ]


async def test_what_is_encrypted_can_be_read_back(installed: Installation) -> None:
    await installed.sandbox.start_bot()
    await installed.sandbox.type("help")
    assert await lines(installed.environ, "Encryption") == [
        "ok     Encryption: the response URLs of the last half hour can be read with SLACK_SIGNING_SECRET"
    ]


async def test_in_socket_mode_the_app_level_token_is_tried_instead_of_a_signature(
    tmp_path: Path, migrated_file: Path
) -> None:
    names = ("Settings", "Signing", "Socket Mode")
    async with open_installation(tmp_path, migrated_file, socket_mode=True) as installed:
        good = await lines(installed.environ, *names)
        installed.sandbox.slack.app_tokens[APP_TOKEN].scopes = frozenset()
        bad = await lines(installed.environ, "Socket Mode")
    assert good == [
        "ok     Settings: readable, Socket Mode, Confluence cloud",
        "ok     Socket Mode: the app-level token is accepted; no request has to be signed",
    ]
    assert bad == [
        (
            "FAILED Socket Mode: refused the app-level token (missing_scope) → turn Socket Mode on, make an app-level "
            "token with connections:write, set SLACK_APP_TOKEN"
        )
    ]


async def test_a_clock_that_is_minutes_behind_is_no_failure_in_socket_mode(tmp_path: Path, migrated_file: Path) -> None:
    async with open_installation(tmp_path, migrated_file, socket_mode=True) as installed:
        installed.sandbox.slack.clock_ahead = 600
        assert await lines(installed.environ, "Clock") == [
            (
                "note   Clock: this machine is 10 minutes behind Slack; times in messages are wrong by that → set "
                "this machine's clock: turn NTP on"
            )
        ]


async def test_a_database_that_does_not_exist_is_a_note_and_not_created(sandbox: Sandbox, tmp_path: Path) -> None:
    assert await lines(sandbox.environ, "Database", "Migrations", "Lag") == [
        f"note   Database: {tmp_path}/longtask.db does not exist yet; the first start makes it"
    ]
    assert files(tmp_path) == []


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_program_that_never_answers_on_the_bots_port_does_not_hold_doctor_up(installed: Installation) -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async with served(never) as url:
        installed.environ["PORT"] = url.rpartition(":")[2]
        assert await lines(installed.environ, "Signing") == [
            (
                f"FAILED Signing: what listens at {url} does not answer (no answer in time) → see what listens "
                "there: the log of the bot, or another program on its port"
            )
        ]


@pytest.mark.parametrize("setting", ["admins", "off"])
async def test_where_not_everyone_sees_the_list_the_rights_of_the_account_are_not_asked_about(
    installed: Installation, setting: str
) -> None:
    installed.sandbox.confluence.account.admin = True
    assert await lines({**installed.environ, "RUNNING_LIST": setting}, "Running list") == []


@pytest.mark.parametrize(
    ("environ", "platform"), [({"DYNO": "web.1"}, "Heroku"), ({"RENDER": "true"}, "Render")], ids=("heroku", "render")
)
async def test_a_sqlite_file_on_a_disk_that_is_ephemeral_is_refused(
    installed: Installation, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], platform: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert (await lines(installed.environ, "Disk"))[1:] == [
        (
            f"FAILED Disk: {installed.folder}/longtask.db is on a disk of {platform} that does not last: everything "
            "followed is lost at the next start → use Postgres: set DATABASE_URL to postgres://…, or mount a volume "
            "where the platform has them"
        )
    ]


def test_files_that_others_can_read_are_a_note_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, mode in ((".env", 0o644), ("x.db", 0o640), ("x.db-wal", 0o604), ("x.db-shm", 0o600)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    settings = load({"DATABASE_URL": "sqlite:///x.db"}, need_credentials=False)

    assert [str(check) for check in check_files(settings, host=None)][1:] == [
        f"note   Files: {name} can be read by other users of this machine → chmod 600 {name}"
        for name in (".env", "x.db", "x.db-wal")
    ]


async def test_a_database_of_an_earlier_version_is_a_failure_with_the_command_that_migrates_it(
    installed: Installation,
) -> None:
    migrations = with_one_more(installed.folder)
    found = await check_database(load(installed.environ), now=clock.now(), migrations=migrations)
    assert [str(check) for check in found] == [
        "ok     Database: reachable",
        f"FAILED Migrations: at {newest()} of 9999 → run: python -m bot migrate",
    ]


def with_one_more(folder: Path) -> Path:
    """The migrations of a later version than the one whose tables the database has."""
    copied = folder / "migrations"
    shutil.copytree(MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / "9999_next.py").write_text(f'revision = "9999"\ndown_revision = "{newest()}"\n')
    return copied


@pytest.mark.postgres
@pytest.mark.parametrize("way", [revoked_right, read_only_server])
async def test_a_database_that_takes_no_writes_is_reported(
    way: Callable[[str], RefusingDatabase], postgres_url: str, installed: Installation
) -> None:
    refusal = way(postgres_url)
    environ = {**installed.environ, "DATABASE_URL": refusal.url}
    database = open_database(load(environ).database_url)
    await migrate(database)
    async with refusal.refusing(database):
        assert await lines(environ, "Database") == [
            f"FAILED Database: takes no writes: {refusal.reason} → put that right; the bot then goes on by itself"
        ]
    assert await lines(environ, "Database", "Lag", "Leases") == [
        "ok     Database: reachable, takes writes",
        "ok     Leases: no claim ran out without being taken over",
        "ok     Lag: no look, command or message is late",
    ]
    await database.close()


async def test_a_secret_that_another_system_repeats_is_not_shown(installed: Installation) -> None:
    secret = installed.environ["CONFLUENCE_API_TOKEN"]

    async def repeat(_request: web.Request) -> web.Response:
        return web.Response(text="x", content_type=f"text/{secret}")

    async with served(repeat) as url:
        (line,) = await lines({**installed.environ, "CONFLUENCE_URL": url}, "Confluence")
    assert line == (
        "FAILED Confluence: answers something else (not JSON but text/…; charset=utf-8) → check CONFLUENCE_URL: is "
        "there a login page in front of it?"
    )


async def test_a_check_that_fails_itself_leaves_the_others_alone(installed: Installation) -> None:
    found = examine(
        load(installed.environ), now=clock.now, real_time=clock.now, credential_of=lambda _settings: _no_credential()
    )
    verdicts = {check.name: (check.verdict, check.detail) async for check in found}
    assert verdicts["Confluence"] == (Verdict.FAILED, "this check itself failed (LookupError)")
    assert verdicts["Slack"][0] is Verdict.OK


def _no_credential() -> None:
    raise LookupError
