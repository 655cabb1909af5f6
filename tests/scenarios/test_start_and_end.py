"""What is answered over HTTP before the bot is ready, and after it was asked to end."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import psycopg
import pytest

from bot import app, loop
from bot.app.http import Http, listening
from sandbox.harness import CHANNEL, Sandbox, open_sandbox
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.postgres_locks import until_somebody_waits
from tests.support.sqlite_lock import locked

#: the lock for which a process waits before it migrates: `bot.db.migrate`
MIGRATING = 0x6C6F6E67
STORY = scenario("copy_with_renames_and_restrictions", "cloud")


@asynccontextmanager
async def starting(sandbox: Sandbox) -> AsyncIterator[Http]:
    """A bot that listens and is being built; it is built and stopped within the context."""
    stopping = asyncio.Event()
    async with listening(sandbox.settings, stopping=stopping) as http:
        sandbox.point_at(http.port)
        living = asyncio.create_task(app.live(sandbox.settings, http=http, stopping=stopping))
        try:
            yield http
        finally:
            stopping.set()
            await living


async def ask(port: int | None, path: str, method: str = "GET") -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{port}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def until(port: int | None, status: int) -> str:
    """What /readyz says once it has this status."""
    async with asyncio.timeout(60):
        while (answer := await ask(port, "/readyz"))[0] != status:  # noqa: ASYNC110 -- what a platform sees has no event
            await asyncio.sleep(0.02)
    return answer[1]


@asynccontextmanager
async def migrating(postgres_url: str) -> AsyncIterator[None]:
    """Another process migrates the database within the context, so that every start waits for it."""
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        yield


@pytest.mark.postgres
async def test_a_start_that_waits_for_a_migration_is_alive_and_not_ready_and_turns_nothing_away_for_good(
    postgres_url: str,
) -> None:
    async with (
        open_sandbox(database_url=postgres_url, ack_seconds=60.0, store_seconds=60.0) as sandbox,
        AsyncExitStack() as other,
    ):
        await other.enter_async_context(migrating(postgres_url))
        async with starting(sandbox) as http:
            assert await ask(http.port, "/healthz") == (200, "alive\n")
            assert await ask(http.port, "/readyz") == (503, "starting\n")
            assert await ask(http.port, "/metrics") == (200, "")
            result = await sandbox.type("list")
            assert (result.status, await ask(http.port, "/hook/x", "POST")) == (503, (503, "starting\n"))

            await other.aclose()
            assert await until(http.port, 200) == "ready\n"
            assert (await sandbox.type("list")).status == 200


async def test_a_start_with_a_locked_file_is_alive_meanwhile(sandbox: Sandbox, tmp_path: Path) -> None:
    await app.migrate_only(sandbox.settings)
    with locked(tmp_path / "longtask.db"):
        async with starting(sandbox) as http:
            assert [await ask(http.port, path) for path in ("/healthz", "/readyz")] == [
                (200, "alive\n"),
                (503, "starting\n"),
            ]


async def test_what_comes_in_while_the_bot_ends_is_acknowledged_and_carried_out_by_the_next_process(
    sandbox: Sandbox,
) -> None:
    bot = await sandbox.start_bot()
    # a command in hand, which the end waits for
    sandbox.slack.faults.add("users.info", Fault.slow(4.5), times=1)
    await sandbox.type("list")
    await sandbox.slack.wait_for(lambda: sandbox.slack.faults.fired, timeout=60)
    ending = asyncio.create_task(sandbox.stop_bot())

    assert await until(bot.port, 503) == "stopping\n"
    remote_id = sandbox.begin(STORY)
    assert (await sandbox.type(remote_id)).status == 200
    await ending
    with suppress(aiohttp.ClientConnectorError):
        pytest.fail(f"still listening: {await ask(bot.port, '/healthz')}")
    assert sandbox.slack.messages(CHANNEL) == []

    await sandbox.start_bot()
    await sandbox.slack.wait_for(lambda: sandbox.root_of(remote_id), timeout=60)
    assert len(sandbox.slack.messages(CHANNEL)) == 1


@pytest.mark.postgres
async def test_an_end_waits_for_no_loop_that_hangs_in_a_locked_database(postgres_url: str) -> None:
    async with open_sandbox(database_url=postgres_url, ack_seconds=60.0, store_seconds=60.0) as sandbox:
        bot = await sandbox.start_bot()
        assert await until(bot.port, 200) == "ready\n"
        async with await psycopg.AsyncConnection.connect(postgres_url) as other:
            await other.execute("LOCK TABLE long_tasks, workspaces, commands IN ACCESS EXCLUSIVE MODE")
            bot.poller.wake.set()
            await until_somebody_waits(other)

            async with asyncio.timeout(60):
                await sandbox.stop_bot()

        await sandbox.start_bot()
        assert (await sandbox.type("list")).status == 200


async def test_a_loop_that_hangs_or_crashes_again_and_again_is_named_as_the_reason_for_not_being_ready(
    sandbox: Sandbox,
) -> None:
    bot = await sandbox.start_bot()
    assert await until(bot.port, 200) == "ready\n"

    now = asyncio.get_running_loop().time()
    bot.heartbeats["poll"] = loop.Heartbeat("poll", started=now - 600.0, last_turn=now - 100.0)
    bot.heartbeats["deliver"] = loop.Heartbeat("deliver", last_turn=now, crashes=5)

    assert await ask(bot.port, "/healthz") == (200, "alive\n")
    polling, delivering = (await until(bot.port, 503)).splitlines()
    assert re.fullmatch(r"the loop poll has not turned for 1\d\d seconds", polling)
    assert delivering == "the loop deliver has crashed 5 times in a row"
