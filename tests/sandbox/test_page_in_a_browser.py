"""The page as a person uses it: typed into, read and clicked in a real browser."""

from asyncio import to_thread
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.demo import furnish
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM, Sandbox
from sandbox.scenarios import scenario
from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import EphemeralMessage, File, Json
from tests.sandbox.conftest import CONTRAST, PATIENCE

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 760}
DESKTOP = {"width": 1280, "height": 720}


def button(label: str, **more: str) -> Json:
    return {"type": "button", "action_id": label, "text": {"type": "plain_text", "text": label}, **more}


def card(percent: str, *, buttons: tuple[str, ...] = ("Stop following",)) -> MessageContent:
    parts = [{"type": "mrkdwn", "text": text} for text in (f"*Copying pages*\n{percent}", "no warnings")]
    blocks = (
        {"type": "section", "text": parts[0]},
        {"type": "context", "elements": [parts[1]]},
        {"type": "actions", "elements": [button(label, accessibility_label=f"{label}: 17") for label in buttons]},
    )
    return MessageContent(text=percent, blocks=blocks)


def post(sandbox: Sandbox, content: MessageContent, root: str | None = None, channel: str = CHANNEL) -> str:
    slack = sandbox.slack
    return slack.post(slack.workspaces[TEAM], slack.channels[channel], content, thread_ts=root).ts


def say(sandbox: Sandbox, text: str, root: str | None = None) -> str:
    return post(sandbox, MessageContent(text=text), root)


def whisper(sandbox: Sandbox, user: str) -> None:
    ts = sandbox.slack.next_ts(TEAM)
    sandbox.slack.show_to_one(
        EphemeralMessage(ts=ts, at=0, user=user, channel=CHANNEL, via="ack", text=f"only for {user}")
    )


async def open_thread(page: Page) -> None:
    await page.locator("#messages .count").first.click()
    await expect(page.locator("#thread article").first).to_be_visible()


async def test_a_person_types_a_command_opens_the_thread_and_stops_it_with_a_button(
    sandbox: Sandbox, page: Page
) -> None:
    await sandbox.start_bot()
    remote_id = sandbox.begin(scenario("copy_with_renames_and_restrictions", "cloud"))

    await page.fill("#text", f"/longtask {remote_id}")
    await page.press("#text", "Enter")

    root = page.locator("#messages").get_by_text(remote_id).first
    await expect(root).to_be_visible(timeout=PATIENCE)
    await page.locator("#messages .count").first.click()
    await expect(page.locator("#thread")).to_contain_text("%", timeout=PATIENCE)
    await page.locator("#thread [data-action=stop]").first.click()
    await expect(page.locator("#thread [data-action=stop]")).to_have_count(0, timeout=PATIENCE)


async def test_the_page_loads_nothing_from_elsewhere_and_fits_a_narrow_screen(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.set_viewport_size({"width": 360, "height": 640})

    await page.reload()

    await expect(page.locator("#text")).to_be_visible()
    origin = page.url.rstrip("/")
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_thread_has_one_reply_counter_however_often_people_are_changed(sandbox: Sandbox, page: Page) -> None:
    whisper(sandbox, PERSON)
    root = say(sandbox, "root")
    say(sandbox, "reply", root)
    whisper(sandbox, COLLEAGUE)

    for user in (COLLEAGUE, PERSON, COLLEAGUE, PERSON):
        await page.select_option("#person", user)
        await expect(page.locator("#messages")).to_contain_text(f"only for {user}")
        await expect(page.locator("#messages article")).to_have_count(2)

    counters = await page.locator("#messages .count").all_text_contents()
    assert [text.partition(" Last")[0] for text in counters] == ["1 reply"]


async def test_each_message_carries_its_language(sandbox: Sandbox, page: Page) -> None:
    metadata = {"event_type": "longtask_message", "event_payload": {"id": "1", "language": "ja"}}
    post(sandbox, MessageContent(text="フォロー中", metadata=metadata))

    await expect(page.get_by_text("フォロー中").locator("xpath=ancestor::*[@lang][1]")).to_have_attribute("lang", "ja")
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_an_edit_announces_only_the_lines_that_changed(sandbox: Sandbox, page: Page) -> None:
    news = page.locator("#news")
    root = say(sandbox, "root")
    shown = post(sandbox, card("38%"), root)
    await open_thread(page)

    sandbox.slack.edit(sandbox.slack.message(CHANNEL, shown), card("39%"))
    await expect(news).to_have_text("39%")

    say(sandbox, "Finished: all of it", root)
    await expect(news).to_have_text("longtask Finished: all of it")
    assert await page.locator("[aria-live], [role=log]").count() == 0


async def test_a_button_keeps_its_focus_while_its_message_is_edited(sandbox: Sandbox, page: Page) -> None:
    shown = post(sandbox, card("38%", buttons=("Check now", "Stop following")), say(sandbox, "root"))
    await open_thread(page)
    focused = page.get_by_role("button", name="Check now: 17")
    await focused.focus()

    sandbox.slack.edit(sandbox.slack.message(CHANNEL, shown), card("39%", buttons=("Check now", "Stop following")))
    await expect(page.locator("#thread")).to_contain_text("39%")
    await expect(focused).to_be_focused()

    sandbox.slack.edit(sandbox.slack.message(CHANNEL, shown), card("100%", buttons=()))
    await expect(page.locator("#thread")).to_be_focused()


async def test_on_a_phone_an_open_thread_has_one_main_and_one_heading(sandbox: Sandbox, page: Page) -> None:
    await page.set_viewport_size(PHONE)
    say(sandbox, "reply", say(sandbox, "root"))
    await open_thread(page)

    assert await page.get_by_role("main").count() == 1
    assert await page.get_by_role("heading").all_text_contents() == ["Thread # releases"]
    assert await page.get_by_role("heading", level=1).count() == 1
    assert await page.get_by_role("navigation").count() == 1

    await page.keyboard.press("Escape")
    await expect(page.locator(".count")).to_be_focused()
    assert await page.get_by_role("heading").all_text_contents() == ["# releases"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_text_has_contrast_in_light_and_dark(
    sandbox: Sandbox, page: Page, scheme: str, size: dict[str, int]
) -> None:
    furnish(sandbox, "en")
    root = say(sandbox, f"*b* `code` <@{PERSON}> <https://a.example|link> :tada: ~s~")
    styled = [button("Go", style="primary"), button("No", style="danger"), button("Open", url="https://a.example")]
    post(sandbox, MessageContent(text="x", blocks=({"type": "actions", "elements": styled},)), root)
    share(sandbox, root)
    whisper(sandbox, PERSON)
    post(sandbox, MessageContent(text="new"), channel="C0HANDBOOK")
    sandbox.slack.edit(sandbox.slack.message(CHANNEL, root), MessageContent(text=f"*Ended* <@{PERSON}>"))
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": size["width"], "height": size["height"]})
    await page.reload()

    assert await page.evaluate(CONTRAST) == []
    await open_thread(page)
    assert await page.evaluate(CONTRAST) == []
    back = await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
    assert back == {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 29, 33)"}[scheme]


def share(sandbox: Sandbox, root: str) -> None:
    slack = sandbox.slack
    slack.files["F0LIST"] = File(id="F0LIST", team_id=TEAM, filename="findings.csv", length=6, content=b"a,b\r\nc")
    where = slack.channels[CHANNEL]
    slack.post(slack.workspaces[TEAM], where, MessageContent(text="12 found"), thread_ts=root, file_ids=("F0LIST",))


async def test_the_csv_file_can_be_opened(sandbox: Sandbox, page: Page) -> None:
    share(sandbox, say(sandbox, "root"))
    await open_thread(page)

    async with page.expect_download() as opened:
        await page.get_by_role("link", name="findings.csv").click()
    download = await opened.value

    assert download.suggested_filename == "findings.csv"
    assert (await to_thread(Path(await download.path()).read_bytes)) == b"a,b\r\nc"


async def test_a_second_channel_and_direct_messages_are_switched_to(sandbox: Sandbox, page: Page) -> None:
    furnish(sandbox, "en")
    direct = sandbox.slack.open_im(sandbox.slack.first_workspace, PERSON)
    conversations = page.get_by_role("navigation").get_by_role("listitem")
    await expect(conversations).to_have_text(["# releases", "# handbook", "longtask APP"])

    post(sandbox, MessageContent(text="only for marta"), channel=direct.id)
    await expect(conversations).to_have_text(["# releases", "# handbook", "longtask APP new"])
    await conversations.get_by_role("button", name="longtask").click()
    await expect(page.locator("#messages")).to_contain_text("only for marta")
    await expect(conversations).to_have_text(["# releases", "# handbook", "longtask APP"])

    await conversations.get_by_role("button", name="handbook").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("# handbook")
    await expect(page.locator("#messages article")).to_have_count(0)


async def test_moments_are_in_the_readers_time_zone_and_language_with_seconds(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.users[COLLEAGUE].locale = "de-DE"
    say(sandbox, "Last checked <!date^1795424523^{date_short} {time_secs}|Nov 23, 2026, 9:02 AM UTC>")

    await expect(page.locator(".section")).to_have_text("Last checked Nov 23, 2026 6:02:03\N{NARROW NO-BREAK SPACE}PM")
    await page.select_option("#person", COLLEAGUE)
    await expect(page.locator(".section")).to_have_text("Last checked 23. Nov. 2026 18:02:03")


async def test_a_link_to_a_message_opens_its_thread_here(sandbox: Sandbox, page: Page) -> None:
    furnish(sandbox, "en")
    root = post(sandbox, MessageContent(text="elsewhere"), channel="C0HANDBOOK")
    post(sandbox, MessageContent(text="reply"), root, channel="C0HANDBOOK")
    say(sandbox, f"<https://sandbox.slack.com/archives/C0HANDBOOK/p{root.replace('.', '')}|the thread>")

    await page.get_by_role("link", name="the thread").click()

    await expect(page.locator("#thread article")).to_have_count(2)
    await expect(page.get_by_role("heading", level=1)).to_have_text("# handbook")


async def test_text_from_outside_is_never_markup(sandbox: Sandbox, page: Page) -> None:
    say(sandbox, "&lt;img src=x onerror=alert(1)&gt; <javascript:alert(1)|go>")

    await expect(page.locator(".section")).to_have_text("<img src=x onerror=alert(1)> go")
    assert await page.locator("img, .section a").count() == 0
