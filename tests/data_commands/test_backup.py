"""A copy of the SQLite file while the bot runs, and the check of a copy."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.db.migrate import newest
from tests.support.clock import Clock
from tests.support.command_line import run_command
from tests.support.everything_stored import COPY, row_counts, store_everything
from tests.support.stepped_bot import open_stepped_bot

#: what a version that this one does not know would leave
NEWER = "UPDATE alembic_version SET version_num = '9999'"
UNKNOWN = (
    "The database is at migration 9999, which this version does not have: it was made by a newer version or by an "
    "unreleased one. Nothing was changed; move the file away, or set DATABASE_URL to another database.\n"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def command(*arguments: str, url: str) -> tuple[int, str, str]:
    return run_command(*arguments, settings={"DATABASE_URL": url})


def execute(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.partition(":///")[2])) as database, database:
        database.execute(statement)


def description(file: Path) -> tuple[int, list[Path]]:
    """The permissions of a file, and the files whose names begin like its."""
    return stat.S_IMODE(file.stat().st_mode), sorted(file.parent.glob(f"{file.name}*"))


async def test_a_copy_that_is_made_while_the_bot_runs_holds_all_rows_and_a_bot_starts_on_it(
    migrated_sqlite_url: str, clock: Clock, copy: Path
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock) as stepped:
        remote_id = await store_everything(stepped)
        counts = await row_counts(stepped.database)

        status, output, errors = await asyncio.to_thread(command, "backup", "--to", str(copy), url=migrated_sqlite_url)

        held = ", ".join(f"{name} {counts[name]}" for name in ("long_tasks", "subscriptions", "messages", "people"))
        changed = f"the newest change at {clock():%Y-%m-%d %H:%M}"
        assert (status, errors) == (0, "")
        found = f"Copied to {copy}, read again and found whole: migration {newest()}, {held}, {changed}"
        assert output.startswith(found)
        assert description(copy) == (0o600, [copy])
        await stepped.stop()

        stepped.sandbox.environ["DATABASE_URL"] = f"sqlite:///{copy}"
        await stepped.start()
        assert await row_counts(stepped.database) == counts
        await stepped.until(lambda: stepped.card(remote_id).text.startswith("*Finished"), within=COPY.seconds)


def test_a_copy_is_checked_and_described(migrated_sqlite_url: str, copy: Path) -> None:
    command("backup", "--to", str(copy), url=migrated_sqlite_url)
    before = copy.read_bytes()

    empty = f"migration {newest()}, long_tasks 0, subscriptions 0, messages 0, people 0, nothing was ever stored"
    checked = command("backup", "--check", str(copy), url="sqlite:///elsewhere.db")
    assert checked == (0, f"{copy} is whole: {empty}. This version uses it.\n", "")
    assert copy.read_bytes() == before


@contextmanager
def writing(url: str) -> Iterator[threading.Event]:
    """Two rows at a time are written by another connection; the event is set after the first."""
    begun, over = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(url.partition(":///")[2], timeout=60)) as database:
            number = 0
            while not over.is_set():
                with database:
                    for half in "ab":
                        row = (f"{number}{half}", "2026-11-22 12:00:00.000000")
                        database.execute("INSERT INTO events (id, taken_at) VALUES (?, ?)", row)
                number += 1
                begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield begun
    finally:
        over.set()
        thread.join()


def test_a_copy_is_of_one_moment_however_much_is_written(migrated_sqlite_url: str, copy: Path) -> None:
    with writing(migrated_sqlite_url) as begun:
        begun.wait()
        status, _, errors = command("backup", "--to", str(copy), url=migrated_sqlite_url)

    with closing(sqlite3.connect(copy)) as database:
        (count,) = database.execute("SELECT count(*) FROM events").fetchone()
    assert (status, errors, count % 2) == (0, "", 0)
    assert count > 0


def test_no_file_is_overwritten(migrated_sqlite_url: str, copy: Path) -> None:
    copy.write_text("kept")

    refused = command("backup", "--to", str(copy), url=migrated_sqlite_url)

    assert refused == (1, "", f"{copy} exists: name another file, nothing is overwritten.\n")
    assert copy.read_text() == "kept"


def test_a_damaged_copy_is_found_out(migrated_sqlite_url: str, copy: Path) -> None:
    command("backup", "--to", str(copy), url=migrated_sqlite_url)
    damaged = bytearray(copy.read_bytes())
    # Pages after the first, which says what a file is.
    damaged[8192:] = b"\xff" * len(damaged[8192:])
    copy.write_bytes(damaged)

    status, output, errors = command("backup", "--check", str(copy), url=migrated_sqlite_url)

    assert (status, output, len(errors.splitlines())) == (1, "", 1)
    assert errors.startswith(f"{copy} ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "There is no SQLite file {}."),
        (b"Dear diary, " * 500, "{} cannot be read (file is not a database)."),
        (b"", "The file is not a database of the bot: it names no migration."),
    ],
)
def test_what_is_no_copy_is_one_sentence(sqlite_url: str, copy: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        copy.write_bytes(content)

    checked = command("backup", "--check", str(copy), url=sqlite_url)

    assert checked == (1, "", reason.format(copy) + "\n")


def test_of_a_copy_of_a_newer_version_it_is_said_that_only_that_uses_it(migrated_sqlite_url: str, copy: Path) -> None:
    command("backup", "--to", str(copy), url=migrated_sqlite_url)
    execute(f"sqlite:///{copy}", NEWER)

    status, output, errors = command("backup", "--check", str(copy), url=migrated_sqlite_url)

    assert (status, output) == (1, "")
    assert errors.startswith(f"{copy} is whole, but of a newer version, which alone uses it: migration 9999, ")


def test_on_postgres_a_sentence_names_its_own_tool_and_no_password() -> None:
    url = "postgresql+psycopg://ann:secret@db.example:6432/tasks?sslmode=require&password=secret&pgbouncer=true"

    refused = run_command("backup", "--to", "x.dump", settings={"DATABASE_URL": url, "LOG_LEVEL": "ERROR"})

    assert refused == (
        1,
        "",
        (
            "DATABASE_URL is a Postgres database, which its own tool copies while the bot runs: pg_dump "
            "--format=custom --file=longtask.dump 'postgresql://ann@db.example:6432/tasks?sslmode=require' "
            "(the password in PGPASSWORD or ~/.pgpass).\n"
        ),
    )


def test_where_to_back_up_has_to_be_said() -> None:
    assert run_command("backup") == (
        1,
        "",
        "Say where to: python -m bot backup --to FILE; or which copy to check: --check FILE.\n",
    )


# -- a database of a newer version


@pytest.mark.parametrize(
    "arguments",
    [
        ("backup", "--to", "copy.db"),
        ("export", "--user", "U1"),
        ("delete", "--user", "U1", "--yes"),
        ("move", "--to", "postgres://127.0.0.1:1/none"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_database_of_a_newer_version_is_refused_with_one_sentence(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    execute(migrated_sqlite_url, NEWER)

    assert run_command(*arguments, settings={"DATABASE_URL": migrated_sqlite_url}) == (1, "", UNKNOWN)
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("arguments", [("export", "--user", "U1"), ("delete", "--user", "U1"), ("backup", "--to", "x")])
def test_where_there_is_no_file_none_is_made(sqlite_url: str, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    status, output, errors = run_command(*arguments, settings={"DATABASE_URL": sqlite_url})

    assert (status, output, errors.startswith("There is no SQLite file ")) == (1, "", True)
    assert list(tmp_path.iterdir()) == []
