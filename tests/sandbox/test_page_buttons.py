"""Buttons on the page: their names, their focus, and the question before what they do."""

import pytest
from playwright.async_api import Page, expect

from sandbox.harness import PERSON, Sandbox
from sandbox.scenarios import scenario
from sandbox.slack.records import Json
from tests.sandbox.conftest import CONTRAST
from tests.sandbox.page_support import button, card, edit, open_thread, post, whisper

pytestmark = pytest.mark.browser


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


QUESTION = {"title": plain("Stop?"), "text": plain("For all."), "confirm": plain("Yes"), "deny": plain("No")}
CHECK = button("Check now", accessibility_label="Check task 17 now")
STOP = button("Stop", accessibility_label="Stop task 17", confirm=QUESTION)


@pytest.fixture
async def thread(sandbox: Sandbox, page: Page) -> str:
    """The ts of a card with two buttons, in an open thread."""
    shown = post(sandbox, "38%", post(sandbox, "root"), blocks=card("38%", CHECK, STOP))
    await open_thread(page)
    return shown


async def test_a_button_keeps_its_focus_while_its_message_is_edited(sandbox: Sandbox, page: Page, thread: str) -> None:
    focused = page.get_by_role("button", name="Check task 17 now")
    await focused.focus()

    edit(sandbox, thread, "39%", card("39%", CHECK, STOP))
    await expect(page.locator("#thread")).to_contain_text("39%")
    await expect(focused).to_be_focused()

    edit(sandbox, thread, "100%", card("100%"))
    await expect(page.locator("#thread")).to_be_focused()


@pytest.mark.usefixtures("thread")
async def test_a_question_is_asked_before_the_bot_hears_of_the_button(sandbox: Sandbox, page: Page) -> None:
    await sandbox.start_bot()
    stop, question = page.get_by_role("button", name="Stop task 17"), page.get_by_role("dialog", name="Stop?")
    for answer in (page.keyboard.press("Escape"), question.get_by_role("button", name="No").click()):
        await stop.click()
        await expect(question).to_contain_text("For all.")
        await answer
        await expect(question).to_be_hidden()
        await expect(stop).to_be_focused()
        await expect(page.locator("#thread")).to_be_visible()
    assert sandbox.slack.requests == []

    await stop.click()
    await question.get_by_role("button", name="Yes").click()
    requests = await sandbox.slack.wait_for(lambda: sandbox.slack.requests, timeout=60)
    assert [(each.kind, each.text, each.user) for each in requests] == [("click", "Stop", PERSON)]


@pytest.mark.usefixtures("thread")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_question_has_contrast_in_light_and_dark(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.get_by_role("button", name="Stop task 17").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await page.evaluate(CONTRAST) == []


async def test_what_one_person_sees_in_a_thread_is_no_reply_to_count(sandbox: Sandbox, page: Page, thread: str) -> None:
    root = sandbox.slack.message("C0RELEASES", thread).thread_ts
    whisper(sandbox, PERSON, "only for marta", root)
    await expect(page.locator("#thread")).to_contain_text("Only visible to you")
    await expect(page.locator("#thread article")).to_have_count(3)
    await expect(page.locator("#messages .count")).to_contain_text("1 reply")


async def test_stop_asks_first_and_an_answer_for_one_person_is_shown_in_the_thread(
    sandbox: Sandbox, page: Page
) -> None:
    await sandbox.start_bot()
    await page.fill("#text", f"/longtask {sandbox.begin(scenario('stall'))}")
    await page.press("#text", "Enter")
    count = page.locator("#messages .count")
    await expect(count).to_contain_text("1 reply")
    await open_thread(page)

    await page.locator("#thread").get_by_role("button", name="Stop following").click()
    question = page.get_by_role("dialog", name="Stop following?")
    await expect(question).to_contain_text("The task itself goes on in Confluence.")
    await question.get_by_role("button", name="Keep following").click()
    await expect(question).to_be_hidden()
    await page.locator("#thread [data-action=notify_me]").click()

    answer = page.locator("#thread .private")
    await expect(answer).to_contain_text("You will be mentioned")
    await expect(count).to_contain_text("1 reply")
    assert [request.text for request in sandbox.slack.requests if request.kind == "click"] == ["notify_me"]
