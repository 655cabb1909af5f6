"""The bot as a process that is killed and started again: nothing is lost, the same thread goes on."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.harness import CHANNEL, PERSON, Sandbox, open_sandbox
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.ports import reserved_port
from tests.support.sandbox_clock import SandboxClock

ROOT = Path(__file__).parents[2]
COPY = scenario("copy_with_renames_and_restrictions", "cloud")


@pytest.fixture
def sandbox_clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture
async def sandbox(sqlite_url: str, sandbox_clock: SandboxClock) -> AsyncIterator[Sandbox]:
    """Both simulators on a clock that waits for processes."""
    quick = {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5"}
    async with open_sandbox(database_url=sqlite_url, clock=sandbox_clock, environ=quick, ack_seconds=60.0) as opened:
        yield opened


@asynccontextmanager
async def process(sandbox: Sandbox, clock: SandboxClock) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m bot` with the sandbox's environment, ready; no time passes in the sandbox before it is."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with reserved_port() as port:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", cwd=ROOT, env=keep | sandbox.environ | {"PORT": str(port)}
        )
        sandbox.slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        try:
            with clock.held():
                await until_ready(port)
            yield bot
        finally:
            if bot.returncode is None:
                bot.kill()
            await bot.wait()


async def until_ready(port: int) -> None:
    async with asyncio.timeout(90), aiohttp.ClientSession() as session:
        while not await is_ready(session, port):  # noqa: ASYNC110 -- another process's port has no event
            await asyncio.sleep(0.05)


async def is_ready(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def end_of(sandbox: Sandbox, remote_id: str) -> list[str]:
    """The thread, once its follower has been mentioned and its card shows the end.

    A card whose post was under way when the process was killed is there twice, and only the second one is edited.
    """

    def ended() -> bool:
        texts = [message.text for message in sandbox.thread_of(remote_id)]
        return any(f"<@{PERSON}>" in text for text in texts) and any(text.startswith("*Finished") for text in texts)

    await sandbox.slack.wait_for(ended, timeout=60)
    return [message.text for message in sandbox.thread_of(remote_id)]


async def test_a_command_that_was_acknowledged_is_carried_out_after_a_kill(
    sandbox: Sandbox, sandbox_clock: SandboxClock
) -> None:
    remote_id = sandbox.begin(COPY.scaled(3))
    async with process(sandbox, sandbox_clock) as bot:
        sandbox.slack.faults.add("users.info", Fault.slow(5.0), times=1)
        answer = await sandbox.type(remote_id)
        bot.kill()
        await bot.wait()
        assert answer.status == 200
        assert sandbox.slack.messages(CHANNEL) == []

    async with process(sandbox, sandbox_clock):
        await end_of(sandbox, remote_id)

    assert len(sandbox.slack.messages(CHANNEL)) == 1


async def test_the_same_thread_goes_on_after_a_kill_and_a_new_start(
    sandbox: Sandbox, sandbox_clock: SandboxClock
) -> None:
    remote_id = sandbox.begin(COPY.scaled(3))
    async with process(sandbox, sandbox_clock) as bot:
        await sandbox.type(remote_id)
        await sandbox.slack.wait_for(lambda: sandbox.thread_of(remote_id), timeout=60)
        bot.kill()

    async with process(sandbox, sandbox_clock):
        thread = await end_of(sandbox, remote_id)

    assert len(sandbox.slack.messages(CHANNEL)) == 1
    assert len([text for text in thread if "2 copies were renamed" in text.splitlines()[0]]) == 1
    assert len([text for text in thread if f"<@{PERSON}>" in text]) == 1


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_kill_in_the_middle_of_a_call_repeats_at_most_that_one_message(
    sandbox: Sandbox, sandbox_clock: SandboxClock, method: str
) -> None:
    remote_id = sandbox.begin(COPY.scaled(3))

    def under_way() -> bool:
        roots = sandbox.slack.messages(CHANNEL)
        cards = sandbox.thread_of(remote_id)
        return bool(roots) if method == "chat.postMessage" else bool(cards) and len(cards[0].versions) > 1

    async with process(sandbox, sandbox_clock) as bot:
        sandbox.slack.faults.add(method, Fault.slow_answer(5.0), times=1)
        await sandbox.type(remote_id)
        await sandbox.slack.wait_for(under_way, timeout=60)
        bot.kill()

    async with process(sandbox, sandbox_clock):
        thread = await end_of(sandbox, remote_id)

    assert len(sandbox.slack.messages(CHANNEL)) == (2 if method == "chat.postMessage" else 1)
    assert len([text for text in thread if f"<@{PERSON}>" in text]) == 1
