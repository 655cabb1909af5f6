"""The page as a person uses it: typed into, read and clicked in a real browser."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from sandbox.harness import Sandbox
from sandbox.page import serve_page
from sandbox.scenarios import scenario
from sandbox.slack.records import DispatchResult
from tests.conftest import STRICT

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PATIENCE = 30_000  # milliseconds


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    """The page of a sandbox whose bot is running."""
    if CHROMIUM is None:
        (pytest.fail if STRICT else pytest.skip)("no Chromium: install the package chromium")
    await sandbox.start_bot()

    async def typed(text: str, user: str) -> DispatchResult:
        return await sandbox.type(text, user=user)

    async with serve_page(sandbox, typed) as url, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = await browser.new_page()
        opened.set_default_timeout(PATIENCE)
        await opened.goto(url)
        yield opened
        await browser.close()


async def test_a_person_types_a_command_opens_the_thread_and_stops_it_with_a_button(
    sandbox: Sandbox, page: Page
) -> None:
    remote_id = sandbox.begin(scenario("copy_with_renames_and_restrictions", "cloud"))

    await page.fill("#text", f"/longtask {remote_id}")
    await page.press("#text", "Enter")

    root = page.locator("#messages").get_by_text(f"Confluence task {remote_id}").first
    await expect(root).to_be_visible(timeout=PATIENCE)
    await page.locator("#messages button", has_text="repl").first.click()
    await expect(page.locator("#thread")).to_contain_text("%", timeout=PATIENCE)
    await page.locator("#thread button", has_text="Stop following").first.click()
    await expect(page.locator("#thread")).to_contain_text("Stopped", timeout=PATIENCE)


async def test_the_page_loads_nothing_from_elsewhere_and_fits_a_narrow_screen(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.set_viewport_size({"width": 360, "height": 640})

    await page.reload()

    await expect(page.locator("#text")).to_be_visible()
    origin = page.url.rstrip("/")
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
