"""The demo plays its stories to the end, takes what is typed, and says what is missing."""

import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
import pytest
from rich.console import Console

from sandbox import demo
from sandbox.harness import CHANNEL, PERSON
from sandbox.scenarios import DEMO, SITE_KINDS, Scenario, scenario, scenario_names

ROOT = Path(__file__).parents[2]
#: only what a fresh machine has: no setting of the bot
BARE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONWARNINGS": "default"}


def wide() -> Console:
    return Console(file=io.StringIO(), width=200, color_system=None)


@contextmanager
def started(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo as a process with silent input."""
    command = [sys.executable, "-m", "bot", "demo", *arguments]
    pipe = subprocess.PIPE
    environment = {**BARE, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(  # noqa: S603 -- the project's own program
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=folder, env=environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(stream: IO[str] | None, pattern: str) -> str:
    """What was said up to the first line that matches."""
    assert stream is not None
    said = ""
    for line in stream:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(f"never said {pattern!r}: {said}")


def only_log(folder: Path) -> Path:
    (log_file,) = folder.glob("longtask-demo-*/bot.log")
    return log_file


class WrongExpectation(demo.DemoOptions):
    """One scenario that expects more than its story holds."""

    def scenarios(self) -> list[Scenario]:
        right = scenario("lock_failure")
        wrong = msgspec.structs.replace(right.expected, findings={"ERROR_LOCK_FAILED": 1, "ERROR_RELINK": 1})
        return [msgspec.structs.replace(right, expected=wrong).scaled(self.speed)]


@pytest.mark.parametrize("kind", SITE_KINDS)
async def test_the_stories_are_played_to_their_end(kind: str) -> None:
    console = wide()
    status = await demo.run_demo(demo.DemoOptions(kind=kind, speed=2, once=True), console=console)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert (status, said.splitlines()[-1]) == (0, "All 4 stories ended as expected."), said


async def test_a_story_in_another_language(tmp_path: Path) -> None:
    console = wide()
    options = demo.DemoOptions(names=("lock_failure",), language="de", speed=0.4, once=True)
    assert await demo.run_demo(options, console=console) == 0
    assert isinstance(console.file, io.StringIO)
    assert "Fehlgeschlagen: Kopieren von Seiten" in console.file.getvalue()


async def test_what_is_missing_is_said_and_the_log_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    console = wide()
    assert await demo.run_demo(WrongExpectation(speed=0.4, once=True, patience=12.0), console=console) == 1
    log_file = only_log(tmp_path)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines()[-2:] == [
        "lock_failure (3145728001): ERROR_RELINK is reported 0 times instead of 1.",
        f"What the bot logged is in {log_file}",
    ]
    assert log_file.read_text() != ""


def test_the_list_names_every_story_and_those_of_the_demo() -> None:
    for kind in SITE_KINDS:
        listed = demo.list_scenarios(demo.DemoOptions(kind=kind))
        assert [line.split()[0] for line in listed] == list(scenario_names(kind))
        assert [line.split()[0] for line in listed if line.endswith("in the demo")] == list(DEMO)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            demo.DemoOptions(names=("nothing",)),
            "There is no scenario 'nothing' on cloud: --list names those there are.",
        ),
        (demo.DemoOptions(kind="server"), "The kind of site is cloud or datacenter, not 'server'."),
    ],
)
async def test_a_demo_that_cannot_be_played_is_one_sentence(options: demo.DemoOptions, sentence: str) -> None:
    with pytest.raises(demo.DemoError) as raised:
        await demo.run_demo(options, console=wide())
    assert str(raised.value) == sentence


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_person_types_into_a_pipe_and_ends_it(tmp_path: Path, signum: signal.Signals) -> None:
    with started("--scenario", "lock_failure", folder=tmp_path) as process:
        opening = read_until(process.stdout, r"/longtask \d+ \(archive\)")
        assert re.search(r"http://127\.0\.0\.1:\d+/", opening)
        log_file = Path(re.search(r"What the bot logs: (\S+)", opening)[1])  # type: ignore[index]  # None fails the test
        assert log_file.is_file()
        waiting = re.findall(r"/longtask (\d+) \(archive\)", opening)[0]
        assert process.stdin is not None
        process.stdin.write(f"hello\n\n/LONGTASK {waiting}\n")
        process.stdin.flush()
        read_until(process.stdout, "Only /longtask does something here")
        read_until(process.stdout, "Archiving pages")
        read_until(process.stdout, f"Confluence task {waiting}")
        process.send_signal(signum)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors, log_file.parent.exists()) == (0, "", False)


def test_somebody_without_an_id_is_shown_what_runs(tmp_path: Path) -> None:
    with started("--scenario", "lock_failure", folder=tmp_path) as process:
        read_until(process.stdout, r"/longtask \d+ \(archive\)")
        assert process.stdin is not None
        process.stdin.write("/longtask\n")
        process.stdin.flush()
        assert "Running in Confluence now" in read_until(process.stdout, "Archiving pages")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_the_demo_goes_on_when_there_is_nothing_to_read(tmp_path: Path) -> None:
    with started("--scenario", "lock_failure", folder=tmp_path) as process:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        read_until(process.stdout, "Failed: copying pages")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_in_a_terminal_keys_are_typed_into_the_screen_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    environment = {**BARE, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--scenario", "lock_failure"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        cwd=tmp_path,
        env=environment,
    )
    os.close(inside)
    try:
        shown = _shown_until(terminal, b"/longtask list, or help")
        os.write(terminal, b"/longtask nonsens\x7f\r")
        shown += _shown_until(terminal, b"Only visible to you")
        process.send_signal(signal.SIGINT)
        shown += _shown_until(terminal, None)
        assert process.wait() == 0
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
    # the terminal's own screen and its cursor are back
    assert [shown.count(code) for code in (b"\x1b[?1049h", b"\x1b[?1049l")] == [1, 1]
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")


def _shown_until(terminal: int, wanted: bytes | None) -> bytes:
    """What a terminal received up to the wanted bytes, or (None) up to the end."""
    shown = b""
    while wanted is None or wanted not in shown:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # how Linux tells that nobody is there any more
            part = b""
        if not part:
            assert wanted is None, shown.decode()
            break
        shown += part
    return shown


def test_without_a_bot_it_prints_the_settings_of_one_that_somebody_starts(tmp_path: Path) -> None:
    with started("--without-bot", folder=tmp_path) as sandbox:
        said = read_until(sandbox.stdout, "The workspace in a browser: ")
        settings = dict(re.findall(r"^([A-Z_]+)=(.*)$", said, re.MULTILINE))
        port = re.findall(r"http://127\.0\.0\.1:(\d+)/$", said, re.MULTILINE)[0]
        command = [sys.executable, "-m", "bot"]
        environment = {**BARE, **settings, "PYTHONPATH": str(ROOT), "LOG_FORMAT": "console"}
        with subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, stderr=subprocess.PIPE) as bot:  # noqa: S603 -- the project's own program
            try:
                read_until(bot.stderr, "socket_open")
                body = json.dumps({"text": "", "user": PERSON, "channel": CHANNEL}).encode()
                headers = {"Content-Type": "application/json"}
                typed = urllib.request.Request(f"http://127.0.0.1:{port}/type", body, headers)
                with urllib.request.urlopen(typed, timeout=30) as answer:  # noqa: S310 -- the page, by http
                    result = json.load(answer)
            finally:
                bot.terminate()
                bot.communicate(timeout=60)
        sandbox.send_signal(signal.SIGINT)
        _, errors = sandbox.communicate(timeout=60)

    assert "SLACK_SIGNING_SECRET" not in settings
    assert (result["status"], bot.returncode, sandbox.returncode, errors) == (200, 0, 0, "")


#: runs the bot's command line in an interpreter that has no rich
WITHOUT_RICH = """
import runpy, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "rich":
            raise ModuleNotFoundError(name="rich")

sys.meta_path.insert(0, Missing())
runpy.run_module("bot", run_name="__main__")
"""


def test_without_rich_the_demo_ends_with_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 -- the project's own program
        [sys.executable, "-c", WITHOUT_RICH, "demo"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**BARE, "PYTHONPATH": str(ROOT)},
    )
    sentence = "The demo needs rich, which production does without: run `make install`.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
