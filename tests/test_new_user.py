"""A person with only the README: from the clone to a followed task, and to a checked configuration for production."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from sandbox.harness import CHANNEL, PERSON, Sandbox
from tests.support.clone import Clone, fresh_clone, prepared_clone

#: what is started here are whole programs, some side by side, on a machine that may be busy
pytestmark = pytest.mark.timeout(300)

T = TypeVar("T")
Messages = list[dict[str, Any]]
#: seconds that setting up a clone may take, with what the index is asked for
SETTING_UP = 900


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone of the last commit with everything installed in it."""
    clone = fresh_clone(tmp_path_factory.mktemp("fresh"))
    status, said = asyncio.run(clone.run("make install"))
    assert status == 0, said
    return clone


FRESH = pytest.param("fresh", marks=[pytest.mark.install, pytest.mark.timeout(SETTING_UP)])


@pytest.fixture(params=["prepared", FRESH])
def clone(request: pytest.FixtureRequest, tmp_path: Path) -> Clone:
    """A clone with the files of now and the tools of these tests, and the fresh one."""
    if request.param == "fresh":
        return request.getfixturevalue("fresh")  # type: ignore[no-any-return]  # the fixture above
    return prepared_clone(tmp_path)


class SlackPage:
    """The page of the demo in the hands of a person."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._who = {"user": PERSON, "channel": CHANNEL}

    async def act(self, act: str, **what: object) -> dict[str, Any]:
        """Do something; what came of it."""
        async with self._session.post(f"{self._url}{act}", json={**self._who, **what}) as answer:
            return dict(await answer.json())

    async def until(self, wanted: Callable[[Messages], T]) -> T:
        """What `wanted` finds in the channel, as soon as it is there."""
        events = self._session.get(f"{self._url}events", params=self._who, read_bufsize=2**24)
        async with events as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    found = wanted(json.loads(line.removeprefix(b"data: "))["messages"])
                    if found:
                        return found
        raise AssertionError("the page ended")


@asynccontextmanager
async def opened_page(url: str) -> AsyncIterator[SlackPage]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=110)) as session:
        yield SlackPage(session, url)


def follow_buttons(messages: Messages) -> list[tuple[str, str, str]]:
    """Each button *Follow* of what is shown to the person alone: ts, action and value."""

    def buttons(node: object) -> list[dict[str, str]]:
        if isinstance(node, list):
            return [found for each in node for found in buttons(each)]
        return [node] if isinstance(node, dict) and "data-action" in node else []

    return [
        (message["ts"], button["data-action"], button.get("data-value", ""))
        for message in messages
        if message["private"]
        for button in buttons(message["content"])
        if button["data-action"].startswith("follow_listed")
    ]


def followed(messages: Messages) -> Messages:
    """The replies of the bot in a thread of its own."""
    roots = {
        message["ts"] for message in messages if message["app"] and not message["private"] and message["root"] is None
    }
    return [message for message in messages if message["root"] in roots]


async def test_the_demo_is_one_command(clone: Clone) -> None:
    async with clone.stays("make demo") as demo:
        await demo.until(r"The same channel in a browser: http://127\.0\.0\.1:\d+/$")


async def test_from_the_clone_to_a_followed_task_in_socket_mode(clone: Clone) -> None:
    async with clone.stays("make demo ARGS=--without-bot") as demo:
        url = (await demo.until(r"The workspace in a browser: (http\S+/)$"))[1]
        settings = re.findall(r"^[A-Z_]+=.+$", "".join(demo.said), re.MULTILINE)
        (clone.folder / ".env").write_text("\n".join(settings))
        (clone.folder / ".env").chmod(0o600)

        status, said = await clone.run("make doctor")
        assert (status, "FAILED" in said, "Socket Mode" in said) == (0, False, True), said

        async with clone.stays("make run") as bot, opened_page(url) as page:
            await bot.until("socket_open")
            assert (await page.act("type", text=""))["status"] == 200
            ts, action, value = (await page.until(follow_buttons))[0]
            await page.act("click", ts=ts, action_id=action, value=value)
            thread = await page.until(followed)
            assert "Stop following" in json.dumps(thread[0]["content"])


@pytest.mark.postgres
async def test_a_configuration_for_production_with_postgres_is_checked_by_doctor(
    clone: Clone, sandbox: Sandbox, postgres_url: str
) -> None:
    production = {
        **{name: value for name, value in sandbox.environ.items() if not name.startswith("POLL_")},
        "DATABASE_URL": postgres_url,
        "PUBLIC_URL": "https://longtask.example.com",
        "ENCRYPTION_KEYS": "k" * 32,
        "METRICS_TOKEN": "m" * 32,
    }
    status, said = await clone.run("cp .env.example .env && chmod 600 .env")
    assert status == 0, said
    example = (clone.folder / ".env").read_text(encoding="utf-8")
    for name, value in production.items():
        example, filled_in = re.subn(rf"^#?{name}=.*$", f"{name}={value}", example, flags=re.MULTILINE)
        assert (name, filled_in) == (name, 1)
    (clone.folder / ".env").write_text(example, encoding="utf-8")

    before = await clone.run("make doctor")
    async with clone.stays("make run") as bot:
        await bot.until("started.*postgresql|postgresql.*started")
    after = await clone.run("make doctor")

    assert (before[0], "FAILED" in before[1]) == (0, False), before[1]
    assert (after[0], "FAILED" in after[1]) == (0, False), after[1]
    assert "note   Migrations: none applied yet" in before[1]
    assert "ok     Migrations: at" in after[1]
