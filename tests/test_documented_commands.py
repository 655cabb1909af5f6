"""Every command in a code block of a document is run by a test, or it says why not, and what it names is looked up."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from aiohttp import web

from bot.__main__ import cli
from bot.config import Settings
from sandbox.harness import PERSON, Sandbox
from sandbox.scenarios import scenario
from tests.support.clone import Clone, prepared_clone
from tests.support.documents import DOCUMENTS, commands, every_command

#: what is started here are whole programs, some side by side, on a machine that may be busy
pytestmark = pytest.mark.timeout(300)

#: commands that end by themselves and need nothing but the clone -> what they print
ENDING = {
    "cp .env.example .env && chmod 600 .env": "",
    "make manifest": "socket_mode_enabled: true",
    "make manifest URL=https://longtask.example.com": "url: https://longtask.example.com/slack/events",
    "make configuration": "Written: ",
    "make gallery": "Written: gallery.html",
    "make catalogs": r"de\.po: 0 of",
}
#: one after the other
MIGRATION = (
    "DATABASE_URL=sqlite+aiosqlite:///migration.db make migrate",
    'DATABASE_URL=sqlite+aiosqlite:///migration.db .venv/bin/alembic revision --autogenerate -m "Add a column"',
)
#: command -> the test elsewhere that runs it
ELSEWHERE = {
    "make demo": "test_new_user.py::test_the_demo_is_one_command",
    "make demo ARGS=--without-bot": "test_new_user.py::test_from_the_clone_to_a_followed_task_in_socket_mode",
    "make install": "test_new_user.py::test_from_the_clone_to_a_followed_task_in_socket_mode",
    "make doctor": "test_new_user.py::test_from_the_clone_to_a_followed_task_in_socket_mode",
    "make run": "test_new_user.py::test_from_the_clone_to_a_followed_task_in_socket_mode",
    "python -m bot backup --to backups/2026-11-26.db": (
        "data_commands/test_backup.py::test_a_copy_that_is_made_while_the_bot_runs_holds_all_rows_and_a_bot_starts_on_it"
    ),
    "python -m bot backup --check backups/2026-11-26.db": (
        "data_commands/test_backup.py::test_a_copy_is_checked_and_described"
    ),
    "python -m bot move --to postgres://ann@db.example/longtask": (
        "scenarios/test_move.py::test_a_thread_goes_on_in_postgres_and_nothing_is_posted_twice"
    ),
    "python -m bot export --user U0123456789 > person.json": (
        "data_commands/test_personal_data.py::test_the_export_of_a_person_has_what_they_did_and_nobody_else"
    ),
    "python -m bot export --team T0123456789 > workspace.json": (
        "data_commands/test_personal_data.py::test_the_export_of_a_workspace_has_all_rows_but_those_of_nobody"
    ),
    "python -m bot delete --user U0123456789": (
        "data_commands/test_personal_data.py::test_who_does_not_answer_yes_deletes_nothing"
    ),
}
#: command, or what it begins with -> why it is not run; the targets, settings and commands that it names are looked up
NOT_RUN = {
    "make test": "this test is part of it",
    "make check": "this test is part of it",
    "make lint": "a part of `make test`",
    "make audit": "asks osv.dev; tests/test_audit.py runs it against a stand-in",
    "make pictures": "takes minutes and overwrites the pictures; tests/sandbox/test_pictures.py runs its parts",
    "heroku ": "needs an account of the platform",
    "git push heroku ": "the same",
    "fly ": "needs an account of the platform",
    "docker compose ": "needs a docker daemon",
}
#: what a document may set that is no setting of the bot
FOREIGN = {"POSTGRES_PASSWORD", "ARGS", "URL", "STRICT", "SECONDS", "SEED"}
SERVICES = yaml.safe_load(Path("compose.yaml").read_text(encoding="utf-8"))["services"]


def curl_of_the_scripts() -> str:
    (command,) = [each for each in commands(Path("docs/scripts.md").read_text(encoding="utf-8")) if "curl" in each]
    return command


def reason_of(command: str) -> str | None:
    """Why a command is not run; None where it is."""
    whole = NOT_RUN.get(command)
    return whole or next(
        (why for start, why in NOT_RUN.items() if start.endswith(" ") and command.startswith(start)), None
    )


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return prepared_clone(tmp_path)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_code_block_says_what_it_is(document: Path) -> None:
    commands(document.read_text(encoding="utf-8"))


def test_every_command_is_run_by_a_test_or_says_why_not() -> None:
    run = {*ENDING, *MIGRATION, *ELSEWHERE, curl_of_the_scripts()}
    documented = every_command()

    assert {
        command: where for command, where in documented.items() if command not in run and not reason_of(command)
    } == {}
    assert run - documented.keys() == set()
    assert [start for start in NOT_RUN if not any(command.startswith(start) for command in documented)] == []


def test_the_test_that_runs_it_exists() -> None:
    for named in ELSEWHERE.values():
        file, _, test = named.partition("::")
        assert f"def {test}(" in (Path("tests") / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ENDING)
async def test_a_command_does_what_its_document_says(clone: Clone, command: str) -> None:
    status, said = await clone.run(command)

    assert status == 0, said
    assert re.search(ENDING[command], said)


async def test_a_migration_is_written_as_contributing_says(clone: Clone) -> None:
    for command in MIGRATION:
        status, said = await clone.run(command)
        assert status == 0, said

    (written,) = (clone.folder / "migrations" / "versions").glob("*add_a_column*")
    assert "def upgrade()" in written.read_text(encoding="utf-8")


# -- not run, but looked at

#: the bot's own commands
OWN = {each.name or each.callback.__name__ for each in cli.registered_commands if each.callback is not None}
LOOKED_AT = [command for command in every_command() if reason_of(command)]


@pytest.mark.parametrize("command", LOOKED_AT)
def test_what_is_not_run_names_settings_commands_and_services_that_exist(command: str) -> None:
    settings = {name.upper() for name in Settings.model_fields}

    assert set(re.findall(r"\b([A-Z][A-Z_]+)=", command)) - settings - FOREIGN == set()
    assert set(re.findall(r"python -m bot (\w+)", command)) - OWN == set()
    assert set(re.findall(r"(?:--scale|compose exec) (\w+)", command)) - SERVICES.keys() == set()


@pytest.mark.parametrize("command", [command for command in LOOKED_AT if command.startswith("make ")])
async def test_a_target_that_is_not_run_says_what_it_would_do(clone: Clone, command: str) -> None:
    status, said = await clone.run(command.replace("make ", "make --dry-run ", 1))
    assert status == 0, said


def test_what_is_named_in_a_sentence_exists() -> None:
    named = {
        found
        for document in DOCUMENTS
        for found in re.findall(
            r"`(?:[\w./]*/)?python -m ([\w.]+)(?: (\w[\w-]*))?", document.read_text(encoding="utf-8")
        )
    }
    modules = {Path(*module.split(".")) for module, _ in named}

    assert {command for module, command in named if module == "bot" and command} - OWN == set()
    assert [each for each in modules if not (each.with_suffix(".py").exists() or (each / "__main__.py").exists())] == []


# -- from a script


@pytest.fixture
async def started_job(sandbox: Sandbox) -> AsyncIterator[tuple[str, str]]:
    """A site that begins a copy when it is asked to, as Cloud does: its address, and the id of the copy."""
    remote_id = sandbox.begin(scenario("stall"))
    answer = {"id": remote_id, "links": {"status": f"/rest/api/longtask/{remote_id}"}}

    async def copy(_request: web.Request) -> web.Response:
        return web.json_response(answer, status=202)

    application = web.Application()
    application.add_routes([web.post("/wiki/rest/api/content/98765/pagehierarchy/copy", copy)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", remote_id
    await runner.cleanup()


async def test_a_script_follows_what_it_has_started(
    clone: Clone, sandbox: Sandbox, started_job: tuple[str, str]
) -> None:
    site, remote_id = started_job
    await sandbox.start_bot()
    await sandbox.type("hook")
    hook = await sandbox.slack.wait_for(
        lambda: next(
            iter(re.findall(r"http://127\.0\.0\.1:\d+/hook/[\w-]+", str(sandbox.slack.ephemerals(PERSON)))), None
        ),
        timeout=60,
    )
    (clone.folder / "copy.json").write_text("{}")

    command = curl_of_the_scripts().replace("https://acme.atlassian.net", site)
    status, said = await clone.run(command, EMAIL="marta@example.com", API_TOKEN="t", HOOK=hook or "")

    assert status == 0, said
    # above it is how far curl was
    assert json.loads(said.splitlines()[-1])["id"] == remote_id
    root = await sandbox.slack.wait_for(lambda: sandbox.root_of(remote_id), timeout=60)
    assert root is not None
    assert "Handbook" in root.text
