"""Take the pictures of the README: python -m sandbox.pictures.

The real bot follows two long tasks in the sandbox, one to its end; Chromium takes pictures of the page while the other
one runs, and of the list of what runs. They look like Slack where the fonts Lato and Noto are installed.
"""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from playwright.async_api import Page, ViewportSize

from bot import log
from sandbox.chromium import find_chromium, open_chromium
from sandbox.demo import QUICK, furnish
from sandbox.harness import COLLEAGUE, PERSON, Sandbox, open_sandbox
from sandbox.page import serve_page
from sandbox.scenarios import scenario
from sandbox.scenarios.in_confluence import begin_unfollowed

_ENDED, _RUNNING = "copy_with_renames_and_restrictions", "many_warnings"
#: how many times as fast the story that ends is played
_SPEED = 6.0
#: the percentage at which the running one is pictured
_HALF = 45
#: seconds that a story may take until then
_PATIENCE = 90.0

_DESKTOP = ViewportSize(width=1280, height=800)
_TABLET = ViewportSize(width=740, height=800)
_PHONE = ViewportSize(width=390, height=780)
_PERCENT = re.compile(r"(\d+)\s?%")


async def take_pictures(folder: Path, chromium: str) -> list[Path]:
    """Write the pictures into a folder, and return their paths."""
    with TemporaryDirectory(prefix="longtask-pictures-") as database:
        url = f"sqlite+aiosqlite:///{database}/longtask.db"
        async with (
            open_sandbox(database_url=url, environ=QUICK) as sandbox,
            serve_page(sandbox, sandbox.type_in) as address,
            open_chromium(chromium) as browser,
        ):
            furnish(sandbox, "en")
            await sandbox.start_bot()
            # without motion: no message is highlighted because it has just changed
            page = await browser.new_page(
                locale="en-US", timezone_id="Europe/Berlin", viewport=_DESKTOP, reduced_motion="reduce"
            )
            await page.goto(address)
            ended = await _follow(sandbox, _ENDED, PERSON, speed=_SPEED)
            await _wait(sandbox, lambda: any(PERSON in reply.mentions for reply in sandbox.thread_of(ended)))
            running = await _follow(sandbox, _RUNNING, COLLEAGUE, speed=1.0)
            await _wait(sandbox, lambda: _percent(sandbox, running) >= _HALF)
            pictures = await _picture(page, folder, sandbox, running=running, ended=ended)
            return [*pictures, await _picture_list(page, folder, sandbox)]


async def _follow(sandbox: Sandbox, name: str, person: str, *, speed: float) -> str:
    remote_id = sandbox.begin(scenario(name).scaled(speed))
    await sandbox.type(remote_id, user=person)
    return remote_id


async def _wait(sandbox: Sandbox, is_so: Callable[[], bool]) -> None:
    await sandbox.slack.wait_for(is_so, timeout=_PATIENCE)


def _percent(sandbox: Sandbox, remote_id: str) -> int:
    """Return the percentage on a card; 0 without one."""
    card = next(iter(sandbox.thread_of(remote_id)), None)
    found = _PERCENT.search(card.text) if card else None
    return int(found[1]) if found else 0


async def _picture(page: Page, folder: Path, sandbox: Sandbox, *, running: str, ended: str) -> list[Path]:
    paths = [folder / f"{name}.png" for name in ("demo", "dark", "phone", "thread")]
    demo, dark, phone, thread = paths
    await _open_thread(page, sandbox, running)
    await page.evaluate("document.all.thread.scrollTop = 0")
    await page.screenshot(path=demo)
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=dark)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(_PHONE)
    await page.screenshot(path=phone)
    await page.keyboard.press("Escape")
    await page.set_viewport_size(_DESKTOP)
    await _open_thread(page, sandbox, ended)
    hidden = await page.evaluate("(thread => thread.scrollHeight - thread.clientHeight)(document.all.thread)")
    await page.set_viewport_size({"width": _DESKTOP["width"], "height": _DESKTOP["height"] + hidden})
    await page.locator("#pane").screenshot(path=thread)
    return paths


async def _picture_list(page: Page, folder: Path, sandbox: Sandbox) -> Path:
    """Take the picture of what runs now, as one person is shown it."""
    begin_unfollowed(sandbox.confluence)
    await page.keyboard.press("Escape")
    await page.set_viewport_size(_TABLET)
    await sandbox.type("")
    answer = page.locator("#messages .private")
    await answer.wait_for()
    path = folder / "running.png"
    await answer.screenshot(path=path)
    return path


async def _open_thread(page: Page, sandbox: Sandbox, remote_id: str) -> None:
    root = sandbox.root_of(remote_id)
    await page.locator(f'.count[data-root="{root.ts if root else ""}"]').click()
    await page.mouse.move(0, 0)


def main(output: Annotated[Path, typer.Option(help="The folder they are written into.")] = Path("docs")) -> None:
    """Take the pictures of the README."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("The pictures need Chromium: install the package chromium.")
    log.set_up(level="WARNING", style=None)
    for path in asyncio.run(take_pictures(output, chromium)):
        typer.echo(f"Written: {path}")


if __name__ == "__main__":
    typer.run(main)
