"""Text from elsewhere stays plain text."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.mrkdwn import Mrkdwn, channel, clip, code, data, length, link, mention, unmarked
from sandbox.html_tree import html
from sandbox.slack_html import mrkdwn_html

#: text that tries hard to be more than text
NASTY = st.lists(
    st.sampled_from(
        [*list("*_~`<>&|@#:!.-/ \n\t"), "http://", "<!channel>", "www.a.de", ":smile:", "a", "B", "é", "שלום"]
    ),
    max_size=40,
).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Team handbook", "Team handbook"),
        ("R&D <plan>", "R&amp;D &lt;plan&gt;"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@\u2060U1&gt;"),
        ("*bold* ~gone~ `code`", "∗bold∗ ∼gone∼ ˋcodeˋ"),
        ("_slanted_ snake_case", "ˍslantedˍ snake_case"),
        (":tada: 10:30:45", ":\u2060tada: 10:\u206030:45"),
        ("see https://evil.example/x", "see https:\u2060//evil.\u2060example/x"),
        ("@here and #general", "@\u2060here and #\u2060general"),
        ("> quoted", "\u2060&gt; quoted"),
        ("two\nlines\tand  gaps\u2028", "two lines and gaps"),
        ("\u202eturned\u202c", "turned"),
        ("שלום", "\u2068שלום\u2069"),
        ("", ""),
    ],
)
def test_escaped_text_looks_as_it_was_written(text: str, shown: str) -> None:
    assert data(text) == shown


def _drawn(text: str) -> str:
    """The HTML that the page shows for text in Slack's markup."""
    return "".join(map(html, mrkdwn_html(text, {}.get)))


@given(NASTY)
def test_escaped_text_cannot_mention_link_or_format(text: str) -> None:
    assert re.findall(r"<[^>]*>", _drawn(f"“{data(text)}” and “{data(text)}”")) == []


@given(NASTY)
def test_escaped_text_cannot_affect_the_text_around_it(text: str) -> None:
    shown = data(text)
    assert re.findall(r"[<>\n]|[*~`]|://|&(?!amp;|lt;|gt;)", shown) == []
    assert _drawn(link("https://acme.example/a?b=1&c=2", shown)).count("<a ") == 1


@given(st.text(max_size=400), st.integers(min_value=1, max_value=300))
def test_text_is_cut_to_its_limit(text: str, limit: int) -> None:
    cut = clip(text, limit)
    assert length(cut) <= max(limit, 1)
    assert cut == text or cut.endswith("…")


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("ab cdef", 4, "ab…"),
        ("xe\u0301e\u0301e\u0301", 4, "xe\u0301…"),
        ("x👩\u200d👩\u200d👧", 6, "x…"),
        ("x👍🏽y", 4, "x…"),
        ("🎉🎉🎉", 5, "🎉🎉…"),
        ("🎉🎉🎉", 4, "🎉…"),
    ],
)
def test_a_cut_is_never_inside_a_character_or_an_emoji(text: str, limit: int, cut: str) -> None:
    assert clip(text, limit) == cut


@given(st.text(max_size=200))
def test_escaping_can_be_read_back(text: str) -> None:
    assert "<" not in data(text)
    assert unescape(data("a < b & c > d")) == "a < b & c > d"


@pytest.mark.parametrize(
    "text", ["R&D <plan>", "*bold* ~gone~ `code`", "_slanted_ snake_case", ":tada: see https://evil.example/x", "&amp;"]
)
def test_plain_text_is_what_was_written(text: str) -> None:
    assert unmarked(data(text)) == text
    assert unmarked(Mrkdwn(f"*{data(text)}* {code('/longtask')}")) == f"{text} /longtask"
    assert unmarked(link("https://a.example/x?y&z", data(text))) == text


def test_a_person_is_mentioned_by_id_only() -> None:
    assert mention("U0ANNA") == "<@U0ANNA>"
    assert mention("!channel") == "!channel"
    assert mention("U1> <!channel") == "U1&gt; &lt;!channel"


def test_a_channel_is_named_by_id_only() -> None:
    assert channel("C0DOCS") == "<#C0DOCS>"
    assert channel("C1|x> <!here") == "C1|x&gt; &lt;!here"


def test_a_url_cannot_end_its_link() -> None:
    assert link("https://a.example/x|y> z&w", Mrkdwn("go|there")) == "<https://a.example/x%7Cy%3E%20z&amp;w|go¦there>"


def test_code_cannot_end_its_box() -> None:
    assert code("/longtask `x` <!here>\n") == "`/longtask x &lt;!here&gt;`"
