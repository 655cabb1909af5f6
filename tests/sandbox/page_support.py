"""Messages in the sandbox's channel, and how the page gets them."""

from playwright.async_api import Page, expect

from sandbox.harness import CHANNEL, TEAM, Sandbox
from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import EphemeralMessage, File, Json
from tests.sandbox.conftest import CONTRAST

#: sizes of a window
PHONE = {"width": 390, "height": 760}
DESKTOP = {"width": 1280, "height": 720}


def post(
    sandbox: Sandbox,
    text: str,
    root: str | None = None,
    *,
    channel: str = CHANNEL,
    blocks: tuple[Json, ...] | None = None,
    metadata: Json | None = None,
) -> str:
    """A message of the bot; returns its ts."""
    slack = sandbox.slack
    content = MessageContent(text=text, blocks=blocks, metadata=metadata)
    return slack.post(slack.workspaces[TEAM], slack.channels[channel], content, thread_ts=root).ts


def edit(sandbox: Sandbox, ts: str, text: str, blocks: tuple[Json, ...] | None = None) -> None:
    sandbox.slack.edit(sandbox.slack.message(CHANNEL, ts), MessageContent(text=text, blocks=blocks))


def whisper(sandbox: Sandbox, user: str, text: str, root: str | None = None, *, blocks: tuple[Json, ...] = ()) -> None:
    """A message that one person sees."""
    ts = sandbox.slack.next_ts(TEAM)
    sandbox.slack.show_to_one(
        EphemeralMessage(ts=ts, at=0, user=user, channel=CHANNEL, via="ack", text=text, blocks=blocks, thread_ts=root)
    )


def share(sandbox: Sandbox, content: bytes, root: str, filename: str = "findings.csv") -> File:
    """A file of the bot in a thread."""
    slack = sandbox.slack
    file = File(id="F0LIST", team_id=TEAM, filename=filename, length=len(content), content=content)
    slack.files[file.id] = file
    where = slack.channels[CHANNEL]
    slack.post(slack.workspaces[TEAM], where, MessageContent(text=""), thread_ts=root, file_ids=(file.id,))
    return file


def paragraph(*nodes: object) -> list[object]:
    """The content of a message of one paragraph."""
    return [["div", {"class": "slack"}, ["div", {"class": "section"}, *nodes]]]


def mention(name: str) -> list[object]:
    return ["span", {"class": "mention"}, name]


def button(label: str, **more: object) -> Json:
    return {"type": "button", "action_id": label, "text": {"type": "plain_text", "text": label}, **more}


def card(percent: str, *buttons: Json) -> tuple[Json, ...]:
    """The blocks of a card."""
    above, below = ({"type": "mrkdwn", "text": text} for text in (f"*Copying pages*\n{percent}", "no warnings"))
    shown: tuple[Json, ...] = ({"type": "section", "text": above}, {"type": "context", "elements": [below]})
    return (*shown, {"type": "actions", "elements": list(buttons)}) if buttons else shown


async def expect_contrast(page: Page) -> None:
    """Fail where a text has too little contrast in light or dark, or the page is wider than a desktop or a phone.

    It is left dark and as wide as a phone.
    """
    for scheme in ("light", "dark"):
        for size in (DESKTOP, PHONE):
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size(size)
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert (scheme, await page.evaluate(CONTRAST), width) == (scheme, [], size["width"])


async def open_thread(page: Page) -> None:
    await page.locator("#messages .count").first.click()
    await expect(page.locator("#thread article").first).to_be_visible()
