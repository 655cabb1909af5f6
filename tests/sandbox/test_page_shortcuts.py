"""The menus of shortcuts on the page: of each message, and of the app."""

from collections.abc import Sequence

import pytest
from playwright.async_api import Page, expect

from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, Sandbox
from sandbox.page.shortcuts import PageShortcut
from tests.sandbox.page_support import PHONE, expect_contrast, whisper
from tests.sandbox.scripted_app import ScriptedApp

pytestmark = pytest.mark.browser


@pytest.fixture
def shortcuts() -> Sequence[PageShortcut]:
    return [
        PageShortcut(name="Follow it", type="message", callback_id="follow_message", description="In its thread"),
        PageShortcut(name="Look at it", type="message", callback_id="look", description="Once"),
        PageShortcut(name="Follow a task", type="global", callback_id="follow_anywhere", description="In a channel"),
    ]


async def test_a_shortcut_of_a_message_is_used_as_the_chosen_person(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    said = sandbox.slack.say(CHANNEL, PERSON, "look: 123")
    await page.select_option("#person", COLLEAGUE)
    await page.locator("#messages article").hover()
    await page.get_by_role("button", name="More actions: marta").click()
    menu = page.get_by_role("menu")
    await expect(menu.get_by_role("menuitem")).to_have_text(["Follow itIn its thread", "Look at itOnce"])
    await menu.get_by_role("menuitem", name="Follow it").click()

    await expect(menu).to_be_hidden()
    await sandbox.slack.wait_for(lambda: app.seen, timeout=60)
    (used,) = app.seen
    assert (used["callback_id"], used["user"]["id"], used["message"]["ts"]) == ("follow_message", COLLEAGUE, said.ts)


async def test_with_keys_alone_a_shortcut_is_chosen_and_the_focus_returns(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    opener = page.get_by_role("button", name="Shortcuts")
    await opener.focus()
    await page.keyboard.press("Enter")
    first = page.get_by_role("menuitem", name="Follow a task")
    await expect(first).to_be_focused()
    for key in ("ArrowDown", "ArrowUp", "End", "Home"):
        await page.keyboard.press(key)
        await expect(first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_be_hidden()
    await expect(opener).to_be_focused()
    assert app.seen == []

    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(opener).to_be_focused()
    await sandbox.slack.wait_for(lambda: app.seen, timeout=60)
    assert [(used["type"], used["callback_id"]) for used in app.seen] == [("shortcut", "follow_anywhere")]


async def test_the_arrows_walk_around_a_menu(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.say(CHANNEL, PERSON, "look: 123")
    more = page.get_by_role("button", name="More actions: marta")
    await more.focus()
    await page.keyboard.press("Enter")
    walked = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        await page.keyboard.press(key)
        walked.append(await page.evaluate("document.activeElement.dataset.callback"))
    assert walked == ["look", "follow_message", "look"]


async def test_what_only_one_person_sees_has_no_shortcuts(sandbox: Sandbox, page: Page) -> None:
    whisper(sandbox, PERSON, "only for marta")
    await expect(page.locator("#messages article")).to_have_count(1)
    await expect(page.locator("#messages .more")).to_have_count(0)


async def test_a_shortcut_that_fails_is_said(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.request_url = "http://127.0.0.1:9/slack/events"
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem").click()
    await expect(page.locator("#said")).to_have_text("The shortcut did not work: dispatch_failed")


async def test_a_menu_fits_a_phone_and_has_contrast(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.say(CHANNEL, PERSON, "look: 123")
    await page.set_viewport_size(PHONE)
    await page.get_by_role("button", name="More actions: marta").click()
    await expect(page.get_by_role("menuitem", name="Look at it")).to_be_in_viewport(ratio=1)
    await expect_contrast(page)
