"""Open the Chromium of this machine, for the pictures and the tests of the page."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: asks for nothing outside this machine
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of the program; None if it is not installed."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def open_chromium(path: str) -> AsyncIterator[Browser]:
    """Run it until the end of the block."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        await browser.close()
