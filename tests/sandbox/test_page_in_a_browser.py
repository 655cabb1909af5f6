"""The page as a person uses it: typed into, read and clicked in a real browser."""

from asyncio import to_thread
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.demo import furnish
from sandbox.harness import COLLEAGUE, PERSON, Sandbox
from sandbox.scenarios import scenario
from tests.sandbox.conftest import CONTRAST
from tests.sandbox.page_support import DESKTOP, PHONE, button, card, edit, open_thread, post, share, whisper

pytestmark = pytest.mark.browser


async def test_a_person_types_a_command_opens_the_thread_and_stops_it_with_a_button(
    sandbox: Sandbox, page: Page
) -> None:
    await sandbox.start_bot()
    remote_id = sandbox.begin(scenario("stall", "cloud"))

    await page.fill("#text", f"/longtask {remote_id}")
    await page.press("#text", "Enter")

    root = page.locator("#messages").get_by_text(f"Confluence task {remote_id}").first
    await expect(root).to_be_visible()
    await page.locator("#messages .count").first.click()
    await expect(page.locator("#thread")).to_contain_text("%")
    await page.locator("#thread [data-action=stop]").first.click()
    await page.get_by_role("dialog").get_by_role("button").last.click()
    await expect(page.locator("#thread [data-action=stop]")).to_have_count(0)


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
    whisper(sandbox, PERSON, f"only for {PERSON}")
    root = post(sandbox, "root")
    post(sandbox, "reply", root)
    whisper(sandbox, COLLEAGUE, f"only for {COLLEAGUE}")

    for user in (COLLEAGUE, PERSON, COLLEAGUE, PERSON):
        await page.select_option("#person", user)
        await expect(page.locator("#messages")).to_contain_text(f"only for {user}")
        await expect(page.locator("#messages article")).to_have_count(2)

    counters = await page.locator("#messages .count").all_text_contents()
    assert [text.partition(" Last")[0] for text in counters] == ["1 reply"]


async def test_each_message_carries_its_language(sandbox: Sandbox, page: Page) -> None:
    metadata = {"event_type": "longtask_message", "event_payload": {"id": "1", "language": "ja"}}
    post(sandbox, "フォロー中", metadata=metadata)

    await expect(page.get_by_text("フォロー中").locator("xpath=ancestor::*[@lang][1]")).to_have_attribute("lang", "ja")
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_an_edit_announces_only_the_lines_that_changed(sandbox: Sandbox, page: Page) -> None:
    news = page.locator("#news")
    root = post(sandbox, "root")
    shown = post(sandbox, "38%", root, blocks=card("38%"))
    await open_thread(page)

    edit(sandbox, shown, "39%", card("39%"))
    await expect(news).to_have_text("39%")

    post(sandbox, "Finished: all of it", root)
    await expect(news).to_have_text("longtask Finished: all of it")
    assert await page.locator("[aria-live], [role=log]").count() == 0


async def test_on_a_phone_an_open_thread_has_one_main_and_one_heading(sandbox: Sandbox, page: Page) -> None:
    await page.set_viewport_size(PHONE)
    post(sandbox, "reply", post(sandbox, "root"))
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
    root = post(sandbox, f"*b* `code` <@{PERSON}> <https://a.example|link> :tada: ~s~")
    styled = [button("Go", style="primary"), button("No", style="danger"), button("Open", url="https://a.example")]
    post(sandbox, "38%", root, blocks=card("38%", *styled))
    share(sandbox, b"a", root)
    whisper(sandbox, PERSON, "only for marta")
    post(sandbox, "new", channel="C0HANDBOOK")
    edit(sandbox, root, f"*Ended* <@{PERSON}>")
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size(size)
    await page.reload()

    assert await page.evaluate(CONTRAST) == []
    await open_thread(page)
    assert await page.evaluate(CONTRAST) == []
    back = await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
    assert back == {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 29, 33)"}[scheme]


async def test_the_csv_file_can_be_opened(sandbox: Sandbox, page: Page) -> None:
    share(sandbox, b"a,b\r\nc", post(sandbox, "root"))
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

    post(sandbox, "only for marta", channel=direct.id)
    await expect(conversations).to_have_text(["# releases", "# handbook", "longtask APP new"])
    await conversations.get_by_role("button", name="longtask").click()
    await expect(page.locator("#messages")).to_contain_text("only for marta")
    await expect(conversations).to_have_text(["# releases", "# handbook", "longtask APP"])

    await conversations.get_by_role("button", name="handbook").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("# handbook")
    await expect(page.locator("#messages article")).to_have_count(0)

    # Another person reads on where the one before was, if they see it.
    post(sandbox, "for everybody", channel="C0HANDBOOK")
    await page.select_option("#person", COLLEAGUE)
    await expect(page.locator("#messages")).to_contain_text("for everybody")
    await expect(page.get_by_role("heading", level=1)).to_have_text("# handbook")


async def test_moments_are_in_the_readers_time_zone_and_language_with_seconds(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.users[COLLEAGUE].locale = "de-DE"
    post(sandbox, "Last checked <!date^1795424523^{date_short} {time_secs}|Nov 23, 2026, 9:02 AM UTC>")

    await expect(page.locator(".section")).to_have_text("Last checked Nov 23, 2026 6:02:03\N{NARROW NO-BREAK SPACE}PM")
    await page.select_option("#person", COLLEAGUE)
    await expect(page.locator(".section")).to_have_text("Last checked 23. Nov. 2026 18:02:03")


async def test_a_link_to_a_message_opens_its_thread_here(sandbox: Sandbox, page: Page) -> None:
    furnish(sandbox, "en")
    root = post(sandbox, "elsewhere", channel="C0HANDBOOK")
    post(sandbox, "reply", root, channel="C0HANDBOOK")
    post(sandbox, f"<https://sandbox.slack.com/archives/C0HANDBOOK/p{root.replace('.', '')}|the thread>")

    await page.get_by_role("link", name="the thread").click()

    await expect(page.locator("#thread article")).to_have_count(2)
    await expect(page.get_by_role("heading", level=1)).to_have_text("# handbook")


async def test_text_from_outside_is_never_markup(sandbox: Sandbox, page: Page) -> None:
    post(sandbox, "&lt;img src=x onerror=alert(1)&gt; <javascript:alert(1)|go>")

    await expect(page.locator(".section")).to_have_text("<img src=x onerror=alert(1)> go")
    assert await page.locator("img, .section a").count() == 0
