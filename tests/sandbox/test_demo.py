"""The demo tells its stories to the end, takes what is typed, and says what is missing."""

import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
import pytest
from rich.console import Console

from sandbox import demo
from sandbox.scenarios import DEMO, KINDS, names, scenario

ROOT = Path(__file__).parents[2]
#: only what a fresh machine has: no setting of the bot
BARE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONWARNINGS": "default"}


def wide() -> Console:
    return Console(file=io.StringIO(), width=200, color_system=None)


@contextmanager
def started(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo as a process with silent input."""
    command = [sys.executable, "-X", "dev", "-m", "bot", "demo", *arguments]
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


@pytest.mark.parametrize("kind", KINDS)
async def test_the_stories_are_told_to_their_end(kind: str) -> None:
    console = wide()
    status = await demo.demo(demo.Wishes(kind=kind, speed=4, once=True), console=console)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert (status, said.splitlines()[-1]) == (0, "All 4 stories were told as expected."), said


async def test_a_story_in_another_language(tmp_path: Path) -> None:
    console = wide()
    wishes = demo.Wishes(names=("lock_failure",), language="de", once=True)
    assert await demo.demo(wishes, console=console) == 0
    assert isinstance(console.file, io.StringIO)
    assert "Fehlgeschlagen: Seiten kopieren" in console.file.getvalue()


async def test_what_is_missing_is_said_and_the_log_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = scenario("lock_failure")
    wrong = msgspec.structs.replace(told.expected, findings={"ERROR_LOCK_FAILED": 1, "ERROR_RELINK": 1})
    monkeypatch.setattr(demo, "scenario", lambda _name, _kind: msgspec.structs.replace(told, expected=wrong))
    monkeypatch.setattr(demo, "_PATIENCE", 4.0)
    monkeypatch.setattr(demo, "mkdtemp", lambda **_named: tmp_path)
    console = wide()
    assert await demo.demo(demo.Wishes(names=("lock_failure",), once=True), console=console) == 1
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines()[-2:] == [
        "lock_failure (3145728001): ERROR_RELINK is told 0 times instead of 1.",
        f"What the bot logged is in {tmp_path / 'bot.log'}",
    ]
    assert (tmp_path / "bot.log").read_text() != ""


def test_the_list_names_every_story_and_those_of_the_demo() -> None:
    for kind in KINDS:
        listed = demo.listing(demo.Wishes(kind=kind))
        assert [line.split()[0] for line in listed] == list(names(kind))
        assert [line.split()[0] for line in listed if line.endswith("in the demo")] == list(DEMO)


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        (
            demo.Wishes(names=("nothing",)),
            "There is no scenario 'nothing' on cloud: --list names those there are.",
        ),
        (demo.Wishes(kind="server"), "The kind of site is cloud or datacenter, not 'server'."),
    ],
)
async def test_a_wish_that_cannot_be_fulfilled_is_said_in_a_sentence(wishes: demo.Wishes, sentence: str) -> None:
    with pytest.raises(demo.CannotPlay) as raised:
        await demo.demo(wishes, console=wide())
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
        read_until(process.stdout, rf"Following long task {waiting}")
        process.send_signal(signum)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors, log_file.parent.exists()) == (0, "", False)


def test_the_demo_goes_on_when_there_is_nothing_to_read(tmp_path: Path) -> None:
    with started("--scenario", "lock_failure", folder=tmp_path) as process:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        read_until(process.stdout, "Failed: Copying pages")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
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
    """What a terminal was told until something stands there, or (None) until the end."""
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
