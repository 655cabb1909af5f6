"""What is typed on the page, what begins in Confluence, and the way from nothing to a followed task."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from sandbox.demo import furnish
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, Sandbox
from sandbox.scenarios.in_confluence import begin_unfollowed
from tests.sandbox.page_support import expect_contrast, open_thread, post, whisper
from tests.sandbox.scripted_app import ScriptedApp

pytestmark = pytest.mark.browser


async def test_somebody_without_an_id_follows_a_task_with_two_clicks(sandbox: Sandbox, page: Page) -> None:
    await sandbox.start_bot()
    begin_unfollowed(sandbox.confluence)
    await page.get_by_role("button", name="/longtask", exact=True).click()
    listed = page.locator("#messages .private")
    await expect(listed.get_by_role("button", name="Follow")).to_have_count(3)
    await listed.get_by_role("button", name="Follow").first.click()

    await expect(page.locator("#messages .count")).to_contain_text("1 reply")
    (root,) = sandbox.slack.messages(CHANNEL)
    assert PERSON in root.text


async def test_what_begins_in_confluence_is_listed_without_showing_an_id_there(sandbox: Sandbox, page: Page) -> None:
    await sandbox.start_bot()
    panel = page.locator("#confluence")
    await panel.get_by_role("button", name="Archive pages").click()
    await expect(panel.get_by_role("status")).to_have_text(
        "Confluence is archiving pages now. To follow it, send /longtask."
    )
    (remote_id,) = sandbox.confluence.tasks
    assert remote_id not in await page.locator("body").inner_text()
    await page.get_by_role("button", name="/longtask", exact=True).click()
    await expect(page.locator("#messages .private")).to_contain_text("Archiving pages")


async def test_a_message_is_posted_in_the_channel_and_in_a_thread(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    root = post(sandbox, "root")
    post(sandbox, "reply", root)
    await page.select_option("#person", COLLEAGUE)
    await open_thread(page)
    await page.get_by_label("Reply in the thread").fill("@longtask 123")
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread")).to_contain_text("@longtask 123")
    await page.get_by_label("Message or command").fill("Good morning, @marta")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages")).to_contain_text("Good morning, @marta")
    await expect(page.locator("#messages .person")).to_have_text("T")

    await sandbox.slack.wait_for(lambda: app.seen, timeout=60)
    assert [(event["type"], event["user"], event["thread_ts"]) for event in app.seen] == [
        ("app_mention", COLLEAGUE, root)
    ]


async def test_what_is_typed_right_after_a_person_was_chosen_is_theirs(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    # What the person sees never begins to come.
    await page.route("**/events?*", lambda _route: None)
    await page.select_option("#person", COLLEAGUE)
    await page.get_by_label("Message or command").fill("Good morning")
    await page.keyboard.press("Enter")

    said = await sandbox.slack.wait_for(lambda: list(sandbox.slack.channels[CHANNEL].messages.values()), timeout=60)
    assert [(message.user, message.text) for message in said] == [(COLLEAGUE, "Good morning")]


async def test_commands_do_not_work_in_threads_as_in_slack(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    post(sandbox, "reply", post(sandbox, "root"))
    await open_thread(page)
    await page.get_by_label("Reply in the thread").fill("/longtask 123")
    await page.keyboard.press("Enter")
    await expect(page.locator("#reply").get_by_role("status")).to_contain_text("@longtask 123")
    await expect(page.get_by_label("Reply in the thread")).to_have_value("/longtask 123")
    await page.get_by_label("Message or command").fill("/invite @longtask")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer").get_by_role("status")).to_contain_text("No other command")
    assert (app.seen, len(sandbox.slack.channels[CHANNEL].messages)) == ([], 2)


async def test_that_the_bot_is_not_reached_is_said(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    sandbox.slack.request_url = "http://127.0.0.1:9/slack/events"
    await page.get_by_label("Message or command").fill("@longtask 123")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer").get_by_role("status")).to_have_text(
        "Posted, but longtask was not reached: dispatch_failed"
    )


async def test_the_address_for_scripts_is_copied(sandbox: Sandbox, page: Page) -> None:
    context: BrowserContext = page.context
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    whisper(sandbox, PERSON, "```curl … | curl --data-binary @- https://bot.example/hook/a-B_9```")
    await page.get_by_role("button", name="Copy the address").click()
    await expect(page.locator("#said")).to_have_text("The address is copied.")
    assert await page.evaluate("navigator.clipboard.readText()") == "https://bot.example/hook/a-B_9"


async def test_the_list_of_what_runs_has_its_buttons_beside_and_contrast(sandbox: Sandbox, page: Page) -> None:
    furnish(sandbox, "en")
    await sandbox.start_bot()
    begin_unfollowed(sandbox.confluence)
    await page.reload()
    await page.get_by_role("button", name="/longtask", exact=True).click()
    rows = page.locator("#messages .private .beside")
    await expect(rows).to_have_count(3)

    await expect_contrast(page)
    for row in await rows.all():
        text, follow = await row.locator(".section").bounding_box(), await row.get_by_role("button").bounding_box()
        assert text is not None
        assert follow is not None
        assert text["x"] + text["width"] <= follow["x"]
        assert text["y"] <= follow["y"] + follow["height"] / 2 <= text["y"] + max(text["height"], follow["height"])
