"""The gallery shows every message in every language, and only what Slack would show."""

from html.parser import HTMLParser

import pytest

from bot.render.blocks import button, question
from bot.render.i18n import Catalogs, Texts
from bot.render.message import Message
from sandbox.gallery.examples import answers, examples
from sandbox.gallery.page import page
from sandbox.gallery.situations import messages
from sandbox.slack_html import message_html, mrkdwn_html


class Cells(HTMLParser):
    """Counts the cells of each language, and checks that what is opened is closed."""

    VOID = ("meta", "col", "line")

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[str, int] = {}
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "td":
            language = dict(attrs)["lang"] or ""
            self.cells[language] = self.cells.get(language, 0) + 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_holds_every_message_in_every_language(catalogs: Catalogs, en: Texts) -> None:
    languages = list(catalogs.languages.values())
    reader = Cells()
    reader.feed(page(languages, examples()))
    number = sum(len(list(messages(en, situation))) for situation in examples()) + len(list(answers(en)))
    assert reader.cells == {texts.language: number for texts in languages}
    assert reader.open == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _slanted_ and ~gone~", "<b>bold</b> and <i>slanted</i> and <s>gone</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("`<code> *x*`", "<code>&lt;code&gt; *x*</code>"),
        ("<https://a.example/?x=1&amp;y=2|go>", '<a href="https://a.example/?x=1&amp;y=2">go</a>'),
        ("<javascript:alert(1)|go>", "go"),
        ("<@U0ANNA>", '<span class="mention">@U0ANNA</span>'),
        ("<!date^1795424520^{date_short_pretty} {time}|Nov 23>", '<time data-epoch="1795424520">Nov 23</time>'),
        ("&lt;b&gt; &amp; <b", "&lt;b&gt; &amp; &lt;b"),
        (":tada:", '<span class="emoji">:tada:</span>'),
    ],
)
def test_markup_is_shown_as_slack_shows_it(text: str, html: str) -> None:
    assert mrkdwn_html(text) == html


def test_a_message_without_blocks_shows_its_text() -> None:
    shown = message_html(Message(text="*Done* <b>"))
    assert shown == '<div class="slack"><div class="section"><b>Done</b> b</div></div>'


def test_a_button_carries_what_is_read_out_and_what_is_asked_first() -> None:
    asked = question(title='"Sure"?', text="<b>", confirm="Yes", deny="No")
    element = button("stop", "Stop", read_out='Stop: "Copy"', value="1", question=asked)
    shown = message_html(Message(text="x", blocks=({"type": "actions", "elements": [element]},)))
    assert shown == (
        '<div class="slack"><div class="actions"><button type="button" class="button" data-action="stop" '
        'aria-label="Stop: &quot;Copy&quot;" data-confirm="{&quot;title&quot;: &quot;\\&quot;Sure\\&quot;?&quot;, '
        "&quot;text&quot;: &quot;&lt;b&gt;&quot;, &quot;confirm&quot;: &quot;Yes&quot;, "
        '&quot;deny&quot;: &quot;No&quot;}">Stop</button></div></div>'
    )
