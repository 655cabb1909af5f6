"""The commands as an operator starts them: processes with nothing but the documented environment."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
import psycopg
import pytest

from bot import app
from bot.clients.slack.scopes import OPTIONAL
from bot.doctor.report import Report
from bot.domain.check import Check, Verdict
from sandbox.harness import TEAM, Sandbox, open_sandbox
from tests.support.command_line import run_command
from tests.support.ports import reserved_port

ROOT = Path(__file__).parents[1]
#: optional scopes that the simulated workspace grants
GRANTED = {"channels:read", "groups:read", "app_mentions:read"}
#: run a command with arguments and settings: its status, output and errors
Invoke = Callable[..., tuple[int, str, str]]
#: seconds that a start may take on a busy machine, and an end
START = 60.0
END = 60.0
#: what a process needs of a machine, apart from the settings
MACHINE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", "PYTHONUNBUFFERED": "1"}
#: asyncio's remark about a slow callback, which a busy machine causes as well
_SLOW = re.compile(r"^.*Executing <.*took \d.*$\n?", re.MULTILINE)


@pytest.fixture
def port() -> Iterator[int]:
    with reserved_port() as reserved:
        yield reserved


@pytest.fixture
def settings(tmp_path: Path, port: int) -> dict[str, str]:
    """The fewest settings with which a bot starts."""
    return {
        "PORT": str(port),
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'longtask.db'}",
        "SLACK_BOT_TOKEN": "xoxb-sample",
        "SLACK_SIGNING_SECRET": "sample",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "CONFLUENCE_URL": "http://127.0.0.1:1/wiki",
        "CONFLUENCE_EMAIL": "bot@example.com",
        "CONFLUENCE_API_TOKEN": "sample",
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-X", "dev", "-m", "bot", *arguments]


def ended(*arguments: str, settings: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself, as a process."""
    done = subprocess.run(  # noqa: S603 -- the project's own program
        command(*arguments),
        env={**MACHINE, **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )
    done.stderr = _SLOW.sub("", done.stderr)
    return done


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run commands that end by themselves in this process."""
    monkeypatch.chdir(tmp_path)
    return run_command


@pytest.fixture
def bot(tmp_path: Path, settings: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    """The bot as a process that is ready."""
    process = subprocess.Popen(  # noqa: S603 -- the project's own program
        command(), env={**MACHINE, **settings}, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert ready(process, port) == 200
        yield process
    finally:
        process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str], port: int) -> int | None:
    """200 once /readyz says so; None if the process ended instead."""
    give_up = time.monotonic() + START
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return int(answer.status)
        except OSError:
            pass
        time.sleep(0.1)  # another process's port has no event
    return None


def wait_for(process: subprocess.Popen[str], port: int, path: str) -> None:
    """Wait until a process answers with 200."""
    give_up = time.monotonic() + START
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return
        except OSError:
            time.sleep(0.1)  # another process's port has no event
    raise AssertionError(f"{path} has not answered")


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_the_bot_is_ready_and_a_signal_ends_it_cleanly(bot: subprocess.Popen[str], signum: signal.Signals) -> None:
    bot.send_signal(signum)
    out, errors = bot.communicate(timeout=END)
    # every line is one of the log: no warning of Python's, no traceback
    logged = [json.loads(line) for line in _SLOW.sub("", errors).splitlines()]
    started = [line["event"] for line in logged if line["event"] in {"started", "stopping", "stopped"}]
    assert (bot.returncode, out, started) == (0, "", ["started", "stopping", "stopped"])
    # asyncio and aiohttp log what is left open, and Python's warnings are lines as well
    assert [line for line in logged if line["level"] == "error" or "nclosed" in line["event"]] == []
    assert [line for line in logged if line.get("logger") == "py.warnings"] == []


@pytest.mark.postgres
def test_a_signal_ends_a_start_that_waits_for_a_migration(
    tmp_path: Path, settings: dict[str, str], port: int, postgres_url: str
) -> None:
    environ = {**MACHINE, **settings, "DATABASE_URL": postgres_url}
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        # as a process that migrates holds it: `bot.db.migrate`
        connection.execute("SELECT pg_advisory_lock(%s)", [0x6C6F6E67])
        process = subprocess.Popen(  # noqa: S603 -- the project's own program
            command(), env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        try:
            wait_for(process, port, "/healthz")
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=END)
        finally:
            process.kill()
            process.wait()
    logged = [json.loads(line)["event"] for line in _SLOW.sub("", errors).splitlines()]
    assert (process.returncode, logged) == (0, ["listening", "stopping", "stopped"])


async def test_a_signal_ends_the_bot_cleanly_in_socket_mode(tmp_path: Path) -> None:
    database_url = f"sqlite+aiosqlite:///{tmp_path / 'longtask.db'}"
    async with open_sandbox(database_url=database_url, environ={"PORT": ""}, ack_seconds=START, socket=True) as sandbox:
        environ = {name: value for name, value in sandbox.environ.items() if value}
        process = await asyncio.create_subprocess_exec(
            *command(), env={**MACHINE, **environ}, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            await sandbox.slack.wait_for(lambda: sandbox.slack.sockets.open, timeout=START)
            result = await sandbox.type("list")
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(END):
                out, errors = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        logged = [json.loads(line) for line in _SLOW.sub("", errors.decode()).splitlines()]

        assert (process.returncode, out, result.status, sandbox.slack.sockets.codes) == (0, b"", 200, [1000])
        wrong = [line for line in logged if line["level"] in ("error", "warning") or "nclosed" in line["event"]]
        # A busy machine may take longer than the bot waits for Slack to say whose its token is.
        assert [line for line in wrong if line["event"] != "token_not_identified"] == []


def test_a_start_loads_nothing_that_only_another_command_or_database_needs(
    tmp_path: Path, settings: dict[str, str], port: int
) -> None:
    assert ended("migrate", settings=settings, folder=tmp_path).returncode == 0
    report = tmp_path / "imports"
    with report.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-X", "importtime", "-m", "bot"], env={**MACHINE, **settings}, cwd=tmp_path, stderr=errors
        )
    try:
        assert ready(process, port) == 200
    finally:
        process.kill()
        process.wait()
    lines = report.read_text(encoding="utf-8").splitlines()
    loaded = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}

    assert "bot.app" in loaded
    assert loaded & {"sandbox", "bot.doctor", "alembic", "mako", "psycopg", "jsonschema", "yaml", "playwright"} == set()


def test_a_bad_setting_is_one_sentence(tmp_path: Path, settings: dict[str, str]) -> None:
    done = ended(settings={**settings, "SLACK_SIGNING_SECRET": ""}, folder=tmp_path)
    sentence = "SLACK_SIGNING_SECRET is missing: it proves that a request comes from Slack."
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence + "\n")


@pytest.mark.parametrize("command", [(), ("worker",), ("migrate",), ("doctor",)])
def test_every_command_names_a_setting_that_it_cannot_read(
    invoke: Invoke, settings: dict[str, str], command: tuple[str, ...]
) -> None:
    assert invoke(*command, settings={**settings, "PORT": "http"}) == (1, "", "PORT has to be a whole number.\n")


@pytest.mark.parametrize("command", [(), ("worker",), ("migrate",), ("doctor",)])
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CONFLUENCE_EMAIL", "ann:secret@example.com", "CONFLUENCE_EMAIL must not hold a colon."),
        (
            "SLACK_BOT_TOKEN",
            "xoxb-secret\nsecret",
            "SLACK_BOT_TOKEN holds a line break or another character that cannot be seen.",
        ),
        ("POLL_MAX_SECONDS", "1e300", "POLL_MAX_SECONDS has to be at most 86400.0."),
        ("HOST", "h" * 64, "HOST has to be an address like 0.0.0.0, or a host name."),
        ("DEFAULT_LANGUAGE", "tlh", "DEFAULT_LANGUAGE has to be one of de, en, ja, uk."),
        (
            "HTTPS_PROXY",
            "socks5h://user:secret@127.0.0.1:9050",
            "HTTPS_PROXY names a SOCKS proxy, which the bot does not speak: give an HTTP proxy or none.",
        ),
        (
            "HTTP_PROXY",
            "http://secret:99999",
            "HTTP_PROXY is not the address of an HTTP proxy, like http://proxy.example.com:8080.",
        ),
        ("SSL_CERT_FILE", "no/such/secret.pem", "SSL_CERT_FILE is not a file that can be read."),
        ("SSL_CERT_FILE", "/", "SSL_CERT_FILE is not a file that can be read."),
        ("SSL_CERT_FILE", __file__, "SSL_CERT_FILE holds no certificates that can be read (PEM)."),
        ("SSL_CERT_DIR", "no/such/secret", "SSL_CERT_DIR is not a folder."),
    ],
)
def test_every_command_refuses_what_cannot_work(
    invoke: Invoke, settings: dict[str, str], *, command: tuple[str, ...], name: str, value: str, sentence: str
) -> None:
    assert invoke(*command, settings={**settings, name: value}) == (1, "", f"{sentence}\n")


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, settings: dict[str, str]) -> None:
    with socket.create_server(("", 0)) as taken:
        port = int(taken.getsockname()[1])
        done = ended(settings={**settings, "PORT": str(port), "LOG_LEVEL": "ERROR"}, folder=tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines()), str(port) in done.stderr) == (1, "", 1, True)


def test_a_second_process_on_the_same_file_is_one_sentence(
    bot: subprocess.Popen[str], settings: dict[str, str], tmp_path: Path
) -> None:
    done = ended("migrate", settings=settings, folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Another process is already using the SQLite file {tmp_path / 'longtask.db'}: stop it first, or set "
        "DATABASE_URL to a Postgres database, which several processes can share.\n"
    )


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path, settings: dict[str, str]) -> None:
    (tmp_path / "file").write_text("no folder")
    url = f"sqlite+aiosqlite:///{tmp_path / 'file' / 'longtask.db'}"
    done = ended(settings={**settings, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}, folder=tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


def test_a_sqlite_file_that_does_not_last_is_said_at_the_start(tmp_path: Path, settings: dict[str, str]) -> None:
    done = ended("migrate", settings=settings | {"DYNO": "release.1"}, folder=tmp_path)

    (line,) = [json.loads(line) for line in done.stderr.splitlines() if "disk_does_not_last" in line]
    assert (done.returncode, line["level"], line["platform"], line["lost"], line["fix"]) == (
        0,
        "error",
        "Heroku",
        "everything that is followed, at the next start",
        "set DATABASE_URL to postgres://…; python -m bot doctor says more",
    )


def test_migrating_needs_no_credentials_and_loads_no_simulator(tmp_path: Path, settings: dict[str, str]) -> None:
    program = (
        "import sys, runpy\n"
        "sys.argv = ['bot', 'migrate']\n"
        "try:\n    runpy.run_module('bot', run_name='__main__')\n"
        "except SystemExit as end:\n    print(end.code)\n"
        "print(sorted(name for name in sys.modules if name.startswith(('sandbox', 'rich.live'))))\n"
    )
    done = subprocess.run(  # noqa: S603 -- the project's own program
        [sys.executable, "-c", program],
        env={**MACHINE, "DATABASE_URL": settings["DATABASE_URL"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )
    assert (done.returncode, done.stdout, (tmp_path / "longtask.db").exists()) == (0, "0\n[]\n", True)


async def test_doctor_prints_one_line_for_each_check_and_fails_if_one_does(sandbox: Sandbox, tmp_path: Path) -> None:
    def diagnose() -> tuple[int, list[tuple[str, str]], str]:
        done = ended("doctor", settings=sandbox.environ, folder=tmp_path)
        lines = [line.partition(":")[0] for line in done.stdout.splitlines()]
        return done.returncode, [(line[:7].strip(), line[7:]) for line in lines], done.stderr

    of_slack = [
        ("ok", "Slack"),
        ("ok", "Scopes"),
        *[("note", "Scopes")] * len(OPTIONAL.keys() - GRANTED),
        ("ok", "Clock"),
        ("note", "Signing"),
    ]
    of_confluence = [("ok", "Confluence"), ("ok", "List"), ("ok", "Running list"), ("note", "Token")]
    settings = [("ok", "Settings"), ("ok", "Secrets")]
    new = [*settings, ("note", "Database"), ("ok", "Disk"), *of_slack, *of_confluence]
    assert await asyncio.to_thread(diagnose) == (0, new, "")

    await app.migrate_only(sandbox.settings)
    of_database = [("ok", name) for name in ("Database", "Migrations", "Leases", "Lag", "Encryption", "Disk")]
    assert await asyncio.to_thread(diagnose) == (0, [*settings, *of_database, *of_slack, *of_confluence], "")

    sandbox.slack.workspaces[TEAM].token_error = "token_revoked"
    of_slack = [("FAILED", "Slack"), ("note", "Signing")]
    assert await asyncio.to_thread(diagnose) == (1, [*settings, *of_database, *of_slack, *of_confluence], "")


async def test_doctor_for_machines_is_one_json_document_and_fails_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    def diagnose() -> tuple[int, Report, str]:
        done = ended("doctor", "--json", settings=sandbox.environ, folder=tmp_path)
        return done.returncode, msgspec.json.decode(done.stdout, type=Report), done.stderr

    await app.migrate_only(sandbox.settings)
    status, good, errors = await asyncio.to_thread(diagnose)
    assert (status, good.ok, errors, good.checks[0]) == (
        0,
        True,
        "",
        Check(name="Settings", verdict=Verdict.OK, detail="readable, HTTP on port 0, Confluence cloud"),
    )

    sandbox.slack.workspaces[TEAM].token_error = "token_revoked"
    status, bad, errors = await asyncio.to_thread(diagnose)
    assert (status, bad.ok, errors) == (1, False, "")
    assert [check for check in bad.checks if check.verdict is Verdict.FAILED] == [
        Check(
            name="Slack",
            verdict=Verdict.FAILED,
            detail="refused the bot token (token_revoked)",
            fix="install the app again and set SLACK_BOT_TOKEN anew",
        )
    ]


def test_doctor_for_machines_reports_settings_that_cannot_be_read(invoke: Invoke, settings: dict[str, str]) -> None:
    status, output, errors = invoke("doctor", "--json", settings={**settings, "PORT": "http"})
    assert (status, json.loads(output), errors) == (
        1,
        {
            "ok": False,
            "checks": [
                {
                    "name": "Settings",
                    "verdict": "failed",
                    "detail": "PORT has to be a whole number",
                    "fix": "correct that setting; nothing else was checked",
                }
            ],
        },
        "",
    )


def test_the_gallery_is_written_where_it_is_asked_for(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("gallery", "--output", "page.html") == (0, "Written: page.html\n", "")
    page = (tmp_path / "page.html").read_text()
    assert [page.count(f"</summary>{name}") for name in ("copying", "cloud: stall", "datacenter: move")] == [2, 2, 2]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["gallery", "--output", "no/page.html"], "[Errno 2] No such file or directory: 'no/page.html'"),
        (["demo", "--scenario", "nothing"], "There is no scenario 'nothing' on cloud: --list names those there are."),
        (["demo", "--language", "tlh", "--once"], "The language is one of de, en, ja, uk, not 'tlh'."),
        (["demo", "--kind", "server", "--list"], "The kind of site is cloud or datacenter, not 'server'."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(invoke: Invoke, command: list[str], sentence: str) -> None:
    assert invoke(*command) == (1, "", sentence + "\n")
