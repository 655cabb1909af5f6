"""The tabs of the app on the page: its home, and its messages."""

import pytest
from playwright.async_api import Page, expect

from sandbox.demo import furnish
from sandbox.harness import COLLEAGUE, PERSON, Sandbox
from sandbox.slack.records import Json
from tests.sandbox.page_support import expect_contrast, post
from tests.sandbox.scripted_app import ScriptedApp, button, section

pytestmark = pytest.mark.browser

#: keeps everything that is announced
RECORD_NEWS = """() => {
  const news = document.getElementById("news");
  window.said = [];
  new MutationObserver(() => said.push(news.textContent)).observe(news, { childList: true });
}"""
STOP = button("Stop", value="7", accessibility_label="Stop task 7")


@pytest.fixture
async def home(sandbox: Sandbox, app: ScriptedApp, page: Page) -> Page:
    """The page in the conversation with the app, which publishes a home for each person who opens it."""
    furnish(sandbox, "en")

    async def publish(event: Json) -> None:
        if event["tab"] == "home":
            name = sandbox.slack.users[event["user"]].name
            await app.publish(event["user"], section(f"Followed by {name}", accessory=STOP), section("42%"))

    app.on("app_home_opened", publish)
    await page.get_by_role("navigation").get_by_role("button", name="longtask").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("longtask")
    return page


async def test_a_home_is_published_when_it_is_opened_and_is_the_chosen_persons(
    sandbox: Sandbox, app: ScriptedApp, home: Page
) -> None:
    tabs = home.get_by_role("group", name="Tabs of longtask")
    await tabs.get_by_role("button", name="Home").click()
    await expect(home.locator("#home .section")).to_have_text(["Followed by marta", "42%"])
    await expect(home.locator("#composer")).to_be_hidden()
    await expect(tabs.get_by_role("button", name="Home")).to_have_attribute("aria-pressed", "true")

    await home.select_option("#person", COLLEAGUE)
    await expect(home.get_by_role("heading", level=1)).to_have_text("# releases")
    await home.get_by_role("navigation").get_by_role("button", name="longtask").click()
    await tabs.get_by_role("button", name="Home").click()
    await expect(home.locator("#home .section")).to_have_text(["Followed by tomas", "42%"])
    assert [(event["user"], event["tab"]) for event in app.seen] == [(PERSON, "home"), (COLLEAGUE, "home")]


async def test_a_button_of_the_home_is_clicked_and_what_changes_is_said(
    sandbox: Sandbox, app: ScriptedApp, home: Page
) -> None:
    await home.evaluate(RECORD_NEWS)
    await home.get_by_role("button", name="Home", exact=True).click()
    stop = home.get_by_role("button", name="Stop task 7")
    await stop.click()
    await sandbox.slack.wait_for(lambda: app.payloads("block_actions"), timeout=60)
    (clicked,) = app.payloads("block_actions")
    assert (clicked["user"]["id"], clicked["view"]["type"], clicked["actions"][0]["value"]) == (PERSON, "home", "7")

    await app.publish(PERSON, section("Followed by marta", accessory=STOP), section("43%"))
    await expect(home.locator("#news")).to_have_text("43%")
    assert await home.evaluate("said.filter(Boolean)") == ["43%"]
    await expect(stop).to_be_focused()

    await app.publish(PERSON, section("You follow nothing."))
    await expect(home.locator("#home")).to_be_focused()


async def test_without_a_home_the_tab_says_so_and_the_messages_are_a_tab_beside(
    sandbox: Sandbox, app: ScriptedApp, home: Page
) -> None:
    del app.handlers["app_home_opened"]
    direct = sandbox.slack.open_im(sandbox.slack.first_workspace, PERSON)
    post(sandbox, "for marta", channel=direct.id)
    await expect(home.locator("#messages")).to_contain_text("for marta")
    await home.get_by_role("button", name="Home", exact=True).click()
    await expect(home.locator("#home")).to_have_text("The app has not published a home for you yet.")
    await expect(home.locator("#messages")).to_be_hidden()
    await home.get_by_role("button", name="Messages").click()
    await expect(home.locator("#messages")).to_contain_text("for marta")
    await sandbox.slack.wait_for(lambda: len(app.seen) == 2, timeout=60)
    assert sorted(event["tab"] for event in app.seen) == ["home", "messages"]


async def test_channels_have_no_tabs(home: Page) -> None:
    await home.get_by_role("button", name="Home", exact=True).click()
    await home.get_by_role("navigation").get_by_role("button", name="handbook").click()
    await expect(home.get_by_role("heading", level=1)).to_have_text("# handbook")
    await expect(home.get_by_role("group", name="Tabs of longtask")).to_be_hidden()
    await expect(home.locator("#home")).to_be_hidden()
    await expect(home.locator("#composer")).to_be_visible()


async def test_a_home_has_contrast_and_one_heading(home: Page) -> None:
    await home.get_by_role("button", name="Home", exact=True).click()
    await expect(home.locator("#home .section")).to_have_count(2)
    await expect_contrast(home)
    assert await home.get_by_role("heading").all_text_contents() == ["longtask"]
    assert await home.get_by_role("main").count() == 1
