"""DATABASE_URL as an operator or a PaaS writes it, given to every command."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.db.migrate import newest
from tests.support.command_line import run_command

ROOT = Path(__file__).parents[1]
SETTINGS = {
    "LOG_FORMAT": "json",
    "SLACK_BOT_TOKEN": "xoxb-sample",
    "SLACK_SIGNING_SECRET": "sample",
    "SLACK_API_URL": "http://127.0.0.1:1/api/",
    "CONFLUENCE_URL": "http://127.0.0.1:1/wiki",
    "CONFLUENCE_EMAIL": "bot@example.com",
    "CONFLUENCE_API_TOKEN": "sample",
}
DATA_COMMANDS = (
    ("backup", "--to", "copy.db"),
    ("export", "--user", "U1"),
    ("delete", "--user", "U1", "--yes"),
    ("move", "--to", "postgres://127.0.0.1:1/d"),
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands are run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port that somebody listens on: a start that comes to it has read the database."""
    taken = socket.create_server(("127.0.0.1", 0))
    with closing(taken):
        yield str(taken.getsockname()[1])


def assert_every_command_takes(url: str, *, port: str, unused: list[str]) -> None:
    settings = {**SETTINGS, "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": port}
    said = {
        command: run_command(*command, settings=settings) for command in (("migrate",), ("doctor",), (), ("worker",))
    }

    for command, (_, _, errors) in said.items():
        logged = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
        keys = [line["keys"] for line in logged if line["event"] == "database_url_keys_not_used"]
        assert (command, keys) == (command, [unused] if unused else [])
    assert said["migrate",][:2] == (0, "")
    found = said["doctor",][1].splitlines()
    assert [line for line in found if "Database" in line or "Migrations" in line] == [
        "ok     Database: reachable, takes writes",
        f"ok     Migrations: at {newest()}, the newest",
    ]
    sentence = f"HOST 127.0.0.1, PORT {port} cannot be listened on: Address already in use."
    for command in ((), ("worker",)):
        assert (command, said[command][0], said[command][2].splitlines()[-1]) == (command, 1, sentence)


@pytest.mark.postgres
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_command_takes_a_postgres_url_as_it_is_given(scheme: str, postgres_url: str, taken_port: str) -> None:
    url = f"{scheme}://{postgres_url.partition('://')[2]}"
    assert_every_command_takes(url, port=taken_port, unused=[])


@pytest.mark.postgres
def test_every_command_leaves_out_what_is_for_other_tools(postgres_url: str, taken_port: str) -> None:
    mark = "&" if "?" in postgres_url else "?"
    url = f"{postgres_url}{mark}pgbouncer=true&schema=public&ssl=false"
    assert_every_command_takes(url, port=taken_port, unused=["pgbouncer", "schema"])


@pytest.mark.parametrize("url", ["sqlite:///longtask.db", "sqlite+aiosqlite:///longtask.db", "sqlite:///{folder}/x.db"])
def test_every_command_takes_a_sqlite_url_as_it_is_given(url: str, folder: Path, taken_port: str) -> None:
    assert_every_command_takes(url.format(folder=folder), port=taken_port, unused=[])


def test_alembic_takes_the_same_url_and_needs_nothing_else(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{folder}/longtask.db"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    with closing(sqlite3.connect(folder / "longtask.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest(),)]


@pytest.mark.parametrize("command", [(), ("worker",), ("migrate",), ("doctor",), *DATA_COMMANDS], ids=str)
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "postgres://u:secret@h/d?search=a",
            "DATABASE_URL has the key 'search', which Postgres does not know: leave it out.",
        ),
        ("postgres://u:sec@ret@h/d", "DATABASE_URL holds an @ too many: in a password it is written %40."),
        ("sqlite://", "DATABASE_URL does not name a file after sqlite:///."),
        ("mysql://u:secret@h/d", "DATABASE_URL has to begin with postgres://, postgresql:// or sqlite:///."),
    ],
)
def test_a_url_that_cannot_work_is_one_sentence(command: tuple[str, ...], url: str, sentence: str) -> None:
    assert run_command(*command, settings={**SETTINGS, "DATABASE_URL": url}) == (1, "", f"{sentence}\n")


@pytest.mark.parametrize("command", [(), ("worker",), ("migrate",)])
def test_a_start_on_a_file_of_something_else_is_one_sentence(command: tuple[str, ...], folder: Path) -> None:
    (folder / "notes.db").write_text("Dear diary, " * 500)
    status, printed, logged = run_command(*command, settings={**SETTINGS, "DATABASE_URL": "sqlite:///notes.db"})

    *lines, sentence = logged.splitlines()
    assert (status, printed) == (1, "")
    assert sentence == (
        "The database takes no writes (its file is not a database): put that right, or change DATABASE_URL. "
        "Nothing was changed."
    )
    assert [json.loads(line)["event"] for line in lines] == ([] if command else ["listening"])


def test_a_database_with_tables_of_something_else_is_one_sentence(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.execute("CREATE TABLE sites (id INTEGER PRIMARY KEY)")
    assert run_command("migrate", settings={**SETTINGS, "DATABASE_URL": "sqlite:///shop.db"}) == (
        1,
        "",
        (
            "The database cannot be migrated (table sites already exists). Nothing was changed; set DATABASE_URL to a "
            "database that nothing else uses.\n"
        ),
    )


@pytest.mark.parametrize("command", [(), ("worker",), ("migrate",), ("doctor",), *DATA_COMMANDS], ids=str)
def test_no_command_shows_the_password(command: tuple[str, ...]) -> None:
    settings = {**SETTINGS, "LOG_LEVEL": "DEBUG", "DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/d?password=hunter2"}
    status, output, errors = run_command(*command, settings=settings)
    assert (status, "hunter2" in output + errors) == (1, False)
    assert "Traceback" not in errors
