"""The gallery shows every message in every language, and only what Slack would show."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.render.blocks import button, question
from bot.render.headline import MARKS
from bot.render.i18n import Catalogs, Texts
from bot.render.message import Block, Message
from bot.render.watch import MARK as WATCH
from sandbox.gallery.examples import answers, examples
from sandbox.gallery.home import homes
from sandbox.gallery.page import page
from sandbox.gallery.situations import messages
from sandbox.html_tree import Element, element
from sandbox.html_tree import html as html_of
from sandbox.slack_html import message_html, mrkdwn_html
from tests.sandbox.conftest import CONTRAST

LINK = '<a href="https://a.example/a*b" target="_blank" rel="noopener noreferrer">go</a>'
GO = '<button type="button" class="button" data-action="go" aria-label="Go to &lt;a&gt;">Go</button>'
NAMES = {"U0ANNA": "@anna", "C0DOCS": "#docs"}


class Reader(HTMLParser):
    """Counts the cells of each language, collects texts, and checks that what is opened is closed."""

    VOID = ("meta", "input", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[str, int] = {}
        self.open: list[str] = []
        self.anchors: list[str] = []
        self.links: list[str] = []
        #: what is read without unfolding anything
        self.shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("class") == "cell":
            self.cells[given["lang"]] = self.cells.get(given["lang"], 0) + 1
        if tag == "section":
            self.anchors.append(given["id"])
        if given.get("href", "").startswith("#"):
            self.links.append(given["href"][1:])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "details" not in self.open and "style" not in self.open:
            self.shown.append(data)


@pytest.fixture(scope="module")
def whole(catalogs: Catalogs) -> str:
    return page(list(catalogs.languages.values()), examples())


def test_the_page_holds_every_message_in_every_language(whole: str, catalogs: Catalogs, en: Texts) -> None:
    reader = Reader()
    reader.feed(whole)
    alone = len(list(answers(en))) + len(list(homes(en)))
    number = sum(len(list(messages(en, situation))) for situation in examples()) + alone
    assert reader.cells == dict.fromkeys(catalogs.languages, number)
    assert reader.open == []
    assert len(set(reader.anchors)) == len(reader.anchors) == len(examples()) + alone
    assert set(reader.links) == set(reader.anchors)


def test_nothing_but_the_messages_says_what_happened(whole: str) -> None:
    reader = Reader()
    reader.feed(whole)
    words = [text.strip() for text in reader.shown]
    assert [situation.name for situation in examples() if situation.name in words] == []
    assert [text for text in words if re.search(r"\b[UC]0[A-Z]{2,}", text)] == []


@pytest.mark.browser
async def test_language_colours_and_width_are_chosen(whole: str, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "gallery.html"
    file.write_text(whole, encoding="utf-8")
    opened = await browser.new_page(viewport={"width": 1400, "height": 900})
    await opened.goto(file.as_uri())
    first = opened.locator(".row").first
    row, message = first.locator(".cell:visible"), first.locator(".message:visible")

    async def languages() -> list[str]:
        return [await cell.get_attribute("lang") or "" for cell in await row.all()]

    assert await languages() == ["en"]
    await opened.check("#show-uk")
    assert await languages() == ["uk"]
    await opened.check("#show-all")
    assert sorted(await languages()) == ["de", "en", "ja", "uk"]
    await opened.check("#show-en")
    assert await message.evaluate("each => each.clientWidth") > 600
    await opened.check("#show-phone")
    assert await message.evaluate("each => each.clientWidth") < 330
    for colours, back in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(26, 29, 33)")):
        await opened.check(f"#show-{colours}")
        await expect(message).to_have_css("background-color", back)
        assert await opened.evaluate(CONTRAST) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _slanted_ and ~gone~", "<b>bold</b> and <i>slanted</i> and <s>gone</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("`<code> *x*`", "<code>&lt;code&gt; *x*</code>"),
        (
            "<https://a.example/?x=1&amp;y=2|go>",
            '<a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">go</a>',
        ),
        ("*<https://a.example/a*b|go> there*", f"<b>{LINK} there</b>"),
        ("after 0:12:30 or 10:13:45", "after 0:12:30 or 10:13:45"),
        ("<javascript:alert(1)|go>", "go"),
        ("<@U0ANNA> <#C0DOCS>", '<span class="mention">@anna</span> <span class="mention">#docs</span>'),
        ("<@U0GONE> <#C0GONE>", '<span class="mention">@unknown</span> <span class="mention">#unknown</span>'),
        (
            "<!date^1795424523^{date_short_pretty} {time_secs}|Nov 23>",
            '<time datetime="2026-11-23T09:02:03Z" data-form="{date_short_pretty} {time_secs}">Nov 23</time>',
        ),
        ("&lt;b&gt; &amp; <b", "&lt;b&gt; &amp; &lt;b"),
        (":tada:", '<span class="emoji">:tada:</span>'),
    ],
)
def test_markup_is_shown_as_slack_shows_it(text: str, html: str) -> None:
    assert "".join(map(html_of, mrkdwn_html(text, NAMES.get))) == html


def test_a_message_without_blocks_shows_its_text() -> None:
    shown = html_of(message_html(Message(text="*Done* <b>"), NAMES.get))
    assert shown == '<div class="slack"><div class="section"><b>Done</b> b</div></div>'


@pytest.mark.parametrize(
    ("block", "html"),
    [
        ({"type": "divider"}, "<hr>"),
        (
            {"type": "header", "text": {"type": "plain_text", "text": "*x*"}},
            '<div class="section header"><b>*x*</b></div>',
        ),
        (
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "*x*"}, {"type": "plain_text", "text": "*x*"}]},
            '<div class="context"><div><b>x</b></div><div>*x*</div></div>',
        ),
        (
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "a"},
                "accessory": {
                    "type": "button",
                    "action_id": "go",
                    "accessibility_label": "Go to <a>",
                    "text": {"type": "plain_text", "text": "Go"},
                },
            },
            f'<div class="beside"><div class="section">a</div>{GO}</div>',
        ),
    ],
)
def test_each_block_looks_like_slacks(block: Block, html: str) -> None:
    shown = html_of(message_html(Message(text="x", blocks=(block,)), NAMES.get))
    assert shown == f'<div class="slack">{html}</div>'


def test_a_mark_is_drawn_and_named() -> None:
    drawn, unknown = (html_of(*mrkdwn_html(text, NAMES.get)) for text in (":white_check_mark:", ":tada:"))
    assert 'role="img" aria-label="white check mark"' in drawn
    assert unknown == '<span class="emoji">:tada:</span>'


def test_every_mark_that_the_bot_uses_is_drawn() -> None:
    marks = [*MARKS.values(), WATCH]
    assert [mark for mark in marks if "<svg" not in html_of(*mrkdwn_html(mark, NAMES.get))] == []


def test_a_button_carries_what_is_read_out_and_what_is_asked_first() -> None:
    asked = question(title='"Sure"?', text="<b>", confirm="Yes", deny="No")
    block = {"type": "actions", "elements": [button("stop", "Stop", read_out='Stop: "Copy"', question=asked)]}
    shown = message_html(Message(text="x", blocks=(block,)), NAMES.get)
    said = '{"title": "\\"Sure\\"?", "text": "<b>", "confirm": "Yes", "deny": "No"}'
    attributes = {"class": "button", "data-action": "stop", "aria-label": 'Stop: "Copy"', "data-confirm": said}
    pressed = Element("button", {"type": "button"} | attributes, ("Stop",))
    assert shown == element("div", element("div", pressed, class_="actions"), class_="slack")
