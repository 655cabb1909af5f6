"""A real browser at the page of the sandbox."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.chromium import find_chromium, open_chromium
from sandbox.harness import TEAM, Sandbox
from sandbox.page import serve_page
from sandbox.page.shortcuts import PageShortcut
from tests.conftest import STRICT
from tests.sandbox.scripted_app import ScriptedApp, scripted_app

PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)
#: a function of a page: its texts with too little contrast
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


@pytest.fixture
def chromium() -> str:
    """The path of the browser."""
    path = find_chromium()
    if path is None:
        (pytest.fail if STRICT else pytest.skip)("no Chromium: install the package chromium")
    return path


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with open_chromium(chromium) as opened:
        yield opened


@pytest.fixture
def shortcuts() -> Sequence[PageShortcut] | None:
    """The shortcuts on the page: those of the manifest."""
    return None


@pytest.fixture
async def app(sandbox: Sandbox) -> AsyncIterator[ScriptedApp]:
    """An app in place of the bot."""
    sandbox.slack.workspaces[TEAM].scopes |= {"app_mentions:read"}
    async with scripted_app(sandbox.slack) as running:
        yield running


@pytest.fixture
async def page(sandbox: Sandbox, browser: Browser, shortcuts: Sequence[PageShortcut] | None) -> AsyncIterator[Page]:
    """The page of a sandbox, at the width of a desktop; no bot is running yet. What goes wrong in it fails the test."""
    wrong: list[str] = []
    async with serve_page(sandbox, sandbox.type_in, shortcuts=shortcuts) as url:
        context = await browser.new_context(
            locale="en-US", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 720}
        )
        opened = await context.new_page()
        opened.set_default_timeout(PATIENCE)
        opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        await opened.goto(url)
        yield opened
    assert wrong == []
