"""Modals on the page: filled in, changed by the app, sent, put on one another, and closed, with keys alone too."""

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, Sandbox
from sandbox.slack.modal_stack import top_modal
from sandbox.slack.records import Json
from tests.sandbox.page_support import expect_contrast
from tests.sandbox.scripted_app import ScriptedApp, button, field_of, modal, options, plain, section

pytestmark = pytest.mark.browser

ASK = field_of("plain_text_input", "task", block={"hint": plain("In the answer of the request")}, max_length=20)
RUNNING = field_of("static_select", "running", options=options("copy", "archive"), block={"optional": True})
HOW = field_of("radio_buttons", "how", options=options("quiet", "all"), initial_option=options("quiet")[0])
WHAT = field_of("checkboxes", "what", options=options("rename", "delete"), block={"optional": True})
WHERE = field_of("conversations_select", "where", default_to_current_conversation=True)
WHO = field_of("users_select", "who", initial_user=COLLEAGUE)


async def opened(sandbox: Sandbox, app: ScriptedApp, page: Page, view: Json) -> tuple[Locator, str]:
    """The dialog on the page, and the id of the modal in it."""
    app.open("shortcut", view)
    await sandbox.slack.shortcut("ask", user=PERSON)
    dialog = page.get_by_role("dialog", name=view["title"]["text"])
    await expect(dialog).to_be_visible()
    top = top_modal(sandbox.slack, PERSON)
    assert top is not None
    return dialog, top.id


async def submission(sandbox: Sandbox, app: ScriptedApp) -> Json:
    """The state of the modal that was sent last."""
    await sandbox.slack.wait_for(lambda: app.payloads("view_submission"), timeout=60)
    state: Json = app.payloads("view_submission")[-1]["view"]["state"]
    return state


async def test_every_field_is_filled_in_and_sent_in_slacks_shape(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    dialog, _ = await opened(sandbox, app, page, modal(ASK, RUNNING, HOW, WHAT, WHERE, WHO))
    await dialog.get_by_label("Task").fill("123")
    await dialog.get_by_label("Running").select_option(label="Archive")
    await dialog.get_by_role("group", name="How").get_by_label("All").check()
    await dialog.get_by_label("Delete").check()
    await dialog.get_by_role("button", name="Send").click()

    await expect(dialog).to_be_hidden()
    assert (await submission(sandbox, app))["values"] == {
        "task": {"task": {"type": "plain_text_input", "value": "123"}},
        "running": {"running": {"type": "static_select", "selected_option": options("archive")[0]}},
        "how": {"how": {"type": "radio_buttons", "selected_option": options("all")[0]}},
        "what": {"what": {"type": "checkboxes", "selected_options": options("delete")}},
        "where": {"where": {"type": "conversations_select", "selected_conversation": CHANNEL}},
        "who": {"who": {"type": "users_select", "selected_user": COLLEAGUE}},
    }


async def test_with_keys_alone_a_modal_is_filled_in_and_sent_and_the_focus_returns(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    await page.locator("#text").focus()
    dialog, _ = await opened(sandbox, app, page, modal(section("Which one?"), ASK, HOW))
    await expect(dialog.get_by_label("Task")).to_be_focused()
    await page.keyboard.type("123")
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    await expect(dialog).to_be_hidden()
    await expect(page.locator("#text")).to_be_focused()
    values = (await submission(sandbox, app))["values"]
    assert (values["task"]["task"]["value"], values["how"]["how"]["selected_option"]) == ("123", options("all")[0])


async def test_a_required_field_that_is_empty_is_not_sent(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    dialog, _ = await opened(sandbox, app, page, modal(RUNNING, ASK))
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.get_by_label("Task")).to_be_focused()
    assert (await dialog.is_visible(), app.payloads("view_submission")) == (True, [])


async def test_what_is_wrong_is_shown_at_its_field_which_gets_the_focus(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    dialog, _ = await opened(sandbox, app, page, modal(RUNNING, ASK))
    app.acknowledge("view_submission", {"response_action": "errors", "errors": {"task": "No such task."}})
    await dialog.get_by_label("Task").fill("124")
    await dialog.get_by_label("Running").focus()
    await dialog.get_by_role("button", name="Send").click()

    wrong = dialog.get_by_label("Task")
    await expect(wrong).to_have_accessible_description("No such task. In the answer of the request")
    await expect(wrong).to_be_focused()
    await expect(wrong).to_have_value("124")
    await expect(wrong).to_have_attribute("aria-invalid", "true")


async def test_an_app_that_does_not_answer_is_trouble(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    dialog, _ = await opened(sandbox, app, page, modal(ASK))
    app.acknowledge("view_submission", {"response_action": "nothing"})
    await dialog.get_by_label("Task").fill("124")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text("We had some trouble connecting. Try again?")
    await expect(dialog.get_by_label("Task")).to_have_value("124")


async def test_fields_that_stay_keep_what_was_filled_in_while_the_app_changes_the_modal(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    dialog, view_id = await opened(sandbox, app, page, modal(ASK, HOW, WHAT))
    await dialog.get_by_label("Rename").check()
    await dialog.get_by_label("All").check()
    typed = dialog.get_by_label("Task")
    await typed.fill("12")
    await page.keyboard.press("Home")

    other = field_of("plain_text_input", "label")
    renamed = {**ASK, "label": plain("Its id")}
    await app.update(view_id, modal(section("Confluence lists nothing."), other, renamed, HOW, WHAT))
    await expect(dialog.get_by_label("Label")).to_have_value("")
    typed = dialog.get_by_label("Its id")
    await expect(typed).to_be_focused()
    await page.keyboard.type("9")
    await expect(typed).to_have_value("912")
    await expect(dialog.get_by_label("Rename")).to_be_checked()
    await expect(dialog.get_by_label("All")).to_be_checked()
    await expect(dialog.get_by_role("status")).to_have_text("Confluence lists nothing.")

    await app.update(view_id, modal({**ASK, "block_id": "another"}, HOW))
    await expect(dialog.get_by_label("Task")).to_have_value("")


async def test_a_modal_lies_on_another_until_it_is_closed_and_clear_closes_both(
    sandbox: Sandbox, app: ScriptedApp, page: Page
) -> None:
    dialog, view_id = await opened(sandbox, app, page, modal(ASK))
    sure = modal(section("Sure?"), title="Really", submit="Yes", close=plain("Back"), notify_on_close=True)
    app.acknowledge("view_submission", {"response_action": "push", "view": sure})
    await dialog.get_by_label("Task").fill("123")
    await page.keyboard.press("Enter")

    question = page.get_by_role("dialog", name="Really")
    await expect(question.get_by_role("heading", name="Really")).to_be_focused()
    await expect(question.get_by_role("status")).to_have_text("Really Sure?")
    await question.get_by_role("button", name="Back").click()
    await expect(dialog.get_by_label("Task")).to_have_value("123")
    await sandbox.slack.wait_for(lambda: app.payloads("view_closed"), timeout=60)
    assert [closed["view"]["previous_view_id"] for closed in app.payloads("view_closed")] == [view_id]

    await page.keyboard.press("Enter")
    await expect(question).to_be_visible()
    app.acknowledge("view_submission", {"response_action": "clear"})
    await question.get_by_role("button", name="Yes").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_escape_closes_a_modal_and_nothing_else(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    sandbox.slack.say(CHANNEL, PERSON, "reply", thread_ts=sandbox.slack.say(CHANNEL, PERSON, "root").ts)
    await expect(page.locator("#pane")).to_be_visible()
    dialog, _ = await opened(sandbox, app, page, modal(ASK))
    await dialog.get_by_label("Task").fill("/")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.locator("#pane")).to_be_visible()
    assert top_modal(sandbox.slack, PERSON) is None


async def test_a_button_in_a_modal_sends_what_the_fields_hold(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    look = {"type": "actions", "block_id": "row", "elements": [button("Look", value="9")]}
    dialog, _ = await opened(sandbox, app, page, modal(ASK, look))
    await dialog.get_by_label("Task").fill("123")
    await dialog.get_by_role("button", name="Look").click()
    await sandbox.slack.wait_for(lambda: app.payloads("block_actions"), timeout=60)
    (clicked,) = app.payloads("block_actions")
    assert (clicked["actions"][0]["value"], clicked["view"]["state"]["values"]["task"]["task"]["value"]) == ("9", "123")


async def test_another_person_does_not_see_it(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    dialog, _ = await opened(sandbox, app, page, modal(ASK))
    await page.evaluate("person.value = 'U0TOMAS'; person.dispatchEvent(new Event('change'))")
    await expect(dialog).to_be_hidden()
    await page.select_option("#person", PERSON)
    await expect(dialog).to_be_visible()


async def test_a_modal_has_contrast_and_fits(sandbox: Sandbox, app: ScriptedApp, page: Page) -> None:
    app.acknowledge("view_submission", {"response_action": "errors", "errors": {"task": "No such task."}})
    blocks = [section("*Which* one?"), ASK, RUNNING, HOW, WHAT, WHO, {"type": "divider"}]
    dialog, _ = await opened(sandbox, app, page, modal(*blocks))
    await dialog.get_by_label("Task").fill("7")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("No such task.")).to_be_visible()

    await expect_contrast(page)
    await expect(dialog.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
