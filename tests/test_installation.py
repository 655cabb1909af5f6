"""The project as a platform installs it: release, web and worker on a real Postgres, empty and of an older release."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import psycopg
import pytest

from bot.db.migrate import newest
from sandbox.harness import Sandbox, open_sandbox
from sandbox.scenarios import scenario
from tests.support.buildpack import UV, Installation, install
from tests.support.ports import reserved_port

pytestmark = [pytest.mark.install, pytest.mark.postgres, pytest.mark.timeout(600)]

#: seconds that a start may take on a busy machine, and an end
START = 90.0
END = 60.0
#: warnings where Slack did not say whose the token is, or a command was not stored, in time
WHERE_IT_IS_BUSY = {"token_not_identified", "command_not_stored"}
STORY = scenario("copy_with_renames_and_restrictions", "cloud")
#: a migration of the next release
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("long_tasks", sa.Column("of_the_next_release", sa.Integer(), nullable=False, server_default="7"))


def downgrade() -> None:
    op.drop_column("long_tasks", "of_the_next_release")
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    if not UV.exists():
        pytest.skip("no .uv/bin/uv: run make install")
    return install(tmp_path_factory.mktemp("platform"))


@pytest.fixture
async def sandbox(postgres_url: str) -> AsyncIterator[Sandbox]:
    """Both simulators, and the config vars of a bot on Postgres, whose address begins as Heroku gives it."""
    address = "postgres://" + postgres_url.partition("://")[2]
    quick = {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5"}
    async with open_sandbox(database_url=address, environ=quick, ack_seconds=START, store_seconds=START) as opened:
        yield opened


@asynccontextmanager
async def ready(
    installation: Installation, process: str, sandbox: Sandbox, log: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A process of the Procfile that is ready, and its port."""
    async with AsyncExitStack() as stack:
        port = stack.enter_context(reserved_port())
        running = await stack.enter_async_context(
            installation.running(process, sandbox.environ | {"PORT": str(port)}, log)
        )
        async with asyncio.timeout(START):
            while await ask(port, "/readyz") != (200, "ready\n"):
                assert running.returncode is None, process
                await asyncio.sleep(0.1)  # another process's port has no event
        yield running, port


async def ask(port: int, path: str) -> tuple[int, str] | None:
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientConnectionError:
        return None


def trouble_in(log: Path) -> list[str]:
    """The lines of a log that warn of something else than a busy machine; every line is JSON."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [
        str(line) for line in lines if line["level"] not in ("info", "debug") and line["event"] not in WHERE_IT_IS_BUSY
    ]


def rows(postgres_url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres_url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return] # the tests' own


async def test_release_web_and_worker_run_on_an_empty_database_and_the_next_release_takes_it_over(
    installation: Installation, sandbox: Sandbox, postgres_url: str, tmp_path: Path
) -> None:
    version = "SELECT version_num FROM alembic_version"
    assert await installation.run("release", sandbox.environ) == (0, "", "")
    assert rows(postgres_url, version) == [(newest(),)]

    await serve(installation, sandbox, tmp_path / "first")
    remote_id = sandbox.begin(STORY)
    await serve(installation, sandbox, tmp_path / "following", follow=remote_id)
    assert len(sandbox.slack.messages("C0RELEASES")) == 1

    file = installation.folder / "migrations" / "versions" / "next.py"
    file.write_text(NEXT.format(before=newest()), encoding="utf-8")
    try:
        assert await installation.run("release", sandbox.environ) == (0, "", "")
        assert rows(postgres_url, version) == [("next",)]
        assert rows(postgres_url, "SELECT remote_id, of_the_next_release FROM long_tasks") == [(remote_id, 7)]
        await serve(installation, sandbox, tmp_path / "next")
    finally:
        file.unlink()


async def type_until(sandbox: Sandbox, text: str, done: Callable[[], bool]) -> None:
    """Type a command, and again where a busy machine has not stored it within a second."""
    assert (await sandbox.type(text)).status == 200
    with suppress(TimeoutError):
        await sandbox.slack.wait_for(done, timeout=20)
        return
    await type_until(sandbox, text, done)


async def serve(installation: Installation, sandbox: Sandbox, log: Path, *, follow: str | None = None) -> None:
    """Run web and worker, use them, and end them with SIGTERM."""
    logs = {name: log.with_suffix(f".{name}") for name in ("web", "worker")}
    async with AsyncExitStack() as stack:
        started = {
            name: await stack.enter_async_context(ready(installation, name, sandbox, logs[name])) for name in logs
        }
        sandbox.point_at(started["web"][1])
        assert [await ask(port, "/healthz") for _, port in started.values()] == [(200, "alive\n")] * 2
        await type_until(sandbox, follow or "list", lambda: follow is None or sandbox.thread_of(follow) != [])
        for process, _ in started.values():
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(END):
            codes = [await process.wait() for process, _ in started.values()]
    assert (codes, *map(trouble_in, logs.values())) == ([0, 0], [], [])


async def test_only_what_production_needs_is_installed(installation: Installation) -> None:
    listed = {path.name for path in (installation.folder.parent / "python").glob("lib/*/site-packages/*")}

    assert {"aiohttp", "psycopg", "alembic"} <= listed
    assert listed & {"pytest", "mypy", "playwright", "sentry_sdk", "opentelemetry", "matplotlib"} == set()
