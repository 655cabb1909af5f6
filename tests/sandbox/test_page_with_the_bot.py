"""The ways in which people ask the real bot on the page: shortcuts, modals, mentions and hooks."""

import re

import pytest
from playwright.async_api import Page, expect

from sandbox.demo import furnish
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, Sandbox
from sandbox.scenarios.in_confluence import begin_unfollowed

pytestmark = pytest.mark.browser


@pytest.fixture
async def running(sandbox: Sandbox, page: Page) -> str:
    """The id of one of three long tasks that run; the bot is there, and so are two channels and five people."""
    furnish(sandbox, "en")
    await sandbox.start_bot()
    begin_unfollowed(sandbox.confluence)
    await page.reload()
    return next(iter(sandbox.confluence.tasks))


async def test_a_message_that_names_a_task_is_followed_in_its_thread_by_a_shortcut(
    sandbox: Sandbox, page: Page, running: str
) -> None:
    said = sandbox.slack.say(CHANNEL, COLLEAGUE, f"look: {sandbox.confluence.people_url}/rest/api/longtask/{running}")
    await page.locator("#messages article").hover()
    await page.get_by_role("button", name="More actions: tomas").click()
    await page.get_by_role("menuitem").first.click()
    await expect(page.locator("#messages .count")).to_contain_text("1 reply")
    (card,) = sandbox.slack.thread(CHANNEL, said.ts)
    assert running in card.text


async def test_a_message_that_names_none_opens_a_modal_that_offers_what_runs(
    sandbox: Sandbox, page: Page, running: str
) -> None:
    said = sandbox.slack.say(CHANNEL, COLLEAGUE, "Is the copy still running?")
    await page.locator("#messages article").hover()
    await page.get_by_role("button", name="More actions: tomas").click()
    await page.get_by_role("menuitem").first.click()
    dialog = page.get_by_role("dialog", name="Follow a task")
    offered = dialog.get_by_label("Running in Confluence now")
    await expect(offered).to_be_visible()
    await offered.select_option(index=1)
    await dialog.get_by_role("button", name="Follow").click()
    await expect(page.locator("#messages .count")).to_contain_text("1 reply")
    assert len(sandbox.slack.thread(CHANNEL, said.ts)) == 1


async def test_the_shortcut_of_the_app_follows_in_the_channel_that_is_chosen(
    sandbox: Sandbox, page: Page, running: str
) -> None:
    await page.select_option("#person", COLLEAGUE)
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem").first.click()
    dialog = page.get_by_role("dialog", name="Follow a task")
    reference = dialog.get_by_label("ID or address")
    await reference.fill("nonsense")
    await dialog.get_by_label("Channel").select_option(label="#handbook")
    await dialog.get_by_role("button", name="Follow").click()
    await expect(reference).to_have_attribute("aria-invalid", "true")
    await expect(reference).to_be_focused()
    await reference.fill(running)
    await page.keyboard.press("Enter")
    await sandbox.slack.wait_for(lambda: sandbox.slack.messages("C0HANDBOOK"), timeout=30)
    (root,) = sandbox.slack.messages("C0HANDBOOK")
    assert (running in root.text, f"<@{COLLEAGUE}>" in root.text, sandbox.slack.messages(CHANNEL)) == (True, True, [])


async def test_a_mention_in_a_thread_follows_there(sandbox: Sandbox, page: Page, running: str) -> None:
    said = sandbox.slack.say(CHANNEL, COLLEAGUE, "Is the copy still running?")
    sandbox.slack.say(CHANNEL, PERSON, "Yes.", thread_ts=said.ts)
    await page.locator("#messages .count").click()
    await page.get_by_label("Reply in the thread").fill(f"@longtask {running}")
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread [data-action=stop]")).to_be_visible()
    assert len(sandbox.slack.thread(CHANNEL, said.ts)) == 3


@pytest.mark.usefixtures("running")
async def test_settings_are_chosen_in_a_modal_in_the_persons_language(sandbox: Sandbox, page: Page) -> None:
    await page.select_option("#person", "U0JONAS")
    await page.get_by_label("Message or command").fill("/longtask settings")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Einstellungen")
    await expect(dialog.get_by_role("combobox").last).to_be_visible()
    assert await dialog.get_attribute("lang") == "de-DE"
    await dialog.get_by_role("combobox").last.select_option(value="ja")
    await dialog.locator("#modal-submit").click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("button", name="/longtask help").click()
    await expect(page.locator("#messages .private")).to_contain_text("Confluence")
    await expect(page.locator("#messages .private")).to_contain_text(re.compile("[ぁ-ん]"))


@pytest.mark.usefixtures("running")
async def test_the_address_of_a_hook_is_copied_from_the_bots_answer(sandbox: Sandbox, page: Page) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_label("Message or command").fill("/longtask hook")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Copy the address").click()
    await expect(page.locator("#said")).to_have_text("The address is copied.")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(sandbox.environ["PUBLIC_URL"]) + r"/hook/[\w-]{20,}", copied)


async def test_the_settings_of_the_home_change_the_language_of_the_home(
    sandbox: Sandbox, page: Page, running: str
) -> None:
    await page.get_by_role("navigation").get_by_role("button", name="longtask").click()
    await page.get_by_role("button", name="Home", exact=True).click()
    await page.locator("#home").get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    language = dialog.get_by_label("Language of what only you see")
    await expect(language).to_be_visible()
    await language.select_option("de")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("#home").get_by_role("button", name="Einstellungen")).to_be_visible()
    assert running in sandbox.confluence.tasks
